/**
 * `npm run fuzz -- [--seed N] [--count M] [--each K] [--workers W] [--placement NAME]… [--rules] [--journal FILE] [--record]`: random
 * statements against PostgreSQL, each under K of the placements (all by default). Every 4000 statements take a new world,
 * the seed one higher; worlds run in W processes. A journal keeps what each world counted: worlds it knows are not run again.
 * `--rules`: the placements of a world are one, each time without another of the planner's rules, four to a world in turn.
 * `--examples` shows a statement for each reason why some were refused or skipped. `--record` writes the summary into docs/conformance.md. `--first I` and `--sql TEXT` run one statement again.
 * Exit 1 on any difference; the last line is the summary.
 */
import { fork } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { recordProof } from '../conformance/record.ts';
import { runCampaign } from './campaign.ts';
import { FUZZ_PLACEMENTS, placementsOf, placementsWithoutRules } from './placements.ts';
import { addTally, emptyTally, fuzzMarkdown, reasonsOf, summary, type Failure, type Tally } from './tally.ts';

const STATEMENTS_PER_WORLD = 4000;

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    first: { type: 'string', default: '0' },
    each: { type: 'string' },
    workers: { type: 'string', default: '1' },
    placement: { type: 'string', multiple: true },
    rules: { type: 'boolean', default: false },
    failures: { type: 'string', default: '20' },
    journal: { type: 'string' },
    record: { type: 'boolean', default: false },
    sql: { type: 'string' },
    original: { type: 'boolean', default: false },
    examples: { type: 'boolean', default: false },
    /** Set for a process of one world. */
    world: { type: 'boolean', default: false },
  },
});

const placements = placementsOf(values.placement ?? Object.keys(FUZZ_PLACEMENTS));

interface World {
  readonly seed: number;
  readonly count: number;
}

/** From a process of one world: a failure as soon as it is found, then what it counted. */
type Message = { readonly failure: Failure } | { readonly tally: Tally };

interface JournalEntry extends World {
  readonly tally: Tally;
}

async function main(): Promise<boolean> {
  const known = readJournal();
  const total = emptyTally();
  const open: World[] = [];
  const [seed, statements] = [Number(values.seed), Number(values.count)];
  for (let done = 0; done < statements; done += STATEMENTS_PER_WORLD) {
    const world = { seed: seed + done / STATEMENTS_PER_WORLD, count: Math.min(STATEMENTS_PER_WORLD, statements - done) };
    const entry = known.find((e) => e.seed === world.seed && e.count === world.count);
    if (entry) addTally(total, entry.tally);
    else open.push(world);
  }
  if (values.world) {
    addTally(total, await runWorld(open[0]!, (failure) => process.send!({ failure })));
    process.send!({ tally: total });
    return total.failures.length === 0;
  }
  const workers = Number(values.workers);
  const take = async (): Promise<void> => {
    for (let world = open.shift(); world; world = open.shift()) {
      const tally = workers > 1 ? await inProcess(world) : await runWorld(world, print);
      addTally(total, tally);
      if (values.journal !== undefined) appendFileSync(values.journal, `${JSON.stringify({ ...world, tally })}\n`);
      console.log(`seed ${world.seed}: ${summary(tally)}`);
      if (total.failures.length >= Number(values.failures)) return;
    }
  };
  await Promise.all(Array.from({ length: workers }, take));
  console.log('');
  for (const [reason, n] of reasonsOf(total)) {
    console.log(`${n} × ${reason}`);
    if (values.examples) console.log(`    ${total.examples[reason]!}`);
  }
  console.log(summary(total));
  const where = values.rules ? 'each without one of the rules' : `placements ${Object.keys(placements).join(', ')}`;
  const seeds = `Seeds ${seed} to ${seed + Math.ceil(statements / STATEMENTS_PER_WORLD) - 1}`;
  if (values.record) recordProof(values.rules ? 'fuzz-rules' : 'fuzz', fuzzMarkdown(total, `${seeds}, ${where}`));
  return total.failures.length === 0;
}

const runWorld = (world: World, onFailure: (failure: Failure) => void): Promise<Tally> =>
  runCampaign({
    seed: world.seed,
    count: world.count,
    first: Number(values.first),
    placements: values.rules ? placementsWithoutRules(world.seed) : placements,
    ...(values.each === undefined ? {} : { each: Number(values.each) }),
    ...(values.sql === undefined ? {} : { sql: values.sql }),
    failuresMax: Number(values.failures),
    onFailure,
  });

/** The world in a process of its own. */
function inProcess({ seed, count }: World): Promise<Tally> {
  const given = ['--world', '--seed', String(seed), '--count', String(count), '--failures', values.failures];
  const passed = [
    ...given,
    ...(values.each === undefined ? [] : ['--each', values.each]),
    ...(values.rules ? ['--rules'] : []),
    ...(values.placement ?? []).flatMap((name) => ['--placement', name]),
  ];
  const child = fork(path.join(__dirname, '../support/run-typescript.cjs'), [__filename, ...passed]);
  return new Promise((resolve, reject) => {
    child.on('message', (message: Message) => {
      if ('failure' in message) print(message.failure);
      else resolve(message.tally);
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the world of seed ${seed} ended with exit code ${code}`)));
  });
}

function readJournal(): readonly JournalEntry[] {
  if (values.journal === undefined || !existsSync(values.journal)) return [];
  const lines = readFileSync(values.journal, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as JournalEntry);
}

function print(failure: Failure): void {
  console.log(`\n-- seed ${failure.seed}, statement ${failure.index}, placement ${failure.placement}: ${failure.detail}`);
  console.log(`${failure.sql};${failure.values.length > 0 ? ` -- ${JSON.stringify(failure.values)}` : ''}`);
  if (values.original) console.log(`-- from: ${failure.original}`);
}

main().then(
  (clean) => process.exit(clean ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
