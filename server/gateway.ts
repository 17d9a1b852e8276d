/**
 * Listens, lets clients in, gives each a session, and takes all of them down at the end. Knows nothing of concrete sources:
 * main.ts wires it.
 *
 * Invariant: a client that fails during start-up costs nothing that outlives its socket; no error of one session reaches
 * another.
 */
import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Logger } from 'pino';
import type { BackendConnection } from '../catalog/backend-connection.ts';
import { internalError, SqlError, sqlError } from '../core/sql-error.ts';
import type { Metrics } from './admin/metrics.ts';
import { authenticate, authenticationOk } from './auth/authenticate.ts';
import type { AuthenticationPolicy } from './auth/authenticate.ts';
import type { Federation } from './run-statement.ts';
import { Session } from './session/session.ts';
import { loadParser } from './session/statement-text.ts';
import { backendParameters } from './session/virtual-settings.ts';
import { backendKeyData, message, parameterStatus } from './wire/backend-messages.ts';
import { ClientConnection } from './wire/client-connection.ts';
import { negotiateStartup } from './wire/startup.ts';
import type { Startup } from './wire/startup.ts';

export interface GatewayOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly context: SecureContext; readonly required: boolean } | undefined;
  readonly policy: AuthenticationPolicy;
  readonly connectionsMax: number;
  readonly federation: Federation;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** A backend logged in as the user; `source`: named as database. */
  readonly connect: (session: {
    readonly user: string;
    readonly source: string | undefined;
    readonly parameters: Readonly<Record<string, string>>;
  }) => Promise<BackendConnection>;
  readonly cancel: (backend: BackendConnection) => Promise<void>;
}

interface Seat {
  readonly secret: Buffer;
  readonly session: Session;
}

const DATABASE = 'tributary';
/** PostgreSQL's authentication_timeout. */
const STARTUP_TIMEOUT_MS = 60_000;

export class GatewayServer {
  private options: GatewayOptions;
  private readonly server: Server;
  private readonly seats = new Map<number, Seat>();
  private readonly clients = new Set<ClientConnection>();
  private readonly serving = new Set<Promise<void>>();
  private taken = 0;
  private stopping = false;

  private constructor(options: GatewayOptions) {
    this.options = options;
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      const served = this.serve(socket).finally(() => this.serving.delete(served));
      this.serving.add(served);
    });
  }

  static async start(options: GatewayOptions): Promise<GatewayServer> {
    await loadParser();
    const gateway = new GatewayServer(options);
    await new Promise<void>((resolve, reject) => {
      gateway.server.once('error', reject);
      gateway.server.listen(options.port, options.host, resolve);
    });
    return gateway;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Sessions open now. */
  get sessions(): number {
    return this.seats.size;
  }

  /** For clients that come from now on. */
  reconfigure(changes: Pick<GatewayOptions, 'tls' | 'policy'>): void {
    this.options = { ...this.options, ...changes };
  }

  /** Every client is told 57P01; resolves when all is closed. */
  async stop(): Promise<void> {
    this.stopping = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const { session } of this.seats.values()) session.terminate();
    for (const client of this.clients) client.end();
    await Promise.allSettled(this.serving);
    await closed;
  }

  private async serve(socket: Socket): Promise<void> {
    const client = new ClientConnection(socket);
    this.clients.add(client);
    const timer = setTimeout(() => client.destroy(), STARTUP_TIMEOUT_MS);
    try {
      const startup = await negotiateStartup(client, this.options.tls);
      switch (startup.kind) {
        case 'gone':
          return;
        case 'cancel':
          this.cancel(startup);
          return;
        case 'session':
          await this.enter(client, startup, () => clearTimeout(timer));
      }
    } catch (error) {
      this.refuse(client, error);
    } finally {
      clearTimeout(timer);
      client.end();
      this.clients.delete(client);
    }
  }

  private refuse(client: ClientConnection, error: unknown): void {
    this.options.metrics.refused.inc();
    if (error instanceof SqlError) {
      this.options.log.info({ client: client.remoteAddress, code: error.code }, 'connection refused');
      client.refuse(error);
    } else {
      this.options.log.error({ client: client.remoteAddress, err: error }, 'connection failed');
      client.refuse(internalError(error instanceof Error ? error.message : String(error)));
    }
  }

  private cancel(request: Startup & { kind: 'cancel' }): void {
    const seat = this.seats.get(request.processId);
    if (seat && seat.secret.length === request.secret.length && timingSafeEqual(seat.secret, request.secret))
      seat.session.cancel();
  }

  private async enter(client: ClientConnection, startup: Startup & { kind: 'session' }, admitted: () => void): Promise<void> {
    if (this.stopping) throw sqlError('57P03', 'the database system is shutting down');
    if (this.taken >= this.options.connectionsMax) throw sqlError('53300', 'sorry, too many clients already');
    this.taken++;
    try {
      client.startMessages();
      const user = startup.parameters.get('user')!;
      if (
        startup.parameters.has('replication') &&
        !['false', 'off', 'no', '0'].includes(startup.parameters.get('replication')!)
      ) {
        throw sqlError('0A000', 'replication connections are not supported');
      }
      if (!(await authenticate(client, user, this.options.policy))) return;
      const source = this.source(startup.parameters.get('database') || user);
      const parameters = backendParameters(startup.parameters);
      const backend = await this.options.connect({ user, source, parameters });
      if (client.gone) return backend.destroy();
      admitted();
      await this.runSession(client, backend, user, source, startup.minorVersion, parameters);
    } finally {
      this.taken--;
    }
  }

  /** `tributary` is everything; a source's name puts that source first. */
  private source(database: string): string | undefined {
    if (database === DATABASE) return undefined;
    if (this.options.federation.sources.defaultSchema(database) !== undefined) return database;
    throw sqlError('3D000', `database "${database}" does not exist`);
  }

  private async runSession(
    client: ClientConnection,
    backend: BackendConnection,
    user: string,
    source: string | undefined,
    minorVersion: number,
    parameters: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { federation, metrics, log } = this.options;
    const defaultSearchPath = 'search_path' in parameters ? undefined : backend.parameters.get('search_path');
    const cancelBackend = (): Promise<void> => this.options.cancel(backend);
    const session = new Session({ client, backend, federation, source, user, cancelBackend, log, defaultSearchPath });
    const processId = this.freeProcessId(backend.processId);
    // 3.2 allows longer secrets; its cancel request carries as many bytes.
    const secret = randomBytes(minorVersion >= 2 ? 32 : 4);
    this.seats.set(processId, { secret, session });
    metrics.sessions.inc();
    try {
      client.authenticated();
      client.write(authenticationOk());
      for (const [name, value] of backend.parameters) client.write(parameterStatus(name, value));
      client.write(backendKeyData(processId, secret));
      client.write(readyForQuery);
      if (this.stopping) session.terminate();
      await session.run();
    } finally {
      this.seats.delete(processId);
      metrics.sessions.dec();
    }
  }

  /** The backend's own, as pg_backend_pid() shows it, unless a restart of the catalog server gave it out twice. */
  private freeProcessId(wanted: number): number {
    let id = wanted;
    while (id === 0 || this.seats.has(id)) id = randomInt(1, 0x7fffffff);
    return id;
  }
}

const readyForQuery = message(0x5a, Buffer.from('I'));
