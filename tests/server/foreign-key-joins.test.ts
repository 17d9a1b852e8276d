/** Foreign keys that stop being certain at their source, and who may not read what is not read: no join is left out then. */
import { connectText, run } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';
import { TwinDatabase } from '../support/twin-database.ts';

let twin: TwinDatabase;

beforeAll(async () => {
  twin = await TwinDatabase.start(`
    CREATE TABLE authors (id int PRIMARY KEY, name text);
    INSERT INTO authors SELECT i, 'author ' || i FROM generate_series(1, 20) i;
    CREATE TABLE books (id int PRIMARY KEY, author int CONSTRAINT by REFERENCES authors);
    INSERT INTO books SELECT i, nullif(i % 21, 0) FROM generate_series(1, 50) i;
    CREATE TABLE places (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE places_1 PARTITION OF places FOR VALUES FROM (0) TO (5);
    CREATE TABLE places_2 PARTITION OF places FOR VALUES FROM (5) TO (10);
    INSERT INTO places SELECT generate_series(1, 9);
    CREATE TABLE visits (id int, place int NOT NULL REFERENCES places) PARTITION BY RANGE (id);
    CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (0) TO (15);
    CREATE TABLE visits_2 PARTITION OF visits FOR VALUES FROM (15) TO (30);
    INSERT INTO visits SELECT i, 1 + i % 9 FROM generate_series(1, 29) i`);
});

afterAll(() => twin?.stop());

const BOOKS = 'SELECT b.id FROM shop.books b JOIN shop.authors a ON a.id = b.author ORDER BY 1';
const TAKEN = 'SELECT b.id FROM shop.books b WHERE NOT EXISTS (SELECT FROM shop.authors a WHERE a.id = b.author) ORDER BY 1';

/** Whether the plan names a table; the answer must be PostgreSQL's either way. */
async function reads(table: string, sql: string): Promise<boolean> {
  expect(await twin.difference(sql)).toBeUndefined();
  const { rows } = await run(twin.client, `EXPLAIN (COSTS OFF) ${sql}`);
  expect(rows.length).toBeGreaterThan(0);
  return JSON.stringify(rows).includes(`public.${table} `) || JSON.stringify(rows).includes(`public.${table}"`);
}

test.each([
  ['authors', BOOKS, false],
  ['authors', TAKEN, false],
  ['places', 'SELECT v.id FROM shop.visits v JOIN shop.places p ON p.id = v.place ORDER BY 1', false],
  ['places', 'SELECT v.id FROM shop.visits_2 v JOIN shop.places p ON p.id = v.place ORDER BY 1', false],
  // A key to the whole says nothing of a part.
  ['places_1', 'SELECT v.id FROM shop.visits v JOIN shop.places_1 p ON p.id = v.place ORDER BY 1', true],
  ['places', 'SELECT v.id FROM shop.visits v JOIN ONLY shop.places p ON p.id = v.place ORDER BY 1', true],
])('reads %s: %s', async (table, sql, expected) => {
  expect(await reads(table, sql)).toBe(expected);
});

test.each([
  ['one table inherits from the other', 'CREATE TABLE poets () INHERITS (authors); INSERT INTO poets SELECT id, name FROM authors', 'DROP TABLE poets'],
  ['the referring one is inherited from', 'CREATE TABLE reprints () INHERITS (books); INSERT INTO reprints VALUES (100, 99)', 'DROP TABLE reprints'],
  ['nothing checks it', 'ALTER TABLE books DISABLE TRIGGER ALL; INSERT INTO books VALUES (101, 99)', 'DELETE FROM books WHERE id = 101; ALTER TABLE books ENABLE TRIGGER ALL'],
  ['rows were not checked', 'ALTER TABLE books DROP CONSTRAINT by; INSERT INTO books VALUES (102, 99); ALTER TABLE books ADD CONSTRAINT by FOREIGN KEY (author) REFERENCES authors NOT VALID', 'DELETE FROM books WHERE id = 102; ALTER TABLE books VALIDATE CONSTRAINT by'],
  ['a rule swallows what follows', `ALTER TABLE books DROP CONSTRAINT by; ALTER TABLE books ADD CONSTRAINT by FOREIGN KEY (author) REFERENCES authors ON DELETE CASCADE;
    CREATE RULE kept AS ON DELETE TO books WHERE OLD.id > 10 DO INSTEAD NOTHING; DELETE FROM authors WHERE id = 3`, "DROP RULE kept ON books; INSERT INTO authors VALUES (3, 'again')"],
  ['a trigger swallows what follows', `CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER swallowed BEFORE DELETE ON books FOR EACH ROW EXECUTE FUNCTION swallow(); DELETE FROM authors WHERE id = 4`, "DROP TRIGGER swallowed ON books; INSERT INTO authors VALUES (4, 'again')"],
  ['policies hide rows', 'ALTER TABLE authors ENABLE ROW LEVEL SECURITY', 'ALTER TABLE authors DISABLE ROW LEVEL SECURITY'],
])('not while %s', async (_, start, end) => {
  expect(await reads('authors', BOOKS)).toBe(false);
  await twin.change(start);
  expect(await reads('authors', BOOKS)).toBe(true);
  expect(await reads('authors', TAKEN)).toBe(true);
  await twin.change(end);
  expect(await reads('authors', BOOKS)).toBe(false);
}); // prettier-ignore

test('whom a table is denied is refused, read or not; policies of the gateway hold', async () => {
  const federation = await Federation.create([
    { name: 'authors', columns: ['id int4 NOT NULL'], primaryKey: ['id'], tuples: ['(1)', '(2)', '(3)'] },
    {
      name: 'books',
      columns: ['id int4', 'author int4'],
      foreignKeys: ['FOREIGN KEY (author) REFERENCES authors'],
      tuples: ['(7, 1)', '(8, 3)', '(9, NULL)'],
    },
  ]);
  const gateway = await federation.gateway(() => 'shop', { admin: 'boss' });
  const client = await connectText(gateway.clientConfig);
  try {
    await client.query(
      'CREATE ROLE reader; GRANT reader TO boss; GRANT USAGE ON SCHEMA shop TO reader; GRANT SELECT ON shop.books TO reader',
    );
    await client.query('SET ROLE reader');
    expect((await run(client, BOOKS)).error).toMatchObject({ code: '42501', message: 'permission denied for table authors' });
    await client.query('RESET ROLE');
    await client.query('GRANT SELECT ON shop.authors TO reader');
    await client.query('SET ROLE reader');
    expect((await run(client, BOOKS)).rows).toEqual([['7'], ['8']]);
    await client.query('RESET ROLE');
    await client.query('ALTER TABLE shop.authors ENABLE ROW LEVEL SECURITY');
    await client.query('CREATE POLICY few ON shop.authors FOR SELECT USING (id < 3)');
    await client.query('SET ROLE reader');
    expect((await run(client, BOOKS)).rows).toEqual([['7']]);
  } finally {
    await client.end();
    await gateway.stop();
    await federation.stop();
  }
});
