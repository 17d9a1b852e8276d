import path from 'node:path';
import pg from 'pg';
import { exists } from '../../catalog/postgres-binaries.ts';
import { startTestPostgres } from '../support/postgres.ts';

test('a test server answers, sorts by code point, and leaves nothing behind', async () => {
  const server = await startTestPostgres();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query(`select 'a' < 'B' as less, current_setting('server_encoding') as encoding`);
  expect(rows).toEqual([{ less: false, encoding: 'UTF8' }]);
  await client.end();
  await server.stop();
  expect(await exists(path.dirname(server.dataDir))).toBe(false);
  expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
});
