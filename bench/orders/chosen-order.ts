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
  const visitRel = (rel: Rel): ReadonlySet<ColumnId> => {
    const below = relInputs(rel).map(visitRel);
    if (rel.kind === 'join') note(below[0]!, below[1]!);
    return new Set([...ownColumns(rel), ...below.flatMap((columns) => [...columns])]);
  };
  const visit = (node: Plan): ReadonlySet<ColumnId> => {
    const below = planInputs(node).map(visit);
    if (node.kind === 'hashjoin' || node.kind === 'nestedloop') note(below[0]!, below[1]!);
    const own = node.kind === 'remote' ? [...visitRel(node.fragment)] : [];
    return new Set([...own, ...below.flatMap((columns) => [...columns])]);
  };
  visit(plan.root);
  return orders;
}

const columnsBelow = (rel: Rel): readonly ColumnId[] => [...ownColumns(rel), ...relInputs(rel).flatMap(columnsBelow)];

const ownColumns = (rel: Rel): readonly ColumnId[] =>
  rel.kind === 'scan' || rel.kind === 'values' || rel.kind === 'ctescan' ? outputColumns(rel).map(({ id }) => id) : [];
