/** Parts of plans gathered while a clause is converted, and put together when all of it is. */
import type { Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import type { SubqueryJoins } from './scope.ts';

/** Joins gathered while a clause is converted, then put under it in the order met. */
export class PendingJoins implements SubqueryJoins {
  private readonly joins: ((input: Rel) => Rel)[] = [];

  add(join: (input: Rel) => Rel): void {
    this.joins.push(join);
  }

  get size(): number {
    return this.joins.length;
  }

  get isEmpty(): boolean {
    return this.joins.length === 0;
  }

  apply(input: Rel): Rel {
    return this.joins.reduce((rel, join) => join(rel), input);
  }
}

export const filtered = (input: Rel, conjuncts: readonly Scalar[]): Rel =>
  conjuncts.length === 0 ? input : { kind: 'filter', input, conjuncts };
