/** Plan nodes become operators: one per node, inputs first. Throws what cannot be compiled; nothing runs yet. */
import { CHANGES_ROWS, type Plan } from '../algebra/plan.ts';
import { unreachable } from '../core/assert.ts';
import type { Execution } from './execution.ts';
import { AdaptiveJoinOperator } from './operators/adaptive-join.ts';
import { AggregateOperator } from './operators/aggregate.ts';
import { CountedOperator } from './operators/counted.ts';
import { CteScanOperator, WithOperator } from './operators/cte.ts';
import { DistinctOperator } from './operators/distinct.ts';
import { FilterOperator } from './operators/filter.ts';
import { HashJoinOperator } from './operators/hash-join.ts';
import { LimitOperator } from './operators/limit.ts';
import { MergeJoinOperator } from './operators/merge-join.ts';
import { MeteredOperator, newNodeMetrics } from './operators/metered.ts';
import { NestedLoopOperator } from './operators/nested-loop.ts';
import { NestedSemiJoinOperator } from './operators/nested-semi-join.ts';
import { NotInOperator } from './operators/not-in.ts';
import type { Operator } from './operators/operator.ts';
import { ProjectOperator } from './operators/project.ts';
import { ProjectSetOperator } from './operators/project-set.ts';
import { RecursiveOperator } from './operators/recursive.ts';
import { RemoteOperator } from './operators/remote.ts';
import { CountedSetOperator, UnionOperator } from './operators/set-operation.ts';
import { SortOperator } from './operators/sort.ts';
import { SortedAggregateOperator } from './operators/sorted-aggregate.ts';
import { SortedDistinctOperator } from './operators/sorted-distinct.ts';
import { TopNOperator } from './operators/top-n.ts';
import { ValuesOperator } from './operators/values.ts';
import { WindowOperator } from './operators/window.ts';

export function buildOperator(plan: Plan, execution: Execution): Operator {
  const operator = buildMetered(plan, execution);
  const { nodeRead } = execution.environment;
  if (nodeRead === undefined || !CHANGES_ROWS.has(plan.kind)) return operator;
  return new CountedOperator(operator, (rows) => nodeRead(plan.id, rows));
}

function buildMetered(plan: Plan, execution: Execution): Operator {
  const operator = build(plan, execution);
  const { metrics } = execution.environment;
  if (metrics === undefined) return operator;
  // The step of a recursive query is built for every round.
  const own = metrics.get(plan.id) ?? newNodeMetrics();
  metrics.set(plan.id, own);
  return new MeteredOperator(operator, own);
}

function build(plan: Plan, execution: Execution): Operator {
  switch (plan.kind) {
    case 'remote':
      return new RemoteOperator(
        plan,
        (plan.inputs ?? []).map((input) => buildOperator(input, execution)),
        execution,
      );
    case 'values':
      return new ValuesOperator(plan, execution);
    case 'filter':
      return new FilterOperator(plan, buildOperator(plan.input, execution), execution);
    case 'project':
      return new ProjectOperator(plan, buildOperator(plan.input, execution), execution);
    case 'hashjoin': {
      const [left, right] = [buildOperator(plan.left, execution), buildOperator(plan.right, execution)];
      if (plan.nullAware) return new NotInOperator(plan, left, right, execution);
      return plan.flipAt === undefined
        ? new HashJoinOperator(plan, left, right, execution)
        : new AdaptiveJoinOperator(plan, left, right, execution);
    }
    case 'mergejoin': {
      const [left, right] = [buildOperator(plan.left, execution), buildOperator(plan.right, execution)];
      return new MergeJoinOperator(plan, left, right, execution);
    }
    case 'nestedloop': {
      const [left, right] = [buildOperator(plan.left, execution), buildOperator(plan.right, execution)];
      if (plan.nullAware) return new NotInOperator(plan, left, right, execution);
      return plan.type === 'semi' || plan.type === 'anti'
        ? new NestedSemiJoinOperator(plan, left, right, execution)
        : new NestedLoopOperator(plan, left, right, execution);
    }
    case 'aggregate': {
      const input = buildOperator(plan.input, execution);
      return plan.isSorted ? new SortedAggregateOperator(plan, input, execution) : new AggregateOperator(plan, input, execution);
    }
    case 'window':
      return new WindowOperator(plan, buildOperator(plan.input, execution), execution);
    case 'sort': {
      const input = buildOperator(plan.input, execution);
      return plan.topN ? new TopNOperator(plan, input, execution) : new SortOperator(plan, input, execution);
    }
    case 'limit':
      return new LimitOperator(plan, buildOperator(plan.input, execution), execution);
    case 'distinct': {
      const input = buildOperator(plan.input, execution);
      return plan.isSorted ? new SortedDistinctOperator(plan, input, execution) : new DistinctOperator(plan, input, execution);
    }
    case 'setop': {
      const [left, right] = [buildOperator(plan.left, execution), buildOperator(plan.right, execution)];
      return plan.op === 'union'
        ? new UnionOperator(plan, left, right, execution)
        : new CountedSetOperator(plan, left, right, execution);
    }
    case 'with': {
      const definitions = plan.definitions.map((definition) =>
        execution.ctes.define(
          definition.cte,
          buildOperator(definition.plan, execution),
          execution.environment.memory.account(definition.isFetch ? definition.name : `WITH ${definition.name}`),
          definition.isFetch ? { again: () => buildOperator(definition.plan, execution) } : {},
        ),
      );
      return new WithOperator(buildOperator(plan.body, execution), definitions);
    }
    case 'projectset':
      return new ProjectSetOperator(plan, buildOperator(plan.input, execution), execution);
    case 'recursive':
      return new RecursiveOperator(plan, buildOperator(plan.seed, execution), execution, (node) =>
        buildOperator(node, execution),
      );
    case 'ctescan':
      return new CteScanOperator(plan, execution);
    default:
      return unreachable(plan);
  }
}
