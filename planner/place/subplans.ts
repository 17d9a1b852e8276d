/** The subqueries of a query that are evaluated once, before what uses their values: each is planned on its own and known by a number. */
import type { Plan, Subplan } from '../../algebra/plan.ts';
import type { Rel } from '../../algebra/rel.ts';
import type { Scalar, SubqueryScalar } from '../../algebra/scalar.ts';
import { rewriteScalar } from '../../algebra/transform.ts';
import { withoutItems } from '../rewrite/raise-constants.ts';

export class Subplans {
  readonly #all: Subplan[] = [];
  /** Plans a subquery from the start (rewrite, order, place). */
  readonly #plan: (rel: Rel) => Plan;

  constructor(plan: (rel: Rel) => Plan) {
    this.#plan = plan;
  }

  /** In the order in which they may be evaluated. */
  get all(): readonly Subplan[] {
    return this.#all;
  }

  /** The expression with parameters in place of its subqueries. */
  lift(expr: Scalar): Scalar {
    return rewriteScalar(expr, (node) => (node.kind === 'subquery' ? this.subquery(node) : node));
  }

  subquery(node: SubqueryScalar): Scalar {
    const known = this.#all.find((subplan) => subplan.rel === node.rel && subplan.mode === node.mode);
    if (known) return valueOf(node, known.param);
    return this.add(node, this.#plan(node.mode === 'exists' ? withoutItems(node.rel) : node.rel));
  }

  add(node: SubqueryScalar, plan: Plan): Scalar {
    const param = -(this.#all.length + 1);
    this.#all.push({ param, mode: node.mode, rel: node.rel, plan });
    return valueOf(node, param);
  }
}

/** ANY and ALL compare with all of the rows: the executor looks them up by the node itself. */
const valueOf = (node: SubqueryScalar, param: number): Scalar =>
  node.mode === 'any' || node.mode === 'all' ? node : { kind: 'param', index: param, type: node.type };
