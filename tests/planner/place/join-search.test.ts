/**
 * Random trees of inner, outer, semi and anti joins over small tables with NULLs: whatever order and places the search
 * chooses, at whatever costs, the rows are those of the tree as it was written. Both trees are evaluated here, by definition.
 */
import { HOME, CostModel } from '../../../planner/cost/cost-model.ts';
import { Estimator } from '../../../planner/estimate/estimator.ts';
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
import { printScalar } from '../../../algebra/print-scalar.ts';
import { outputColumns, type Join, type Rel, type Scan } from '../../../algebra/rel.ts';
import type { CallScalar, ColumnId, Scalar } from '../../../algebra/scalar.ts';
import type { Capabilities } from '../../../algebra/site.ts';
import { tableOfRows } from '../../../algebra/statistics.ts';
import { sqlType } from '../../../core/sql-type.ts';

type Row = ReadonlyMap<ColumnId, number | null>;

const INT = sqlType('int4');
const BOOL = sqlType('bool');
const exact: Capabilities = {
  scalar: () => ({ verdict: 'exact' }),
  aggregate: () => ({ verdict: 'exact' }),
  operator: () => ({ verdict: 'exact' }),
};

/** Repeatable: a test that fails fails again. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

const column = (id: ColumnId): Scalar => ({ kind: 'column', column: id, type: INT });

function compare(name: '=' | '<', left: Scalar, right: Scalar): CallScalar {
  const oid = name === '=' ? 65 : 66;
  return {
    kind: 'call',
    fn: {
      oid,
      schema: 'pg_catalog',
      name: name === '=' ? 'int4eq' : 'int4lt',
      signature: name === '=' ? 'int4eq(int4,int4)' : 'int4lt(int4,int4)',
      kind: 'function',
      volatility: 'immutable',
      strict: true,
      leakproof: true,
      returnsSet: false,
    },
    operator: {
      oid: name === '=' ? 96 : 97,
      schema: 'pg_catalog',
      name,
      position: 'infix',
      functionOid: oid,
      commutator: 0,
      negator: 0,
      canHash: name === '=',
    },
    args: [left, right],
    type: BOOL,
    inputCollation: 'none',
    form: 'operator',
  };
}

class RandomBlock {
  readonly tables = new Map<Scan, readonly Row[]>();
  readonly #random: (below: number) => number;
  #lastColumn = 0;

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  tree(relations: number): Rel {
    if (relations === 1) return this.#scan();
    const near = 1 + this.#random(relations - 1);
    const left = this.#filtered(this.tree(near));
    const right = this.#filtered(this.tree(relations - near));
    const type = (['inner', 'inner', 'inner', 'left', 'left', 'right', 'full', 'semi', 'anti'] as const)[this.#random(9)]!;
    const on: Scalar[] = this.#random(12) === 0 && type === 'inner' ? [] : [this.#condition(left, right)];
    if (this.#random(3) === 0) on.push(this.#condition(left, right));
    if (this.#random(6) === 0) on.push(this.#condition(right, right));
    if (this.#random(8) === 0) on.push(this.#constant());
    if (this.#random(8) === 0) on.push(this.#overThree(left, right));
    if (this.#random(40) === 0) on.splice(0, on.length, this.#constant());
    if (type === 'anti' && this.#random(3) === 0) return { kind: 'join', type, left, right, on: on.slice(0, 1), nullAware: true };
    return { kind: 'join', type, left, right, on };
  }

  /** Mostly as it is: a filter between joins. */
  #filtered(input: Rel): Rel {
    if (this.#random(10) !== 0) return input;
    const conjuncts = [this.#random(4) === 0 ? this.#constant() : this.#condition(input, input)];
    return { kind: 'filter', input, conjuncts };
  }

  #constant(): Scalar {
    return { kind: 'const', value: [true, true, false, null][this.#random(4)]!, type: BOOL };
  }

  /** Reads up to three relations. */
  #overThree(left: Rel, right: Rel): Scalar {
    const other = this.#condition(right, left);
    const args = [this.#condition(left, right), other];
    return { kind: 'or', args, type: BOOL };
  }

  #scan(): Scan {
    const count = this.tables.size;
    const columns = [0, 1].map((i) => ({
      id: ++this.#lastColumn as ColumnId,
      name: `c${i}`,
      type: INT,
      sourceName: `c${i}`,
    }));
    const site = ['shop', 'lake'][this.#random(2)]!;
    const table = { site, mirrorOid: count + 1, schema: 's', name: `t${count}`, keys: [] };
    const scan: Scan = { kind: 'scan', table, columns };
    const value = (): number | null => (this.#random(5) === 0 ? null : this.#random(3));
    const rows = Array.from({ length: this.#random(5) }, () => new Map(columns.map(({ id }) => [id, value()])));
    this.tables.set(scan, rows);
    return scan;
  }

  #condition(left: Rel, right: Rel): Scalar {
    const pick = (rel: Rel): Scalar => column(outputColumns(rel)[this.#random(outputColumns(rel).length)]!.id);
    const [a, b] = [pick(left), pick(right)];
    switch (this.#random(8)) {
      case 0:
        return { kind: 'nulltest', arg: b, negated: this.#random(2) === 0, type: BOOL } as Scalar;
      case 1:
        return { kind: 'or', args: [compare('=', a, b), { kind: 'nulltest', arg: a, negated: false, type: BOOL } as Scalar], type: BOOL }; // prettier-ignore
      case 2:
        return compare('<', a, b);
      default:
        return compare('=', a, b);
    }
  }

  rows(rel: Rel): readonly Row[] {
    switch (rel.kind) {
      case 'scan':
        return this.tables.get(rel)!;
      case 'filter':
        return this.rows(rel.input).filter((row) => rel.conjuncts.every((expr) => evaluate(expr, row) === true));
      case 'project':
        return this.rows(rel.input).map((row) => new Map(rel.items.map((item) => [item.column.id, evaluate(item.expr, row) as number | null]))); // prettier-ignore
      case 'join':
        return joined(rel, this.rows(rel.left), this.rows(rel.right));
      default:
        throw new Error(`no ${rel.kind} here`);
    }
  }
}

function joined(rel: Join, left: readonly Row[], right: readonly Row[]): Row[] {
  const nulls = (side: Rel): Row => new Map(outputColumns(side).map(({ id }) => [id, null]));
  const both = (a: Row, b: Row): Row => new Map([...a, ...b]);
  const truths = (a: Row): readonly unknown[] => right.map((b) => all(rel.on.map((expr) => evaluate(expr, both(a, b)))));
  const out: Row[] = [];
  const matched = new Set<number>();
  for (const a of left) {
    const found = truths(a);
    const partners = [...found.keys()].filter((i) => found[i] === true);
    for (const i of partners) matched.add(i);
    if (rel.type === 'semi') {
      if (partners.length > 0) out.push(a);
    } else if (rel.type === 'anti') {
      if (rel.nullAware === true ? found.every((truth) => truth === false) : partners.length === 0) out.push(a);
    } else {
      for (const i of partners) out.push(both(a, right[i]!));
      if (partners.length === 0 && (rel.type === 'left' || rel.type === 'full')) out.push(both(a, nulls(rel.right)));
    }
  }
  if (rel.type === 'right' || rel.type === 'full') {
    for (const [i, b] of right.entries()) if (!matched.has(i)) out.push(both(nulls(rel.left), b));
  }
  return out;
}

const all = (truths: readonly unknown[]): unknown => (truths.includes(false) ? false : truths.includes(null) ? null : true);

function evaluate(expr: Scalar, row: Row): unknown {
  switch (expr.kind) {
    case 'column':
      return row.get(expr.column)!;
    case 'const':
      return expr.value;
    case 'nulltest':
      return (evaluate(expr.arg, row) === null) !== expr.negated;
    case 'or': {
      const truths = expr.args.map((arg) => evaluate(arg, row));
      return truths.includes(true) ? true : truths.includes(null) ? null : false;
    }
    case 'call': {
      const [a, b] = expr.args.map((arg) => evaluate(arg, row) as number | null);
      if (a === null || b === null) return null;
      return expr.operator!.name === '=' ? a === b : a! < b!;
    }
    default:
      throw new Error(`no ${expr.kind} here`);
  }
}

const printed = (rel: Rel): string => {
  const condition = (expr: Scalar): string => printScalar(expr, (id) => `#${id}`);
  if (rel.kind === 'join') {
    return `(${printed(rel.left)} ${rel.type}[${rel.on.map(condition).join(' and ')}] ${printed(rel.right)})`;
  }
  if (rel.kind === 'filter') return `filter[${rel.conjuncts.map(condition).join(' and ')}](${printed(rel.input)})`;
  return rel.kind === 'project' ? printed(rel.input) : `t${outputColumns(rel).map(({ id }) => id).join('_')}`; // prettier-ignore
};

const sorted = (rel: Rel, rows: readonly Row[]): readonly string[] =>
  rows.map((row) => outputColumns(rel).map(({ id }) => String(row.get(id))).join()).sort(); // prettier-ignore

function contextOf(seed: number): ConstructorParameters<typeof Search>[0] {
  const random = randomNumbers(seed + 7);
  const estimator = new Estimator({ table: () => tableOfRows(10 ** random(6)) });
  const costs = { shop: POSTGRES_COSTS, lake: DUCKDB_COSTS };
  return {
    judge: new FragmentJudge(() => exact),
    estimator,
    cost: new CostModel({
      estimator,
      sites: (site) => costs[site as keyof typeof costs],
      local: exact,
      net: undefined,
      memoryBytes: 1e9,
    }),
    pushEverything: seed % 5 === 0,
    pushNothing: seed % 7 === 0,
    splitAverages: true,
    keyFilters: seed % 2 === 0,
    orderJoins: true,
    alternatives: new Set(),
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

test('intervals of one order keep the rows as well', () => {
  let found = 0;
  for (let seed = 0; seed < 1_500; seed++) {
    const block = new RandomBlock(seed);
    const written = block.tree(3 + (seed % 4));
    if (written.kind !== 'join') throw new Error('two relations make a join');
    const graph = joinGraph(written);
    const context = contextOf(seed);
    const leaves = graph.relations.map((rel) => new Map([[HOME, { place: HOME, rel, costMs: 1, inputs: [] }]]));
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
