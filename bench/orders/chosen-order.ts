/** The order in which a plan joins a block's relations, wherever each join is: read off the finished plan. */
import { planInputs, type Plan, type QueryPlan } from '../../algebra/plan.ts';
import { outputColumns, type Rel } from '../../algebra/rel.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import { relInputs } from '../../algebra/transform.ts';
import type { RelationSet } from '../../planner/place/conflict-rules.ts';
import type { JoinGraph } from '../../planner/place/join-graph.ts';
import type { JoinOrder } from './blocks.ts';

/** By block, inputs before what is made of them. */
export function chosenOrders(plan: QueryPlan, blocks: readonly JoinGraph[]): readonly JoinOrder[] {
  const orders = blocks.map((): (readonly [RelationSet, RelationSet])[] => []);
  const relations = blocks.map((graph) => {
    const ofColumn = new Map<ColumnId, RelationSet>();
    graph.relations.forEach((relation, i) => {
      for (const column of columnsBelow(relation)) ofColumn.set(column, 1 << i);
    });
    return ofColumn;
  });
  const note = (left: ReadonlySet<ColumnId>, right: ReadonlySet<ColumnId>): void => {
    relations.forEach((ofColumn, i) => {
      const [a, b] = [left, right].map((columns) => [...columns].reduce((set, column) => set | (ofColumn.get(column) ?? 0), 0));
      if (a !== 0 && b !== 0 && (a! & b!) === 0) orders[i]!.push([a!, b!]);
    });
  };
  /** `shipped`: what is below each input of the fragment. */
  const visitRel = (rel: Rel, shipped: readonly ReadonlySet<ColumnId>[]): ReadonlySet<ColumnId> => {
    if (rel.kind === 'input') return shipped[rel.index]!;
    const below = relInputs(rel).map((input) => visitRel(input, shipped));
    if (rel.kind === 'join') note(below[0]!, below[1]!);
    return union([new Set(ownColumns(rel)), ...below]);
  };
  const visit = (node: Plan): ReadonlySet<ColumnId> => {
    const below = planInputs(node).map(visit);
    switch (node.kind) {
      case 'remote':
        return visitRel(node.fragment, below);
      case 'hashjoin':
      case 'mergejoin':
      case 'nestedloop':
        note(below[0]!, below[1]!);
        return union(below);
      case 'values':
      case 'ctescan':
        return new Set(node.columns.map(({ id }) => id));
      default:
        return union(below);
    }
  };
  visit(plan.root);
  return orders;
}

const union = (sets: readonly ReadonlySet<ColumnId>[]): ReadonlySet<ColumnId> => new Set(sets.flatMap((set) => [...set]));

const columnsBelow = (rel: Rel): readonly ColumnId[] => [...ownColumns(rel), ...relInputs(rel).flatMap(columnsBelow)];

const ownColumns = (rel: Rel): readonly ColumnId[] =>
  rel.kind === 'scan' || rel.kind === 'values' || rel.kind === 'ctescan' ? outputColumns(rel).map(({ id }) => id) : [];
