/** Types that users of a PostgreSQL source defined, and their values, through the gateway: what PostgreSQL answers. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../support/differential.ts';
import { TwinDatabase } from '../support/twin-database.ts';

const FOLDER = path.join(__dirname, 'user-types');
const statements = readFileSync(path.join(FOLDER, 'queries.sql'), 'utf8')
  .split(/\n\s*\n/)
  .map((text) => text.replace(/^--.*$/gm, '').trim())
  .filter((text) => text !== '');

let twin: TwinDatabase;

beforeAll(async () => {
  twin = await TwinDatabase.start(readFileSync(path.join(FOLDER, 'schema.sql'), 'utf8'));
});

afterAll(() => twin?.stop());

test.each(statements)('%s', async (sql) => {
  expect(await twin.difference(sql)).toBeUndefined();
});

test.each([
  'SELECT (e).name FROM shop.hired',
  'SELECT id FROM shop.hired ORDER BY name(e)',
  'SELECT (e).text FROM shop.hired',
  "SELECT id FROM shop.hired WHERE (e).bpchar <> ''",
  'SELECT shop.label(e) FROM shop.hired',
])('no cast of a row that is a text here to the type called like its field: %s', async (sql) => {
  expect((await run(twin.client, sql)).error).toMatchObject({
    code: '0A000',
    message: expect.stringMatching(/^\S+ as a field or function of a value whose type only its source knows is not supported$/),
  });
});

test('a domain whose constraints change', async () => {
  const sql = 'SELECT id::shop.small FROM shop.things ORDER BY id';
  await twin.change('ALTER TABLE people DROP COLUMN smalls, DROP COLUMN acc; DROP TYPE account');
  await twin.change('ALTER DOMAIN small DROP CONSTRAINT small_check; ALTER DOMAIN small ADD CONSTRAINT few CHECK (VALUE < 11)');
  expect(await twin.difference(sql)).toBeUndefined();
  expect(await twin.difference('SELECT 11::shop.small')).toBeUndefined();
  await twin.change(
    'ALTER DOMAIN small DROP CONSTRAINT few; ALTER DOMAIN small ADD CONSTRAINT many CHECK (VALUE < 1000) NOT VALID',
  );
  expect(await twin.difference(sql)).toBeUndefined();
  expect(await twin.difference('SELECT 1001::shop.small')).toBeUndefined();
  await twin.change('ALTER DOMAIN ordered_pair ADD CONSTRAINT apart CHECK ((VALUE).b - (VALUE).a > -1)');
  expect(await twin.difference('SELECT ROW(1, 0)::shop.ordered_pair')).toBeUndefined();
  expect(await twin.difference('SELECT ROW(id, 5)::shop.ordered_pair FROM shop.things ORDER BY id')).toBeUndefined();
});

test('a composite type that changes, with the tables, types and functions made of it', async () => {
  const sql = 'SELECT p, (p).*, pairs FROM shop.changing ORDER BY id';
  await twin.change(
    'CREATE TYPE changeable AS (a int, b text); CREATE DOMAIN over_changeable AS changeable;' +
      "CREATE TABLE changing (id int PRIMARY KEY, p changeable, d over_changeable, pairs changeable[]); INSERT INTO changing VALUES (1, (1, 'x'), (2, 'y'), ARRAY[(3, 'z')::changeable]);" +
      'CREATE FUNCTION a_of(changeable) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT $1.a $$',
  );
  expect(await twin.difference(sql)).toBeUndefined();
  expect(await twin.difference('SELECT shop.a_of(p) FROM shop.changing')).toBeUndefined();
  await twin.change('ALTER TYPE changeable ADD ATTRIBUTE c date; ALTER TYPE changeable RENAME ATTRIBUTE b TO d');
  expect(await twin.difference(sql)).toBeUndefined();
  expect(await twin.difference("SELECT shop.a_of(p), (d).d, ROW(1, 'a', '2020-01-01')::shop.changeable FROM shop.changing")).toBeUndefined();
  await twin.change('DROP TABLE changing; DROP FUNCTION a_of(changeable); DROP DOMAIN over_changeable; DROP TYPE changeable; CREATE DOMAIN changeable AS int CHECK (VALUE > 5)');
  expect(await twin.difference('SELECT 5::shop.changeable')).toBeUndefined();
}); // prettier-ignore

test('a refresh that finds the same types leaves them alone', async () => {
  const sql = "SELECT 'shop.pair'::regtype::oid, 'shop.floats'::regtype::oid, 'shop.matrix'::regtype::oid, 'shop.people'::regclass::oid";
  const before = await run(twin.client, sql);
  await twin.change('CREATE TABLE another (id int)');
  expect(await twin.difference('SELECT * FROM shop.another')).toBeUndefined();
  expect((await run(twin.client, sql)).rows).toEqual(before.rows);
}); // prettier-ignore
