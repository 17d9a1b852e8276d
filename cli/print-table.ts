/** Query results as people read them on a terminal, in psql's aligned form, and as CSV. */

/** Width in code points; wide and combining characters are not told apart. */
const characters = (text: string): number => Array.from(text).length;

/** `rows`: values in PostgreSQL's text form, null for NULL. Numeric columns are set flush right. */
export function alignedTable(
  names: readonly string[],
  rightAligned: readonly boolean[],
  rows: readonly (readonly (string | null)[])[],
): string {
  const widths = names.map((name, i) => rows.reduce((width, row) => Math.max(width, characters(row[i] ?? '')), characters(name)));
  const pad = (text: string, i: number, right: boolean): string => {
    const space = ' '.repeat(widths[i]! - characters(text));
    return right ? space + text : text + space;
  };
  const header = names.map((name, i) => {
    const space = widths[i]! - characters(name);
    return ` ${' '.repeat(space >> 1)}${name}${' '.repeat(space - (space >> 1))} `;
  });
  const lines = rows.map((row) =>
    row
      .map((value, i) => ` ${pad(value ?? '', i, rightAligned[i]!)} `)
      .join('|')
      .trimEnd(),
  );
  const count = `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`;
  return [header.join('|').trimEnd(), widths.map((width) => '-'.repeat(width + 2)).join('+'), ...lines, count].join('\n');
}

/** RFC 4180; NULL is empty, the empty string is quoted, as in COPY's CSV. */
export function csvTable(names: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const field = (value: string | null): string => {
    if (value === null) return '';
    return value === '' || /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  };
  return [names, ...rows].map((row) => row.map(field).join(',')).join('\n');
}
