/** Tells how many rows an operator had, once it was read to its end: for estimates of later statements. */
import type { Batch } from '../../core/batch.ts';
import { Operator } from './operator.ts';

export class CountedOperator extends Operator {
  readonly #inner: Operator;
  readonly #ended: (rows: number) => void;
  #rows = 0;

  constructor(inner: Operator, ended: (rows: number) => void) {
    super([inner]);
    this.#inner = inner;
    this.#ended = ended;
  }

  override async next(): Promise<Batch | null> {
    const batch = await this.#inner.next();
    if (batch === null) this.#ended(this.#rows);
    else this.#rows += batch.length;
    return batch;
  }
}
