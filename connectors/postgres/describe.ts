/**
 * What a PostgreSQL source holds, read from its catalogs in one snapshot: relations the role may read, with columns, keys,
 * comments, enums and row estimates. Runs at start and at each refresh; works on PostgreSQL 12 and later.
 */
import type pg from 'pg';
import type { SourceColumn, SourceEnum, SourceRelation, SourceSchema } from '../../algebra/site.ts';
import { describeColumn } from './describe-column.ts';
import { foreignKey, readForeignKeys } from './describe-foreign-keys.ts';
import { describeFunctions } from './describe-functions.ts';
import { describeTypes } from './describe-types.ts';
import type { ColumnRow, TypeRow } from './describe-column.ts';
import type { ForeignRow } from './describe-foreign-keys.ts';

const USER_SCHEMA = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

const RELATIONS = `
  SELECT c.oid::int8::text AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, obj_description(c.oid, 'pg_class') AS comment,
    has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') AS readable,
    EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) AND c.relkind = 'r' AS has_children,
    CASE WHEN c.relkind = 'p' THEN (SELECT sum(greatest(l.reltuples, 0)) FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid WHERE t.isleaf)
      WHEN c.relkind = 'v' OR c.reltuples < 0 OR (c.reltuples = 0 AND c.relpages = 0) THEN NULL ELSE c.reltuples END::float8 AS rows
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND ${USER_SCHEMA} ORDER BY n.nspname, c.relname`;

/** A NOT NULL that is not validated, or that inheriting tables need not share, promises nothing about the rows read. */
const COLUMNS = `
  SELECT a.attrelid::int8::text AS relation, a.attname AS name, a.atttypid::int8::text AS type, a.atttypmod AS typmod, format_type(a.atttypid, a.atttypmod) AS source_type,
    a.attnotnull AND c.relkind IN ('r', 'p', 'm') AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid AND c.relkind = 'r')
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'n' AND NOT k.convalidated AND k.conkey = ARRAY[a.attnum]) AS not_null,
    col_description(a.attrelid, a.attnum) AS comment, l.collname AS collation, l.collisdeterministic AS deterministic,
    has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS readable
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_collation l ON l.oid = a.attcollation AND l.collname <> 'default'
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND ${USER_SCHEMA} ORDER BY a.attrelid, a.attnum`;

const TYPES = `
  SELECT t.oid::int8::text AS oid, n.nspname AS schema, t.typname AS name, t.typtype AS kind, t.typelem::int8::text AS element, t.typlen AS length,
    t.typcategory AS category, t.typbasetype::int8::text AS base, t.typtypmod AS base_typmod
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace`;

const ENUMS = `
  SELECT n.nspname AS schema, t.typname AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS labels
  FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace GROUP BY n.nspname, t.typname`;

/** Unique indexes that hold for the rows at any time: whole, valid, checked at once, over columns. */
const UNIQUE = `
  SELECT i.indrelid::int8::text AS relation, x.relname AS name, i.indisprimary AS is_primary,
    (SELECT array_agg(a.attname::text ORDER BY k.i) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, i)
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE k.i <= i.indnkeyatts) AS columns
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AND ${USER_SCHEMA} ORDER BY x.relname`;

interface RelationRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'r' | 'p' | 'f' | 'v' | 'm';
  readonly comment: string | null;
  readonly readable: boolean;
  readonly has_children: boolean;
  readonly rows: number | null;
}
interface UniqueRow {
  readonly relation: string;
  readonly name: string;
  readonly is_primary: boolean;
  readonly columns: readonly string[];
}

const KINDS = { r: 'table', p: 'partitioned', f: 'foreign', v: 'view', m: 'materialized view' } as const;

export async function describeSource(client: pg.Client): Promise<SourceSchema> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const relations = (await client.query<RelationRow>(RELATIONS)).rows;
  const columns = groupBy((await client.query<ColumnRow>(COLUMNS)).rows, (row) => row.relation);
  const known = new Map((await client.query<TypeRow>(TYPES)).rows.map((row) => [row.oid, row]));
  const { types: userTypes, rows: types } = await describeTypes(client, known);
  const enums = (await client.query<SourceEnum>(ENUMS)).rows;
  const unique = groupBy((await client.query<UniqueRow>(UNIQUE)).rows, (row) => row.relation);
  const foreign = groupBy(await readForeignKeys(client), (row) => row.relation);
  const functions = await describeFunctions(client, types);
  await client.query('COMMIT');

  const problems: string[] = [];
  const found: SourceRelation[] = [];
  for (const row of relations) {
    const name = `${row.schema}.${row.name}`;
    if (!row.readable) {
      problems.push(`no permission to read ${name}`);
      continue;
    }
    const all = columns.get(row.oid) ?? [];
    const hidden = all.filter((column) => !column.readable);
    if (hidden.length > 0) problems.push(`no permission to read ${hidden.map((column) => `${name}.${column.name}`).join(', ')}`);
    const visible = all.filter((column) => column.readable).map((column) => describeColumn(column, types));
    found.push(relationOf(row, visible, unique.get(row.oid) ?? [], foreign.get(row.oid) ?? []));
  }
  return { relations: found, enums, types: userTypes, functions, problems };
}

function relationOf(
  row: RelationRow,
  columns: readonly SourceColumn[],
  unique: readonly UniqueRow[],
  foreign: readonly ForeignRow[],
): SourceRelation {
  const names = new Set(columns.map((column) => column.name));
  // A table read together with those that inherit from it repeats keys that are unique in each of them.
  const keys = row.has_children ? [] : unique.filter((key) => key.columns.every((column) => names.has(column)));
  const primary = keys.find((key) => key.is_primary);
  return {
    schema: row.schema,
    name: row.name,
    kind: KINDS[row.kind],
    comment: row.comment ?? undefined,
    columns,
    primaryKey: primary && { name: primary.name, columns: primary.columns },
    uniqueKeys: keys.filter((key) => !key.is_primary).map(({ name, columns: over }) => ({ name, columns: over })),
    foreignKeys: foreign.filter((key) => key.columns.every((column) => names.has(column))).map(foreignKey),
    estimatedRows: row.rows ?? undefined,
  };
}

export function groupBy<T>(rows: readonly T[], key: (row: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}
