/** The slow query log: the fragments' SQL with every literal taken out, since values may be secrets. */
import type { QueryPlan } from '../algebra/plan.ts';
import type { FederationParts } from './federation.ts';
import { remotesOf } from './remote-fragments.ts';

export function reportSlowQuery(parts: FederationParts, plan: QueryPlan, durationMs: number, rows: number): void {
  if (parts.slowQueryMs <= 0 || durationMs < parts.slowQueryMs) return;
  const fragments = [...remotesOf(plan)].map(({ site, fragment }) => ({
    source: site,
    sql: withoutLiterals(parts.sites.get(site)?.sql(fragment) ?? ''),
  }));
  parts.log.warn({ durationMs: Math.round(durationMs), rows, fragments }, 'slow query');
}

/** What is logged of a fragment at most. */
const LENGTH_MAX = 10_000;
const LITERAL_START = /["']|(?<![\w$"])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Strings, bit strings and numbers become `?`; quoted identifiers stay. No pattern runs over a literal: it may have megabytes. */
export function withoutLiterals(sql: string): string {
  let text = '';
  let from = 0;
  LITERAL_START.lastIndex = 0;
  for (let found = LITERAL_START.exec(sql); found !== null && text.length <= LENGTH_MAX; found = LITERAL_START.exec(sql)) {
    const [token] = found;
    const isQuoted = token === '"' || token === "'";
    const end = isQuoted ? endOfQuoted(sql, found.index, token) : LITERAL_START.lastIndex;
    text += sql.slice(from, found.index) + (token === '"' ? sql.slice(found.index, end) : '?');
    from = end;
    LITERAL_START.lastIndex = end;
  }
  text += sql.slice(from, from + LENGTH_MAX);
  return text.length <= LENGTH_MAX ? text : `${text.slice(0, LENGTH_MAX)}…`;
}

/** Behind the quote that closes what starts at `start`; a doubled one does not. */
function endOfQuoted(sql: string, start: number, quote: string): number {
  for (let at = start + 1; ; at += 2) {
    at = sql.indexOf(quote, at);
    if (at < 0) return sql.length;
    if (sql[at + 1] !== quote) return at + 1;
  }
}
