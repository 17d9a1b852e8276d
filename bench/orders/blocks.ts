/**
 * The blocks of joins of a rewritten query, and the same query with the joins of each block in another order. The search
 * finds the same blocks: a block is a join with all joins that stand directly below it.
 */
import { outputColumns, type Join, type Rel } from '../../algebra/rel.ts';
import { mapRelInputs } from '../../algebra/transform.ts';
import type { RelationSet } from '../../planner/place/conflict-rules.ts';
import { joinGraph, type Connection, type JoinGraph } from '../../planner/place/join-graph.ts';

/** Which pairs of sets are joined, in the order in which they are; the right set of a pair is built where that is free. */
export type JoinOrder = readonly (readonly [RelationSet, RelationSet])[];

/** From the top down, those within the relations of others after them. */
export function blocksOf(rel: Rel, into: JoinGraph[] = []): readonly JoinGraph[] {
  if (rel.kind !== 'join') {
    mapRelInputs(rel, (input) => (blocksOf(input, into), input));
    return into;
  }
  const graph = joinGraph(rel);
  into.push(graph);
  for (const relation of graph.relations) blocksOf(relation, into);
  return into;
}

/** `orders[i]` is that of the i-th block. */
export function withOrders(rel: Rel, orders: readonly JoinOrder[]): Rel {
  let next = 0;
  const ordered = (node: Rel): Rel => {
    if (node.kind !== 'join') return mapRelInputs(node, ordered);
    const graph = joinGraph(node);
    const order = orders[next++]!;
    const joined = joinedAs(graph, order, graph.relations.map(ordered));
    const filtered: Rel = graph.constants.length === 0 ? joined : { kind: 'filter', input: joined, conjuncts: graph.constants };
    return asBefore(filtered, node);
  };
  return ordered(rel);
}

/** The relations of a set, joined in any order that the block allows. */
export function joinedSet(graph: JoinGraph, order: JoinOrder): Rel {
  return joinedAs(graph, order, graph.relations);
}

function joinedAs(graph: JoinGraph, order: JoinOrder, relations: readonly Rel[]): Rel {
  const made = new Map<RelationSet, Rel>(relations.map((relation, i) => [1 << i, relation]));
  let last: Rel = relations[0]!;
  for (const [left, right] of order) {
    last = joined(graph.between(left, right)!, made.get(left)!, made.get(right)!);
    made.set(left | right, last);
  }
  return last;
}

function joined(connection: Connection, left: Rel, right: Rel): Join {
  if (connection.kind === 'inner')
    return { kind: 'join', type: 'inner', left, right, on: connection.edges.map((edge) => edge.expr) };
  const { edge, isSwapped } = connection;
  const { on, nullAware } = edge.join;
  const type = edge.type;
  const aware = nullAware === true ? { nullAware } : {};
  if (!isSwapped) return { kind: 'join', type, left, right, on, ...aware };
  // Semi and anti joins keep their left side; the others may be turned.
  if (type === 'left') return { kind: 'join', type: 'right', left, right, on };
  if (type === 'full') return { kind: 'join', type, left, right, on };
  return { kind: 'join', type, left: right, right: left, on, ...aware };
}

/** The columns in their old order. */
function asBefore(rel: Rel, original: Rel): Rel {
  const columns = outputColumns(original);
  const now = outputColumns(rel);
  if (columns.every((column, i) => column.id === now[i]?.id)) return rel;
  return {
    kind: 'project',
    input: rel,
    items: columns.map((column) => ({ column, expr: { kind: 'column', column: column.id, type: column.type } })),
  };
}
