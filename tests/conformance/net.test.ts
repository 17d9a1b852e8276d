/** Nothing of TPC-H and TPC-DS needs the net, wherever the tables are: plans only, over next to no data. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { generateTpch } from '../../bench/tpch/generate.ts';
import { TPCH_TABLES } from '../../bench/tpch/tables.ts';
import { connectText } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';
import type { FederationTable, Placement } from '../support/federation.ts';
import { tpcdsTables } from './tpcds/data.ts';
import { TPCDS_PLACEMENTS } from './tpcds.ts';
import { TPCH_PLACEMENTS, tpchQuery } from './tpch.ts';

const DATA_FOLDER = path.join(os.tmpdir(), 'tributary-bench-data');
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

const tpcdsQuery = (n: number): string =>
  readFileSync(path.join(__dirname, 'tpcds/queries', `q${String(n).padStart(2, '0')}.sql`), 'utf8');

/** `query placement pushed` of every plan with a part at the net, and how many plans there were. */
async function plansAtTheNet(
  tables: readonly FederationTable[],
  placements: Readonly<Record<string, Placement>>,
  queries: ReadonlyMap<number, string>,
): Promise<{ readonly atTheNet: readonly string[]; readonly plans: number }> {
  const federation = await Federation.create(tables);
  const atTheNet: string[] = [];
  let plans = 0;
  try {
    for (const [name, placement] of Object.entries(placements)) {
      for (const disabled of [[], ['placement']]) {
        const gateway = await federation.gateway(placement, { disabled });
        const client = await connectText(gateway.clientConfig);
        for (const [n, sql] of queries) {
          const { rows } = await client.query<Record<string, string>>(`EXPLAIN ${sql}`);
          const lines = rows.map((row) => Object.values(row)[0]!);
          plans++;
          if (lines.some((line) => line.includes('(net)'))) atTheNet.push(`${n} ${name} ${disabled.length === 0}`);
        }
        await client.end();
        await gateway.stop();
      }
    }
  } finally {
    await federation.stop();
  }
  return { atTheNet, plans };
}

test('TPC-H', async () => {
  const folder = await generateTpch(0.001, DATA_FOLDER);
  const tables = TPCH_TABLES.map((table) => ({ ...table, csvFile: path.join(folder, `${table.name}.csv`) }));
  const queries = new Map(numbers(22).map((n) => [n, tpchQuery(n)]));
  expect(await plansAtTheNet(tables, TPCH_PLACEMENTS, queries)).toEqual({ atTheNet: [], plans: 220 });
}, 300_000);

test('TPC-DS', async () => {
  const tables = await tpcdsTables(0.002, DATA_FOLDER);
  const queries = new Map(numbers(99).map((n) => [n, tpcdsQuery(n)]));
  expect(await plansAtTheNet(tables, TPCDS_PLACEMENTS, queries)).toEqual({ atTheNet: [], plans: 990 });
}, 300_000);
