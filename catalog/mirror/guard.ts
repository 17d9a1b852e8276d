/**
 * Makes PostgreSQL itself refuse to run anything over a mirror, which is empty and would answer "no rows". Two locks:
 *
 * - `relispopulated = false`: every executor scan raises 55000 (ExecOpenScanRelation in execUtils.c), in whatever statement,
 *   function, trigger or view it happens. Analysis, privileges and `\d` do not look at it.
 * - a statement trigger for INSERT, COPY FROM and TRUNCATE, which scan nothing. It fires in every replication role, and is
 *   marked internal as a foreign key's triggers are, so that `\d` does not list it.
 *
 * The catalogs are written directly, for all tables at once: CREATE TRIGGER thousand times over takes a second.
 * That the owner role owns them is struck from pg_shdepend: REASSIGN OWNED and DROP OWNED, which go by it and fire no event
 * trigger, then find nothing.
 * Afterwards the shape is fingerprinted, by which the event trigger knows later that a user's DDL left it alone.
 */

import { OWNER_ROLE } from '../reserved-names.ts';

const BEFORE_STATEMENT_INSERT_TRUNCATE = 2 | 4 | 32; // TRIGGER_TYPE_BEFORE | _INSERT | _TRUNCATE, catalog/pg_trigger.h

/** To be run in the transaction that made anything for the owner role. */
export const HIDE_OWNERSHIP = `
DELETE FROM pg_shdepend WHERE deptype = 'o' AND refclassid = 'pg_authid'::regclass AND refobjid = '${OWNER_ROLE}'::regrole
  AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database());`;

/** `relations`: an SQL expression of type oid[]. To be run in the transaction that made or altered them. */
export const guardRelations = (relations: string): string => `${HIDE_OWNERSHIP}
WITH made AS (
  INSERT INTO pg_trigger (oid, tgrelid, tgparentid, tgname, tgfoid, tgtype, tgenabled, tgisinternal, tgconstrrelid, tgconstrindid,
                          tgconstraint, tgdeferrable, tginitdeferred, tgnargs, tgattr, tgargs)
  SELECT pg_nextoid('pg_trigger', 'oid', 'pg_trigger_oid_index'), c.oid, 0, 'tributary_guard', 'tributary.refuse_write()'::regprocedure,
         ${BEFORE_STATEMENT_INSERT_TRUNCATE}, 'A', true, 0, 0, 0, false, false, 0, '', ''
  FROM pg_class c WHERE c.oid = ANY (${relations})
    AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'tributary_guard')
  RETURNING oid, tgrelid)
INSERT INTO pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
SELECT 'pg_trigger'::regclass, oid, 0, 'pg_class'::regclass, tgrelid, 0, 'a' FROM made
UNION ALL SELECT 'pg_trigger'::regclass, oid, 0, 'pg_proc'::regclass, 'tributary.refuse_write()'::regprocedure, 0, 'n' FROM made;
UPDATE pg_class SET relispopulated = false, relhastriggers = true WHERE oid = ANY (${relations});
UPDATE tributary.mirror m SET fingerprint = f.print FROM tributary.fingerprints(${relations}) f WHERE f.relation = m.oid;
`;
