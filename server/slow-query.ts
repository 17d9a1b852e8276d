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

/** Strings, bit strings and numbers become `?`; quoted identifiers stay. */
export const withoutLiterals = (sql: string): string =>
  sql.replaceAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'|(?<![\w$"])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    token.startsWith('"') ? token : '?',
  );
