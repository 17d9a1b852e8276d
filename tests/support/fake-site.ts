/**
 * A site made of arrays, for tests of the executor: a fragment is a scan of a named table. It counts what is open, and on
 * wish fails, hangs or waits, so that tests can prove that every path closes every stream.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { SiteQueryOptions, SiteTransaction } from '../../algebra/site.ts';
import type { Batch, BatchStream } from '../../core/batch.ts';
import type { Datum } from '../../core/datum.ts';

export interface FakeTable {
  readonly batches: readonly Batch[];
  /** next() rejects with this after the batches so far were read. */
  readonly failAfter?: { readonly batches: number; readonly error: Error };
  /** query() itself rejects. */
  readonly failOpen?: Error;
  /** next() never settles after so many batches, not even on abort: only close() ends it. */
  readonly hangAfter?: number;
  /** query() settles only when its signal aborts. */
  readonly hangOpen?: boolean;
}

export class FakeSite {
  readonly #tables: ReadonlyMap<string, FakeTable>;
  /** Streams opened and not yet closed. */
  open = 0;
  /** Streams opened, ever; queries begun, ever. */
  opened = 0;
  queries: string[] = [];
  params: readonly Datum[] = [];
  batchesRead = 0;

  constructor(tables: Readonly<Record<string, FakeTable>>) {
    this.#tables = new Map(Object.entries(tables));
  }

  readonly transaction: SiteTransaction = {
    query: (fragment, options) => this.#query(fragment, options),
    end: () => Promise.resolve(),
  };

  async #query(fragment: Rel, options: SiteQueryOptions): Promise<BatchStream> {
    const scan = scanOf(fragment);
    this.queries.push(scan);
    this.params = options.params;
    const table = this.#tables.get(scan);
    if (table === undefined) throw new Error(`no table ${scan}`);
    await new Promise((resolve) => setImmediate(resolve));
    if (table.failOpen) throw table.failOpen;
    if (table.hangOpen) {
      await new Promise((_, reject) => {
        if (options.signal.aborted) reject(options.signal.reason as Error);
        options.signal.addEventListener('abort', () => reject(options.signal.reason as Error));
      });
    }
    this.open++;
    this.opened++;
    return this.#stream(table, options);
  }

  #stream(table: FakeTable, options: SiteQueryOptions): BatchStream {
    let index = 0;
    let closed = false;
    let ended = false;
    let release: (() => void) | undefined;
    return {
      next: async () => {
        if (closed) throw new Error('next() after close()');
        if (ended) throw new Error('next() after the end');
        if (index % 2 === 1) await new Promise((resolve) => setImmediate(resolve));
        if (table.failAfter?.batches === index) throw table.failAfter.error;
        if (table.hangAfter === index) {
          await new Promise<void>((resolve) => (release = resolve));
          throw new Error('closed');
        }
        const batch = table.batches[index++];
        if (batch === undefined) {
          ended = true;
          return null;
        }
        this.batchesRead++;
        if (options.metrics) {
          options.metrics.rows += batch.length;
          options.metrics.bytes += 8 * batch.length;
          options.metrics.sentBytes += 3;
          options.metrics.waitForConnectionMs += 2;
        }
        return batch;
      },
      close: async () => {
        if (closed) return;
        closed = true;
        release?.();
        await new Promise((resolve) => setImmediate(resolve));
        this.open--;
      },
    };
  }
}

function scanOf(fragment: Rel): string {
  if (fragment.kind === 'filter') return scanOf(fragment.input);
  if (fragment.kind !== 'scan') throw new Error(`a fake site cannot run ${fragment.kind}`);
  return fragment.table.name;
}
