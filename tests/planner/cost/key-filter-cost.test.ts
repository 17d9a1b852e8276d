/** How many keys are worth sending: by what a row costs on its way, and what the source is spared. */
import type { SiteCosts } from '../../../algebra/site-costs.ts';
import { DUCKDB_COSTS } from '../../../connectors/duckdb/costs.ts';
import { POSTGRES_COSTS } from '../../../connectors/postgres/costs.ts';
import {
  areDense,
  bitsWorthSending,
  isRangeWorthSending,
  KEYS_MAX,
  keysWorthSending,
  type ProbedRows,
} from '../../../planner/cost/key-filter-cost.ts';

/** 100 Mbit/s and 5 ms away. */
const FAR: SiteCosts = { ...POSTGRES_COSTS, link: { startMs: 5.4, row: 710, column: 363, byte: 80 } };
const FACTS: ProbedRows = { rows: 60_000, values: 40_000, columns: 3, bytes: 20, keyBytes: 4, workMs: 0, index: undefined };

test('a key is worth a few rows of a near source, and less than one of a far one', () => {
  const rowsPerKey = (site: SiteCosts): number => FACTS.rows / keysWorthSending(site, { ...FACTS, values: 1e9 });
  expect(rowsPerKey(POSTGRES_COSTS)).toBeGreaterThan(2);
  expect(rowsPerKey(POSTGRES_COSTS)).toBeLessThan(5);
  expect(rowsPerKey(DUCKDB_COSTS)).toBeGreaterThan(rowsPerKey(POSTGRES_COSTS));
  expect(rowsPerKey(FAR)).toBeLessThan(1);
});

test('never for more than half of the values, nor more than a statement takes', () => {
  expect(keysWorthSending(FAR, FACTS)).toBe(FACTS.values / 2);
  expect(keysWorthSending(FAR, { ...FACTS, rows: 6e7, values: 4e7 })).toBe(KEYS_MAX);
});

test('what comes sooner than it would be waited for is not', () => {
  for (const site of [POSTGRES_COSTS, DUCKDB_COSTS, FAR])
    expect(keysWorthSending(site, { ...FACTS, rows: 1_000, values: 1_000 })).toBe(0);
});

test('joins that the source is spared count, and so does an index', () => {
  const few = { ...FACTS, rows: 1_000, values: 1_000 };
  expect(keysWorthSending(POSTGRES_COSTS, { ...few, workMs: 20 })).toBeGreaterThan(100);
  expect(keysWorthSending(POSTGRES_COSTS, { ...few, index: { sparedMs: 20, rows: 1_000 } })).toBeGreaterThan(100);
  const near = keysWorthSending(POSTGRES_COSTS, FACTS);
  expect(keysWorthSending(POSTGRES_COSTS, { ...FACTS, index: { sparedMs: 0, rows: 60_000 } })).toBe(near);
});

test('a bitmap takes more keys than a list, where there are bitmaps', () => {
  const many = { ...FACTS, rows: 6e6, values: 4e6 };
  for (const site of [POSTGRES_COSTS, FAR])
    expect(bitsWorthSending(site, many)).toBeGreaterThan(5 * keysWorthSending(site, many));
  expect(bitsWorthSending(DUCKDB_COSTS, many)).toBe(0);
});

test('a key to every 64 values is dense enough, and what is not known is not', () => {
  expect(areDense(10, [1, 640])).toBe(true);
  expect(areDense(10, [1, 642])).toBe(false);
  expect(areDense(10, undefined)).toBe(false);
  expect(areDense(10, ['a', 'b'])).toBe(false);
});

test('bounds are worth waiting for where they spare half of many rows', () => {
  for (const site of [POSTGRES_COSTS, DUCKDB_COSTS, FAR]) {
    expect(isRangeWorthSending(site, FACTS, 0.3)).toBe(true);
    expect(isRangeWorthSending(site, FACTS, 0.7)).toBe(false);
    expect(isRangeWorthSending(site, { ...FACTS, rows: 1_000 }, 0.3)).toBe(false);
  }
});
