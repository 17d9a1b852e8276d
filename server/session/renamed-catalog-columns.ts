/**
 * Columns of pg_catalog that PostgreSQL renamed and that clients still in use ask for by their old names: psql 15 and 16
 * send these for `\l` and `\dO` to any server, and PostgreSQL 18 itself refuses them.
 */
import { tokensOf } from './statement-text.ts';
import type { Edit, RawStatement } from './statement-text.ts';

/** Renamed in PostgreSQL 17. */
const RENAMED: ReadonlyMap<string, { readonly now: string; readonly catalog: string }> = new Map([
  ['daticulocale', { now: 'datlocale', catalog: 'pg_database' }],
  ['colliculocale', { now: 'colllocale', catalog: 'pg_collation' }],
]);

export function renamedColumnEdits(sql: string, statement: RawStatement): Edit[] {
  if (![...RENAMED].some(([column, { catalog }]) => sql.includes(column) && sql.includes(catalog))) return [];
  return tokensOf(sql).flatMap((token): Edit[] => {
    const renamed = token.isIdentifier ? RENAMED.get(token.text) : undefined;
    if (!renamed || token.start < statement.start || token.end > statement.end) return [];
    return [{ start: token.start, end: token.end, replacement: renamed.now }];
  });
}
