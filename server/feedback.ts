/**
 * What an execution tells later ones: the true rows of the fragments and operators that were read to their end, once the whole
 * statement was (planner/estimate/learned-rows.ts). An error, a cancel or a reader who stops before the end tells nothing.
 */
import { planInputs, type Plan, type QueryPlan } from '../algebra/plan.ts';
import type { Rel } from '../algebra/rel.ts';
import type { FederationParts } from './federation.ts';

/** Rows by node of the plan. */
export type ReadRows = Map<number, number>;

/**
 * The statement is at its end. Answers how new (LearnedRows.changes) the latest thing is that its plan did not know; 0: all is
 * as it was believed to be.
 */
export function learnRows(
  { learned, statistics }: Pick<FederationParts, 'learned' | 'statistics'>,
  plan: QueryPlan,
  read: ReadRows,
): number {
  if (learned === undefined || read.size === 0) return 0;
  const roots = [plan.root, ...plan.subplans.map((subplan) => subplan.plan)];
  const nodes = roots.flatMap((root) => [...nodesOf(root)]);
  const narrowed = new Set(nodes.flatMap((node) => narrowedBy(node, read)));
  let latest = 0;
  for (const node of nodes) {
    const rows = read.get(node.id);
    const rel = plan.subtrees?.get(node.id) ?? fragmentOf(node);
    // A fragment knows itself whether keys came.
    if (rows === undefined || rel === undefined || (node.kind !== 'remote' && narrowed.has(node.id))) continue;
    latest = Math.max(latest, learned.learn({ rel, rows, estimatedRows: node.estimatedRows }, statistics, Date.now()));
  }
  return latest;
}

const fragmentOf = (node: Plan): Rel | undefined =>
  node.kind === 'remote' && node.inputs === undefined ? node.fragment : undefined;

function* nodesOf(plan: Plan): Generator<Plan> {
  yield plan;
  for (const input of planInputs(plan)) yield* nodesOf(input);
}

/** The nodes whose rows are fewer because a join above them sent its keys: not to a fragment that was read whole. */
function narrowedBy(join: Plan, read: ReadRows): readonly number[] {
  if (join.kind !== 'hashjoin' || join.keyFilter === undefined || read.has(join.keyFilter.target)) return [];
  return pathTo(join.left, join.keyFilter.target) ?? [];
}

function pathTo(plan: Plan, id: number): readonly number[] | undefined {
  if (plan.id === id) return [id];
  for (const input of planInputs(plan)) {
    const path = pathTo(input, id);
    if (path !== undefined) return [plan.id, ...path];
  }
  return undefined;
}
