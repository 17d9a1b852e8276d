/**
 * Turns an empty cluster into a catalog server, and an existing one into this version's: roles, schema `tributary`, the
 * opaque type, the tables that remember what was mirrored, the guard's functions and event triggers. Every statement may be
 * run again.
 *
 * Invariant: after it, no session of a user can change a mirror's shape, create objects in a source's schema, or run code
 * that catches errors (so that the guard's error always reaches the client).
 */
import type { AdminConnection } from './admin-connection.ts';
import { sqlError } from '../core/sql-error.ts';
import { DESCRIBE_OBJECTS } from './catalog-objects.ts';
import { ALLOW_DO, PROCEDURAL_LANGUAGE } from './procedural-language.ts';
import { STATISTICS } from './statistics-tables.ts';

const MARK = 'tributary catalog, layout 2';

/** Throws unless `connection` is a superuser's. */
export async function bootstrap(connection: AdminConnection): Promise<void> {
  const [found] = await connection.rows<{ mark: string | null; superuser: boolean }>(
    `SELECT obj_description(to_regnamespace('tributary'), 'pg_namespace') AS mark,
            (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser`,
  );
  if (!found?.superuser) throw sqlError('42501', 'the catalog server has to be entered as a superuser');
  if (found.mark === MARK) return connection.run(`${ALLOW_DO};${LATER_TABLES}${PROCEDURAL_LANGUAGE}${DESCRIBE_OBJECTS}`);
  if (found.mark !== null)
    throw sqlError('55000', `the catalog was made by another version of the gateway: "${found.mark}"`, {
      detail: 'Move data_dir away (or name another database), start again, and replay the DDL you keep in catalog.setup.',
    });
  await connection.run(
    `${ROLES}${TYPES}${TABLES}${LATER_TABLES}${FINGERPRINT}${GUARD}${PRIVILEGES}${STATISTICS}${EVENT_TRIGGERS}${PROCEDURAL_LANGUAGE}${DESCRIBE_OBJECTS} COMMENT ON SCHEMA tributary IS '${MARK}';`,
  );
}

const ROLES = `
DO $$ BEGIN
  CREATE ROLE tributary_owner NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE SCHEMA tributary;
GRANT USAGE ON SCHEMA tributary TO PUBLIC;
`;

/** Any type the catalog cannot hold: travels as text, and has no operators, so that comparing is 42883 and never a comparison of texts. */
const TYPES = `
CREATE TYPE tributary.opaque;
CREATE FUNCTION tributary.opaque_in(cstring) RETURNS tributary.opaque LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION tributary.opaque_out(tributary.opaque) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION tributary.opaque_recv(internal) RETURNS tributary.opaque LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';
CREATE FUNCTION tributary.opaque_send(tributary.opaque) RETURNS bytea LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';
CREATE TYPE tributary.opaque (INPUT = tributary.opaque_in, OUTPUT = tributary.opaque_out, RECEIVE = tributary.opaque_recv,
                              SEND = tributary.opaque_send, INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE tributary.opaque IS 'a value of a source''s own type, carried as text';
`;

const TABLES = `
CREATE TABLE tributary.mirror_schema (
  oid oid PRIMARY KEY, site text NOT NULL, source_schema text NOT NULL, name text NOT NULL, UNIQUE (site, source_schema));
CREATE TABLE tributary.mirror_type (
  oid oid PRIMARY KEY, site text NOT NULL, source_schema text NOT NULL, source_name text NOT NULL, schema text NOT NULL, name text NOT NULL,
  labels text NOT NULL, UNIQUE (site, source_schema, source_name));
-- definition: what the source said, as JSON (mirror/definition.ts); fingerprint: what the catalog holds, see below.
CREATE TABLE tributary.mirror (
  oid oid PRIMARY KEY, site text NOT NULL, source_schema text NOT NULL, source_name text NOT NULL, schema text NOT NULL, name text NOT NULL,
  definition text NOT NULL, estimated_rows float8, fingerprint text, stale text, UNIQUE (site, source_schema, source_name));
-- What users gave a mirror that is gone for now (mirror/keepsake.ts).
CREATE TABLE tributary.keepsake (
  site text NOT NULL, source_schema text NOT NULL, source_name text NOT NULL, statements text NOT NULL, PRIMARY KEY (site, source_schema, source_name));
-- Which roles were given which sources by the configuration.
CREATE TABLE tributary.role_source (role text NOT NULL, site text NOT NULL, PRIMARY KEY (role, site));
CREATE TABLE tributary.setup_run (hash text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
-- One row per DDL statement: rows added by transactions that do not see each other never conflict, and the sum
-- changes when one commits. The gateway folds the rows into one from time to time.
CREATE TABLE tributary.ddl_change (n bigint NOT NULL);
CREATE FUNCTION tributary.ddl_generation() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS 'SELECT coalesce(sum(n), 0)::bigint FROM tributary.ddl_change';
`;

/** Declarations of sources' functions and types (mirror/functions.ts, user-types.ts). Came later than the others. */
const LATER_TABLES = `
DO $$ BEGIN
  CREATE ROLE tributary_net LOGIN NOINHERIT;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT name FROM tributary.mirror_schema LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO tributary_net', one);
  END LOOP;
END $$;
CREATE TABLE IF NOT EXISTS tributary.mirror_function (
  oid oid PRIMARY KEY, site text NOT NULL, source_schema text NOT NULL, identity text NOT NULL, definition text NOT NULL,
  UNIQUE (site, source_schema, identity));
CREATE TABLE IF NOT EXISTS tributary.mirror_user_type (
  oid oid PRIMARY KEY, site text NOT NULL, source_schema text NOT NULL, source_name text NOT NULL, definition text NOT NULL,
  UNIQUE (site, source_schema, source_name));
-- In place of a domain's check that only its source can make.
CREATE OR REPLACE FUNCTION tributary.refuse_domain(name text) RETURNS bool LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$ BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('a value of domain %s away from its source is not supported', name);
END $$;
`;

/** All of a mirror's shape that DDL can change and that GRANT, COMMENT, policies and row security do not. */
const FINGERPRINT = `
CREATE FUNCTION tributary.fingerprints(relations oid[]) RETURNS TABLE (relation oid, print text) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.oid, md5(concat_ws('|', c.relname, c.relnamespace, c.relowner, c.relkind, c.relpersistence, c.relispopulated, c.reloptions,
      c.reltablespace, c.relam, c.relreplident, c.relhassubclass, c.relispartition, c.reloftype, c.relhastriggers,
      a.columns, k.constraints, i.indexes, t.triggers, r.rules, s.statistics, p.publications))
  FROM pg_class c
  LEFT JOIN (SELECT attrelid, string_agg(concat_ws(',', attname, atttypid, atttypmod, attnotnull, attcollation, atthasdef, attidentity,
               attgenerated, attisdropped, attstorage, attcompression, attstattarget, attoptions), ';' ORDER BY attnum) AS columns
             FROM pg_attribute WHERE attrelid = ANY (relations) AND attnum > 0 GROUP BY attrelid) a ON a.attrelid = c.oid
  LEFT JOIN (SELECT conrelid, string_agg(concat_ws(',', oid, conname, convalidated, conenforced), ';' ORDER BY oid) AS constraints
             FROM pg_constraint WHERE conrelid = ANY (relations) GROUP BY conrelid) k ON k.conrelid = c.oid
  LEFT JOIN (SELECT indrelid, string_agg(concat_ws(',', indexrelid, relname, indisclustered, indisreplident, x.reloptions), ';' ORDER BY indexrelid) AS indexes
             FROM pg_index JOIN pg_class x ON x.oid = indexrelid WHERE indrelid = ANY (relations) GROUP BY indrelid) i ON i.indrelid = c.oid
  LEFT JOIN (SELECT tgrelid, string_agg(concat_ws(',', oid, tgname, tgenabled), ';' ORDER BY oid) AS triggers
             FROM pg_trigger WHERE tgrelid = ANY (relations) GROUP BY tgrelid) t ON t.tgrelid = c.oid
  LEFT JOIN (SELECT ev_class, string_agg(concat_ws(',', oid, ev_enabled), ';' ORDER BY oid) AS rules
             FROM pg_rewrite WHERE ev_class = ANY (relations) GROUP BY ev_class) r ON r.ev_class = c.oid
  LEFT JOIN (SELECT stxrelid, count(*) AS statistics FROM pg_statistic_ext WHERE stxrelid = ANY (relations) GROUP BY stxrelid) s ON s.stxrelid = c.oid
  LEFT JOIN (SELECT prrelid, count(*) AS publications FROM pg_publication_rel WHERE prrelid = ANY (relations) GROUP BY prrelid) p ON p.prrelid = c.oid
  WHERE c.oid = ANY (relations)
$$;
REVOKE ALL ON FUNCTION tributary.fingerprints(oid[]) FROM PUBLIC;
`;

/** For statements that do not scan: scans are refused by relispopulated (mirror/guard.ts). */
const GUARD = `
CREATE FUNCTION tributary.refuse_write() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$ BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('%s on federated table "%s" is not supported', TG_OP, TG_TABLE_NAME);
END $$;
REVOKE ALL ON FUNCTION tributary.refuse_write() FROM PUBLIC;
`;

/**
 * ExecCheckOneRelPerms: a right on the whole relation, else on each column; no column named: on any. Runs as the session's
 * current role. `columns`: attribute numbers, 0 the whole row; '-': the right has no columns.
 */
const PRIVILEGES = `
CREATE FUNCTION tributary.first_denied(relations oid[], users oid[], privileges text[], columns text[], functions oid[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT denied FROM (
    SELECT 1 AS rank, n, CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' WHEN 'S' THEN 'sequence ' ELSE 'table ' END || c.relname AS denied
    FROM unnest(relations, users, privileges, columns) WITH ORDINALITY t(relation, as_user, privilege, columns, n)
    JOIN pg_class c ON c.oid = relation
    CROSS JOIN LATERAL (SELECT coalesce(nullif(as_user, 0), (SELECT oid FROM pg_roles WHERE rolname = current_user)) AS role) u
    WHERE NOT has_table_privilege(role, relation, privilege)
      AND (columns = '-' OR CASE WHEN columns = '' THEN NOT has_any_column_privilege(role, relation, privilege)
           ELSE EXISTS (
             SELECT FROM unnest(string_to_array(columns, ' ')::int2[]) k(attnum)
             WHERE CASE WHEN attnum = 0 THEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
                                                       AND NOT has_column_privilege(role, relation, a.attnum, privilege))
                        ELSE NOT has_column_privilege(role, relation, attnum, privilege) END) END)
    UNION ALL
    SELECT 2, n, CASE p.prokind WHEN 'a' THEN 'aggregate ' WHEN 'p' THEN 'procedure ' ELSE 'function ' END || p.proname
    FROM unnest(functions) WITH ORDINALITY t(fn, n) JOIN pg_proc p ON p.oid = fn WHERE NOT has_function_privilege(fn, 'EXECUTE')) d
  ORDER BY rank, n LIMIT 1
$$;
`;

const EVENT_TRIGGERS = `
CREATE FUNCTION tributary.after_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  culprit text;
BEGIN
  INSERT INTO tributary.ddl_change VALUES (1);
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN RETURN; END IF;
  IF tg_tag IN ('CREATE EXTENSION', 'ALTER EXTENSION', 'CREATE LANGUAGE', 'CREATE EVENT TRIGGER', 'CREATE PUBLICATION', 'ALTER PUBLICATION',
                'CREATE SUBSCRIPTION', 'CREATE SERVER', 'CREATE FOREIGN DATA WRAPPER', 'IMPORT FOREIGN SCHEMA') THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('%s is not supported', tg_tag),
      HINT = 'The operator can have it run at start: see catalog.setup in the configuration.';
  END IF;
  SELECT m.schema || '.' || m.name INTO culprit
  FROM pg_event_trigger_ddl_commands() d
  CROSS JOIN LATERAL (
    SELECT d.objid AS oid
    UNION SELECT indrelid FROM pg_index WHERE indexrelid = d.objid
    UNION SELECT tgrelid FROM pg_trigger WHERE pg_trigger.oid = d.objid
    UNION SELECT ev_class FROM pg_rewrite WHERE pg_rewrite.oid = d.objid
    UNION SELECT stxrelid FROM pg_statistic_ext WHERE pg_statistic_ext.oid = d.objid
    UNION SELECT inhparent FROM pg_inherits WHERE inhrelid = d.objid) touched
  JOIN tributary.mirror m ON m.oid = touched.oid
  WHERE NOT EXISTS (SELECT FROM tributary.fingerprints(ARRAY[m.oid]) f WHERE f.print = m.fingerprint) LIMIT 1;
  IF culprit IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('%s on federated table %s is not supported', tg_tag, culprit),
      HINT = 'A federated table changes at its source. GRANT, COMMENT, policies and row-level security can be set here.';
  END IF;
  SELECT m.schema || '.' || m.name INTO culprit
  FROM pg_event_trigger_ddl_commands() d JOIN pg_constraint k ON k.conrelid = d.objid AND k.contype = 'f'
  JOIN tributary.mirror m ON m.oid = k.confrelid WHERE NOT EXISTS (SELECT FROM tributary.mirror WHERE oid = d.objid) LIMIT 1;
  IF culprit IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('a foreign key to federated table %s is not supported', culprit);
  END IF;
  SELECT d.object_identity INTO culprit
  FROM pg_event_trigger_ddl_commands() d
  LEFT JOIN tributary.mirror_type y ON d.classid = 'pg_type'::regclass AND y.oid = d.objid
  LEFT JOIN tributary.mirror_schema n ON n.name = d.schema_name OR (d.classid = 'pg_namespace'::regclass AND n.oid = d.objid)
  WHERE (n.oid IS NOT NULL OR y.oid IS NOT NULL OR d.schema_name = 'tributary')
    AND d.command_tag NOT IN ('GRANT', 'REVOKE', 'COMMENT', 'CREATE POLICY', 'ALTER POLICY', 'ALTER DEFAULT PRIVILEGES')
    AND NOT (d.command_tag = 'ALTER TABLE' AND EXISTS (SELECT FROM tributary.mirror WHERE oid = d.objid)) LIMIT 1;
  IF culprit IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('%s on %s is not supported', tg_tag, culprit),
      DETAIL = 'Its schema shows a source, and changes only when the source does.';
  END IF;
END $$;

CREATE FUNCTION tributary.after_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  culprit text;
BEGIN
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN RETURN; END IF;
  SELECT d.object_identity INTO culprit
  FROM pg_event_trigger_dropped_objects() d
  WHERE EXISTS (SELECT FROM tributary.mirror m WHERE d.classid = 'pg_class'::regclass AND m.oid = d.objid)
     OR EXISTS (SELECT FROM tributary.mirror_type y WHERE d.classid = 'pg_type'::regclass AND y.oid = d.objid)
     OR EXISTS (SELECT FROM tributary.mirror_schema n WHERE d.classid = 'pg_namespace'::regclass AND n.oid = d.objid)
     OR EXISTS (SELECT FROM tributary.mirror_schema n WHERE n.name = d.address_names[1] AND d.object_type NOT IN ('policy', 'default acl'))
     OR d.schema_name = 'tributary' LIMIT 1;
  IF culprit IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('%s of %s is not supported', tg_tag, culprit),
      HINT = 'It mirrors a source and goes when the source drops it.';
  END IF;
END $$;
REVOKE ALL ON FUNCTION tributary.after_ddl(), tributary.after_drop() FROM PUBLIC;
CREATE EVENT TRIGGER tributary_after_ddl ON ddl_command_end EXECUTE FUNCTION tributary.after_ddl();
CREATE EVENT TRIGGER tributary_after_drop ON sql_drop EXECUTE FUNCTION tributary.after_drop();
`;
