/** Plans every query of TPC-H and TPC-DS under every placement, over little data, and prints which need the net. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { tpchTables } from '../../bench/tpch/generate.ts';
import { connectText } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';
import type { FederationTable, Placement } from '../support/federation.ts';
import { tpcdsTables } from './tpcds/data.ts';
import { TPCDS_PLACEMENTS } from './tpcds.ts';
import { TPCH } from './tpch.ts';

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

const tpcdsQuery = (n: number): string =>
  readFileSync(path.join(__dirname, 'tpcds/queries', `q${String(n).padStart(2, '0')}.sql`), 'utf8');

/** `query placement pushed` of every plan with a part at the net, and how many plans there were. */
async function plansAtTheNet(
  tables: readonly FederationTable[],
  placements: Readonly<Record<string, Placement>>,
  queries: ReadonlyMap<number | string, string>,
): Promise<{ readonly atTheNet: readonly string[]; readonly plans: number }> {
  const federation = await Federation.create(tables);
  const atTheNet: string[] = [];
  let plans = 0;
  try {
    for (const [name, placement] of Object.entries(placements)) {
      // At home it is the same work, wherever the tables come from.
      for (const disabled of name === Object.keys(placements)[0] ? [[], ['placement']] : [[]]) {
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

async function main(): Promise<void> {
  const tpch = await plansAtTheNet(await tpchTables(0.01), TPCH.placements, TPCH.queries);
  const tpcds = await plansAtTheNet(
    await tpcdsTables(0.002),
    TPCDS_PLACEMENTS,
    new Map(numbers(99).map((n) => [n, tpcdsQuery(n)])),
  );
  process.stdout.write(`${JSON.stringify({ tpch, tpcds })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
