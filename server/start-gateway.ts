/**
 * From a configuration and its sites to a running gateway, and down again in the reverse order. main.ts makes the sites.
 */
import { createSecureContext } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pino from 'pino';
import type { Logger } from 'pino';
import type { Rel } from '../algebra/rel.ts';
import type { Capabilities, Site } from '../algebra/site.ts';
import type { Statistics } from '../algebra/statistics.ts';
import { CatalogServer } from '../catalog/catalog-server.ts';
import type { BackendConnection } from '../catalog/backend-connection.ts';
import { AdmissionQueue } from './admission.ts';
import { startAdminServer } from './admin/admin-server.ts';
import { Metrics } from './admin/metrics.ts';
import type { AuthenticationPolicy } from './auth/authenticate.ts';
import { certificateBinding, scramVerifier } from './auth/scram.ts';
import type { Configuration } from './configuration/schema.ts';
import { GatewayServer } from './gateway.ts';
import type { GatewayOptions } from './gateway.ts';
import { MirrorRefresher } from './mirror-refresher.ts';
import { Federation } from './run-statement.ts';

export interface Gateway {
  readonly host: string;
  readonly port: number;
  /** Sessions open now. */
  readonly sessions: () => number;
  /** Asks every source again what it holds. */
  readonly refresh: () => Promise<void>;
  /** Of the metrics endpoint, when configured. */
  readonly metricsPort: number | undefined;
  /** Ends every session with 57P01, then everything behind. Idempotent. */
  stop(): Promise<void>;
}

export interface GatewayParts {
  readonly sites: readonly Site[];
  /** What the local executor evaluates. */
  readonly local: Capabilities;
  readonly foldConstants: (rel: Rel) => Rel;
  readonly observer?: PlannerObserver;
}

/** How a test of plans steers the planner and sees what it did. */
export interface PlannerObserver {
  /** In place of what the sources say, so that plans do not depend on them. */
  readonly statistics: Statistics;
  /** Rules switched off; read at every plan. */
  readonly disabled: ReadonlySet<string>;
  /** Collects the names of the rules that changed something. */
  readonly fired: Set<string>;
}

export async function startWithSites(configuration: Configuration, parts: GatewayParts): Promise<Gateway> {
  const log = logger(configuration);
  // What was started, to be stopped in reverse order.
  const started: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (let end = started.pop(); end; end = started.pop()) await end();
  };
  try {
    return await start(configuration, parts, log, started, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  configuration: Configuration,
  parts: GatewayParts,
  log: Logger,
  started: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Gateway> {
  const metrics = new Metrics();
  const sites = new Map(parts.sites.map((site) => [site.name, site]));
  started.push(() => Promise.allSettled(parts.sites.map((site) => site.close())));
  const catalog = await CatalogServer.start({
    dataDir: configuration.catalog.data_dir,
    url: configuration.catalog.url,
    connections: configuration.limits.connections,
    log: ({ level, message, ...fields }) => log[level](fields, message),
  });
  started.push(() => catalog.stop());
  // The order of the configuration is the order of the search path.
  for (const site of parts.sites) catalog.addSource({ name: site.name, defaultSchema: site.defaultSchema });
  const intervalMs = configuration.catalog.refresh;
  const refresher = new MirrorRefresher({ catalog, sites: parts.sites, intervalMs, metrics, log });
  started.push(() => refresher.stop());
  await refresher.refreshAll();
  if (configuration.catalog.setup !== undefined) await catalog.runSetup(await readFile(configuration.catalog.setup, 'utf8'));
  const roles = new Roles(configuration, catalog, [...sites.keys()]);
  await roles.ensureConfigured();

  const federation = new Federation({
    lookup: catalog.lookup,
    noteGeneration: (generation) => catalog.noteGeneration(generation),
    sites,
    local: parts.local,
    statistics: parts.observer?.statistics ?? { rows: (table) => catalog.lookup.mirror(table.mirrorOid)?.estimatedRows },
    foldConstants: parts.foldConstants,
    disabled: parts.observer?.disabled ?? new Set(configuration.planner.disable),
    fired: parts.observer?.fired,
    queryMemoryBytes: configuration.limits.query_memory,
    slowQueryMs: configuration.log.slow_query,
    sources: {
      defaultSchema: (name) => sites.get(name)?.defaultSchema,
      schemas: (name) => refresher.schemas(name),
      holding: (relation) => refresher.holding(relation),
    },
    admission: new AdmissionQueue(configuration.limits.concurrent_queries),
    metrics,
    log,
    refresh: (name) => (name === undefined ? refresher.refreshAll() : refresher.refresh(name)),
    onMismatch: (site) => void refresher.refresh(site),
  });
  const { tls, channelBinding } = await readTls(configuration);
  const server = await GatewayServer.start({
    host: configuration.listen.host,
    port: configuration.listen.port,
    tls,
    policy: policyOf(configuration, channelBinding),
    connectionsMax: configuration.limits.connections,
    federation,
    metrics,
    log,
    connect: (session) => roles.connect(session),
    cancel: (backend) => catalog.cancel(backend),
  });
  started.push(() => server.stop());
  const { metrics: endpoint } = configuration;
  const isReady = async (): Promise<boolean> => roles.answers();
  const admin = endpoint ? await startAdminServer({ ...endpoint, metrics, isReady }) : undefined;
  if (admin) started.push(() => admin.stop());
  const { host } = configuration.listen;
  return {
    host,
    port: server.port,
    sessions: () => server.sessions,
    refresh: () => refresher.refreshAll(),
    metricsPort: admin?.port,
    stop,
  };
}

/** Standard error, as JSON; readable lines on a terminal. */
function logger(configuration: Configuration): Logger {
  const { level } = configuration.log;
  if (process.stderr.isTTY && level !== 'silent') {
    return pino({ level, transport: { target: 'pino-pretty', options: { destination: 2 } } });
  }
  return pino({ level }, pino.destination(2));
}

/** Users as roles of the catalog server. */
class Roles {
  private readonly configuration: Configuration;
  private readonly catalog: CatalogServer;
  private readonly sources: readonly string[];
  /** Names let in under trust, known to be roles by now. */
  private readonly known = new Set<string>();

  constructor(configuration: Configuration, catalog: CatalogServer, sources: readonly string[]) {
    this.configuration = configuration;
    this.catalog = catalog;
    this.sources = sources;
  }

  async ensureConfigured(): Promise<void> {
    for (const user of this.configuration.auth.users) {
      await this.catalog.ensureRole({ name: user.name, admin: user.admin, sources: user.sources ?? this.sources });
      this.known.add(user.name);
    }
  }

  async connect(session: Parameters<GatewayOptions['connect']>[0]): Promise<BackendConnection> {
    const { user, source } = session;
    if (!this.known.has(user)) {
      await this.catalog.ensureRole({ name: user, admin: false, sources: this.sources });
      this.known.add(user);
    }
    const { statement_timeout, idle_session_timeout } = this.configuration.limits;
    const parameters = {
      ...(statement_timeout > 0 ? { statement_timeout: String(statement_timeout) } : {}),
      ...(idle_session_timeout > 0 ? { idle_session_timeout: String(idle_session_timeout) } : {}),
      search_path: this.catalog.searchPath(source),
      ...session.parameters,
    };
    return this.catalog.connect({ user, parameters });
  }

  /** Whether the catalog server lets a session in. */
  async answers(): Promise<boolean> {
    try {
      await this.catalog.lookup.ensure({ relations: [1], types: [], functions: [], operators: [], collations: [] });
      return true;
    } catch (error) {
      if (error instanceof Error) return false;
      throw error;
    }
  }
}

function policyOf(configuration: Configuration, channelBinding: Buffer | null): AuthenticationPolicy {
  const { method, users } = configuration.auth;
  if (method === 'trust') return { method, users: users.length > 0 ? new Set(users.map((user) => user.name)) : null };
  return { method, channelBinding, users: new Map(users.map((user) => [user.name, scramVerifier(user.password!)])) };
}

async function readTls(configuration: Configuration): Promise<{ tls: GatewayOptions['tls']; channelBinding: Buffer | null }> {
  const { tls } = configuration.listen;
  if (!tls) return { tls: undefined, channelBinding: null };
  const [cert, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
  const context = createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
  return { tls: { context, required: tls.required }, channelBinding: certificateBinding(new X509Certificate(cert).raw) };
}
