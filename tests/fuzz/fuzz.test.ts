/** A slice of the fuzzer, always the same. `npm run fuzz` does more. */
import { runCampaign } from './campaign.ts';
import { placementsOf } from './placements.ts';

test.each([
  [11, ['split', 'duckdb']],
  [12, ['spread', 'plain']],
])('seed %d, placements %j', async (seed, placements) => {
  const { failures, statements } = await runCampaign({
    seed,
    count: 75,
    tables: 8,
    placements: placementsOf(placements),
    failuresMax: 3,
  });
  expect(failures).toEqual([]);
  expect(statements).toBe(75);
});
