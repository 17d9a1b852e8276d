/** Where the catalog server is: the embedded one, or an existing PostgreSQL 18 given by `catalog.url`. */
import { createHash } from 'node:crypto';
import type { AdminTarget } from './admin-connection.ts';
import type { EmbeddedServer } from './embedded-server.ts';
import { sessionPassword } from './embedded-server.ts';
import type { PostgresAddress } from './postgres-process.ts';
import { BOOTSTRAP_ROLE } from './reserved-names.ts';

export interface CatalogTarget {
  readonly address: PostgresAddress;
  readonly tls: 'require' | 'verify-full' | undefined;
  /** The superuser we are. */
  readonly user: string;
  readonly password: string | undefined;
  /** A database that exists already. */
  readonly database: string;
  /** The key of sessions' passwords; undefined: none are needed. */
  readonly secret: Buffer | undefined;
}

export function embeddedTarget(server: EmbeddedServer): CatalogTarget {
  const { address, secret } = server;
  const password = secret && sessionPassword(secret, BOOTSTRAP_ROLE);
  return { address, tls: undefined, user: BOOTSTRAP_ROLE, password, database: 'postgres', secret };
}

/** `postgres://user:password@host:port/database?sslmode=require`; `?host=/folder` for a Unix socket. */
export function urlTarget(text: string): CatalogTarget {
  const url = new URL(text);
  const port = Number(url.port || 5432);
  const folder = url.searchParams.get('host') ?? '';
  const host = url.hostname.replace(/^\[|\]$/g, '') || 'localhost';
  const mode = url.searchParams.get('sslmode');
  const password = url.password === '' ? undefined : decodeURIComponent(url.password);
  return {
    address: folder.startsWith('/') ? { kind: 'socket', directory: folder, port } : { kind: 'tcp', host, port },
    tls: mode === 'require' ? 'require' : mode?.startsWith('verify') ? 'verify-full' : undefined,
    user: decodeURIComponent(url.username) || 'postgres',
    password,
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    // Whoever knows the superuser's password may derive the others: the same for every gateway on this server.
    secret: password === undefined ? undefined : createHash('sha256').update(`tributary catalog ${password}`).digest(),
  };
}

export function adminTarget(target: CatalogTarget, database: string): AdminTarget {
  const { address, user, password, tls } = target;
  const host = address.kind === 'socket' ? address.directory : address.host;
  return { host, port: address.port, user, database, password, tls };
}
