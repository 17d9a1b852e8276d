/** Names of ours in the catalog server, and which names users may not take. */

/** The bootstrap superuser: our own connection, never a session's. */
export const BOOTSTRAP_ROLE = 'tributary_boot';
/** Owns every mirror; cannot log in; the `admin: true` users are its members. */
export const OWNER_ROLE = 'tributary_owner';
/** Evaluates expressions for the net. */
export const NET_ROLE = 'tributary_net';
export const CATALOG_DATABASE = 'tributary';
/** Holds our functions and tables. */
export const CATALOG_SCHEMA = 'tributary';

/** Names neither a role nor a source may have. */
export const isReservedName = (name: string): boolean =>
  /^(pg_|tributary)/.test(name) || ['public', 'information_schema', 'none'].includes(name);
