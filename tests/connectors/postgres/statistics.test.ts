/** What is read of a PostgreSQL source's own statistics. */
import pg from 'pg';
import type { CollectedStatistics, Site } from '../../../algebra/site.ts';
import { createPostgresSite } from '../../../connectors/postgres/postgres-site.ts';
import { closedAfterAll } from '../../support/closed-after-all.ts';
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts';

const closes = closedAfterAll();
let server: TestPostgres;
let admin: pg.Client;
let site: Site;
beforeAll(async () => {
  server = closes(await startTestPostgres({ settings: { autovacuum: 'off' } }));
  admin = closes(new pg.Client(server.url));
  await admin.connect();
  site = createPostgresSite({ name: 'shop', url: server.url });
});
afterAll(() => site?.close());

async function statisticsOf(
  name: string,
  version?: string,
  columns: readonly string[] = [],
): Promise<CollectedStatistics | undefined> {
  const requests = [{ schema: 'public', name, columns, version }];
  const all: CollectedStatistics[] = [];
  for await (const found of site.statistics(requests, new AbortController().signal)) {
    if ('problem' in found) throw new Error(found.problem);
    all.push(found);
  }
  return all[0];
}

test('frequent values, extended statistics, correlation and indexes', async () => {
  await admin.query(`
    CREATE TABLE facts AS SELECT i AS id, -i AS down, i % 10 AS few, (i % 10) / 2 AS half, CASE WHEN i % 4 = 0 THEN NULL ELSE 'x' || i END AS word
      FROM generate_series(1, 5000) i;
    CREATE STATISTICS together (ndistinct) ON few, half FROM facts;
    ALTER TABLE facts ADD PRIMARY KEY (id); CREATE INDEX ON facts (half, few) INCLUDE (word); CREATE INDEX ON facts (lower(word)); CREATE INDEX ON facts (down) WHERE few = 1;
    ANALYZE facts`);
  const { table, version } = (await statisticsOf('facts'))!;
  expect(table).toMatchObject({
    rows: 5_000,
    combinations: [{ columns: ['few', 'half'], distinct: 10 }],
    indexes: [['id'], ['half', 'few']],
  });
  const [id, down, few, word] = ['id', 'down', 'few', 'word'].map((name) => table.columns.get(name)!);
  expect([id!.distinct, id!.correlation, down!.correlation]).toEqual([5_000, 1, -1]);
  expect(id!.histogram).toHaveLength(101);
  expect(few!.common.map(({ text }) => text).sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect([word!.nullFraction, word!.distinct]).toEqual([0.25, 3_750]);
  expect(await statisticsOf('facts', version)).toBeUndefined();
});

test('partitions some of which were analysed: those by their count, the others by their size', async () => {
  await admin.query(`
    CREATE TABLE parts (id int, more text) PARTITION BY RANGE (id);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10000);
    CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10000) TO (20000);
    INSERT INTO parts SELECT i, 'text' FROM generate_series(0, 19999) i; ANALYZE parts_1`);
  const { rows } = (await statisticsOf('parts'))!.table;
  expect(rows).toBeGreaterThan(19_000);
  expect(rows).toBeLessThan(21_000);
});

test('a table that was emptied has no rows, or may soon have some', async () => {
  await admin.query(`CREATE TABLE emptied AS SELECT i FROM generate_series(1, 30000) i; ANALYZE emptied`);
  const full = (await statisticsOf('emptied'))!;
  expect(full.table.rows).toBe(30_000);
  await admin.query('DELETE FROM emptied');
  await admin.query('VACUUM ANALYZE emptied');
  const empty = (await statisticsOf('emptied', full.version))!;
  expect(empty.table.rows).toBe(0);
  await admin.query('TRUNCATE emptied');
  const { rows } = (await statisticsOf('emptied', empty.version))!.table;
  expect(rows).toBeGreaterThan(1_000);
  expect(rows).toBeLessThan(5_000);
});

describe('of a table with few rows every row is kept', () => {
  const columns = ['id', 'Name', 'since'];
  const values = async (name: string): Promise<unknown> => (await statisticsOf(name, undefined, columns))!.table.values;
  const create = (name: string): Promise<unknown> =>
    admin.query(`CREATE TABLE ${name} (id int, "Name" text, since date);
      INSERT INTO ${name} VALUES (1, 'film', '2001-02-03'), (2, NULL, NULL)`);

  test('once it was analysed', async () => {
    await create('kinds');
    expect(await values('kinds')).toBeUndefined();
    await admin.query('ANALYZE kinds');
    expect(await values('kinds')).toEqual(
      new Map([
        ['id', ['1', '2']],
        ['Name', ['film', null]],
        ['since', ['2001-02-03', null]],
      ]),
    );
    await admin.query('INSERT INTO kinds SELECT i FROM generate_series(3, 200) i');
    expect(await values('kinds')).toBeUndefined();
  });

  test('unless it is locked, hides rows or may not be read', async () => {
    await create('guarded');
    await admin.query('ANALYZE guarded');
    await admin.query('BEGIN; LOCK TABLE guarded');
    const locked = await statisticsOf('guarded', undefined, columns);
    await admin.query('ROLLBACK');
    expect(locked!.table).toMatchObject({ rows: 2, values: undefined });

    await admin.query(`CREATE ROLE guest LOGIN; GRANT SELECT (id) ON guarded TO guest`);
    const url = new URL(server.url);
    url.username = 'guest';
    const guest = createPostgresSite({ name: 'guest', url: url.href });
    const ofGuest = async (): Promise<unknown> => {
      const requests = [{ schema: 'public', name: 'guarded', columns }];
      for await (const found of guest.statistics(requests, new AbortController().signal))
        if ('table' in found) return found.table.values;
      return 'nothing';
    };
    try {
      expect(await ofGuest()).toBeUndefined();
      await admin.query('GRANT SELECT ON guarded TO guest');
      expect(await ofGuest()).toBeInstanceOf(Map);
      await admin.query('ALTER TABLE guarded ENABLE ROW LEVEL SECURITY');
      expect(await ofGuest()).toBeUndefined();
    } finally {
      await guest.close();
    }
  });
});
