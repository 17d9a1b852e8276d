/**
 * Foreign keys of a PostgreSQL source, as part of its description (describe.ts), and which of them are certain: in each
 * snapshot every row of the one table has its partner in the other, so that plans may rest on it.
 *
 * What is committed has been checked, by keys that are deferred too, and our transactions write nothing: a snapshot shows no
 * row whose check is still to come. Not so where the checks do not run or do not reach: disabled triggers, tables that a
 * subscription fills, cascades that a trigger or rule of the user may swallow, tables read together with those that inherit
 * from them, rows that policies hide. Superusers can go around any key (session_replication_role), which no catalog tells.
 */
import type pg from 'pg';
import type { SourceRelation } from '../../algebra/site.ts';

/**
 * A key to or of a partitioned table stands once for each partition, below the one that was written: those to a single
 * partition say nothing, doubts about any of them are doubts about all. `PERIOD` refers to ranges, not to a row. Columns
 * that older servers do not have are read by way of JSON.
 */
const FOREIGN = `
  WITH RECURSIVE tree (root, oid) AS (
    SELECT oid, oid FROM pg_constraint WHERE contype = 'f' AND conparentid = 0
    UNION ALL SELECT t.root, k.oid FROM tree t JOIN pg_constraint k ON k.conparentid = t.oid WHERE k.contype = 'f'),
  doubted AS (
    SELECT t.root FROM tree t JOIN pg_constraint k ON k.oid = t.oid
    WHERE NOT k.convalidated OR (to_jsonb(k) ->> 'conenforced')::boolean IS FALSE
      OR EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = k.oid AND g.tgenabled NOT IN ('O', 'A'))
      OR EXISTS (SELECT FROM unnest(k.conpfeqop) e JOIN pg_operator o ON o.oid = e WHERE o.oprname <> '=' OR o.oprnamespace <> 'pg_catalog'::regnamespace)
      OR EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid IN (k.conrelid, k.confrelid))
      OR EXISTS (SELECT FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE p.relkind = 'r' AND p.oid IN (k.conrelid, k.confrelid))
      OR EXISTS (SELECT FROM pg_class r WHERE r.oid = k.confrelid AND r.relrowsecurity)
      OR ((k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd')) AND (
        EXISTS (SELECT FROM pg_rewrite w WHERE w.ev_class = k.conrelid)
        OR EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = k.conrelid AND NOT g.tgisinternal AND g.tgtype & 3 = 3 AND g.tgtype & 24 <> 0))))
  SELECT k.conrelid::int8::text AS relation, k.conname AS name, rn.nspname AS referenced_schema, r.relname AS referenced_table,
    (SELECT array_agg(a.attname::text ORDER BY u.i) FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, i) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum) AS columns,
    (SELECT array_agg(a.attname::text ORDER BY u.i) FROM unnest(k.confkey) WITH ORDINALITY AS u (attnum, i) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum) AS referenced_columns,
    NOT EXISTS (SELECT FROM doubted d WHERE d.root = t.root) AS certain
  FROM tree t JOIN pg_constraint k ON k.oid = t.oid JOIN pg_constraint written ON written.oid = t.root AND written.confrelid = k.confrelid
    JOIN pg_class r ON r.oid = k.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
    JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE k.convalidated AND (to_jsonb(k) ->> 'conperiod')::boolean IS NOT TRUE
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY k.conname`;

export interface ForeignRow {
  readonly relation: string;
  readonly name: string;
  readonly referenced_schema: string;
  readonly referenced_table: string;
  readonly columns: readonly string[];
  readonly referenced_columns: readonly string[];
  readonly certain: boolean;
}

export const readForeignKeys = async (client: pg.Client): Promise<readonly ForeignRow[]> =>
  (await client.query<ForeignRow>(FOREIGN)).rows;

export const foreignKey = (row: ForeignRow): SourceRelation['foreignKeys'][number] => ({
  name: row.name,
  columns: row.columns,
  referencedSchema: row.referenced_schema,
  referencedTable: row.referenced_table,
  referencedColumns: row.referenced_columns,
  certain: row.certain,
});
