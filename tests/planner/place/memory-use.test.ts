/**
 * What plans at home keep at the same time, and what is due where it is more than a query may: told by what the search believes
 * of a tree that no source evaluates.
 */
import { DUCKDB_COSTS } from '../../../connectors/duckdb/costs.ts';
import { outputColumns, type Join, type Rel, type Scan, type SetOperation } from '../../../algebra/rel.ts';
import type { ColumnId } from '../../../algebra/scalar.ts';
import type { Capabilities } from '../../../algebra/site.ts';
import { tableOfRows } from '../../../algebra/statistics.ts';
import { CostModel, OVERFLOW_MS } from '../../../planner/cost/cost-model.ts';
import { Estimator } from '../../../planner/estimate/estimator.ts';
import { FragmentJudge } from '../../../planner/place/fragment-judge.ts';
import { Search } from '../../../planner/place/search.ts';
import { SearchTrace } from '../../../planner/place/search-trace.ts';
import { column, compare, INT } from './random-joins.ts';

const ROWS = 1e6;
/** Of a row that is kept: of one column, and what it takes to note it. */
const ROW_BYTES = 4 + 16;

const exact: Capabilities = {
  scalar: () => ({ verdict: 'exact' }),
  aggregate: () => ({ verdict: 'exact' }),
  operator: () => ({ verdict: 'exact' }),
};

let lastColumn = 0;
function scan(site = `site${++lastColumn}`): Scan {
  const id = ++lastColumn as ColumnId;
  const table = { site, mirrorOid: id, schema: 'public', name: `t${id}`, keys: [] };
  return { kind: 'scan', table, columns: [{ id, name: 'k', type: INT, sourceName: 'k' }] };
}
const keyOf = (rel: Rel): ColumnId => outputColumns(rel)[0]!.id;

const join = (left: Rel, right: Rel): Join => ({
  kind: 'join',
  type: 'inner',
  left,
  right,
  on: [compare('=', column(keyOf(left)), column(keyOf(right)))],
});
const semi = (left: Rel, right: Rel): Join => ({ ...join(left, right), type: 'semi' });
const sort = (input: Rel): Rel => ({
  kind: 'sort',
  input,
  keys: [{ column: keyOf(input), type: INT, descending: false, nullsFirst: false }],
});
const limit = (input: Rel): Rel => ({
  kind: 'limit',
  input,
  limit: { kind: 'const', type: INT, value: 3 },
  offset: null,
});
function setOperation(op: SetOperation['op'], all: boolean): SetOperation {
  const [left, right] = [scan(), scan()];
  const columns = [{ id: ++lastColumn as ColumnId, name: 'k', type: INT }];
  return { kind: 'setop', op, all, left, right, leftColumns: [keyOf(left)], rightColumns: [keyOf(right)], columns };
}

/** By the least memory for which nothing is due: found by halves, to the byte. */
function keptAtHome(rel: Rel): number {
  const dueIn = (memoryBytes: number): boolean => {
    const estimator = new Estimator({ table: () => tableOfRows(ROWS) });
    const trace = new SearchTrace(false);
    new Search({
      judge: new FragmentJudge(() => exact),
      estimator,
      cost: new CostModel({ estimator, sites: () => DUCKDB_COSTS, local: exact, net: undefined, memoryBytes }),
      pushEverything: false,
      pushNothing: true,
      splitAverages: false,
      sparesMemory: false,
      shipping: 'never',
      keyForms: new Set(),
      orderJoins: false,
      alternatives: new Set(),
      merging: 'never',
      grouping: 'never',
      nextColumn: () => ++lastColumn as ColumnId,
      trace,
    }).best(rel);
    return trace.searches[0]!.answer!.costMs >= OVERFLOW_MS;
  };
  let [few, many] = [1, 2 ** 40];
  while (few < many) {
    const middle = Math.floor((few + many) / 2);
    if (dueIn(middle)) few = middle + 1;
    else many = middle;
  }
  return few;
}

const SIDE = ROWS * ROW_BYTES;
/** The rows twice, as they come and end to end. */
const SORTED = ROWS * (ROW_BYTES + 4);

test('a build side is kept while the probe side runs', () => {
  expect(keptAtHome(join(scan(), scan()))).toBe(SIDE);
  expect(keptAtHome(join(join(scan(), scan()), scan()))).toBe(2 * SIDE);
  expect(keptAtHome(join(join(join(scan(), scan()), scan()), scan()))).toBe(3 * SIDE);
});

test('what a build side kept is gone once it is built', () => {
  const three = semi(scan(), semi(scan(), scan()));
  expect(keptAtHome(three)).toBeGreaterThan(1.1 * SIDE);
  expect(keptAtHome(semi(scan(), three))).toBe(keptAtHome(three));
});

test('a full sort keeps all rows, one below a limit the first', () => {
  expect(keptAtHome(sort(scan()))).toBe(SORTED);
  expect(keptAtHome(limit(sort(scan())))).toBe(3 * (ROW_BYTES + 4));
  // While it reads, what is below is kept as well.
  expect(keptAtHome(sort(join(limit(scan()), scan())))).toBeGreaterThan(SIDE);
});

test('set operations keep what they have to know again', () => {
  expect(keptAtHome(setOperation('union', true))).toBe(1);
  expect(keptAtHome(setOperation('union', false))).toBeGreaterThan(SIDE);
  // Of the right side, each row once: a tenth of them, where nothing is known.
  expect(keptAtHome(setOperation('intersect', true))).toBe(0.1 * SIDE);
  expect(keptAtHome(setOperation('except', true))).toBe(0.1 * SIDE);
  expect(keptAtHome(setOperation('except', false))).toBeGreaterThan(0.1 * SIDE);
});
