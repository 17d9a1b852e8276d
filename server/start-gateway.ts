/**
 * From a configuration and its sites to a running gateway, and down again in the reverse order. main.ts makes the sites.
 */
import { createSecureContext } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import pino from 'pino';
import type { Logger } from 'pino';
import type { Rel } from '../algebra/rel.ts';
import type { ConstantRaiser } from '../planner/rewrite/raise-constants.ts';
import type { Capabilities, NetSite, Site } from '../algebra/site.ts';
import type { Statistics } from '../algebra/statistics.ts';
import { CatalogServer, NET_CONNECTIONS } from '../catalog/catalog-server.ts';
import type { LocalTables } from '../connectors/postgres/local-tables.ts';
import { LearnedRows } from '../planner/estimate/learned-rows.ts';
import type { planQuery } from '../planner/plan-query.ts';
import type { CatalogLogin } from '../catalog/catalog-server.ts';
import { AdmissionQueue } from './admission.ts';
import { startAdminServer } from './admin/admin-server.ts';
import { Metrics } from './admin/metrics.ts';
import type { AuthenticationPolicy } from './auth/authenticate.ts';
import { certificateBinding, scramVerifier } from './auth/scram.ts';
import type { Configuration, SourceConfiguration } from './configuration/schema.ts';
import { GatewayServer } from './gateway.ts';
import type { GatewayOptions } from './gateway.ts';
import { MirrorRefresher } from './mirror-refresher.ts';
import { SourceSet } from './source-set.ts';
import { StatisticsCollector } from './statistics-collector.ts';
import { Roles } from './roles.ts';
import { Federation } from './run-statement.ts';
import type { FederationParts } from './federation.ts';

export interface Gateway {
  readonly host: string;
  readonly port: number;
  /** Sessions open now. */
  readonly sessions: () => number;
  /** Asks every source again what it holds. */
  readonly refresh: () => Promise<void>;
  /**
   * Goes on under another configuration; resolves when its sources were read. Running statements finish on the old one.
   * Throws, with nothing changed, when it cannot. What only a start can change stays, and is named in the log.
   */
  readonly reload: (configuration: Configuration) => Promise<void>;
  /** Of the metrics endpoint, when configured. */
  readonly metricsPort: number | undefined;
  /** Ends every session with 57P01, then everything behind. Idempotent. */
  stop(): Promise<void>;
}

export interface GatewayParts {
  readonly createSite: (name: string, source: SourceConfiguration) => Site;
  /** What the local executor evaluates. */
  readonly local: Capabilities;
  readonly localTables: LocalTables;
  readonly foldConstants: (rel: Rel, net: NetSite) => Promise<Rel>;
  readonly raiseConstant: ConstantRaiser;
  /** The net, over connections made as told. */
  readonly createNet: (login: CatalogLogin, connectionsMax: number) => NetSite;
  readonly observer?: PlannerObserver;
}

/** How a test of plans steers the planner and sees what it did. Plans do not depend on what was executed before. */
export interface PlannerObserver {
  /** In place of what the sources say, so that plans do not depend on them. */
  readonly statistics?: Statistics;
  /** Rules switched off; read at every plan. */
  readonly disabled: ReadonlySet<string>;
  /** Collects the names of the rules that changed something. */
  readonly fired?: Set<string>;
  /** Plans every statement, every time, in place of the planner: mostly by it, but told other things. */
  readonly plan?: typeof planQuery;
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
  const sources = new SourceSet(parts.createSite);
  sources.change(configuration.sources);
  started.push(() => sources.close());
  const catalog = await CatalogServer.start({
    dataDir: configuration.catalog.data_dir,
    url: configuration.catalog.url,
    connections: configuration.limits.connections,
    log: ({ level, message, ...fields }) => log[level](fields, message),
  });
  started.push(() => catalog.stop());
  const net = parts.createNet(await catalog.netLogin(), NET_CONNECTIONS);
  started.push(() => net.close());
  catalog.setSources([...sources.sites.values()]);
  const intervalMs = configuration.catalog.refresh;
  const collector = new StatisticsCollector({ store: catalog.statistics, intervalMs: configuration.catalog.statistics, log });
  started.push(() => collector.stop());
  const refresher = new MirrorRefresher({
    catalog,
    sites: sources.sites.values(),
    intervalMs,
    metrics,
    log,
    listed: (site, schema) => collector.listed(site, schema),
  });
  started.push(() => refresher.stop());
  await refresher.refreshAll();
  if (configuration.catalog.setup !== undefined) await catalog.runSetup(await readFile(configuration.catalog.setup, 'utf8'));
  const roles = new Roles(configuration, catalog);
  await roles.ensureConfigured();

  const admission = new AdmissionQueue(configuration.limits.concurrent_queries);
  const federation = new Federation({
    lookup: catalog.lookup,
    sessionLookup: (describe) => catalog.sessionLookup(describe),
    noteGeneration: (generation) => catalog.noteGeneration(generation),
    local: parts.local,
    localTables: parts.localTables,
    net,
    statistics: parts.observer?.statistics ?? catalog.statistics,
    learned: parts.observer ? undefined : new LearnedRows(configuration.catalog.statistics || Infinity),
    foldConstants: parts.foldConstants,
    raiseConstant: parts.raiseConstant,
    fired: parts.observer?.fired,
    planQuery: parts.observer?.plan,
    sources: {
      defaultSchema: (name) => sources.sites.get(name)?.defaultSchema,
      schemas: (name) => refresher.schemas(name),
      holding: (relation) => refresher.holding(relation),
      unread: (name) => refresher.unread(name),
    },
    admission,
    metrics,
    log,
    refresh: (name) => (name === undefined ? refresher.refreshAll() : refresher.refresh(name)),
    analyze: (target) => collector.analyze(target),
    onMismatch: (site) => void refresher.refresh(site),
    ...changeableParts(configuration, sources, parts),
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

  const reload = async (next: Configuration): Promise<void> => {
    // All that can fail comes first.
    const nextTls = await readTls(next);
    await roles.reconfigure(next);
    const { added, removed } = sources.change(next.sources);
    federation.reconfigure(changeableParts(next, sources, parts));
    admission.resize(next.limits.concurrent_queries);
    log.level = next.log.level;
    server.reconfigure({ tls: nextTls.tls, policy: policyOf(next, nextTls.channelBinding) });
    catalog.setSources([...sources.sites.values()]);
    refresher.watchOnly([...sources.sites.values()]);
    for (const site of removed) {
      site.retire().catch((error: unknown) => log.warn({ source: site.name, err: String(error) }, 'could not close a source'));
    }
    await Promise.all(added.map((site) => refresher.refresh(site.name)));
    const fixed = needsRestart(configuration, next);
    if (fixed.length > 0) log.warn({ keys: fixed }, 'takes effect at the next start');
    log.info({ sources: [...sources.sites.keys()] }, 'configuration read again');
  };
  let reloading: Promise<unknown> = Promise.resolve();
  return {
    host,
    port: server.port,
    sessions: () => server.sessions,
    refresh: () => refresher.refreshAll(),
    reload: (next) => {
      const reloaded = reloading.then(() => reload(next));
      reloading = reloaded.catch(() => undefined); // its caller was told
      return reloaded;
    },
    metricsPort: admin?.port,
    stop,
  };
}

/** What a running federation takes from the configuration. */
const changeableParts = (
  configuration: Configuration,
  sources: SourceSet,
  parts: GatewayParts,
): Pick<FederationParts, 'sites' | 'disabled' | 'queryMemoryBytes' | 'slowQueryMs'> => ({
  sites: sources.sites,
  disabled: parts.observer?.disabled ?? new Set(configuration.planner.disable),
  queryMemoryBytes: configuration.limits.query_memory,
  slowQueryMs: configuration.log.slow_query,
});

/** Keys that differ though only a start can change them. */
function needsRestart(before: Configuration, after: Configuration): string[] {
  const fixed = (each: Configuration): Record<string, unknown> => ({
    'listen.host': each.listen.host,
    'listen.port': each.listen.port,
    catalog: each.catalog,
    metrics: each.metrics,
    'limits.connections': each.limits.connections,
  });
  const [old, wanted] = [fixed(before), fixed(after)];
  return Object.keys(old).filter((key) => !isDeepStrictEqual(old[key], wanted[key]));
}

/** Standard error, as JSON; readable lines on a terminal. */
function logger(configuration: Configuration): Logger {
  const { level } = configuration.log;
  if (process.stderr.isTTY && level !== 'silent') {
    return pino({ level, transport: { target: 'pino-pretty', options: { destination: 2 } } });
  }
  return pino({ level }, pino.destination(2));
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
