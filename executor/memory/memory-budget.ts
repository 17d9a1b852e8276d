/**
 * What one query may keep in memory: build sides, hash tables, sort buffers. Batches in flight are not counted, they are
 * bounded by the plan's depth. An operator holds one MemoryAccount and tells it the bytes it keeps now; the sum over the
 * query never stays above the limit: the account that would cross it raises 53200, and the session goes on.
 */
import { outOfMemory } from '../../core/sql-error.ts';

export class MemoryBudget {
  readonly #limitBytes: number;
  #usedBytes = 0;
  #peakBytes = 0;
  readonly #reliefs = new Set<() => void>();

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** `what` names the holder in the error: "hash join", "sort". */
  account(what: string): MemoryAccount {
    return new MemoryAccount(this, what);
  }

  /** Called by accounts only: what holders can do without when the limit would be crossed. Answers how to forget it. */
  relieveBy(relief: () => void): () => void {
    this.#reliefs.add(relief);
    return () => this.#reliefs.delete(relief);
  }

  /** Called by accounts only. Throws 53200 and changes nothing when the limit would be crossed. */
  change(deltaBytes: number, what: string): void {
    if (deltaBytes > 0 && this.#usedBytes + deltaBytes > this.#limitBytes) for (const relief of this.#reliefs) relief();
    const used = this.#usedBytes + deltaBytes;
    if (deltaBytes > 0 && used > this.#limitBytes) {
      throw outOfMemory(
        `The query needs more than its limit of ${mebibytes(this.#limitBytes)} MB (query_memory); the ${what} asked for ${mebibytes(deltaBytes)} MB more.`,
      );
    }
    this.#usedBytes = used;
    if (used > this.#peakBytes) this.#peakBytes = used;
  }
}

const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);

/** One holder's share. After release() it stays at zero: work still unwinding after close() cannot charge again. */
export class MemoryAccount {
  readonly #budget: MemoryBudget;
  readonly #what: string;
  #bytes = 0;
  #peakBytes = 0;
  #released = false;
  #forgetRelief: (() => void) | null = null;

  constructor(budget: MemoryBudget, what: string) {
    this.#budget = budget;
    this.#what = what;
  }

  get bytes(): number {
    return this.#bytes;
  }
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** The holder now keeps this many bytes in all. */
  set(bytes: number): void {
    this.add(bytes - this.#bytes);
  }

  add(bytes: number): void {
    if (this.#released) return;
    this.#budget.change(bytes, this.#what);
    // Read only now: relief may have let go of some of this account's own.
    this.#bytes += bytes;
    if (this.#bytes > this.#peakBytes) this.#peakBytes = this.#bytes;
  }

  /** `relief` lets go of what the holder can do without, by add(), before the query fails for want of memory. */
  relieveBy(relief: () => void): void {
    this.#forgetRelief = this.#budget.relieveBy(relief);
  }

  /** Idempotent. */
  release(): void {
    this.set(0);
    this.#released = true;
    this.#forgetRelief?.();
  }
}
