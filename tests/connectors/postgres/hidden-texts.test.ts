/** Texts that no COLLATE reaches: where a source sorts by another collation, what holds them is not put in order there. */
import pg from 'pg';
import { startTestGateway } from '../../server/support.ts';
import type { TestGateway } from '../../server/support.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';

const LOCALES = { oracle: `builtin BUILTIN_LOCALE 'C.UTF-8'`, shop: `icu ICU_LOCALE 'en-US'` };
const SCRIPT = `
  CREATE TYPE label AS (word text, n int);
  CREATE TABLE docs (id int PRIMARY KEY, j jsonb, js jsonb[], l label);
  INSERT INTO docs SELECT i, to_jsonb(w), ARRAY[to_jsonb(w)], ROW(w, i::int)::label
  FROM unnest('{a,B,b,A,ä,Z}'::text[]) WITH ORDINALITY AS words (w, i);
  INSERT INTO docs VALUES (7, '{"b": 1}', NULL, NULL), (8, '{"B": 1}', '{}', NULL);
  ANALYZE docs`;

let server: TestPostgres;
let gateway: TestGateway;
const clients: pg.Client[] = [];
const connect = async (config: pg.ClientConfig): Promise<pg.Client> => {
  const client = new pg.Client(config);
  await client.connect();
  clients.push(client);
  return client;
};
let oracle: pg.Client;
let source: pg.Client;
let client: pg.Client;

beforeAll(async () => {
  server = await startTestPostgres();
  const { host, port, user } = server;
  const admin = await connect({ host, port, user, database: 'postgres' });
  for (const [name, locale] of Object.entries(LOCALES))
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER ${locale} LOCALE 'C' ENCODING 'UTF8'`);
  oracle = await connect({ host, port, user, database: 'oracle' });
  source = await connect({ host, port, user, database: 'shop' });
  for (const database of [oracle, source]) await database.query(SCRIPT);
  gateway = await startTestGateway(`sources:\n  shop: { type: postgres, url: "postgres://${user}@${host}:${port}/shop" }`);
  client = await connect(gateway.address);
});
afterAll(async () => {
  for (const open of clients) await open.end();
  await gateway?.stop();
  await server?.stop();
});

const rows = async (asked: pg.Client, sql: string): Promise<unknown[]> =>
  (await asked.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;

test.each([
  'SELECT id FROM docs ORDER BY j',
  'SELECT id FROM docs WHERE id < 7 ORDER BY js DESC LIMIT 2',
  'SELECT id FROM docs WHERE l IS NOT NULL ORDER BY l LIMIT 3',
  `SELECT id FROM docs WHERE j < '"Y"' ORDER BY id`,
  `SELECT id FROM docs WHERE js > ARRAY['"Y"'::jsonb] ORDER BY id`,
  'SELECT a.id, b.id FROM docs a JOIN docs b ON a.l < b.l ORDER BY 1, 2',
  'SELECT max(js), min(js) FROM docs WHERE id < 7',
  `SELECT greatest(j, '"_"') FROM docs ORDER BY id`,
  'SELECT array_agg(id ORDER BY j) FROM docs',
  'SELECT array_agg(DISTINCT j)::text FROM docs',
  'SELECT id, rank() OVER (ORDER BY j) FROM docs ORDER BY id',
  'SELECT id FROM (SELECT id, j FROM docs UNION ALL SELECT 0, NULL) u ORDER BY j LIMIT 1',
])('%s', async (sql) => {
  const expected = await rows(oracle, sql);
  // Otherwise it would show nothing.
  expect(await rows(source, sql)).not.toEqual(expected);
  expect(await rows(client, sql.replaceAll(/\bdocs\b/g, 'shop.docs'))).toEqual(expected);
});

test('equality goes there', async () => {
  const plan = await rows(client, `EXPLAIN SELECT j, count(*) FROM shop.docs WHERE j = '"a"' GROUP BY j`);
  expect(plan.flat().join('\n')).toContain(`GROUP BY j`);
});
