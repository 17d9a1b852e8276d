/**
 * `npm run bench -- plan`: planning time as EXPLAIN (SUMMARY) reports it (folding, rewriting and placing) of the 22 TPC-H
 * queries, the film queries of up to 17 relations, and one of 50, each over three splits; and the whole of EXPLAIN as the
 * client sees it: that and analysis by the catalog server, reading the tree, writing the fragments' SQL, printing, the wire.
 * Twice in one process: first from its start, while JavaScript is still being compiled, then warm, as a server is.
 */
import { connectText, run } from '../tests/support/differential.ts';
import { Federation } from '../tests/support/federation.ts';
import { benchSets, split, type BenchSet } from './query-sets.ts';
import { median, percentile, report, type Metric } from './report.ts';

/** Times in ms: medians of ten, by query and split. */
interface Pass {
  readonly planning: number[];
  readonly client: number[];
}

const SCALE = 0.01;
const RUNS = 12;
/** Of them, not counted: what a query's first plans compile and learn. */
const WARM_UP_RUNS = 2;

export async function plan(): Promise<void> {
  const [tpch, job] = benchSets('tpch,job') as [BenchSet, BenchSet];
  const [first, warm] = await passes(tpch, tpch.queries);
  const [, films] = await passes(job, job.queries);
  const [, large] = await passes(job, new Map([['50 relations', filmsOfFilms(10)]]));
  const target = (ours: number, most: number): Metric => ({
    ours,
    reference: most,
    ratio: ours / most,
    unit: 'ms',
    target: `≤ ${most} ms`,
    ok: ours <= most,
  });
  const untold = (ours: number): Metric => ({ ours, reference: null, ratio: null, unit: 'ms', target: '–', ok: null });
  report('plan', {
    [`TPC-H, ${warm.planning.length} query × split: planning, p50`]: target(median(warm.planning), 2),
    'TPC-H: planning, p99': target(percentile(warm.planning, 99), 30),
    'TPC-H: planning in the first minute of a process, p50': untold(median(first.planning)),
    'TPC-H: planning in the first minute of a process, p99': untold(percentile(first.planning, 99)),
    'TPC-H: whole EXPLAIN at the client, p50': untold(median(warm.client)),
    'TPC-H: whole EXPLAIN at the client, p99': untold(percentile(warm.client, 99)),
    [`films, ${films.planning.length} query × split: planning, p50`]: untold(median(films.planning)),
    'films: planning, p99': target(percentile(films.planning, 99), 30),
    'one query of 50 relations: planning, slowest split': target(Math.max(...large.planning), 100),
  });
}

type Queries = BenchSet['queries'];

async function passes(set: BenchSet, queries: Queries): Promise<readonly [Pass, Pass]> {
  const federation = await Federation.create(await set.tables(SCALE));
  try {
    const first = await onePass(federation, set, queries, 'first');
    return [first, await onePass(federation, set, queries, 'warm')];
  } finally {
    await federation.stop();
  }
}

async function onePass(federation: Federation, set: BenchSet, queries: Queries, pass: string): Promise<Pass> {
  const found: Pass = { planning: [], client: [] };
  for (const group of Object.keys(set.groups)) {
    const gateway = await federation.gateway(split(set, group, 'duck', 'pg'));
    const client = await connectText(gateway.clientConfig);
    for (const [query, text] of queries) {
      const planning: number[] = [];
      const wall: number[] = [];
      for (let i = 0; i < RUNS; i++) {
        // A comment of its own: not the plan kept from the last time.
        const sql = text.replace(/\b(select|with)\b/i, `$1 /* ${pass} ${i} */`);
        const started = performance.now();
        const explained = await run(client, `EXPLAIN (SUMMARY) ${sql}`);
        const wallMs = performance.now() - started;
        const line = explained.rows.map(([text]) => text!).find((text) => text.startsWith('Planning Time'));
        if (line && i >= WARM_UP_RUNS) {
          planning.push(Number(/([\d.]+) ms/.exec(line)![1]));
          wall.push(wallMs);
        }
      }
      if (planning.length === 0) throw new Error(`${query}, ${group}: not planned`);
      found.planning.push(median(planning));
      found.client.push(median(wall));
    }
    await client.end();
    await gateway.stop();
  }
  return found;
}

/** A chain of linked titles, each with its kind and who made it: five relations a title. */
function filmsOfFilms(titles: number): string {
  const parts = Array.from({ length: titles }, (_, i) => [
    i === 0 ? 'title t0' : `JOIN title t${i} ON t${i}.id = l${i - 1}.other_id`,
    `JOIN title_kind k${i} ON k${i}.id = t${i}.kind_id`,
    `JOIN credit c${i} ON c${i}.title_id = t${i}.id`,
    `JOIN person p${i} ON p${i}.id = c${i}.person_id`,
    `JOIN title_link l${i} ON l${i}.title_id = t${i}.id`,
  ]);
  return `SELECT count(*) FROM ${parts.flat().join('\n')}\nWHERE t0.year = 1999 AND p0.gender = 'f' AND k${titles - 1}.name = 'series'`;
}
