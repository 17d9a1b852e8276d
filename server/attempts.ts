/**
 * A statement runs under one plan; under a second one when the first turns out to be mistaken before a row of its answer is
 * out: more rows came of what was to be shipped to a source than are worth it (planner/place/shipping.ts).
 */
import type { QueryPlan } from '../algebra/plan.ts';
import { ShippedTooMuch } from '../executor/collected-rows.ts';
import type { ReadRows } from './feedback.ts';
import type { RowSource } from './session/federated-portal.ts';
import type { StatementSites } from './statement-sites.ts';

/** A plan under way. */
export interface Attempt {
  readonly plan: QueryPlan;
  readonly sites: StatementSites;
  readonly rows: RowSource;
  readonly isRelayed: boolean;
  readonly read: ReadRows;
}

/** Each attempt is ended once. */
export class Attempts implements RowSource {
  /** The latest. */
  current: Attempt;
  readonly #again: (error: ShippedTooMuch, failed: QueryPlan) => Promise<Attempt>;
  readonly #ends = new Map<Attempt, Promise<void>>();
  /** There will be no other. */
  isSettled = false;
  /** Why nothing of the attempt under way is given out any more. */
  #mistaken: ShippedTooMuch | undefined;
  #isClosed = false;

  /** `again` gives the second attempt, or throws. */
  constructor(first: Attempt, again: (error: ShippedTooMuch, failed: QueryPlan) => Promise<Attempt>) {
    this.current = first;
    this.#again = again;
  }

  /** Whether nothing is out yet, so that a second plan takes over: rows that others of the first one give by then are dropped. */
  mayPlanAgain(error: ShippedTooMuch): boolean {
    if (this.isSettled) return false;
    this.#mistaken ??= error;
    return true;
  }

  async next(rowsMax: number): ReturnType<RowSource['next']> {
    let mistaken: ShippedTooMuch;
    try {
      const part = await this.current.rows.next(rowsMax);
      if (this.isSettled || !this.#mistaken) {
        this.isSettled = true;
        return part;
      }
      // Raised in what is read ahead, and on its way to us still.
      mistaken = this.#mistaken;
    } catch (error) {
      if (this.isSettled || this.#isClosed || !(error instanceof ShippedTooMuch)) throw error;
      mistaken = error;
    }
    this.isSettled = true;
    await this.#end(this.current);
    this.current = await this.#again(mistaken, this.current.plan);
    if (!this.#isClosed) return this.current.rows.next(rowsMax);
    await this.#end(this.current);
    throw mistaken;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#end(this.current);
  }

  #end(attempt: Attempt): Promise<void> {
    let end = this.#ends.get(attempt);
    if (end === undefined) this.#ends.set(attempt, (end = ended(attempt)));
    return end;
  }
}

async function ended({ rows, sites }: Attempt): Promise<void> {
  try {
    await rows.close();
  } finally {
    await sites.end();
  }
}
