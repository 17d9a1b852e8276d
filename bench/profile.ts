/** `npm run profile -- "SQL"`: a CPU profile of one query over the demo's tables, in profile.cpuprofile (open it in a browser's developer tools). */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import pg from 'pg';
import { startDemoShop } from '../cli/demo-shop.ts';

const WARM_UP_RUNS = 3;

async function main(): Promise<void> {
  const sql = process.argv[3] ?? '';
  const shop = await startDemoShop(0);
  try {
    const client = new pg.Client({ host: shop.host, port: shop.port, user: 'demo', database: 'tributary' });
    await client.connect();
    for (let i = 0; i < WARM_UP_RUNS; i++) await client.query(sql);
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await client.query(sql);
    const { profile } = await session.post('Profiler.stop');
    writeFileSync('profile.cpuprofile', JSON.stringify(profile));
    console.log('profile.cpuprofile written');
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
