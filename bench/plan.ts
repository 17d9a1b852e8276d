/**
 * `npm run bench -- plan`: planning time of the 22 TPC-H queries over three splits, as EXPLAIN (SUMMARY) reports it:
 * folding, rewriting and placing; and the whole of EXPLAIN as the client sees it: that and analysis by the catalog server,
 * reading the tree, writing the fragments' SQL, printing, the wire.
 */
import { connectText, run } from '../tests/support/differential.ts';
import { Federation } from '../tests/support/federation.ts';
import { TPCH } from '../tests/conformance/tpch.ts';
import { tpchTables } from './tpch/generate.ts';
import { median, percentile, report } from './report.ts';

export async function plan(): Promise<void> {
  const federation = await Federation.create(await tpchTables(0.01));
  const times: number[] = [];
  const walls: number[] = [];
  try {
    for (const name of ['parts in DuckDB', 'orders in DuckDB', 'customers in DuckDB']) {
      const gateway = await federation.gateway(TPCH.placements[name]!);
      const client = await connectText(gateway.clientConfig);
      for (const [query, text] of TPCH.queries) {
        const samples: number[] = [];
        const wall: number[] = [];
        for (let i = 0; i < 12; i++) {
          // A comment of its own: not the plan kept from the last time.
          const sql = text.replace(/\b(select|with)\b/i, `$1 /* ${i} */`);
          const started = performance.now();
          const explained = await run(client, `EXPLAIN (SUMMARY) ${sql}`);
          const wallMs = performance.now() - started;
          const line = explained.rows.map(([text]) => text!).find((text) => text.startsWith('Planning Time'));
          if (line && i >= 2) {
            samples.push(Number(/([\d.]+) ms/.exec(line)![1]));
            wall.push(wallMs);
          }
        }
        if (samples.length > 0) {
          times.push(median(samples));
          walls.push(median(wall));
        } else console.log(`${query}, ${name}: not planned`);
      }
      await client.end();
      await gateway.stop();
    }
  } finally {
    await federation.stop();
  }
  const metric = (ours: number, target: number) => ({
    ours,
    reference: target,
    ratio: ours / target,
    unit: 'ms',
    target: `≤ ${target} ms`,
    ok: ours <= target,
  });
  report('plan', {
    [`planning, p50 over ${times.length} query × split`]: metric(median(times), 2),
    'planning, p99': metric(percentile(times, 99), 30),
    'whole EXPLAIN at the client, p50': { ...metric(median(walls), 2), target: '–', ok: null },
    'whole EXPLAIN at the client, p99': { ...metric(percentile(walls, 99), 30), target: '–', ok: null },
  });
}
