/**
 * `npm run bench -- plan`: planning time of the 22 TPC-H queries over three splits, as EXPLAIN (SUMMARY) reports it:
 * analysis by the catalog server, reading the tree, rewriting and placing.
 */
import os from 'node:os';
import path from 'node:path';
import { connectText, run } from '../tests/support/differential.ts';
import { Federation } from '../tests/support/federation.ts';
import { TPCH_PLACEMENTS, tpchQuery } from '../tests/conformance/tpch.ts';
import { generateTpch } from './tpch/generate.ts';
import { TPCH_TABLES } from './tpch/tables.ts';
import { median, percentile, report } from './report.ts';

export async function plan(): Promise<void> {
  const folder = await generateTpch(0.01, path.join(os.tmpdir(), 'tributary-bench-data'));
  const federation = await Federation.create(TPCH_TABLES.map((t) => ({ ...t, csvFile: path.join(folder, `${t.name}.csv`) })));
  const times: number[] = [];
  try {
    for (const name of ['parts in DuckDB', 'orders in DuckDB', 'customers in DuckDB']) {
      const gateway = await federation.gateway(TPCH_PLACEMENTS[name]!);
      const client = await connectText(gateway.clientConfig);
      for (let query = 1; query <= 22; query++) {
        const samples: number[] = [];
        for (let i = 0; i < 12; i++) {
          const explained = await run(client, `EXPLAIN (SUMMARY) /* ${i}: not the plan kept from the last time */ ${tpchQuery(query)}`);
          const line = explained.rows.map(([text]) => text!).find((text) => text.startsWith('Planning Time'));
          if (line && i >= 2) samples.push(Number(/([\d.]+) ms/.exec(line)![1]));
        }
        if (samples.length > 0) times.push(median(samples));
        else console.log(`Q${query}, ${name}: not planned`);
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
  });
}
