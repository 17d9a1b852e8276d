/**
 * Rule merge-self-joins: a table joined with itself on a whole key is read once, as in PostgreSQL 18's planner.
 *
 *   Join inner a.key = b.key AND b.y > c.z        Join inner b.y > c.z
 *   ├─ Join …                                →    ├─ Project … a.y AS b.y
 *   │  ├─ Filter a.x = 1                          │  └─ Filter x = 1 AND w = 2
 *   │  │  └─ Scan t a                             │     └─ Scan t a
 *   │  └─ c                                       └─ c
 *   └─ Filter b.w = 2
 *      └─ Scan t b
 *
 * Equal keys are the same row, since a key is never NULL; the equality may also follow from others (a.key = c.k AND
 * b.key = c.k). Not for samples, nor through a security barrier.
 */
import type { ProjectItem, Rel, Scan, ScanColumn } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { isVolatile, mapRelInputs, substituteColumns } from '../../algebra/transform.ts';
import { equalityClasses, isDeterministic, type EqualityClass } from '../place/equality-classes.ts';
import { blockOf, distinctConditions, filtered, inOrder, joinOf, mapLeaves, type Block } from './inner-blocks.ts';
import { keysOf } from './unique-rows.ts';

export function mergeSelfJoins(rel: Rel): Rel {
  if (rel.kind !== 'join' || rel.type !== 'inner') return mapRelInputs(rel, mergeSelfJoins);
  const block = blockOf(rel);
  const merged = block.conjuncts.some(isVolatile) ? block : mergeAll(block);
  if (merged === block) return mapLeaves(rel, mergeSelfJoins);
  return inOrder(joinOf({ ...merged, leaves: merged.leaves.map(mergeSelfJoins) }), rel);
}

function mergeAll(block: Block): Block {
  const reads = block.leaves.map((leaf) => ({ leaf, read: tableRead(leaf) }));
  const { classes } = equalityClasses(block.conjuncts);
  for (const [i, { leaf: first, read: a }] of reads.entries()) {
    for (const { leaf: second, read: b } of reads.slice(i + 1)) {
      if (!a || !b || !isSameTable(a.scan, b.scan) || !isSameRow(a.scan, b.scan, classes)) continue;
      const merged = mergeReads(a, b);
      const leaves = block.leaves.flatMap((leaf) => (leaf === first ? [merged.rel] : leaf === second ? [] : [leaf]));
      const conjuncts = block.conjuncts.map((conjunct) => substituteColumns(conjunct, merged.replaced));
      return mergeAll({ leaves, conjuncts: withoutTautologies(conjuncts, a.scan) });
    }
  }
  return block;
}

interface TableRead {
  readonly scan: Scan;
  readonly conjuncts: readonly Scalar[];
  /** Columns under ids of others that were merged into it. */
  readonly aliases: readonly ProjectItem[];
}

function tableRead(rel: Rel): TableRead | undefined {
  const aliased = rel.kind === 'project' && rel.items.every(({ expr }) => expr.kind === 'column') ? rel : undefined;
  const below = aliased?.input ?? rel;
  const scan = below.kind === 'filter' ? below.input : below;
  if (scan.kind !== 'scan' || scan.sample) return undefined;
  const aliases = aliased ? aliased.items.filter(({ column, expr }) => expr.kind === 'column' && expr.column !== column.id) : [];
  return { scan, conjuncts: below.kind === 'filter' ? below.conjuncts : [], aliases };
}

const isSameTable = (a: Scan, b: Scan): boolean =>
  a.table.site === b.table.site &&
  a.table.schema === b.table.schema &&
  a.table.name === b.table.name &&
  a.table.mirrorOid === b.table.mirrorOid &&
  a.only === b.only;

function isSameRow(a: Scan, b: Scan, classes: readonly EqualityClass[]): boolean {
  return keysOf(a).some((key) =>
    key.every((id) => {
      const other = columnNamed(b, a.columns.find((column) => column.id === id)!.sourceName);
      const isEquated = ({ columns, written }: EqualityClass): boolean =>
        columns.has(id) && columns.has(other!.id) && isDeterministic(written[0]!);
      return other !== undefined && classes.some(isEquated);
    }),
  );
}

const columnNamed = (scan: Scan, name: string): ScanColumn | undefined =>
  scan.columns.find(({ sourceName }) => sourceName === name);

/** One read of the table that has the columns of both, and what stands for b's in conditions over it. */
function mergeReads(a: TableRead, b: TableRead): { readonly rel: Rel; readonly replaced: ReadonlyMap<ColumnId, Scalar> } {
  const added = b.scan.columns.filter(({ sourceName }) => columnNamed(a.scan, sourceName) === undefined);
  const scan: Scan = { ...a.scan, columns: [...a.scan.columns, ...added] };
  const reference = ({ id, type }: ScanColumn): Scalar => ({ kind: 'column', column: id, type });
  const replaced = new Map<ColumnId, Scalar>();
  const aliases: ProjectItem[] = [...a.aliases];
  for (const column of b.scan.columns) {
    const own = columnNamed(a.scan, column.sourceName);
    if (own === undefined) continue;
    replaced.set(column.id, reference(own));
    aliases.push({ column, expr: reference(own) });
  }
  for (const { column, expr } of b.aliases) aliases.push({ column, expr: substituteColumns(expr, replaced) });
  // The later one's first, as PostgreSQL has them, which keeps that one: where one raises, order tells.
  const conjuncts = [...b.conjuncts.map((conjunct) => substituteColumns(conjunct, replaced)), ...a.conjuncts];
  const items = [...scan.columns.map((column): ProjectItem => ({ column, expr: reference(column) })), ...aliases];
  return { rel: { kind: 'project', input: filtered(scan, distinctConditions(conjuncts)), items }, replaced };
}

/** Without what was said twice, and without x = x of a key's columns, which are never NULL. */
function withoutTautologies(conjuncts: readonly Scalar[], scan: Scan): readonly Scalar[] {
  const keys = new Set(keysOf(scan).flat());
  return distinctConditions(conjuncts).filter((conjunct) => {
    if (conjunct.kind !== 'call' || conjunct.operator?.name !== '=') return true;
    const [left, right] = conjunct.args;
    return !(left?.kind === 'column' && right?.kind === 'column' && left.column === right.column && keys.has(left.column));
  });
}
