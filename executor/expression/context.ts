/** What expressions need at execution beside the rows: fixed for one execution of a plan. */
import type { SessionSettings } from '../../algebra/plan.ts';
import type { Rel } from '../../algebra/rel.ts';
import type { Batch } from '../../core/batch.ts';
import type { Datum } from '../../core/datum.ts';

export interface ExpressionContext {
  /** The value of `param` scalars: 1-based $n, or a subplan's negative index. Asked once, when the first batch arrives. */
  readonly param: (index: number) => Datum;
  readonly settings: SessionSettings;
  /** All rows of the subquery behind an `any` or `all` subquery scalar, found by its `rel`. Asked once, like `param`. */
  readonly subqueryRows: (rel: Rel) => Batch;
}
