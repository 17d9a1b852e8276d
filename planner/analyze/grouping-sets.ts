/**
 * GROUP BY's GROUPING SETS, ROLLUP and CUBE as one flat list of sets, the way PostgreSQL expands them (expand_grouping_sets in
 * parse_agg.c): each item by itself, then the product of all. Part of planner/analyze; the sets are lists of
 * `tleSortGroupRef`s, and there are at most 4096 of them: PostgreSQL has counted before.
 */
import { assert } from '../../core/assert.ts';
import { flag, integer, integers, nodes } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

/** By GroupingSetKind. */
const KINDS = ['empty', 'simple', 'rollup', 'cube', 'sets'] as const;

type GroupingSet = readonly number[];

/** Undefined: a plain GROUP BY. */
export function expandGroupingSets(query: TreeNode): readonly GroupingSet[] | undefined {
  const items = nodes(query, 'groupingSets');
  if (items.length === 0) return undefined;
  let sets: readonly GroupingSet[] = [[]];
  for (const item of items) {
    const own = setsOf(item);
    sets = sets.flatMap((left) => own.map((right) => union(left, right)));
  }
  return flag(query, 'groupDistinct') ? withoutRepeats(sets) : sets;
}

function setsOf(item: TreeNode): readonly GroupingSet[] {
  const kind = KINDS[integer(item, 'kind')];
  assert(item.tag === 'GROUPINGSET' && kind !== undefined, `${item.tag} among the grouping sets`);
  switch (kind) {
    case 'empty':
      return [[]];
    case 'simple':
      return [integers(item, 'content')];
    case 'sets':
      return nodes(item, 'content').flatMap(setsOf);
    case 'rollup': {
      const parts = nodes(item, 'content').map(simpleSet);
      return [...parts.map((_, i) => unionOf(parts.slice(0, parts.length - i))), []];
    }
    case 'cube': {
      const parts = nodes(item, 'content').map(simpleSet);
      return Array.from({ length: 2 ** parts.length }, (_, bits) => unionOf(parts.filter((__, i) => (bits & (1 << i)) !== 0)));
    }
  }
}

/** An element of ROLLUP or CUBE is a column or several taken as one. */
function simpleSet(item: TreeNode): GroupingSet {
  const [set, ...more] = setsOf(item);
  assert(set !== undefined && more.length === 0, 'several sets within ROLLUP or CUBE');
  return set;
}

const unionOf = (sets: readonly GroupingSet[]): GroupingSet => [...new Set(sets.flat())];
const union = (left: GroupingSet, right: GroupingSet): GroupingSet => unionOf([left, right]);

function withoutRepeats(sets: readonly GroupingSet[]): readonly GroupingSet[] {
  const byMembers = new Map<string, GroupingSet>();
  for (const set of sets) {
    const key = [...set].sort((a, b) => a - b).join();
    if (!byMembers.has(key)) byMembers.set(key, set);
  }
  return [...byMembers.values()];
}
