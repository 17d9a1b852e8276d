/** Rows as CSV that PostgreSQL and DuckDB read alike: an empty cell is NULL. */
export type Cell = string | number | null;

/** A row of several cells each: what belongs together stands together. */
export const rowOf = (...parts: readonly (readonly Cell[])[]): Cell[] => parts.flat();

/** `cents` as money. */
export function money(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Lines without their ends. */
export function* csvLines(
  table: { readonly name: string; readonly columns: readonly string[] },
  rows: Iterable<readonly Cell[]>,
): Generator<string> {
  for (const row of rows) {
    if (row.length !== table.columns.length)
      throw new Error(`${table.name} has ${table.columns.length} columns, a row of it ${row.length}`);
    yield row.map(cellText).join(',');
  }
}

const cellText = (cell: Cell): string =>
  cell === null ? '' : typeof cell === 'number' ? String(cell) : /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
