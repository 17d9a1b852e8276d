/**
 * One TPC-DS table as every source declares it: column names, types and keys of the public specification (TPC-DS v3,
 * clause 2), character columns as `text` so that PostgreSQL and DuckDB declare the same type.
 */
export interface DsTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly primaryKey: readonly string[];
  readonly indexes?: readonly string[];
}

const SHORT: Readonly<Record<string, string>> = {
  i: 'integer',
  t: 'text',
  d: 'date',
  m: 'numeric(7,2)',
  g: 'numeric(5,2)',
  w: 'numeric(15,2)',
};

/**
 * `columns`: `name:type` with the type by its letter (i integer, t text, d date, m money, g offset or tax rate, w wide);
 * the key's columns are NOT NULL.
 */
export function table(name: string, primaryKey: string, columns: string, indexes: readonly string[] = []): DsTable {
  const key = primaryKey.split(' ');
  return {
    name,
    primaryKey: key,
    indexes,
    columns: columns
      .trim()
      .split(/\s+/)
      .map((text) => {
        const [column = '', letter = ''] = text.split(':');
        const type = SHORT[letter];
        if (type === undefined) throw new Error(`${name}.${column}: no type ${letter}`);
        return `${column} ${type}${key.includes(column) ? ' NOT NULL' : ''}`;
      }),
  };
}
