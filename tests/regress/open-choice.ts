/**
 * Whether PostgreSQL itself leaves an answer open: asked again after the rows of the tables have moved, or with other plans,
 * it answers otherwise. That is how the choice among rows that tie in a window's order, or under LIMIT, shows.
 */
import type pg from 'pg';
import { difference, run, type Outcome } from '../support/differential.ts';
import { tableMentions } from './spread-tables.ts';

type TypedOutcome = Outcome & Awaited<ReturnType<typeof run>>;

/** Conditions on rows that are written anew, and so come after the others. */
const MOVED_ROWS: readonly (string | undefined)[] = [
  undefined,
  ...[2, 3].flatMap((parts) =>
    Array.from({ length: parts }, (_, part) => `(pg_catalog.hashtext(ctid::text) & 255) % ${parts} = ${part}`),
  ),
];
const OTHER_PLANS: readonly string[] = [
  'SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off',
  'SET LOCAL enable_hashagg = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_incremental_sort = off',
  'SET LOCAL enable_mergejoin = off; SET LOCAL enable_nestloop = off; SET LOCAL enable_memoize = off',
  'SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off',
];

/** Tables that a query reads, through views and partitions as well, each with a column that can be written. */
const TABLES_READ = `
  WITH RECURSIVE used(oid) AS (
    SELECT pg_catalog.to_regclass(pg_catalog.quote_ident(name))::oid FROM unnest($1::text[]) AS mention(name)
    UNION
    SELECT next.oid FROM used, LATERAL (
      SELECT d.refobjid FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_depend d ON d.objid = r.oid
      WHERE r.ev_class = used.oid AND d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
      UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = used.oid) AS next(oid))
  SELECT c.oid::regclass::text, pg_catalog.quote_ident(a.attname)
  FROM used JOIN pg_catalog.pg_class c USING (oid)
  JOIN LATERAL (SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    AND attgenerated = '' AND attidentity <> 'a' ORDER BY attnum LIMIT 1) AS a ON true
  WHERE c.relkind = 'r' AND c.oid >= 16384`;

export async function leavesOpen(
  oracle: pg.Client,
  sql: string,
  first: TypedOutcome,
  options: { readonly ordered: boolean; readonly inTransaction: boolean },
): Promise<boolean> {
  const mentions = tableMentions(sql);
  if (first.error || !mentions) return false;
  const tables = await run(oracle, TABLES_READ, [mentions.map(({ name }) => name)]);
  const { inTransaction, ordered } = options;
  for (const moved of MOVED_ROWS) {
    for (const plan of moved === undefined ? OTHER_PLANS : ['', ...OTHER_PLANS]) {
      await run(oracle, inTransaction ? 'SAVEPOINT regress_choice' : 'BEGIN');
      if (moved !== undefined) {
        await run(oracle, 'SET LOCAL session_replication_role = replica');
        for (const [table, column] of tables.rows)
          await run(oracle, `UPDATE ONLY ${table} SET ${column} = ${column} WHERE ${moved}`);
      }
      if (plan !== '') await run(oracle, plan);
      const again = await run(oracle, sql);
      await run(oracle, inTransaction ? 'ROLLBACK TO SAVEPOINT regress_choice' : 'ROLLBACK');
      if (!again.error && difference(first, again, { ordered }) !== undefined) return true;
    }
  }
  return false;
}
