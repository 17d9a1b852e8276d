/**
 * PL/pgSQL for users. What it must not do is catch errors: a handler could swallow the error that guards an empty mirror, and
 * answer from nothing. So a function or procedure with an EXCEPTION clause cannot be made, whoever asks and by whatever
 * statement (an event trigger sees them all), and DO, which no event trigger sees, has no inline handler to run it.
 *
 * Every statement may be run again.
 */
export const PROCEDURAL_LANGUAGE = `
CREATE OR REPLACE FUNCTION tributary.refuse_handlers() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  culprit text;
BEGIN
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN RETURN; END IF;
  -- RAISE EXCEPTION is the only other use of the word; it is looked for everywhere, in strings and comments too.
  SELECT p.proname INTO culprit
  FROM pg_event_trigger_ddl_commands() d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
  JOIN pg_language l ON l.oid = p.prolang
  WHERE l.lanname = 'plpgsql' AND regexp_replace(p.prosrc, '\\mraise[ \\t]+exception\\M', '', 'gi') ~* '\\mexception\\M' LIMIT 1;
  IF culprit IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('a PL/pgSQL function with an EXCEPTION clause ("%s") is not supported', culprit),
      DETAIL = 'It could take the error that keeps federated tables from being read as empty ones for its own.';
  END IF;
END $$;
REVOKE ALL ON FUNCTION tributary.refuse_handlers() FROM PUBLIC;
DROP EVENT TRIGGER IF EXISTS tributary_refuse_handlers;
CREATE EVENT TRIGGER tributary_refuse_handlers ON ddl_command_end WHEN TAG IN
  ('CREATE FUNCTION', 'CREATE PROCEDURE', 'ALTER FUNCTION', 'ALTER PROCEDURE', 'ALTER ROUTINE') EXECUTE FUNCTION tributary.refuse_handlers();
UPDATE pg_catalog.pg_language SET laninline = 0 WHERE lanname = 'plpgsql' AND laninline <> 0;
GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC;
`;

/** Around scripts of our own and the operator's, in their transactions: nobody else sees the handler of DO meanwhile. */
export const ALLOW_DO = `UPDATE pg_catalog.pg_language SET laninline = 'pg_catalog.plpgsql_inline_handler(internal)'::pg_catalog.regprocedure WHERE lanname = 'plpgsql'`;
export const REFUSE_DO = `UPDATE pg_catalog.pg_language SET laninline = 0 WHERE lanname = 'plpgsql'`;
