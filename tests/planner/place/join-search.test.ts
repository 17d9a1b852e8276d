/**
 * Random trees of inner, outer, semi and anti joins over small tables with NULLs: whatever order and places the search
 * chooses, at whatever costs, the rows are those of the tree as it was written. Both trees are evaluated here, by definition.
 */
import { HOME, CostModel } from '../../../planner/cost/cost-model.ts';
import { NO_MEMORY } from '../../../planner/cost/memory-use.ts';
import { Estimator } from '../../../planner/estimate/estimator.ts';
import { LearnedRows } from '../../../planner/estimate/learned-rows.ts';
import { FragmentJudge } from '../../../planner/place/fragment-judge.ts';
import { operatorsAtHome } from '../../../planner/place/candidate.ts';
import { enumerateAll, enumerateIntervals } from '../../../planner/place/enumerate-joins.ts';
import { clusterJoins } from '../../../planner/place/cluster-joins.ts';
import { joinGraph } from '../../../planner/place/join-graph.ts';
import { JoinSearch } from '../../../planner/place/join-search.ts';
import { Search } from '../../../planner/place/search.ts';
import { sameJoins } from '../../../planner/place/same-joins.ts';
import { DUCKDB_COSTS } from '../../../connectors/duckdb/costs.ts';
import { POSTGRES_COSTS } from '../../../connectors/postgres/costs.ts';
import { outputColumns, type Join, type Rel } from '../../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../../algebra/scalar.ts';
import type { Capabilities } from '../../../algebra/site.ts';
import { visitRel } from '../../../algebra/transform.ts';
import { tableOfRows } from '../../../algebra/statistics.ts';
import { BOOL, column, compare, printed, RandomBlock, randomNumbers, sorted } from './random-joins.ts';

const exact: Capabilities = {
  scalar: () => ({ verdict: 'exact' }),
  aggregate: () => ({ verdict: 'exact' }),
  operator: () => ({ verdict: 'exact' }),
};

const SIZES = [0, 1, 2, 3, 4, 5].map((power) => tableOfRows(10 ** power));

function contextOf(seed: number, seen: readonly Rel[] = []): ConstructorParameters<typeof Search>[0] {
  const random = randomNumbers(seed + 7);
  const statistics = { table: () => SIZES[random(6)]! };
  const memory = new LearnedRows(Infinity);
  const lasting = { table: () => SIZES[0] };
  for (const rel of seen) memory.learn({ rel, rows: 10 ** random(7), estimatedRows: 1e9 }, lasting, Date.now());
  const estimator = new Estimator(statistics, memory.under(lasting));
  const costs = { shop: POSTGRES_COSTS, lake: DUCKDB_COSTS };
  return {
    judge: new FragmentJudge(() => exact),
    estimator,
    cost: new CostModel({
      estimator,
      sites: (site) => costs[site as keyof typeof costs],
      local: exact,
      net: undefined,
      memoryBytes: [1e9, 1e6, 1e4][seed % 4] ?? 1e2,
    }),
    sparesMemory: true,
    pushEverything: seed % 5 === 0,
    pushNothing: seed % 7 === 0,
    splitAverages: true,
    shipping: (['never', 'by cost', 'always'] as const)[seed % 3]!,
    keyForms: new Set(seed % 2 === 0 ? (['list', 'bitmap'] as const) : []),
    orderJoins: true,
    alternatives: new Set(),
    merging: (['never', 'by cost', 'always'] as const)[seed % 3]!,
    grouping: 'by cost',
    nextColumn: () => 1_000 as ColumnId,
  };
}

test('whatever order the search finds, the rows are those of the joins as they were written', () => {
  let reordered = 0;
  for (let seed = 0; seed < 4_000; seed++) {
    const block = new RandomBlock(seed);
    const written = block.tree(2 + (seed % 5));
    const found = new Search(contextOf(seed)).best(written).rel;
    if (!sameJoins(written, found)) reordered++;
    if (sorted(written, block.rows(written)).join('\n') === sorted(written, block.rows(found)).join('\n')) continue;
    throw new Error(`seed ${seed}: ${printed(written)} became ${printed(found)}`);
  }
  expect(reordered).toBeGreaterThan(1_000);
});

test('rows of what was seen are the same in any order, and change no answer', () => {
  let known = 0;
  for (let seed = 0; seed < 1_500; seed++) {
    const block = new RandomBlock(seed);
    const written = block.tree(3 + (seed % 4));
    const seen: Rel[] = [];
    visitRel(written, (rel) => {
      if (rel.kind === 'join' && seed % 3 !== 0) seen.push(rel);
    });
    const context = contextOf(seed, seed % 3 === 0 ? [written] : seen.slice(-2));
    const found = new Search(context).best(written).rel;
    const { learned } = context.estimator;
    visitRel(found, (rel) => {
      const entry = rel.kind === 'join' ? learned?.rows(rel) : undefined;
      if (entry === undefined) return;
      known++;
      if (context.estimator.rows(rel) !== entry.rows) throw new Error(`seed ${seed}: ${context.estimator.rows(rel)} rows`);
    });
    if (sorted(written, block.rows(written)).join('\n') === sorted(written, block.rows(found)).join('\n')) continue;
    throw new Error(`seed ${seed}: ${printed(written)} became ${printed(found)}`);
  }
  expect(known).toBeGreaterThan(500);
});

test('intervals of one order keep the rows as well', () => {
  let found = 0;
  for (let seed = 0; seed < 1_500; seed++) {
    const block = new RandomBlock(seed);
    const written = block.tree(3 + (seed % 4));
    if (written.kind !== 'join') throw new Error('two relations make a join');
    const graph = joinGraph(written);
    const context = contextOf(seed);
    const leaves = graph.relations.map(
      (rel) => new Map([[HOME, { place: HOME, rel, costMs: 1, memory: NO_MEMORY, inputs: [] }]]),
    );
    const needed = new Set(outputColumns(written).map(({ id }) => id));
    const search = new JoinSearch(graph, leaves, needed, context);
    enumerateIntervals(graph, search);
    const best = search.candidatesOf(graph.all)?.get(HOME);
    if (best === undefined) continue;
    found++;
    expect(operatorsAtHome(best).size).toBeGreaterThan(0);
    const rel: Rel = graph.constants.length === 0 ? best.rel : { kind: 'filter', input: best.rel, conjuncts: graph.constants };
    if (sorted(written, block.rows(rel)).join('\n') === sorted(written, block.rows(written)).join('\n')) continue;
    throw new Error(`seed ${seed}: ${printed(written)} became ${printed(rel)}`);
  }
  expect(found).toBeGreaterThan(1_000);
});

test('conditions that allow few of the many sets they connect do not hold planning up', () => {
  const block = new RandomBlock(1);
  const [outer, inner] = [block.tree(1), block.tree(1)];
  const [a, b] = [outer, inner].map((rel) => column(outputColumns(rel)[0]!.id)) as [Scalar, Scalar];
  let rel: Join = { kind: 'join', type: 'left', left: outer, right: inner, on: [compare('=', a, b)] };
  for (let i = 0; i < 27; i++) {
    const right = block.tree(1);
    // True of rows that the left join made up: none of these may go below it.
    const args = [compare('=', b, column(outputColumns(right)[0]!.id)), { kind: 'nulltest', arg: b, negated: false, type: BOOL } as Scalar]; // prettier-ignore
    rel = { kind: 'join', type: 'inner', left: rel, right, on: [{ kind: 'or', args, type: BOOL }] };
  }
  let asked = 0;
  const graph = joinGraph(rel);
  const sets = new Set(graph.relations.map((_, i) => 1 << i));
  const has = (set: number): boolean => ++asked > 0 && sets.has(set);
  const combine = (x: number, y: number): void => {
    if (graph.between(x, y) !== undefined) sets.add(x | y);
  };
  expect(enumerateAll(graph, { has, combine }, 2_000)).toBe(false);
  expect(asked).toBeLessThan(100_000);
});

test('clusters of a block keep the rows of its joins', () => {
  let clustered = 0;
  for (let seed = 0; seed < 3_000; seed++) {
    const block = new RandomBlock(seed);
    const written = block.tree(4 + (seed % 4)) as Join;
    const { rel, clusters } = clusterJoins(written, { relations: 3, cluster: 2 }, contextOf(seed).estimator);
    if (clusters.size > 0) clustered++;
    if (sorted(written, block.rows(written)).join('\n') === sorted(written, block.rows(rel)).join('\n')) continue;
    throw new Error(`seed ${seed}: ${printed(written)} became ${printed(rel)}`);
  }
  expect(clustered).toBeGreaterThan(100);
});

test('relations of a long chain are joined where conditions connect them, in whatever order they are listed', () => {
  const random = randomNumbers(5);
  const block = new RandomBlock(1);
  const chain = Array.from({ length: 70 }, () => block.tree(1));
  const on = chain
    .slice(1)
    .map((rel, i) => compare('=', column(outputColumns(chain[i]!)[1]!.id), column(outputColumns(rel)[0]!.id)));
  const listed = chain.map((rel) => ({ rel, at: random(1_000) })).sort((a, b) => a.at - b.at).map(({ rel }) => rel); // prettier-ignore
  const all = listed.reduce((left, right): Rel => ({ kind: 'join', type: 'inner', left, right, on: [] })) as Join;
  const found = new Search(contextOf(3)).best({ ...all, on }).rel;
  const joins: Join[] = [];
  const visit = (rel: Rel): void => {
    if (rel.kind === 'project') visit(rel.input);
    if (rel.kind !== 'join') return;
    joins.push(rel);
    visit(rel.left);
    visit(rel.right);
  };
  visit(found);
  expect(joins).toHaveLength(chain.length - 1);
  expect(joins.filter((join) => join.on.length !== 1)).toEqual([]);
});
