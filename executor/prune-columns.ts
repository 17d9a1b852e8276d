/**
 * Narrows what operators hand up to what somebody above reads, so that join keys, filter columns and sort keys are not
 * copied once they have done their work. Plan → plan, before operators are built; node ids stay. Narrowed are the nodes
 * that copy rows (joins, filter, sort); leaves, computed columns and WITH definitions stay whole.
 */
import type { Plan, QueryPlan, SortPlan } from '../algebra/plan.ts';
import type { RelColumn } from '../algebra/rel.ts';
import type { ColumnId, Scalar } from '../algebra/scalar.ts';
import { aggregateScalars, columnsIn, windowScalars } from '../algebra/transform.ts';
import { unreachable } from '../core/assert.ts';

type Needed = ReadonlySet<ColumnId>;

export const pruneColumns = (plan: QueryPlan): QueryPlan => ({
  root: pruned(plan.root, idsOf(plan.root.columns)),
  subplans: plan.subplans.map((subplan) => ({ ...subplan, plan: pruned(subplan.plan, idsOf(subplan.plan.columns)) })),
});

const idsOf = (columns: readonly RelColumn[]): Set<ColumnId> => new Set(columns.map((column) => column.id));

function withScalars(needed: Iterable<ColumnId>, exprs: Iterable<Scalar>): Set<ColumnId> {
  const ids = new Set(needed);
  for (const expr of exprs) columnsIn(expr, ids);
  return ids;
}

const narrowed = (columns: readonly RelColumn[], needed: Needed): readonly RelColumn[] =>
  columns.filter((column) => needed.has(column.id));

/** The node with at least the needed columns, in their order. */
function pruned(plan: Plan, needed: Needed): Plan {
  switch (plan.kind) {
    case 'remote':
      // A shipped relation has the columns that the fragment names.
      return plan.inputs ? { ...plan, inputs: plan.inputs.map((input) => pruned(input, idsOf(input.columns))) } : plan;
    case 'values':
    case 'ctescan':
      return plan;
    case 'filter': {
      const input = pruned(plan.input, withScalars(needed, plan.conjuncts));
      return { ...plan, input, columns: narrowed(plan.columns, needed) };
    }
    case 'project':
      return { ...plan, input: pruned(plan.input, withScalars([], plan.exprs)) };
    case 'hashjoin': {
      const inside = withScalars(needed, [...plan.leftKeys, ...plan.rightKeys, ...plan.residual]);
      const [left, right] = [pruned(plan.left, inside), pruned(plan.right, inside)];
      return { ...plan, left, right, columns: narrowed(plan.columns, needed) };
    }
    case 'mergejoin': {
      const keys = [...plan.leftKeys, ...plan.rightKeys].map((key) => key.column);
      const inside = withScalars([...needed, ...keys], plan.residual);
      const [left, right] = [pruned(plan.left, inside), pruned(plan.right, inside)];
      return { ...plan, left, right, columns: narrowed(plan.columns, needed) };
    }
    case 'nestedloop': {
      const inside = withScalars(needed, plan.on);
      const [left, right] = [pruned(plan.left, inside), pruned(plan.right, inside)];
      return { ...plan, left, right, columns: narrowed(plan.columns, needed) };
    }
    case 'aggregate': {
      const exprs = plan.calls.flatMap(aggregateScalars);
      return { ...plan, input: pruned(plan.input, withScalars(plan.groups, exprs)) };
    }
    case 'window': {
      const { frame, functions, order, partition } = plan;
      const offsets = [frame.start, frame.end].flatMap((bound) => ('offset' in bound ? [bound.offset] : []));
      const exprs = [...functions.flatMap(({ call }) => windowScalars(call)), ...offsets];
      const inside = withScalars([...needed, ...partition, ...order.map((key) => key.column)], exprs);
      return { ...plan, input: pruned(plan.input, inside), columns: narrowed(plan.columns, needed) };
    }
    case 'sort':
      return prunedSort(plan, needed);
    case 'limit': {
      const input = pruned(plan.input, needed);
      return { ...plan, input, columns: input.columns };
    }
    case 'distinct':
      // Every column counts.
      return { ...plan, input: pruned(plan.input, idsOf(plan.columns)) };
    case 'setop':
      return {
        ...plan,
        left: pruned(plan.left, new Set(plan.leftColumns)),
        right: pruned(plan.right, new Set(plan.rightColumns)),
      };
    case 'projectset': {
      const input = pruned(
        plan.input,
        withScalars(
          needed,
          plan.functions.map(({ call }) => call),
        ),
      );
      const made = new Set([...plan.functions.flatMap(({ columns }) => columns), plan.ordinality]);
      return { ...plan, input, columns: plan.columns.filter((column) => needed.has(column.id) || made.has(column)) };
    }
    case 'recursive': {
      const constants = plan.constants.map((constant) => ({
        ...constant,
        plan: pruned(constant.plan, idsOf(constant.plan.columns)),
      }));
      const seed = pruned(plan.seed, new Set(plan.seedColumns));
      return { ...plan, constants, seed, step: pruned(plan.step, new Set(plan.stepColumns)) };
    }
    case 'with': {
      const definitions = plan.definitions.map((definition) => ({
        ...definition,
        plan: pruned(definition.plan, idsOf(definition.plan.columns)),
      }));
      const body = pruned(plan.body, needed);
      return { ...plan, definitions, body, columns: body.columns };
    }
    default:
      return unreachable(plan);
  }
}

function prunedSort(plan: SortPlan, needed: Needed): SortPlan {
  const inside = new Set([...needed, ...plan.keys.map((key) => key.column)]);
  return { ...plan, input: pruned(plan.input, inside), columns: narrowed(plan.columns, needed) };
}
