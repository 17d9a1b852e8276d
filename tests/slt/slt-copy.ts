/** Reads the tables and views of the oracle of slt files, and makes the same tables in a PostgreSQL database or a DuckDB file. */
import { DuckDBInstance } from '@duckdb/node-api';
import type pg from 'pg';

export interface CopiedTable {
  /** Quoted where it has to be. */
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly notNull: boolean }[];
  /** Statements that make its keys and indexes in PostgreSQL. */
  readonly indexes: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const INSERT_ROWS_MAX = 500;

/** In the order in which they were made. */
export async function readTables(oracle: pg.Client): Promise<readonly CopiedTable[]> {
  const { rows: found } = await oracle.query<{ name: string; columns: string; indexes: string }>(
    `SELECT quote_ident(c.relname) AS name,
       (SELECT json_agg(json_build_object('name', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull)
          ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       (SELECT coalesce(json_agg(coalesce('ALTER TABLE ' || c.oid::regclass || ' ADD ' || pg_get_constraintdef(k.oid), pg_get_indexdef(i.indexrelid))
          ORDER BY i.indexrelid), '[]')
        FROM pg_index i LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u') WHERE i.indrelid = c.oid) AS indexes
     FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.oid`,
  );
  const tables: CopiedTable[] = [];
  for (const { name, columns, indexes } of found) {
    const { rows } = await oracle.query<(string | null)[]>({ text: `SELECT * FROM ${name}`, rowMode: 'array' });
    tables.push({
      name,
      columns: JSON.parse(columns) as CopiedTable['columns'],
      indexes: JSON.parse(indexes) as string[],
      rows,
    });
  }
  return tables;
}

/** In the order in which they were made. */
export async function readViews(oracle: pg.Client): Promise<readonly { name: string; definition: string }[]> {
  const { rows } = await oracle.query<{ name: string; definition: string }>(
    `SELECT quote_ident(relname) AS name, pg_get_viewdef(oid) AS definition FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' ORDER BY oid`,
  );
  return rows;
}

/** Everything that the database held before goes. */
export async function fillPostgres(source: pg.Client, tables: readonly CopiedTable[]): Promise<void> {
  const made = tables.flatMap((table) => [
    createTable(table, (type) => type),
    ...inserts(table, (type) => type),
    ...table.indexes,
  ]);
  await source.query(['DROP SCHEMA public CASCADE', 'CREATE SCHEMA public', ...made].join(';\n'));
}

/** Makes the file. */
export async function fillDuckDB(file: string, tables: readonly CopiedTable[]): Promise<void> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  try {
    for (const table of tables) {
      await connection.run(createTable(table, duckdbType));
      for (const insert of inserts(table, duckdbType)) await connection.run(insert);
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function createTable({ name, columns }: CopiedTable, typeOf: (type: string) => string): string {
  const declared = columns.map((column) => `${column.name} ${typeOf(column.type)}${column.notNull ? ' NOT NULL' : ''}`);
  return `CREATE TABLE ${name} (${declared.join(', ')})`;
}

function* inserts({ name, columns, rows }: CopiedTable, typeOf: (type: string) => string): Generator<string> {
  const types = columns.map((column) => typeOf(column.type));
  for (let from = 0; from < rows.length; from += INSERT_ROWS_MAX) {
    const tuples = rows.slice(from, from + INSERT_ROWS_MAX).map((row) => {
      const values = row.map((value, i) => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'::${types[i]}`));
      return `(${values.join(', ')})`;
    });
    yield `INSERT INTO ${name} VALUES ${tuples.join(', ')}`;
  }
}

function duckdbType(type: string): string {
  if (type.startsWith('character')) return 'VARCHAR';
  const words: Readonly<Record<string, string>> = {
    'double precision': 'DOUBLE',
    'timestamp without time zone': 'TIMESTAMP',
    'timestamp with time zone': 'TIMESTAMPTZ',
  };
  return words[type] ?? type;
}
