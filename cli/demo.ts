/**
 * `tributary demo`: a shop in PostgreSQL and DuckDB with the gateway before it, three queries across both with their plans;
 * then it keeps serving until Ctrl-C.
 */
import pg from 'pg';
import { DEMO_QUERIES } from './demo-data.ts';
import { startDemoShop } from './demo-shop.ts';
import { runText, tableText } from './query.ts';
import { untilStopped } from './serve.ts';

export async function demo(options: { readonly port: number; readonly once: boolean }): Promise<void> {
  const stopped = untilStopped();
  say('Filling an embedded PostgreSQL (source "shop") and a DuckDB file (source "lake") …');
  const shop = await startDemoShop(options.port);
  try {
    await showQueries(shop.host, shop.port);
    say(`\ntributary ready on ${shop.host}:${shop.port}`);
    say(`Connect with:  psql -h ${shop.host} -p ${shop.port} -U demo tributary     (no password)`);
    if (options.once) return;
    say('Ctrl-C stops it and removes everything.');
    await stopped;
  } finally {
    await shop.stop();
  }
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function showQueries(host: string, port: number): Promise<void> {
  const client = new pg.Client({ host, port, user: 'demo', database: 'tributary', ssl: false, sslnegotiation: 'postgres' });
  await client.connect();
  for (const [i, { title, sql }] of DEMO_QUERIES.entries()) {
    say(`\n-- ${i + 1}. ${title}\n${sql};\n`);
    say(tableText(await runText(client, sql)));
    const plan = await runText(client, `EXPLAIN (COSTS OFF) ${sql}`);
    say(`\n${plan.rows.map(([line]) => line).join('\n')}`);
  }
  await client.end();
}
