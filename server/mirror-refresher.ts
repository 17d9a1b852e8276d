/**
 * Keeps mirrors true: asks each source what it holds at start, on an interval, on demand, and when a query met a table or
 * column that is gone. A source that does not answer keeps its mirror and is asked again; it never stops the server.
 */
import type { Logger } from 'pino';
import type { Site, SourceSchema } from '../algebra/site.ts';
import type { CatalogServer } from '../catalog/catalog-server.ts';
import type { Metrics } from './admin/metrics.ts';

/** After a failure: soon, then ever more seldom up to the interval. */
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;
const DESCRIBE_TIMEOUT_MS = 60_000;

interface Watched {
  readonly site: Site;
  schemas: ReadonlySet<string>;
  /** Why it could not be read, as long as it never was. */
  unread: string | undefined;
  /** Relations of the default schema. */
  names: ReadonlySet<string>;
  running: Promise<void> | null;
  again: boolean;
  timer: NodeJS.Timeout | undefined;
  failures: number;
  /** Aborted when the site is watched no more. */
  readonly dropped: AbortController;
}

const watching = (site: Site): Watched => ({
  site,
  schemas: new Set([site.defaultSchema]),
  unread: 'it has not answered yet',
  names: new Set(),
  running: null,
  again: false,
  timer: undefined,
  failures: 0,
  dropped: new AbortController(),
});

export class MirrorRefresher {
  private readonly catalog: CatalogServer;
  private watched: ReadonlyMap<string, Watched>;
  private readonly intervalMs: number;
  private readonly metrics: Metrics;
  private readonly log: Logger;
  private readonly listed: (site: Site, schema: SourceSchema) => void;
  private readonly stopping = new AbortController();

  constructor(options: {
    readonly catalog: CatalogServer;
    readonly sites: Iterable<Site>;
    /** 0: only on demand. */
    readonly intervalMs: number;
    readonly metrics: Metrics;
    readonly log: Logger;
    /** Told what a source holds, whenever that was read. */
    readonly listed: (site: Site, schema: SourceSchema) => void;
  }) {
    this.listed = options.listed;
    this.catalog = options.catalog;
    this.intervalMs = options.intervalMs;
    this.metrics = options.metrics;
    this.log = options.log;
    this.watched = new Map([...options.sites].map((site) => [site.name, watching(site)]));
  }

  /** From now on these. What is known of a site that stays stays known; a new one waits for its first refresh. */
  watchOnly(sites: Iterable<Site>): void {
    const before = this.watched;
    this.watched = new Map(
      [...sites].map((site) => {
        const known = before.get(site.name);
        return [site.name, known?.site === site ? known : watching(site)];
      }),
    );
    for (const [name, known] of before) {
      if (this.watched.get(name) === known) continue;
      clearTimeout(known.timer);
      known.dropped.abort();
      if (!this.watched.has(name)) this.metrics.sourceUp.remove({ source: name });
    }
  }

  /** Every source once. Never rejects: what failed is logged and tried again. */
  async refreshAll(): Promise<void> {
    await Promise.all([...this.watched.keys()].map((name) => this.refresh(name)));
  }

  /** A refresh under way is followed by another: what it reads may be older than the reason of this call. */
  refresh(name: string): Promise<void> {
    const watched = this.watched.get(name);
    if (!watched || this.stopping.signal.aborted) return Promise.resolve();
    if (watched.running) {
      watched.again = true;
      return watched.running;
    }
    clearTimeout(watched.timer);
    watched.running = this.untilCurrent(watched);
    return watched.running;
  }

  /** Schemas the source had at the last refresh. */
  schemas(name: string): ReadonlySet<string> {
    return this.watched.get(name)?.schemas ?? new Set();
  }

  /** Why nothing is known of a source that has not answered since the start; undefined when it has. */
  unread(name: string): string | undefined {
    return this.watched.get(name)?.unread;
  }

  /** Sources whose default schema has a relation of this name. */
  holding(relation: string): readonly string[] {
    return [...this.watched].filter(([, { names }]) => names.has(relation)).map(([name]) => name);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const watched of this.watched.values()) clearTimeout(watched.timer);
    await Promise.all([...this.watched.values()].map((watched) => watched.running ?? Promise.resolve()));
  }

  private isOver(watched: Watched): boolean {
    return this.stopping.signal.aborted || watched.dropped.signal.aborted;
  }

  private async untilCurrent(watched: Watched): Promise<void> {
    do {
      watched.again = false;
      await this.once(watched);
    } while (watched.again && !this.isOver(watched));
    watched.running = null;
    const wait = watched.failures > 0 ? Math.min(RETRY_MIN_MS * 2 ** (watched.failures - 1), RETRY_MAX_MS) : this.intervalMs;
    if (wait === 0 || this.isOver(watched)) return;
    watched.timer = setTimeout(() => void this.refresh(watched.site.name), wait);
    watched.timer.unref();
  }

  private async once(watched: Watched): Promise<void> {
    const { site } = watched;
    try {
      const signal = AbortSignal.any([this.stopping.signal, watched.dropped.signal, AbortSignal.timeout(DESCRIBE_TIMEOUT_MS)]);
      const schema = await site.describe(signal);
      signal.throwIfAborted();
      await this.catalog.refresh({ name: site.name, defaultSchema: site.defaultSchema }, schema);
      watched.schemas = new Set([
        site.defaultSchema,
        ...[...schema.relations, ...(schema.functions ?? [])].map((one) => one.schema),
      ]);
      const inDefault = schema.relations.filter((relation) => relation.schema === site.defaultSchema);
      watched.names = new Set(inDefault.map((relation) => relation.name));
      for (const problem of watched.failures === 0 ? [] : schema.problems)
        this.log.warn({ source: site.name, problem }, 'not mirrored');
      if (watched.failures > 0) this.log.info({ source: site.name }, 'source is back');
      watched.failures = 0;
      watched.unread = undefined;
      this.metrics.sourceUp.set({ source: site.name }, 1);
      this.listed(site, schema);
    } catch (error) {
      if (this.isOver(watched)) return;
      watched.failures++;
      this.metrics.sourceUp.set({ source: site.name }, 0);
      const detail = (error as { fields?: { detail?: string } }).fields?.detail;
      if (watched.unread !== undefined) watched.unread = detail ?? (error as Error).message;
      this.log.warn({ source: site.name, err: (error as Error).message, detail }, 'could not read what the source holds');
    }
  }
}
