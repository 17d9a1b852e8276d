/**
 * Functions in language SQL whose one SELECT reads mirrors: a call becomes the query that it is, its arguments in place of the
 * parameters, as PostgreSQL's own planner does for some. Runs on a fresh tree, which it changes in place, before anything else
 * reads it; range-functions.ts and expressions.ts convert what it leaves, INLINEDFUNCTION nodes.
 *
 * Invariant: what is not inlined stays a call. It is then evaluated on the catalog server, where the guard of the mirrors
 * raises; there is no empty answer.
 */
import { visitTree } from './statement-oids.ts';
import { child, flag, integer, isNode, nodes, PARAM_EXTERNAL } from './tree-nodes.ts';
import type { TreeNode, TreeValue } from './tree-reader.ts';

export interface FunctionBody {
  /** The analysed and rewritten body, read anew for each use: a list of one query. */
  readonly read: () => TreeValue;
  readonly strict: boolean;
  readonly returnsSet: boolean;
  readonly argumentCount: number;
  /** OIDs of the columns that it returns, 0 for one that its row type has lost; null where the call says, by a column definition list. */
  readonly types: readonly number[] | null;
}

/** Of a function that calls another one. */
const DEPTH_MAX = 16;

/** What an argument may consist of to be written in place of a parameter, as often as that is named. */
const MOVABLE: ReadonlySet<string> = new Set(['CONST', 'VAR', 'PARAM', 'FUNCEXPR', 'OPEXPR', 'RELABELTYPE', 'COERCEVIAIO']);
/** How often a parameter may be named by the body when its argument is computed. */
const USES_MAX = 8;

export function inlineFunctions(tree: TreeValue, bodies: ReadonlyMap<number, FunctionBody>, depth = 0): void {
  if (bodies.size === 0 || depth > DEPTH_MAX) return;
  const calls: TreeNode[] = [];
  visitTree(tree, (node) => {
    if (node.tag === 'FUNCEXPR' && bodies.has(integer(node, 'funcid'))) calls.push(node);
  });
  for (const call of calls) {
    const body = bodies.get(integer(call, 'funcid'))!;
    const args = nodes(call, 'args');
    if (flag(call, 'funcvariadic') || args.length !== body.argumentCount || !args.every(isMovable)) continue;
    // Of a NULL argument there would be another answer.
    if (body.strict && !args.every((arg) => arg.tag === 'CONST' && !flag(arg, 'constisnull'))) continue;
    const query = body.read();
    inlineFunctions(query, bodies, depth + 1);
    const [select] = query as readonly TreeNode[];
    const bound = bindArguments(select!, args, 0);
    if (bound === null) continue;
    Object.assign(call as Record<string, TreeValue>, {
      tag: 'INLINEDFUNCTION',
      inlinedfuncid: call['funcid']!,
      funcid: 0,
      subselect: bound,
      coltypes: body.types === null ? [] : [...body.types],
    });
  }
}

function isMovable(arg: TreeNode): boolean {
  let movable = true;
  visitTree(arg, (node) => {
    if (!MOVABLE.has(node.tag) || (node.tag === 'PARAM' && integer(node, 'paramkind') !== PARAM_EXTERNAL)) movable = false;
  });
  return movable;
}

/**
 * A copy of a body in which arguments stand for parameters: what they name is at the level of the call, outside of the body.
 * Null when that would compute one of them too often.
 */
function bindArguments(body: TreeNode, args: readonly TreeNode[], level: number): TreeNode | null {
  const uses = args.map(() => 0);
  const copy = (value: TreeValue, depth: number): TreeValue => {
    if (Array.isArray(value)) return (value as readonly TreeValue[]).map((item) => copy(item, depth));
    if (!isNode(value)) return value;
    if (value.tag === 'PARAM' && integer(value, 'paramkind') === PARAM_EXTERNAL) {
      const index = integer(value, 'paramid') - 1;
      uses[index]!++;
      return raised(args[index]!, depth);
    }
    const inner = value.tag === 'QUERY' ? depth + 1 : depth;
    const own: Record<string, TreeValue> & { tag: string } = { tag: value.tag };
    for (const field in value) if (field !== 'tag') own[field] = field === 'location' ? -1 : copy(value[field]!, inner);
    return own;
  };
  const bound = copy(body, level) as TreeNode;
  const computed = (arg: TreeNode): boolean => arg.tag === 'FUNCEXPR' || arg.tag === 'OPEXPR';
  return args.some((arg, i) => computed(arg) && uses[i]! > USES_MAX) ? null : bound;
}

/** An expression as seen from queries so many levels below. */
function raised(value: TreeNode, levels: number): TreeNode {
  const copy = (part: TreeValue): TreeValue => {
    if (Array.isArray(part)) return (part as readonly TreeValue[]).map(copy);
    if (!isNode(part)) return part;
    const own: Record<string, TreeValue> & { tag: string } = { tag: part.tag };
    for (const field in part) if (field !== 'tag') own[field] = copy(part[field]!);
    if (part.tag === 'VAR') own['varlevelsup'] = integer(part, 'varlevelsup') + levels;
    return own;
  };
  return copy(value) as TreeNode;
}

/** The query of a call in an expression, which gives the value of its first row. */
export function firstRow(select: TreeNode): TreeNode | null {
  const isOne = flag(select, 'hasAggs') && select['groupClause'] === null && select['groupingSets'] === null;
  if (isOne || isOneRow(select)) return select;
  return select['limitCount'] === null ? { ...select, limitCount: ONE } : null;
}

const isOneRow = (select: TreeNode): boolean =>
  child(select, 'jointree')['fromlist'] === null && select['setOperations'] === null;

/** The int8 constant of LIMIT 1. */
const ONE: TreeNode = {
  tag: 'CONST',
  consttype: 20,
  consttypmod: -1,
  constcollid: 0,
  constlen: 8,
  constbyval: true,
  constisnull: false,
  location: -1,
  constvalue: new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]),
};
