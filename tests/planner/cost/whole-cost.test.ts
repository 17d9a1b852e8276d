/** Joins within what one source evaluates whole: by pairs of rows where no equality finds those that meet. */
import { DUCKDB_COSTS } from '../../../connectors/duckdb/costs.ts';
import type { Capabilities } from '../../../algebra/site.ts';
import type { Join } from '../../../algebra/rel.ts';
import { tableOfRows } from '../../../algebra/statistics.ts';
import { CostModel } from '../../../planner/cost/cost-model.ts';
import { Estimator } from '../../../planner/estimate/estimator.ts';
import { RandomBlock, column, compare } from '../place/random-joins.ts';

const exact: Capabilities = {
  scalar: () => ({ verdict: 'exact' }),
  aggregate: () => ({ verdict: 'exact' }),
  operator: () => ({ verdict: 'exact' }),
};

test('a join without equal keys costs its pairs', () => {
  const block = new RandomBlock(1);
  const [left, right] = [block.tree(1), block.tree(1)];
  if (left.kind !== 'scan' || right.kind !== 'scan') throw new Error('one relation is a table');
  const estimator = new Estimator({ table: () => tableOfRows(1e5) });
  const cost = new CostModel({ estimator, sites: () => DUCKDB_COSTS, local: exact, net: undefined, memoryBytes: 1e9 });
  const [a, b] = [column(left.columns[0]!.id), column(right.columns[0]!.id)];
  const joinMs = (...on: Join['on']): number => {
    const rel: Join = { kind: 'join', type: 'inner', left, right, on };
    return cost.operatorMs(rel, 'lake', [1e5, 1e5], 1e5);
  };
  const hashed = joinMs(compare('=', a, b));
  expect(joinMs(compare('<', a, b), compare('=', a, b))).toBe(hashed);
  expect(joinMs(compare('<', a, b))).toBeGreaterThan(100 * hashed);
  expect(joinMs()).toBe(joinMs(compare('<', a, b)));
});
