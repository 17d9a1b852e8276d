/** `npm run explain -- "SQL"`: the plan of a statement over the demo's tables (shop.customers, lake.order_items, …). */
import pg from 'pg';
import { startDemoShop } from '../cli/demo-shop.ts';
import { runText } from '../cli/query.ts';

async function main(): Promise<void> {
  const shop = await startDemoShop(0);
  try {
    const client = new pg.Client({ host: shop.host, port: shop.port, user: 'demo', database: 'tributary' });
    await client.connect();
    const plan = await runText(client, `EXPLAIN (ANALYZE, VERBOSE) ${process.argv[3] ?? ''}`);
    console.log(plan.rows.map(([line]) => line).join('\n'));
    await client.end();
  } finally {
    await shop.stop();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
