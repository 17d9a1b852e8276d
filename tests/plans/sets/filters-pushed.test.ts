/**
 * Conditions run at the sources: of all that could, over the plans of TPC-H and TPC-DS under every split, at least 95 in 100
 * do. Prints those that do not.
 */
import { FILTER_SETS, PART_MIN, pushedFilters } from './pushed-filters.ts';

test.each(FILTER_SETS)('$name', async (set) => {
  const { atSource, possible, atHome } = await pushedFilters(set);
  const lines = atHome.map((text) => `  ${text}`);
  console.log([`${set.name}: ${atSource} of ${possible} conditions run at the sources; at home are:`, ...lines].join('\n'));
  expect(possible).toBeGreaterThan(set.queries.size);
  expect(atSource / possible).toBeGreaterThanOrEqual(PART_MIN);
});
