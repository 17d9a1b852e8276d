/** What must hold of every EXPLAIN (OPTIMIZER, FORMAT JSON): costs add up to those of the search, and what stays home says why. */
interface ExplainedNode {
  readonly 'Node Type': string;
  readonly 'Parent Relationship'?: string;
  readonly Site: string;
  readonly 'Startup Cost': number;
  readonly 'Total Cost': number;
  readonly 'Not Pushed'?: string;
  readonly Plans?: readonly ExplainedNode[];
}
interface Explained {
  readonly Plan: ExplainedNode;
  readonly Optimizer: readonly { readonly Answer?: { readonly Site: string; readonly Cost: number } }[];
}

export function faultsOfExplained(json: string): readonly string[] {
  const [explained] = JSON.parse(json) as readonly [Explained];
  const faults = faultsOfNode(explained.Plan);
  const answer = explained.Optimizer[0]?.Answer;
  const total = explained.Plan['Total Cost'];
  if (answer?.Cost !== total) faults.push(`the plan costs ${total}, the search believed ${answer?.Cost}`);
  return faults;
}

function faultsOfNode(node: ExplainedNode): string[] {
  const { 'Startup Cost': startup, 'Total Cost': total, Plans: inputs = [] } = node;
  const faults = inputs.flatMap(faultsOfNode);
  if (!(startup >= 0 && startup <= total && Number.isFinite(total))) faults.push(`${titleOf(node)} costs ${startup}..${total}`);
  if (isUnexplained(node)) faults.push(`${titleOf(node)} does not say why it was not pushed`);
  return faults;
}

/** VALUES and the rows of a WITH query are made in the gateway: there is nothing to push. */
const isUnexplained = (node: ExplainedNode): boolean =>
  node.Site === 'local' && node['Not Pushed'] === undefined && (node.Plans ?? []).some((input) => !isSubplan(input));

const isSubplan = (node: ExplainedNode): boolean => node['Parent Relationship']?.startsWith('InitPlan') === true;

const titleOf = (node: ExplainedNode): string =>
  JSON.stringify(node, (key, value: unknown) => (key === 'Plans' ? undefined : value));
