/**
 * Asks the sources for statistics in the background: after a listing of what they hold, at most once in an interval, one
 * source after the other, so that it costs little; and at once for ANALYZE. A source that fails is asked again the next
 * time; estimates are then made with what is known.
 */
import type { Logger } from 'pino';
import type { Site, SourceRelation, SourceSchema, StatisticsRequest } from '../algebra/site.ts';
import { catalogSchemaName } from '../catalog/mirror/names.ts';
import type { StatisticsStore } from '../catalog/statistics-store.ts';

/** What ANALYZE names: `schema.table` or a name alone. */
export interface AnalyzeTarget {
  readonly schema: string | undefined;
  readonly name: string;
}

/** A newcomer's first queries go first. */
const FIRST_DELAY_MS = 2_000;
/** Of one source; what was not done by then keeps its older figures. */
const COLLECTION_TIMEOUT_MS = 60_000;

interface Listed {
  readonly site: Site;
  schema: SourceSchema;
  collectedAt: number | undefined;
  /** Tables that could not be looked at the last time. */
  readonly troubled: Set<string>;
}

export class StatisticsCollector {
  private readonly store: StatisticsStore;
  private readonly intervalMs: number;
  private readonly log: Logger;
  private readonly stopping = new AbortController();
  private readonly known = new Map<string, Listed>();
  private queue: Promise<void> = Promise.resolve();

  /** `intervalMs` 0: only on demand. */
  constructor(options: { readonly store: StatisticsStore; readonly intervalMs: number; readonly log: Logger }) {
    this.store = options.store;
    this.intervalMs = options.intervalMs;
    this.log = options.log;
  }

  /** The source has just been listed. */
  listed(site: Site, schema: SourceSchema): void {
    let listed = this.known.get(site.name);
    if (listed?.site === site) listed.schema = schema;
    else this.known.set(site.name, (listed = { site, schema, collectedAt: undefined, troubled: new Set() }));
    void this.enqueue(site, () => this.store.retain(site.name, schema.relations));
    const { collectedAt } = listed;
    if (this.intervalMs === 0 || (collectedAt !== undefined && Date.now() - collectedAt < this.intervalMs)) return;
    listed.collectedAt = Date.now();
    const due = listed;
    const collect = (): void => void this.collect(due, schema.relations, false);
    const timer = setTimeout(collect, collectedAt === undefined ? FIRST_DELAY_MS : 0);
    timer.unref();
    this.stopping.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  /**
   * Collects anew what is named, or everything. Resolves when it was done, or failed (which is logged): `source` when the
   * name is a source's, `nothing` when neither a source nor a table of one is called so.
   */
  async analyze(target: AnalyzeTarget | undefined): Promise<'tables' | 'source' | 'nothing'> {
    const source = target && target.schema === undefined ? this.known.get(target.name) : undefined;
    const wanted = source ? [source] : [...this.known.values()];
    let found = 0;
    for (const listed of wanted) {
      const { site, schema } = listed;
      const relations = schema.relations.filter((relation) => source !== undefined || isMeant(site, relation, target));
      found += relations.length;
      if (relations.length > 0) await this.collect(listed, relations, true);
    }
    return source ? 'source' : found > 0 ? 'tables' : 'nothing';
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.queue;
  }

  private collect(listed: Listed, relations: readonly SourceRelation[], anew: boolean): Promise<void> {
    return this.enqueue(listed.site, () => this.collectNow(listed, relations, anew));
  }

  /** One after the other. What fails is logged. */
  private enqueue(site: Site, work: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(async () => {
      if (this.stopping.signal.aborted || this.known.get(site.name)?.site !== site) return;
      try {
        await work();
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        this.log.warn({ source: site.name, err: (error as Error).message }, 'could not collect statistics');
      }
    });
    return this.queue;
  }

  private async collectNow({ site, troubled }: Listed, relations: readonly SourceRelation[], anew: boolean): Promise<void> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(COLLECTION_TIMEOUT_MS)]);
    const requests = relations.map(({ schema, name, columns }) => ({
      schema,
      name,
      columns: columns.map((column) => column.name),
      version: anew ? undefined : this.store.version(site.name, schema, name),
    }));
    // What took too long may do so again: after the others.
    const isTroubled = (request: StatisticsRequest): number => Number(troubled.has(tableKey(request)));
    requests.sort((a, b) => isTroubled(a) - isTroubled(b));
    for await (const found of site.statistics(requests, signal)) {
      if ('problem' in found) {
        troubled.add(tableKey(found));
        this.log.debug({ source: site.name, ...found }, 'no statistics');
      } else {
        troubled.delete(tableKey(found));
        await this.store.save(site.name, found);
      }
    }
  }
}

const tableKey = ({ schema, name }: { readonly schema: string; readonly name: string }): string => JSON.stringify([schema, name]);

function isMeant(site: Site, { schema, name }: SourceRelation, target: AnalyzeTarget | undefined): boolean {
  if (target === undefined) return true;
  if (target.name !== name) return false;
  if (target.schema === undefined) return schema === site.defaultSchema;
  return catalogSchemaName(site.name, schema, site.defaultSchema) === target.schema;
}
