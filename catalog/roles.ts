/**
 * Roles of users in the catalog server. A session's backend logs in as the user's own role, so what PostgreSQL allows that
 * role is what the user may do: never superuser, never around row-level security, in no role that reads files, runs
 * programs or signals. Members of the owner role (`admin: true`) may GRANT, write policies and comments on mirrors.
 *
 * The sources of a user are granted as USAGE and SELECT on all their tables, and taken back when the configuration takes
 * them back; what an administrator granted or revoked in SQL since is left alone.
 */
import { sqlError } from '../core/sql-error.ts';
import type { AdminConnection } from './admin-connection.ts';
import { quoteName, quoteText } from './quote.ts';
import { CATALOG_DATABASE, isReservedName, OWNER_ROLE } from './reserved-names.ts';

export interface RoleOptions {
  readonly name: string;
  readonly admin: boolean;
  /** Sources by name; those not mirrored yet are granted as they come. */
  readonly sources: readonly string[];
}

/** Predefined roles that reach beyond the database: files, programs, other sessions, everything. */
const FORBIDDEN_MEMBERSHIPS = [
  'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_signal_backend', 'pg_signal_autovacuum_worker',
  'pg_checkpoint', 'pg_maintain', 'pg_create_subscription', 'pg_use_reserved_connections', 'pg_write_all_data', 'pg_read_all_data',
  'pg_database_owner', 'pg_monitor', 'pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables',
]; // prettier-ignore

/** Creates or corrects a role. Throws 42939 for a reserved name, 42602 for one PostgreSQL cannot hold. */
export async function ensureRole(connection: AdminConnection, role: RoleOptions): Promise<void> {
  if (isReservedName(role.name)) throw sqlError('42939', `role name "${role.name}" is reserved`);
  if (role.name === '' || role.name.includes('\0') || Buffer.byteLength(role.name) > 63) {
    throw sqlError('42602', `"${role.name}" is not a possible role name`);
  }
  const [name, text] = [quoteName(role.name), quoteText(role.name)];
  const attributes = `LOGIN NOSUPERUSER NOCREATEDB NOREPLICATION NOBYPASSRLS INHERIT ${role.admin ? 'CREATEROLE' : 'NOCREATEROLE'}`;
  const [found] = await connection.rows<{ right: boolean; member: boolean; forbidden: string[]; sources: string[] }>(
    `SELECT rolcanlogin AND NOT rolsuper AND NOT rolcreatedb AND NOT rolreplication AND NOT rolbypassrls AND rolcreaterole = ${role.admin} AS right,
            EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid AND roleid = '${OWNER_ROLE}'::regrole) AS member,
            ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                  WHERE m.member = r.oid AND g.rolname = ANY (ARRAY[${FORBIDDEN_MEMBERSHIPS.map(quoteText).join(',')}])) AS forbidden,
            ARRAY(SELECT site FROM tributary.role_source WHERE role = r.rolname) AS sources
     FROM pg_roles r WHERE rolname = ${text}`,
  );
  const statements: string[] = [];
  if (!found) statements.push(`CREATE ROLE ${name} ${attributes};`);
  else if (!found.right) statements.push(`ALTER ROLE ${name} ${attributes};`);
  for (const group of found?.forbidden ?? []) statements.push(`REVOKE ${quoteName(group)} FROM ${name} CASCADE;`);
  if (role.admin && !found?.member) statements.push(adminGrants(name));
  if (!role.admin && found?.member) statements.push(adminRevokes(name));
  const had = new Set(found?.sources);
  for (const site of had) if (!role.sources.includes(site)) statements.push(await takeSource(connection, role.name, site));
  for (const site of role.sources) if (!had.has(site)) statements.push(await giveSource(connection, role.name, site));
  if (statements.length > 0) await connection.run(statements.join(''));
}

/** SET FALSE: an administrator acts on mirrors as what he is, and cannot become their owner. */
const adminGrants = (name: string): string =>
  `GRANT ${OWNER_ROLE} TO ${name} WITH INHERIT TRUE, SET FALSE;GRANT CREATE ON DATABASE ${quoteName(CATALOG_DATABASE)} TO ${name};GRANT CREATE ON SCHEMA public TO ${name};`;
const adminRevokes = (name: string): string =>
  `REVOKE ${OWNER_ROLE} FROM ${name};REVOKE CREATE ON DATABASE ${quoteName(CATALOG_DATABASE)} FROM ${name};REVOKE CREATE ON SCHEMA public FROM ${name};`;

async function schemasOf(connection: AdminConnection, site: string): Promise<string> {
  const rows = await connection.rows<{ name: string }>('SELECT name FROM tributary.mirror_schema WHERE site = $1', [site]);
  return rows.map((row) => quoteName(row.name)).join(', ');
}

async function giveSource(connection: AdminConnection, role: string, site: string): Promise<string> {
  const [schemas, name] = [await schemasOf(connection, site), quoteName(role)];
  const remember = `INSERT INTO tributary.role_source (role, site) VALUES (${quoteText(role)}, ${quoteText(site)}) ON CONFLICT DO NOTHING;`;
  if (schemas === '') return remember;
  return `${remember}GRANT USAGE ON SCHEMA ${schemas} TO ${name};GRANT SELECT ON ALL TABLES IN SCHEMA ${schemas} TO ${name};`;
}

async function takeSource(connection: AdminConnection, role: string, site: string): Promise<string> {
  const [schemas, name] = [await schemasOf(connection, site), quoteName(role)];
  const forget = `DELETE FROM tributary.role_source WHERE role = ${quoteText(role)} AND site = ${quoteText(site)};`;
  if (schemas === '') return forget;
  return `${forget}REVOKE SELECT ON ALL TABLES IN SCHEMA ${schemas} FROM ${name} CASCADE;REVOKE USAGE ON SCHEMA ${schemas} FROM ${name} CASCADE;`;
}
