/** Makes a failing statement smaller: drops list items and optional clauses, puts a part in place of the whole. */
import { sqlText, type SqlNode, type SqlTree } from './sql-tree.ts';

/** Greedy, largest cuts first; asks `stillFails` at most `attemptsMax` times. */
export async function shrink(tree: SqlTree, stillFails: (sql: string) => Promise<boolean>, attemptsMax = 500): Promise<SqlTree> {
  let current = tree;
  let attempts = 0;
  const tried = new Set([sqlText(tree)]);
  for (let progress = true; progress && attempts < attemptsMax;) {
    progress = false;
    for (const candidate of candidates(current)) {
      const sql = sqlText(candidate);
      if (tried.has(sql) || sql.length >= sqlText(current).length) continue;
      tried.add(sql);
      if (++attempts > attemptsMax) break;
      if (await stillFails(sql)) {
        current = candidate;
        progress = true;
        break;
      }
    }
  }
  return current;
}

/** The trees that come from one cut, outermost cuts first. */
function* candidates(tree: SqlTree): Generator<SqlTree> {
  const queue: { readonly at: SqlTree; readonly rebuild: (part: SqlTree) => SqlTree }[] = [{ at: tree, rebuild: (part) => part }];
  for (let entry = queue.shift(); entry; entry = queue.shift()) {
    const { at, rebuild } = entry;
    if (typeof at === 'string') continue;
    for (const cut of cuts(at)) yield rebuild(cut);
    const parts = at.kind === 'list' ? at.items : at.parts;
    parts.forEach((part, i) => {
      const put = (changed: SqlTree): SqlTree => {
        const next = parts.map((other, j) => (j === i ? changed : other));
        return rebuild(at.kind === 'list' ? { ...at, items: next } : { ...at, parts: next });
      };
      queue.push({ at: part, rebuild: put });
    });
  }
}

function* cuts(tree: Exclude<SqlTree, string>): Generator<SqlTree> {
  if (tree.kind === 'list') {
    for (let i = 0; i < tree.items.length && tree.items.length > tree.itemsMin; i++) {
      yield { ...tree, items: tree.items.filter((_, j) => j !== i) };
    }
    return;
  }
  if (tree.optional) yield '';
  if (tree.simplest !== undefined) yield { ...tree, parts: [tree.simplest] };
  for (const part of alike(tree, tree)) yield part;
}

/** Nodes inside `tree` of its own category, outermost first. */
function* alike(tree: SqlTree, like: SqlNode): Generator<SqlNode> {
  if (typeof tree === 'string') return;
  for (const part of tree.kind === 'list' ? tree.items : tree.parts) {
    if (typeof part !== 'string' && part.kind === 'node' && part.category === like.category && part.category !== 'clause')
      yield part;
    yield* alike(part, like);
  }
}
