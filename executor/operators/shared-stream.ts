/**
 * One stream and its several readers: the rows of a WITH, or of a fetch that several places of a plan ask for. It runs when
 * its first reader asks, and only as far as its readers read.
 *
 * - A batch is kept until the slowest reader has taken it; a reader that is ahead asks the source for more and never waits
 *   for one behind. What is kept counts as the query's memory.
 * - A reader that closes lets go of its share; with the last one the source is closed, which cancels its query.
 * - An error reaches every reader, each after the batches before it.
 * - Memory that runs out: where the source can be asked again, whoever has not begun to read does so alone later on, as if
 *   nothing had been shared, and what was kept for it is dropped. Otherwise 53200, as everywhere.
 */
import { internalError } from '../../core/sql-error.ts';
import type { Batch } from '../../core/batch.ts';
import type { MemoryAccount } from '../memory/memory-budget.ts';
import { batchBytes } from '../../core/column-bytes.ts';
import type { Operator } from './operator.ts';

export class SharedStream {
  readonly #source: Operator;
  readonly #account: MemoryAccount;
  /** The source once more, for a reader that goes alone; null: it must run once only. */
  readonly #again: (() => Operator) | null;
  /** Readers that are not there yet; Infinity: they come again and again, each from the first row. */
  #toCome: number;
  readonly #readers = new Set<StreamReader>();
  #readersToComeAlone = 0;
  /** The batches from number #first on, with the bytes charged for each. */
  #kept: { readonly batch: Batch; readonly bytes: number }[] = [];
  #first = 0;
  #isComplete = false;
  #failure: { readonly error: unknown } | null = null;
  /** The read under way, at most one; never rejects. */
  #reading: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  constructor(source: Operator, account: MemoryAccount, readers: number, again: (() => Operator) | null = null) {
    this.#source = source;
    this.#account = account;
    this.#toCome = readers;
    this.#again = again;
    if (again !== null) account.relieveBy(() => this.#shed());
  }

  get memoryPeakBytes(): number {
    return this.#account.peakBytes;
  }

  reader(): StreamReader {
    const reader = new StreamReader(this);
    if (this.#readersToComeAlone > 0) {
      this.#readersToComeAlone--;
      reader.goAlone(this.#again!());
      return reader;
    }
    this.#toCome--;
    this.#readers.add(reader);
    return reader;
  }

  start(): void {
    if (this.#closing === null) this.#source.start();
  }

  /** What `reader` has next; undefined: ask again when `reading` has settled. Called by readers only. */
  take(reader: StreamReader): Batch | null | undefined {
    const found = this.#kept[reader.position - this.#first];
    if (found !== undefined) {
      reader.position++;
      this.#trim();
      return found.batch;
    }
    if (this.#failure !== null) throw this.#failure.error;
    if (this.#closing !== null) throw internalError('a closed shared stream was read');
    return this.#isComplete ? null : undefined;
  }

  reading(): Promise<void> {
    this.#reading ??= this.#readOne();
    return this.#reading;
  }

  async #readOne(): Promise<void> {
    try {
      const batch = await this.#source.next();
      if (this.#closing !== null) return;
      if (batch === null) this.#isComplete = true;
      else {
        const bytes = this.#toCome + this.#readers.size > 1 ? batchBytes(batch) : 0;
        this.#account.add(bytes);
        this.#kept.push({ batch, bytes });
      }
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#reading = null;
    }
  }

  /** Drops what everybody has taken. */
  #trim(): void {
    if (this.#toCome > 0) return;
    let slowest = Infinity;
    for (const { position } of this.#readers) slowest = Math.min(slowest, position);
    const dropped = this.#kept.splice(0, Math.min(slowest - this.#first, this.#kept.length));
    this.#first += dropped.length;
    this.#account.add(-dropped.reduce((sum, { bytes }) => sum + bytes, 0));
  }

  /** Those who have not begun go alone, but for one that the stream runs for now. */
  #shed(): void {
    if (this.#again === null || this.#kept.length === 0) return;
    let ahead: StreamReader | undefined;
    for (const reader of this.#readers) if (ahead === undefined || reader.position > ahead.position) ahead = reader;
    for (const reader of this.#readers) {
      if (reader === ahead || reader.position > 0) continue;
      this.#readers.delete(reader);
      reader.goAlone(this.#again());
    }
    this.#readersToComeAlone += this.#toCome;
    this.#toCome = 0;
    this.#trim();
  }

  /** Called by readers only. */
  async detach(reader: StreamReader): Promise<void> {
    if (!this.#readers.delete(reader)) return;
    if (this.#readers.size > 0 || this.#toCome > 0) this.#trim();
    else await this.close();
  }

  close(): Promise<void> {
    this.#closing ??= this.#release();
    return this.#closing;
  }

  async #release(): Promise<void> {
    this.#account.release();
    this.#kept = [];
    await this.#source.close();
  }
}

/** One reader's place in a shared stream. */
export class StreamReader {
  readonly #stream: SharedStream;
  /** The number of the batch it takes next. */
  position = 0;
  #own: Operator | null = null;
  #isClosed = false;
  /** Makes a pending next() reject. */
  #interrupt: ((reason: Error) => void) | null = null;

  constructor(stream: SharedStream) {
    this.#stream = stream;
  }

  /** From now on it reads `source`, which it owns, instead. Only before its first batch. */
  goAlone(source: Operator): void {
    this.#own = source;
  }

  start(): void {
    if (this.#own === null) this.#stream.start();
    else this.#own.start();
  }

  async next(): Promise<Batch | null> {
    for (;;) {
      if (this.#isClosed) throw closedReader();
      if (this.#own !== null) return this.#own.next();
      const taken = this.#stream.take(this);
      if (taken !== undefined) return taken;
      await this.#interruptible(this.#stream.reading());
    }
  }

  #interruptible(promise: Promise<void>): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#interrupt = reject;
      promise.then(resolve, reject);
    }).finally(() => {
      this.#interrupt = null;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#interrupt?.(closedReader());
    await (this.#own === null ? this.#stream.detach(this) : this.#own.close());
  }
}

const closedReader = (): Error => internalError('a shared stream was closed while it was read');
