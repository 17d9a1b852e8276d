/** read_parquet, read_csv and read_json of a DuckDB source: what they answer, and which files they do not read. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { connectText, run } from '../support/differential.ts';
import { startTestPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startTestGateway } from './support.ts';
import type { TestGateway } from './support.ts';

/** Written by Apache Arrow: x is 1, 2, NaN and NULL, of which its statistics know 1 and 2. */
const NAN_PARQUET =
  'UEFSMRUAFTwVPCwVCBUAFQYVBhwYCAAAAAAAAABAGAgAAAAAAADwPxYCKAgAAAAAAAAAQBgIAAAAAAAA8D8REQAAAAIAAAADBwAAAAAAAPA/AAAAAAAAAEAAAAAAAAD4fxUEGSw1ABgGc2NoZW1hFQIAFQolAhgBeAAWCBkcGRwmABwVChklBgAZGAF4FQAWCBa6ARa6ASYIPBgIAAAAAAAAAEAYCAAAAAAAAPA/FgIoCAAAAAAAAABAGAgAAAAAAADwPxERABkcFQAVABUCADwpBhkmAgYAAAAWugEWCCYIFroBACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZHBwAAACsAAAAUEFSMQ==';

let folder: string;
let postgres: TestPostgres;
let gateway: TestGateway;
let client: pg.Client;

const inFolder = (...names: string[]): string => path.join(folder, ...names);

async function duckdb(...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const sql of statements) await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

const writeSales = (file: string, from: number, to: number): Promise<void> =>
  duckdb(
    `COPY (SELECT i::INT AS id, 'item ' || i AS name, (i * 1.25)::DECIMAL(10,2) AS price FROM range(${from}, ${to}) s(i)) TO '${file}'`,
  );

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-files-'));
  for (const name of ['open/sub', 'open/nan', 'closed']) await mkdir(inFolder(name), { recursive: true });
  await writeSales(inFolder('open/a.parquet'), 1, 4);
  await writeSales(inFolder('open/b.parquet'), 4, 6);
  await writeSales(inFolder('closed/secret.parquet'), 90, 92);
  await writeFile(inFolder('open/nan/x.parquet'), Buffer.from(NAN_PARQUET, 'base64'));
  await duckdb(
    `ATTACH '${inFolder('views.duckdb')}' AS views`,
    `CREATE VIEW views.seen AS SELECT x, x::FLOAT AS small FROM '${inFolder('open/nan/x.parquet')}'`,
  );
  await writeFile(inFolder('open/rates.csv'), 'code;rate\nEUR;1.5\nUSD;\n');
  await writeFile(inFolder('open/notes.json'), '[{"id":1,"note":"first"},{"id":2,"note":null}]');
  await symlink(inFolder('closed/secret.parquet'), inFolder('open/sub/link.parquet'));
  await symlink(inFolder('closed'), inFolder('open/door'));
  await symlink(inFolder('open/a.parquet'), inFolder('open/sub/inner.parquet'));
  postgres = await startTestPostgres();
  const admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query(
    "CREATE TABLE items (id int PRIMARY KEY, label text); INSERT INTO items VALUES (1, 'one'), (2, 'two'), (5, 'five'); CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2'",
  );
  await admin.end();
  gateway = await startTestGateway(`auth: { method: trust, users: [{ name: tester, admin: true }, { name: clerk }] }
sources:
  shop: { type: postgres, url: "${postgres.url}" }
  lake: { type: duckdb, allow_paths: [${JSON.stringify(inFolder('open'))}] }
  views: { type: duckdb, path: ${JSON.stringify(inFolder('views.duckdb'))}, allow_paths: [${JSON.stringify(inFolder('open'))}], tables: { file: ${JSON.stringify(inFolder('open/nan/x.parquet'))} } }
  shut: { type: duckdb, tables: { a: ${JSON.stringify(inFolder('open/a.parquet'))} } }
`);
  client = await connectText(gateway.address);
});

afterAll(async () => {
  await client?.end();
  await gateway?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

const rowsOf = async (sql: string, values?: readonly unknown[]): Promise<unknown> => {
  const { rows, error } = await run(client, sql.replaceAll('$OPEN', inFolder('open')).replaceAll('$ALL', folder), values);
  return error ?? rows;
};

test.each([
  ["SELECT * FROM lake.read_parquet('$OPEN/a.parquet') ORDER BY id", [['1', 'item 1', '1.25'], ['2', 'item 2', '2.50'], ['3', 'item 3', '3.75']]],
  ["SELECT count(*), sum(price) FROM lake.main.read_parquet('$OPEN/*.parquet')", [['5', '18.75']]],
  ["SELECT read_parquet.id FROM lake.read_parquet('b.parquet') ORDER BY 1 DESC", [['5'], ['4']]],
  ["SELECT t.x FROM lake.read_parquet(ARRAY['a.parquet', '$OPEN/sub/inner.parquet']) AS t (x) WHERE x = 2", [['2'], ['2']]],
  ["SELECT code, rate FROM lake.read_csv('rates.csv', delim => ';', header => true) ORDER BY code", [['EUR', '1.5'], ['USD', null]]],
  ["SELECT code, rate FROM lake.read_csv('rates.csv', delim := ';', all_varchar => true) ORDER BY code", [['EUR', '1.5'], ['USD', null]]],
  ["SELECT id, note FROM lake.read_json('notes.json') ORDER BY id", [['1', 'first'], ['2', null]]],
  ["SELECT i.label, p.price FROM lake.read_parquet('*.parquet') p JOIN shop.items i ON i.id = p.id ORDER BY p.id", [['one', '1.25'], ['two', '2.50'], ['five', '6.25']]],
  ["SELECT label FROM shop.items WHERE id IN (SELECT id FROM lake.read_parquet('b.parquet'))", [['five']]],
  ["SELECT 'é', \"id\" FROM lake . read_parquet ( 'b.parquet' /* ) */ ) WHERE id > 4", [['é', '5']]],
  ["SELECT a.id FROM lake.read_parquet('a.parquet') a, lake.read_parquet('a.parquet') b WHERE a.id = b.id + 2", [['3']]],
])('%s', async (sql, expected) => {
  expect(await rowsOf(sql)).toEqual(expected);
}); // prettier-ignore

test.each(["lake.read_parquet('nan/x.parquet')", 'views.file', 'views.seen'])('NaN in Parquet: %s', async (from) => {
  expect(await rowsOf(`SELECT count(*) FROM ${from} WHERE x > 5`)).toEqual([['1']]);
  expect(await rowsOf(`SELECT count(*) FROM ${from} WHERE x = 'NaN' OR x = 9`)).toEqual([['1']]);
  expect(await rowsOf(`SELECT x FROM ${from} WHERE x IN ('NaN', 7) OR NOT x < 9`)).toEqual([['NaN']]);
  expect(await rowsOf(`SELECT min(x), max(x) FROM ${from}`)).toEqual([['1', 'NaN']]);
  expect(await rowsOf(`SELECT a.x FROM ${from} a JOIN ${from} b ON a.x = b.x WHERE b.x > 1.5 ORDER BY 1 DESC`)).toEqual([
    ['NaN'],
    ['2'],
  ]);
});

test('NaN in Parquet: of a view, as real', async () => {
  expect(await rowsOf('SELECT max(small), pg_typeof(max(small)) FROM views.seen WHERE small > 1')).toEqual([['NaN', 'real']]);
});

test.each([
  ['a file outside', "lake.read_parquet('$ALL/closed/secret.parquet')"],
  ['one that is not there', "lake.read_parquet('$ALL/closed/none.parquet')"],
  ['a way up', "lake.read_parquet('$OPEN/../closed/secret.parquet')"],
  ['a relative way up', "lake.read_parquet('../closed/secret.parquet')"],
  ['a link to a file', "lake.read_parquet('sub/link.parquet')"],
  ['a link to a folder', "lake.read_parquet('door/secret.parquet')"],
  ['a glob with a link in it', "lake.read_parquet('sub/*.parquet')"],
  ['a glob through a link', "lake.read_parquet('door/*.parquet')"],
  ['a glob over folders', "lake.read_parquet('*/secret.parquet')"],
  ['a glob that goes up', "lake.read_parquet('sub/[a-z]*/../../../closed/*.parquet')"],
  ['a glob from above', "lake.read_parquet('$ALL/*/secret.parquet')"],
  ['one of several', "lake.read_parquet(ARRAY['a.parquet', '/etc/passwd'])"],
  ['another reader', "lake.read_csv('/etc/passwd')"],
  ['a URL', "lake.read_parquet('https://example.com/a.parquet')"],
  ['a file URL', "lake.read_csv('file:///etc/passwd')"],
  ['a bucket', "lake.read_parquet('s3://bucket/a.parquet')"],
])('not read: %s', async (_, call) => {
  expect(await rowsOf(`SELECT * FROM ${call}`)).toMatchObject({ code: '42501' });
});

test.each([
  ["SELECT * FROM lake.read_parquet('none.parquet')", '58P01'],
  ["SELECT * FROM lake.read_parquet('none*.parquet')", '58P01'],
  ["SELECT * FROM lake.read_parquet('')", '22023'],
  ["SELECT * FROM lake.read_csv('rates.csv', store_rejects => true)", '22023'],
  ["SELECT * FROM lake.read_csv('rates.csv', ';')", '42883'],
  ['SELECT * FROM lake.read_csv()', '42883'],
  ['SELECT * FROM lake.read_csv($1)', '0A000'],
  ["SELECT * FROM shop.items i, lake.read_csv(i.label || '.csv')", '0A000'],
  ["SELECT lake.read_csv('rates.csv')", '0A000'],
  ["SELECT * FROM shut.read_parquet('a.parquet')", '0A000'],
  ["SELECT * FROM shop.read_parquet('a.parquet')", '42883'],
])('refused: %s', async (sql, code) => {
  expect(await rowsOf(sql)).toMatchObject({ code });
});

const CALL = "lake.read_parquet('a.parquet')";
test.each([
  [`CREATE VIEW v AS SELECT * FROM ${CALL}`, 'a view'],
  [`CREATE MATERIALIZED VIEW v AS SELECT * FROM ${CALL} WITH NO DATA`, 'a materialized view'],
  [`CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM ${CALL}; END`, 'a function'],
  [`CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS $$ SELECT 1; SELECT count(*) FROM ${CALL} $$`, 'a function'],
  [`CREATE POLICY p ON shop.items USING (id IN (SELECT id FROM ${CALL}))`, 'a policy'],
  [`INSERT INTO shop.items SELECT id, name FROM ${CALL}`, 'a statement that is no query'],
  [`SELECT * FROM ${CALL} WITH ORDINALITY`, 'FROM … WITH ORDINALITY'],
  [`SELECT * FROM ROWS FROM (${CALL}) AS t`, 'ROWS FROM'],
  [`SELECT * FROM ROWS FROM (generate_series(1, 2), ${CALL})`, 'ROWS FROM'],
  [`SELECT * FROM shop.items, LATERAL ${CALL}`, 'LATERAL'],
  [`SELECT * FROM ${CALL} AS t (id int)`, 'FROM with a column definition list'],
])('refused by name: %s', async (sql, within) => {
  const error = await client.query(sql).then(
    () => undefined,
    (reason: pg.DatabaseError) => reason,
  );
  expect(error).toMatchObject({ code: '0A000', message: `lake.read_parquet in ${within} is not supported` });
  if (!sql.includes('$$')) expect(Number(error!.position)).toBe(sql.indexOf('lake.') + 1);
});

test('CREATE TABLE AS keeps the rows', async () => {
  await client.query(`CREATE TEMP TABLE kept AS SELECT id, price * 2 AS twice FROM lake.read_parquet('*.parquet') WHERE id > 2`);
  expect(await rowsOf('SELECT * FROM kept ORDER BY id')).toEqual([['3', '7.50'], ['4', '10.00'], ['5', '12.50']]); // prettier-ignore
  await client.query(
    `CREATE TABLE public.named (number, label) AS SELECT p.id, i.label FROM ${CALL} p JOIN shop.items i ON i.id = p.id`,
  );
  expect(await rowsOf('SELECT * FROM public.named ORDER BY number')).toEqual([['1', 'one'], ['2', 'two']]); // prettier-ignore
  await client.query(`CREATE TEMP TABLE bare AS SELECT * FROM ${CALL} WITH NO DATA`);
  expect(await rowsOf("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'bare'::regclass AND attnum > 0")).toEqual([['id', 'integer'], ['name', 'text'], ['price', 'numeric(10,2)']]); // prettier-ignore
  expect(await rowsOf('SELECT * FROM bare')).toEqual([]);
  await client.query('DROP TABLE kept, public.named, bare');
});

test('CREATE TABLE AS of files that have other columns since', async () => {
  const file = inFolder('open/sub/later.parquet');
  const created = async (): Promise<unknown> => {
    await client.query("CREATE TEMP TABLE later AS SELECT * FROM lake.read_parquet('sub/later.parquet')");
    const rows = await rowsOf('SELECT *, pg_typeof(id) FROM later');
    await client.query('DROP TABLE later');
    return rows;
  };
  await duckdb(`COPY (SELECT 7::BIGINT AS id) TO '${file}'`);
  expect(await created()).toEqual([['7', 'bigint']]);
  await duckdb(`COPY (SELECT 0.5::DOUBLE AS id, 'x' AS note) TO '${file}'`);
  expect(await created()).toEqual([['0.5', 'x', 'double precision']]);
  await rm(file);
});

test("a source's function beside another source's files", async () => {
  const items = "shop.items i JOIN lake.read_parquet('a.parquet') p ON p.id = i.id";
  expect(await rowsOf(`SELECT i.label, p.price FROM ${items} WHERE shop.twice(i.id) = 4`)).toEqual([['two', '2.50']]);
  // What few rows it reads of another source go to its own.
  expect(await rowsOf(`SELECT shop.twice(p.id) FROM ${items}`)).toEqual([['2'], ['4']]);
  expect(await rowsOf("SELECT shop.twice(p.id) FROM lake.read_parquet('a.parquet') p")).toMatchObject({
    code: '0A000',
    message: expect.stringContaining('shop.twice(int4) away from source shop'),
  });
});

test('a file that is none says so', async () => {
  await writeFile(inFolder('open/broken.parquet'), 'no parquet');
  expect(await rowsOf("SELECT * FROM lake.read_parquet('broken.parquet')")).toMatchObject({
    code: expect.not.stringMatching(/^(XX|08)/),
    message: expect.stringContaining('broken.parquet'),
  });
  await rm(inFolder('open/broken.parquet'));
});

test('sessions that open the same files at once', async () => {
  const clients = await Promise.all(Array.from({ length: 4 }, () => connectText(gateway.address)));
  const answers = await Promise.all(clients.map((one) => run(one, "SELECT max(id) FROM lake.read_parquet('[ab].parquet')")));
  expect(answers.map(({ rows, error }) => error ?? rows)).toEqual(clients.map(() => [['5']]));
  await Promise.all(clients.map((one) => one.end()));
});

test('NUL in a name is refused by the protocol', async () => {
  expect(await rowsOf("SELECT * FROM lake.read_csv(E'rates.csv\\000')")).toMatchObject({ code: expect.stringMatching(/^22/) });
});

test('the rest of DuckDB stays shut', async () => {
  expect(await rowsOf("SELECT * FROM lake.read_text('/etc/passwd')")).toMatchObject({ code: '42883' });
  expect(await rowsOf("SELECT * FROM lake.glob('/etc/*')")).toMatchObject({ code: '42883' });
});

test('EXPLAIN, a cursor, COPY, PREPARE', async () => {
  const explained = await rowsOf("EXPLAIN (COSTS OFF) SELECT id FROM lake.read_parquet('a.parquet')");
  expect(JSON.stringify(explained)).toMatch(/SELECT id FROM read_parquet\(\['.*a\.parquet'\], can_have_nan = true\)/);
  await client.query("BEGIN; DECLARE c CURSOR FOR SELECT id FROM lake.read_parquet('a.parquet') ORDER BY id");
  expect(await rowsOf('FETCH 2 FROM c')).toEqual([['1'], ['2']]);
  await client.query('COMMIT');
  await client.query("PREPARE p (int) AS SELECT name FROM lake.read_parquet('a.parquet') WHERE id = $1");
  expect(await rowsOf('EXECUTE p (3)')).toEqual([['item 3']]);
  await client.query('DEALLOCATE p');
});

test('files that change between executions', async () => {
  const statement = { name: 'counted', rowMode: 'array' as const };
  const text = "SELECT count(*), sum(price) FROM lake.read_parquet('sub/new*.parquet') WHERE id > $1";
  const counted = async (): Promise<unknown> => (await client.query({ ...statement, text, values: [0] })).rows;
  await writeSales(inFolder('open/sub/new1.parquet'), 1, 3);
  expect(await counted()).toEqual([['2', '3.75']]);
  await writeSales(inFolder('open/sub/new2.parquet'), 10, 11);
  expect(await counted()).toEqual([['3', '16.25']]);
  await rm(inFolder('open/sub/new2.parquet'));
  await duckdb(`COPY (SELECT 7::BIGINT AS id, 0.5::DECIMAL(12,3) AS price) TO '${inFolder('open/sub/new1.parquet')}'`);
  expect(await counted()).toEqual([['1', '0.500']]);
  await rm(inFolder('open/sub/new1.parquet'));
  await symlink(inFolder('closed/secret.parquet'), inFolder('open/sub/new1.parquet'));
  await expect(counted()).rejects.toMatchObject({ code: '42501' });
});

test('EXECUTE can be taken away, from prepared statements too', async () => {
  const clerk = await connectText({ ...gateway.address, user: 'clerk' });
  const query = { name: 'again', text: "SELECT count(*) FROM lake.read_parquet('a.parquet')" };
  expect((await clerk.query(query)).rows).toEqual([{ count: '3' }]);
  await client.query('REVOKE EXECUTE ON FUNCTION lake.read_parquet(text) FROM PUBLIC');
  await expect(clerk.query(query)).rejects.toMatchObject({
    code: '42501',
    message: 'permission denied for function read_parquet',
  });
  await expect(clerk.query("SELECT * FROM lake.read_parquet('none')")).rejects.toMatchObject({ code: '42501' });
  await client.query('GRANT EXECUTE ON FUNCTION lake.read_parquet(text) TO clerk');
  expect((await clerk.query(query)).rows).toEqual([{ count: '3' }]);
  await client.query('GRANT EXECUTE ON FUNCTION lake.read_parquet(text) TO PUBLIC');
  await clerk.end();
});
