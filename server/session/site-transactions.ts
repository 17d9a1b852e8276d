/** The remote transactions of a REPEATABLE READ or SERIALIZABLE transaction: one per source, from first use to its end. */
import type { BeginOptions, Site, SiteTransaction } from '../../algebra/site.ts';

export class SiteTransactions {
  private readonly open = new Map<string, Promise<SiteTransaction>>();

  async of(site: Pick<Site, 'name' | 'begin'>, options: BeginOptions): Promise<SiteTransaction> {
    const known = this.open.get(site.name);
    if (known) return known;
    const begun = site.begin(options);
    this.open.set(site.name, begun);
    try {
      return await begun;
    } catch (error) {
      this.open.delete(site.name);
      throw error;
    }
  }

  async end(): Promise<void> {
    const all = [...this.open.values()];
    this.open.clear();
    await Promise.allSettled(all.map(async (transaction) => (await transaction).end()));
  }
}
