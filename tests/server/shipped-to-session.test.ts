/**
 * Small relations of sources on their way to tables of the session, and keys: to the session's own backend, inside its
 * transaction, by the rights and policies of its user, and without a trace in it.
 */
import type pg from 'pg';
import { closedAfterAll } from '../support/closed-after-all.ts';
import { connectText, run } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';
import { startShop } from './shop.ts';

const closes = closedAfterAll();
const text = async (client: pg.Client, sql: string): Promise<string> => {
  const { rows, error } = await run(client, sql);
  return error ? `${error.code} ${error.message}` : rows.map((row) => row.join('|')).join('\n');
};
const SHIPPED = 'Shipped to tributary (session)';

describe('what is chosen', () => {
  const FACTS = `CREATE TEMP TABLE facts AS SELECT i AS id, CASE WHEN i % 13 > 0 THEN i % 5000 END AS dimension, i * 1.25 AS amount
    FROM generate_series(1, 60000) i; ANALYZE facts`;
  const GROUPS =
    'SELECT d.name, count(*), sum(f.amount) FROM facts f JOIN dimensions d ON d.id = f.dimension GROUP BY d.name ORDER BY 1';
  const PLACES = ['pg', 'duck'] as const;
  let federation: Federation;
  let oracle: pg.Client;

  /** With the facts in the session, the dimensions at `place`. */
  const session = async (
    place: string,
    disabled: readonly string[],
    ask: (client: pg.Client) => Promise<void>,
  ): Promise<void> => {
    const gateway = await federation.gateway(() => place, { disabled });
    const client = await connectText(gateway.clientConfig);
    try {
      await run(client, FACTS);
      await ask(client);
    } finally {
      await client.end();
      await gateway.stop();
    }
  };

  beforeAll(async () => {
    federation = closes(
      await Federation.create([
        {
          name: 'dimensions',
          columns: ['id integer NOT NULL', 'name text'],
          primaryKey: ['id'],
          tuples: Array.from({ length: 400 }, (_, i) => `(${i * 3}, 'name ${i % 40}')`),
        },
      ]),
    );
    oracle = closes(await connectText(federation.oracleConfig()));
    await run(oracle, FACTS);
  }, 120_000);

  test.each(PLACES)('rows of %s go to a large table of the session, or its rows come here', async (place) => {
    const expected = await text(oracle, GROUPS);
    for (const [disabled, isShipped] of [
      [['key-filters'], true],
      [['shipping-cost'], true],
      [['shipping', 'key-filters'], false],
    ] as const) {
      await session(place, disabled, async (client) => {
        const plan = await text(client, `EXPLAIN (ANALYZE) ${GROUPS}`);
        expect(plan.includes(SHIPPED)).toBe(isShipped);
        if (isShipped)
          expect(plan).toMatch(/^Remote Query on tributary \(session\).*\n +Remote SQL: WITH shipped_1 AS \(.*unnest/);
        expect(await text(client, GROUPS)).toBe(expected);
      });
    }
  });

  test.each([
    ['a list', [], 'd.id < 90', /Keys Sent: d(imensions)?\.id to tributary \(session\) \(30\)/],
    ['a bitmap', ['key-lists'], 'd.id < 900', /Keys Sent: .* to tributary \(session\) \(bitmap: 300\)/],
    ['a range', ['key-lists', 'key-bitmaps'], 'd.id < 900', /Keys Sent: .* to tributary \(session\) \(range: too many\)/],
  ] as const)('keys go there as %s', (_, disabled, where, sent) =>
    session('pg', ['shipping', 'cost-placement', ...disabled], async (client) => {
      const sql = `SELECT f.id, d.name FROM facts f JOIN dimensions d ON d.id = f.dimension WHERE ${where} ORDER BY 1`;
      expect(await text(client, `EXPLAIN (ANALYZE) ${sql}`)).toMatch(sent);
      expect(await text(client, sql)).toBe(await text(oracle, sql));
    }),
  );

  test('what is far more than was to be shipped stays here', () =>
    session('pg', ['shipping-cost'], async (client) => {
      const many = `(SELECT DISTINCT a.id, b.id AS b, c.id AS c FROM dimensions a, dimensions b, dimensions c
        WHERE c.id < 9 AND abs(a.id) = a.id)`;
      const sql = `SELECT count(*) FROM facts f JOIN ${many} d ON d.id = f.dimension`;
      expect(await text(client, `EXPLAIN (COSTS OFF) ${sql}`)).toContain(SHIPPED);
      const analysed = await text(client, `EXPLAIN (ANALYZE) ${sql}`);
      expect(analysed).toContain('Planned Again: ');
      expect(analysed).not.toContain(SHIPPED);
      await run(client, 'BEGIN');
      expect(await text(client, sql)).toBe(await text(oracle, sql));
      expect(await text(client, 'COMMIT; SELECT count(*) FROM facts')).toBe('60000');
    }));
});

describe("in the session's transaction", () => {
  let [boss, ana]: pg.Client[] = [];
  const joined =
    'SELECT t.region, t.goal, count(c.id) FROM public.targets t LEFT JOIN shop.customers c USING (region) GROUP BY 1, 2 ORDER BY 1';

  beforeAll(async () => {
    const shop = closes(
      await startShop(
        'planner: { disable: [shipping-cost] }\nauth: { method: trust, users: [{ name: boss, admin: true }, { name: ana }] }\n',
      ),
    );
    const { host, port } = shop.gateway;
    boss = closes(await connectText({ host, port, user: 'boss', database: 'tributary' }));
    ana = closes(await connectText({ host, port, user: 'ana', database: 'tributary' }));
    await run(
      boss,
      `CREATE TABLE public.targets (region varchar(10) PRIMARY KEY, goal int, owner text);
      INSERT INTO public.targets VALUES ('north', 10, 'ana'), ('south', 20, 'boss'), ('west', 30, 'ana')`,
    );
  }, 120_000);

  test("rights and policies are the session's", async () => {
    expect(await text(boss!, `EXPLAIN ${joined}`)).toContain(SHIPPED);
    expect(await text(ana!, joined)).toBe('42501 permission denied for table targets');
    await run(
      boss!,
      `GRANT SELECT ON public.targets TO ana; ALTER TABLE public.targets ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON public.targets USING (owner = current_user)`,
    );
    expect(await text(ana!, joined)).toBe('north|10|66\nwest|30|0');
    expect(await text(boss!, joined)).toBe('north|10|66\nsouth|20|67\nwest|30|0');
  });

  test('rows that are not committed are there, and what raises fails the transaction', async () => {
    await run(ana!, 'BEGIN; CREATE TEMP TABLE t (id int, n int); INSERT INTO t VALUES (1, 0), (2, 5); SAVEPOINT s');
    const sql = 'SELECT t.id, c.name FROM t JOIN shop.customers c USING (id) ORDER BY 1';
    expect(await text(ana!, `EXPLAIN ${sql}`)).toContain(SHIPPED);
    expect(await text(ana!, sql)).toBe('1|name 1\n2|name 2');
    const raising = 'SELECT c.id / t.n FROM t JOIN shop.customers c USING (id)';
    expect(await text(ana!, `EXPLAIN ${raising}`)).toContain(SHIPPED);
    expect(await text(ana!, raising)).toBe('22012 division by zero');
    expect(await text(ana!, 'SELECT 1')).toMatch(/^25P02/);
    await run(ana!, 'ROLLBACK TO s; INSERT INTO t VALUES (3, 7)');
    expect(await text(ana!, sql)).toBe('1|name 1\n2|name 2\n3|name 3');
    // Like PostgreSQL, which pulls the subquery up: computed for the rows of the join alone, and id 9 is none of them.
    const divided = (fence: string): string =>
      `SELECT d.n FROM t JOIN (SELECT id, 1 / (id - 9) AS n FROM shop.customers ${fence}) d USING (id)`;
    expect(await text(ana!, divided(''))).toBe('0\n0\n0');
    // What raises where they come from is no matter of the session's backend, but of its transaction.
    expect(await text(ana!, divided('OFFSET 0'))).toBe('22012 division by zero');
    expect(await text(ana!, 'SELECT 1')).toMatch(/^25P02/);
    await run(ana!, 'ROLLBACK');
  });

  test('nothing of it is left in the session', async () => {
    await run(ana!, 'CREATE TEMP TABLE k AS SELECT g AS id FROM generate_series(1, 3) g');
    const traces = `SELECT (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors),
      (SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()), current_setting('search_path'), current_setting('statement_timeout')`;
    const before = await text(ana!, traces);
    await run(ana!, 'BEGIN');
    await run(ana!, 'DECLARE h CURSOR WITH HOLD FOR SELECT k.id, c.name FROM k JOIN shop.customers c USING (id) ORDER BY 1');
    await run(ana!, 'DELETE FROM k; COMMIT');
    expect(await text(ana!, 'FETCH 2 FROM h')).toBe('1|name 1\n2|name 2');
    await run(ana!, 'DROP TABLE k; CREATE TEMP TABLE k (id int)');
    expect(await text(ana!, 'FETCH ALL FROM h')).toBe('3|name 3');
    await run(ana!, 'CLOSE h');
    expect(await text(ana!, traces)).toBe(before);
    await run(ana!, 'DROP TABLE k');
  });

  test('the time-out ends it, wherever it is', async () => {
    await run(ana!, 'CREATE TEMP TABLE k AS SELECT g AS id FROM generate_series(1, 3) g');
    const slow = (from: string): string => `SELECT count(*) FROM k JOIN ${from} x ON k.id = x.n`;
    const here = slow('(SELECT a.id AS n FROM shop.customers a, pg_class b, pg_class c, pg_class d, pg_class e WHERE a.id < 4)');
    const there = slow('(SELECT count(*) AS n FROM shop.big a, shop.big b, shop.big c)');
    for (const sql of [here, there]) {
      expect(await text(ana!, `EXPLAIN ${sql}`)).toContain(SHIPPED);
      await run(ana!, "SET statement_timeout = '300ms'");
      expect(await text(ana!, sql)).toBe('57014 canceling statement due to statement timeout');
      await run(ana!, 'RESET statement_timeout');
      expect(await text(ana!, 'SELECT count(*) FROM k JOIN shop.customers USING (id)')).toBe('3');
    }
    await run(ana!, 'DROP TABLE k');
  });

  test('names of the session mean what they meant', async () => {
    await run(
      ana!,
      `CREATE TEMP TABLE shipped_1 AS SELECT g AS id FROM generate_series(1, 1000) g; ANALYZE shipped_1;
      CREATE TEMP TABLE unnest (id int4); CREATE TEMP TABLE text (id int4)`,
    );
    const plain = 'SELECT count(*), max(c.name) FROM shipped_1 s JOIN shop.customers c USING (id)';
    expect(await text(ana!, `EXPLAIN ${plain}`)).toContain(SHIPPED);
    expect(await text(ana!, plain)).toBe('200|name 99');
    const common = `SELECT count(*), max(c.name) FROM shop.customers c JOIN (WITH shipped_1 AS MATERIALIZED (SELECT id FROM pg_temp.shipped_1)
      SELECT a.id FROM shipped_1 a JOIN shipped_1 b USING (id)) s USING (id)`;
    expect(await text(ana!, `EXPLAIN ${common}`)).toContain(SHIPPED);
    expect(await text(ana!, common)).toBe('200|name 99');
  });
});
