/**
 * What a DuckDB source holds: tables, views and file tables with columns, keys, comments and row counts, for the catalog's
 * mirrors; and, kept at the site, what the writer must know of each column (its cast at the scan, the range of its numbers).
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { SourceColumn, SourceRelation, SourceSchema } from '../../algebra/site.ts';
import { reasonOf } from './errors.ts';
import { filesLiteral, readerCall } from './file-tables.ts';
import type { FileTable } from './file-tables.ts';
import { travelType } from './source-types.ts';
import type { NumericRange } from './source-types.ts';

export interface KnownColumn {
  /** What is read in its place: SQL over the column, `$1`. */
  readonly readAs: string | undefined;
  readonly numeric: NumericRange | undefined;
  /** A collation of DuckDB's own: comparisons on the column are not PostgreSQL's. */
  readonly collated: boolean;
}
export interface KnownRelation {
  readonly kind: 'table' | 'view';
  /** The FROM item of a file table; undefined: schema and name. */
  readonly from: string | undefined;
  readonly columns: ReadonlyMap<string, KnownColumn>;
}
/** By `relationKey`. */
export type KnownRelations = ReadonlyMap<string, KnownRelation>;

export const relationKey = (schema: string, name: string): string => JSON.stringify([schema, name]);
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const DEFAULT_SCHEMA = 'main';

type Row = readonly unknown[];

export async function rows(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  const result = await connection.run(sql);
  return (await result.getRowsJson()) as Row[];
}

interface FoundColumn {
  readonly name: string;
  readonly sourceType: string;
  readonly notNull: boolean;
  readonly comment: string | undefined;
}
interface FoundRelation {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly comment: string | undefined;
  readonly estimatedRows: number | undefined;
  readonly from: string | undefined;
  /** The statement that made it. */
  readonly definition: string;
  readonly columns: FoundColumn[];
}

export interface Description {
  readonly schema: SourceSchema;
  readonly known: KnownRelations;
}

export async function describeDatabase(connection: DuckDBConnection, files: readonly FileTable[]): Promise<Description> {
  const problems: string[] = [];
  const found = await readCatalog(connection);
  for (const file of files) {
    try {
      found.set(relationKey(file.schema ?? DEFAULT_SCHEMA, file.name), await readFileTable(connection, file));
    } catch (error) {
      problems.push(`table "${file.name}": ${reasonOf(error)}`);
    }
  }
  const constraints = await readConstraints(connection);
  const known = new Map<string, KnownRelation>();
  const relations: SourceRelation[] = [];
  for (const [key, relation] of found) {
    const ranges = await numericRanges(connection, relation);
    known.set(key, knownRelation(relation, ranges));
    relations.push(sourceRelation(relation, constraints.get(key) ?? []));
  }
  return { schema: { relations, enums: [], problems }, known };
}

async function readCatalog(connection: DuckDBConnection): Promise<Map<string, FoundRelation>> {
  const found = new Map<string, FoundRelation>();
  const relations = await rows(
    connection,
    `SELECT schema_name, table_name, 'table', comment, estimated_size, sql FROM duckdb_tables()
      WHERE database_name = current_database() AND NOT internal AND NOT temporary
     UNION ALL
     SELECT schema_name, view_name, 'view', comment, NULL, sql FROM duckdb_views()
      WHERE database_name = current_database() AND NOT internal AND NOT temporary
     ORDER BY 1, 2`,
  );
  for (const [schema, name, kind, comment, size, sql] of relations as string[][]) {
    found.set(relationKey(schema!, name!), {
      schema: schema!,
      name: name!,
      kind: kind as 'table' | 'view',
      comment: comment ?? undefined,
      estimatedRows: size === null ? undefined : Number(size),
      from: undefined,
      definition: sql ?? '',
      columns: [],
    });
  }
  const columns = await rows(
    connection,
    `SELECT schema_name, table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns()
      WHERE database_name = current_database() AND NOT internal ORDER BY schema_name, table_name, column_index`,
  );
  for (const [schema, table, name, sourceType, nullable, comment] of columns) {
    found.get(relationKey(schema as string, table as string))?.columns.push({
      name: name as string,
      sourceType: sourceType as string,
      notNull: nullable === false,
      comment: (comment as string | null) ?? undefined,
    });
  }
  return found;
}

/** What is read from a file table and as which columns: other text, other columns or files. */
export async function describeFile(connection: DuckDBConnection, file: FileTable): Promise<string> {
  const { from, columns } = await readFileTable(connection, file);
  return JSON.stringify([from, columns.map(({ name, sourceType }) => [name, sourceType])]);
}

async function readFileTable(connection: DuckDBConnection, file: FileTable): Promise<FoundRelation> {
  const described = await rows(connection, `DESCRIBE SELECT * FROM ${readerCall(file)}`);
  const columns = (described as string[][]).map(([name, sourceType]) => ({
    name: name!,
    sourceType: sourceType!,
    notNull: false,
    comment: undefined,
  }));
  let estimatedRows: number | undefined;
  if (file.reader === 'read_parquet') {
    const [count] = await rows(connection, `SELECT sum(num_rows) FROM parquet_file_metadata(${filesLiteral(file)})`);
    estimatedRows = Number(count![0]);
  }
  return {
    schema: file.schema ?? DEFAULT_SCHEMA,
    name: file.name,
    kind: 'table',
    comment: undefined,
    estimatedRows,
    from: readerCall(file, columns),
    definition: '',
    columns,
  };
}

interface Constraint {
  readonly kind: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly referencedTable: string | null;
  readonly referencedColumns: readonly string[];
}

async function readConstraints(connection: DuckDBConnection): Promise<Map<string, Constraint[]>> {
  const byRelation = new Map<string, Constraint[]>();
  const found = await rows(
    connection,
    `SELECT schema_name, table_name, constraint_type, constraint_name, constraint_column_names, referenced_table, referenced_column_names
       FROM duckdb_constraints()
      WHERE database_name = current_database() AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
      ORDER BY constraint_index`,
  );
  for (const [schema, table, kind, name, columns, referencedTable, referencedColumns] of found) {
    const key = relationKey(schema as string, table as string);
    const list = byRelation.get(key) ?? [];
    byRelation.set(key, list);
    list.push({
      kind: kind as string,
      name: name as string,
      columns: columns as string[],
      referencedTable: referencedTable as string | null,
      referencedColumns: referencedColumns as string[],
    });
  }
  return byRelation;
}

function sourceRelation(found: FoundRelation, constraints: readonly Constraint[]): SourceRelation {
  const primary = constraints.find((c) => c.kind === 'PRIMARY KEY');
  const columns = found.columns.map((column): SourceColumn => ({
    name: column.name,
    type: travelType(column.sourceType).type,
    sourceType: column.sourceType,
    notNull: column.notNull,
    comment: column.comment,
    ...(hasCollation(found, column) ? { collation: { name: `DuckDB collation of ${column.name}`, deterministic: false } } : {}),
  }));
  return {
    schema: found.schema,
    name: found.name,
    kind: found.kind,
    comment: found.comment,
    columns,
    primaryKey: primary && { name: primary.name, columns: primary.columns },
    uniqueKeys: constraints.filter((c) => c.kind === 'UNIQUE').map(({ name, columns: keys }) => ({ name, columns: keys })),
    // Never certain: of two transactions at once, one may delete what the other comes to refer to, and both commit.
    foreignKeys: constraints
      .filter((c) => c.kind === 'FOREIGN KEY' && c.referencedTable !== null)
      .map((c) => ({
        name: c.name,
        columns: c.columns,
        referencedSchema: found.schema,
        referencedTable: c.referencedTable!,
        referencedColumns: c.referencedColumns,
      })),
    estimatedRows: found.estimatedRows,
  };
}

/** duckdb_columns() does not tell; the table's definition does. A view's is not traced. */
function hasCollation(found: FoundRelation, column: FoundColumn): boolean {
  if (column.sourceType !== 'VARCHAR' || !/ COLLATE /i.test(found.definition)) return false;
  const name = /^[a-z_][a-z0-9_]*$/i.test(column.name) ? `"?${column.name}"?` : quoted(column.name);
  return new RegExp(
    `[(,] ?${name.replace(/[.*+^${}()|[\]\\]/g, (c) => (name.startsWith('"?') ? c : `\\${c}`))} VARCHAR COLLATE `,
    'i',
  ).test(found.definition);
}

function knownRelation(found: FoundRelation, ranges: ReadonlyMap<string, NumericRange>): KnownRelation {
  const columns = new Map(
    found.columns.map((column) => {
      const type = travelType(column.sourceType);
      const known: KnownColumn = {
        readAs: type.castTo === undefined ? ofView(found, column) : `CAST($1 AS ${type.castTo})`,
        numeric: ranges.get(column.name) ?? type.numeric,
        collated: hasCollation(found, column),
      };
      return [column.name, known] as const;
    }),
  );
  return { kind: found.kind, from: found.from, columns };
}

/** A view's Parquet may have NaN that the statistics of its file leave out: conditions are not to be held against these. */
const ofView = ({ kind }: FoundRelation, { sourceType }: FoundColumn): string | undefined =>
  kind === 'view' && (sourceType === 'FLOAT' || sourceType === 'DOUBLE') ? '$1 * 1' : undefined;

/**
 * The least and greatest value of each DECIMAL column, as DuckDB's own optimizer knows them without reading the data
 * (table and Parquet statistics). They prove that sums and products fit a DECIMAL where the declared precision does not.
 */
async function numericRanges(connection: DuckDBConnection, found: FoundRelation): Promise<Map<string, NumericRange>> {
  const ranges = new Map<string, NumericRange>();
  const isParquet = found.from?.startsWith('read_parquet') === true;
  const decimals = found.columns.filter((column) => column.sourceType.startsWith('DECIMAL('));
  if (decimals.length === 0 || found.kind === 'view' || (found.from !== undefined && !isParquet)) return ranges;
  const from = found.from ?? `${quoted(found.schema)}.${quoted(found.name)}`;
  const list = decimals.map((column) => `stats(${quoted(column.name)})`).join(', ');
  const [row] = await rows(connection, `SELECT ${list} FROM ${from} LIMIT 1`);
  decimals.forEach((column, i) => {
    const declared = travelType(column.sourceType).numeric!;
    const match = /^\[Min: (-?[\d.]+), Max: (-?[\d.]+)\]/.exec(String(row?.[i]));
    if (!match) return;
    const [least, greatest] = [unscaled(match[1]!, declared.scale), unscaled(match[2]!, declared.scale)];
    const bound = -least > greatest ? -least : greatest;
    if (bound <= declared.bound) ranges.set(column.name, { scale: declared.scale, bound });
  });
  return ranges;
}

function unscaled(text: string, scale: number): bigint {
  const [whole, fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(scale, '0')}`);
}
