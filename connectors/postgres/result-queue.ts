/**
 * Between a socket that brings results and a consumer that pulls them: a short queue. The producer is told when the
 * consumer falls behind (`onFull`) and when it has caught up (`onRoom`), so that a slow client slows the source down.
 */
import type { SqlError } from '../../core/sql-error.ts';

/** Results waiting beyond which the producer should stop. */
const QUEUE_MAX = 2;

export class ResultQueue<T> {
  private readonly items: T[] = [];
  private readonly onFull: () => void;
  private readonly onRoom: () => void;
  private waiting: { readonly resolve: (item: T | null) => void; readonly reject: (error: SqlError) => void } | null = null;
  private ended: { readonly error: SqlError | null } | null = null;

  constructor(onFull: () => void, onRoom: () => void) {
    this.onFull = onFull;
    this.onRoom = onRoom;
  }

  get isWaitedFor(): boolean {
    return this.waiting !== null;
  }
  get isEnded(): boolean {
    return this.ended !== null;
  }

  push(item: T): void {
    if (this.ended) return;
    if (this.waiting) {
      const { resolve } = this.waiting;
      this.waiting = null;
      resolve(item);
      return;
    }
    this.items.push(item);
    if (this.items.length >= QUEUE_MAX) this.onFull();
  }

  /** Puts a rest back to be answered next. */
  unshift(item: T): void {
    this.items.unshift(item);
  }

  /** No more items; those queued are still answered unless there was an error. */
  end(error: SqlError | null): void {
    if (this.ended) return;
    this.ended = { error };
    if (error) this.items.length = 0;
    if (!this.waiting) return;
    const { resolve, reject } = this.waiting;
    this.waiting = null;
    if (error) reject(error);
    else resolve(null);
  }

  next(): Promise<T | null> {
    const item = this.items.shift();
    if (item !== undefined) {
      if (!this.ended && this.items.length < QUEUE_MAX) this.onRoom();
      return Promise.resolve(item);
    }
    if (this.ended) return this.ended.error ? Promise.reject(this.ended.error) : Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.onRoom();
    });
  }
}
