/** One statement's transactions, by the site they were begun on; ends those that are its own. */
import { CATALOG_SITE, SESSION_SITE } from '../algebra/rel.ts';
import type { SiteTransaction } from '../algebra/site.ts';
import { assert } from '../core/assert.ts';

export class StatementSites {
  private readonly open = new Map<string, SiteTransaction>();
  private readonly own: SiteTransaction[] = [];
  private local: SiteTransaction | undefined;

  add(name: string, transaction: SiteTransaction, own: boolean): void {
    this.open.set(name, transaction);
    if (own) this.own.push(transaction);
  }
  addLocal(transaction: SiteTransaction): void {
    this.local = transaction;
    this.own.push(transaction);
  }
  of(name: string): SiteTransaction {
    const transaction = name === SESSION_SITE ? this.local : name === CATALOG_SITE ? this.ofCatalog() : this.open.get(name);
    assert(transaction, `no transaction was begun on ${name}`);
    return transaction;
  }
  /** The catalog server is two places: what is shipped there goes to the net, the rest is read on the session's backend. */
  private ofCatalog(): SiteTransaction {
    const net = this.open.get(CATALOG_SITE);
    return {
      query: (fragment, options) => {
        const transaction = options.inputs === undefined ? this.local : net;
        assert(transaction, 'no transaction was begun on the catalog server');
        return transaction.query(fragment, options);
      },
      end: () => Promise.resolve(),
    };
  }
  names(): Iterable<string> {
    return this.open.keys();
  }
  async end(): Promise<void> {
    for (const result of await Promise.allSettled(this.own.map((transaction) => transaction.end()))) {
      if (result.status === 'rejected') throw result.reason;
    }
  }
}
