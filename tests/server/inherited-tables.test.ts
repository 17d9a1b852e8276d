/** ONLY and TABLESAMPLE over tables that inherit and are partitioned at their source. */
import { TwinDatabase } from '../support/twin-database.ts';

let twin: TwinDatabase;

beforeAll(async () => {
  twin = await TwinDatabase.start(`
    CREATE TABLE animals (id int, name text);
    CREATE TABLE dogs (breed text) INHERITS (animals);
    INSERT INTO animals SELECT i, 'animal ' || i FROM generate_series(1, 5) i;
    INSERT INTO dogs SELECT i, 'dog ' || i, 'collie' FROM generate_series(6, 9) i;
    CREATE TABLE sales (id int, at date) PARTITION BY RANGE (id);
    CREATE TABLE sales_1 PARTITION OF sales FOR VALUES FROM (0) TO (100);
    CREATE TABLE sales_2 PARTITION OF sales FOR VALUES FROM (100) TO (200);
    INSERT INTO sales SELECT i, DATE '2024-01-01' + i FROM generate_series(0, 199) i;
    CREATE VIEW recent AS SELECT id FROM sales WHERE id > 190;
    CREATE MATERIALIZED VIEW stored AS SELECT id FROM sales`);
});

afterAll(() => twin?.stop());

test.each([
  'SELECT id, name FROM shop.animals ORDER BY id',
  'SELECT id, name FROM ONLY shop.animals ORDER BY id',
  'SELECT count(*) FROM ONLY (shop.animals)',
  'SELECT id, breed FROM ONLY shop.dogs ORDER BY id',
  'SELECT a.id, d.id FROM ONLY shop.animals a FULL JOIN shop.dogs d ON a.id = d.id - 4 ORDER BY 1, 2',
  'SELECT count(*) FROM shop.sales',
  'SELECT count(*) FROM ONLY shop.sales',
  'SELECT count(*) FROM ONLY shop.sales_1',
  'SELECT id FROM shop.sales TABLESAMPLE BERNOULLI (30) REPEATABLE (11) ORDER BY id',
  'SELECT id FROM shop.animals TABLESAMPLE BERNOULLI (50) REPEATABLE (3) ORDER BY id',
  'SELECT id FROM ONLY shop.animals TABLESAMPLE BERNOULLI (50) REPEATABLE (3) ORDER BY id',
  'SELECT id FROM shop.stored TABLESAMPLE BERNOULLI (20) REPEATABLE (1) ORDER BY id',
  'SELECT id FROM ONLY shop.recent ORDER BY id',
  'SELECT id FROM shop.recent TABLESAMPLE SYSTEM (50)',
])('%s', async (sql) => {
  expect(await twin.difference(sql)).toBeUndefined();
});

test('a percentage may be a parameter', async () => {
  const query = 'SELECT count(*)::int AS n FROM shop.sales TABLESAMPLE BERNOULLI ($1) REPEATABLE ($2)';
  for (const [percentage, seed] of [[0, 1], [100, 1], [40, 12]]) {
    const { rows } = await twin.client.query<{ n: string }>(query, [percentage, seed]);
    expect(rows).toEqual((await twin.oracle.query(query, [percentage, seed])).rows);
  }
}); // prettier-ignore
