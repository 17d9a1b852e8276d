/**
 * `npm run fuzz -- [--seed N] [--count M] [--placement NAME]… [--first I] [--sql TEXT]`: random statements
 * against PostgreSQL. Every 200 statements take new tables; `--sql`: one statement over the tables of the seed. Exit 1 on any difference; the last line is the summary.
 */
import { parseArgs } from 'node:util';
import { FUZZ_PLACEMENTS, runCampaign, type Tally } from './campaign.ts';

const STATEMENTS_PER_SCHEMA = 200;

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    first: { type: 'string', default: '0' },
    placement: { type: 'string', multiple: true },
    failures: { type: 'string', default: '20' },
    sql: { type: 'string' },
    original: { type: 'boolean', default: false },
  },
});

async function main(): Promise<boolean> {
  const placements = values.placement ?? Object.keys(FUZZ_PLACEMENTS);
  const unknown = placements.find((name) => !FUZZ_PLACEMENTS[name]);
  if (unknown !== undefined)
    throw new Error(`unknown placement ${unknown}; there are: ${Object.keys(FUZZ_PLACEMENTS).join(', ')}`);
  const totals: Tally = { statements: 0, verdicts: new Map(), messages: new Map(), failures: [] };
  const failuresMax = Number(values.failures);
  let seed = Number(values.seed);
  for (let left = Number(values.count); left > 0 && totals.failures.length < failuresMax; left -= STATEMENTS_PER_SCHEMA, seed++) {
    const tally = await runCampaign({
      seed,
      count: Math.min(left, STATEMENTS_PER_SCHEMA),
      first: Number(values.first),
      placements,
      ...(values.sql === undefined ? {} : { sql: values.sql }),
      failuresMax: failuresMax - totals.failures.length,
      onFailure: (failure) => {
        console.log(`\n-- seed ${failure.seed}, statement ${failure.index}, placement ${failure.placement}: ${failure.detail}`);
        console.log(`${failure.sql};${failure.values.length > 0 ? ` -- ${JSON.stringify(failure.values)}` : ''}`);
        if (values.original) console.log(`-- from: ${failure.original}`);
      },
    });
    totals.statements += tally.statements;
    totals.failures.push(...tally.failures);
    for (const [kind, n] of tally.verdicts) totals.verdicts.set(kind, (totals.verdicts.get(kind) ?? 0) + n);
    for (const [message, n] of tally.messages) totals.messages.set(message, (totals.messages.get(message) ?? 0) + n);
  }
  console.log('');
  for (const [message, n] of [...totals.messages].sort((a, b) => b[1] - a[1]).slice(0, 40)) console.log(`${n} × ${message}`);
  const verdicts = [...totals.verdicts].map(([kind, n]) => `${n} ${kind}`).join(', ');
  console.log(
    `fuzz: ${totals.statements} statements × ${placements.length} placements: ${verdicts}; ${totals.failures.length} failures`,
  );
  return totals.failures.length === 0;
}

main().then(
  (clean) => process.exit(clean ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
