/** Over the plans of TPC-H and TPC-DS: every operator in the gateway says why, and the costs at the root are the search's. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { tpchTables } from '../../bench/tpch/generate.ts';
import { faultsOfExplained } from '../plans/explained.ts';
import { connectText, run } from '../support/differential.ts';
import { Federation, type FederationTable, type Placement } from '../support/federation.ts';
import { tpcdsTables } from './tpcds/data.ts';
import { TPCDS_PLACEMENTS } from './tpcds.ts';
import { TPCH } from './tpch.ts';

const QUERIES = path.join(__dirname, 'tpcds/queries');
const tpcds = Array.from({ length: 99 }, (_, i): readonly [number, string] => [
  i + 1,
  readFileSync(path.join(QUERIES, `q${String(i + 1).padStart(2, '0')}.sql`), 'utf8'),
]);

async function faultsOver(
  tables: readonly FederationTable[],
  placements: readonly Placement[],
  queries: Iterable<readonly [number | string, string]>,
): Promise<readonly string[]> {
  const federation = await Federation.create(tables);
  const faults: string[] = [];
  try {
    for (const placement of placements) {
      const gateway = await federation.gateway(placement);
      const client = await connectText(gateway.clientConfig);
      for (const [name, sql] of queries) {
        const { rows, error } = await run(client, `EXPLAIN (OPTIMIZER, FORMAT JSON) ${sql}`);
        const found = error ? [error.message] : faultsOfExplained(rows[0]![0]!);
        faults.push(...found.map((fault) => `query ${name}: ${fault}`));
      }
      await client.end();
      await gateway.stop();
    }
  } finally {
    await federation.stop();
  }
  return faults;
}

test('TPC-H', async () => {
  const placements = ['parts in DuckDB', 'orders in DuckDB', 'customers in DuckDB'].map((name) => TPCH.placements[name]!);
  expect(await faultsOver(await tpchTables(0.01), placements, TPCH.queries)).toEqual([]);
}, 300_000);

test('TPC-DS', async () => {
  const placements = ['facts in DuckDB', 'store in DuckDB'].map((name) => TPCDS_PLACEMENTS[name]!);
  expect(await faultsOver(await tpcdsTables(0.001), placements, tpcds)).toEqual([]);
}, 300_000);
