/**
 * A site that knows how many of its transactions are open, so that a source taken out of a running gateway (SIGHUP) is
 * closed only when the last statement that uses it has ended.
 */
import type {
  BeginOptions,
  Capabilities,
  CollectedStatistics,
  Site,
  SiteTransaction,
  SourceSchema,
  StatisticsProblem,
  StatisticsRequest,
} from '../algebra/site.ts';
import type { SiteCosts } from '../algebra/site-costs.ts';
import type { FileFunctions } from '../algebra/file-functions.ts';
import type { Rel, RelColumn } from '../algebra/rel.ts';

export class CountedSite implements Site {
  readonly name: string;
  readonly type: string;
  readonly defaultSchema: string;
  private readonly site: Site;
  private open = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(site: Site) {
    this.name = site.name;
    this.type = site.type;
    this.defaultSchema = site.defaultSchema;
    this.site = site;
  }

  get files(): FileFunctions | undefined {
    const { files } = this.site;
    return (
      files && {
        open: (call, signal) => this.counted(() => files.open(call, signal)),
        hasChanged: (table, signal) => this.counted(() => files.hasChanged(table, signal)),
      }
    );
  }

  get costs(): SiteCosts {
    return this.site.costs;
  }

  get capabilities(): Capabilities {
    return this.site.capabilities;
  }

  get wholeStatements(): Capabilities | undefined {
    return this.site.wholeStatements;
  }

  describe(signal: AbortSignal): Promise<SourceSchema> {
    return this.counted(() => this.site.describe(signal));
  }

  async *statistics(
    tables: readonly StatisticsRequest[],
    signal: AbortSignal,
  ): AsyncGenerator<CollectedStatistics | StatisticsProblem> {
    this.open++;
    try {
      yield* this.site.statistics(tables, signal);
    } finally {
      this.left();
    }
  }

  async begin(options: BeginOptions): Promise<SiteTransaction> {
    this.open++;
    let transaction: SiteTransaction;
    try {
      transaction = await this.site.begin(options);
    } catch (error) {
      this.left();
      throw error;
    }
    let ended: Promise<void> | undefined;
    const end = (): Promise<void> => (ended ??= transaction.end().finally(() => this.left()));
    return {
      query: (fragment, how) => transaction.query(fragment, how),
      ...(transaction.relay ? { relay: (fragment, how) => transaction.relay!(fragment, how) } : {}),
      end,
    };
  }

  sql(fragment: Rel): string {
    return this.site.sql(fragment);
  }

  canRelay(columns: readonly RelColumn[]): boolean {
    return this.site.canRelay(columns);
  }

  /** At once: what is still open is the caller's to end. */
  close(): Promise<void> {
    return this.site.close();
  }

  /** Resolves when nothing is open any more and the site is closed. Nobody begins anything here by now. */
  async retire(): Promise<void> {
    while (this.open > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    await this.site.close();
  }

  private async counted<T>(work: () => Promise<T>): Promise<T> {
    this.open++;
    try {
      return await work();
    } finally {
      this.left();
    }
  }

  private left(): void {
    this.open--;
    if (this.open === 0) for (const resolve of this.waiting.splice(0)) resolve();
  }
}
