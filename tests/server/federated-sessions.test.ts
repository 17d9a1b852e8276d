/** What transcripts cannot show: cancellation, clients that vanish, many at once, sources that change or fail. */
import pg from 'pg';
import postgres from 'postgres';
import { writeQuery } from '../../server/wire/frontend-messages.ts';
import { int32, WireClient } from '../support/wire-client.ts';
import { startShop } from './shop.ts';
import type { Shop } from './shop.ts';

let shop: Shop;
let source: pg.Client;

beforeAll(async () => {
  shop = await startShop('catalog: { refresh: 0 }');
  source = new pg.Client({ connectionString: shop.postgres.url });
  await source.connect();
  await source.query(
    'CREATE TABLE doomed AS SELECT 1 AS a; CREATE TABLE orders AS SELECT 1 AS id; CREATE SCHEMA sales; CREATE TABLE sales.x (a int)',
  );
  await shop.gateway.refresh();
});
afterAll(async () => {
  await source?.end();
  await shop?.stop();
});

const config = (more: pg.ClientConfig = {}): pg.ClientConfig => ({ ...shop.gateway.address, ...more });

async function connected<T>(work: (client: pg.Client) => Promise<T>, more: pg.ClientConfig = {}): Promise<T> {
  const client = new pg.Client(config(more));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const valueOf = async (client: pg.Client, sql: string): Promise<unknown> =>
  Object.values((await client.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0];

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: { code: string; message: string }) => `${error.code} ${error.message}`,
  );

/** Statements the gateway has running at the source. */
async function runningAtSource(): Promise<number> {
  const result = await source.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'tributary' AND state = 'active'`,
  );
  return result.rows[0]!.n;
}

async function eventually(test: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await test()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it never came true');
}

/** Long at the source, and long at home. */
const slowAtSource = 'select count(*) from shop.big a, shop.big b where a.t < b.t';
const slowAtHome = 'select count(*) from shop.big a, lake.orders b where a.id % 7 < b.id % 5 and a.id < b.id';

describe('ending a statement early', () => {
  test.each([slowAtSource, slowAtHome])('CancelRequest: %s', async (sql) => {
    const client = await WireClient.connect(shop.gateway.address);
    client.send(writeQuery(sql));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const canceller = await WireClient.open(shop.gateway.address);
    canceller.send(Buffer.concat([int32(16), int32(80877102), int32(client.processId), client.secret]));
    await canceller.untilClosed();
    expect((await client.untilReady()).slice(-2)).toEqual(['E | ERROR | 57014 | canceling statement due to user request', 'Z I']);
    expect(await client.query('select 1 as one')).toEqual(['T one:23/-1/0', 'D 1', 'C SELECT 1', 'Z I']);
    await eventually(async () => (await runningAtSource()) === 0);
    client.end();
  });

  test('statement_timeout', () =>
    connected(async (client) => {
      await client.query(`SET statement_timeout = '300ms'`);
      expect(await codeOf(client.query(slowAtSource))).toBe('57014 canceling statement due to statement timeout');
      expect(await codeOf(client.query(slowAtHome))).toBe('57014 canceling statement due to statement timeout');
      await eventually(async () => (await runningAtSource()) === 0);
      await client.query('RESET statement_timeout');
      expect(await valueOf(client, 'SELECT count(*) FROM shop.customers')).toBe('200');
    }));

  test('a client that vanishes while it waits, and one that does not read its result', async () => {
    const before = shop.gateway.sessions();
    for (const sql of [slowAtSource, 'select * from shop.big', 'select * from shop.big a, lake.orders b']) {
      const client = await WireClient.connect(shop.gateway.address);
      client.socket.pause();
      client.send(writeQuery(sql));
      await new Promise((resolve) => setTimeout(resolve, 300));
      client.socket.destroy();
    }
    await eventually(() => shop.gateway.sessions() === before);
    await eventually(async () => (await runningAtSource()) === 0);
  });

  test('a portal left half-read is let go with its transaction', () =>
    connected(async (client) => {
      await client.query('BEGIN; DECLARE c CURSOR FOR SELECT * FROM shop.big');
      expect((await client.query('FETCH 10 FROM c')).rowCount).toBe(10);
      await client.query('COMMIT');
      await eventually(async () => (await runningAtSource()) === 0);
      expect(await valueOf(client, 'SELECT count(*) FROM shop.customers')).toBe('200');
    }));
});

test('a hundred sessions at once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      connected((client) =>
        valueOf(client, `SELECT count(*) FROM shop.customers c JOIN lake.orders o ON o.customer_id = c.id WHERE c.id = ${i + 1}`),
      ),
    ),
  );
  expect(new Set(answers)).toEqual(new Set(['25']));
}, 60_000);

describe('sources that change', () => {
  test('a table dropped between plan and run: the statement fails, the mirror follows', () =>
    connected(async (client) => {
      const prepared = { name: 'doomed', text: 'SELECT a FROM shop.doomed' };
      expect((await client.query(prepared)).rows).toEqual([{ a: 1 }]);
      await source.query('DROP TABLE doomed');
      expect(await codeOf(client.query(prepared))).toMatch(/^42P01 relation "public.doomed" does not exist/);
      await eventually(
        async () => (await codeOf(client.query('SELECT a FROM shop.doomed'))) === '42P01 relation "shop.doomed" does not exist',
      );
      expect(await codeOf(client.query(prepared))).toBe('42P01 relation "shop.doomed" does not exist');
    }));

  test('a column changes its type: the kept statement says so, a new one works', () =>
    connected(async (client) => {
      await source.query('CREATE TABLE changing AS SELECT 1 AS a');
      await client.query('NOTIFY tributary_refresh');
      const prepared = { name: 'changing', text: 'SELECT a FROM shop.changing' };
      expect((await client.query(prepared)).rows).toEqual([{ a: 1 }]);
      await source.query(`ALTER TABLE changing ALTER a TYPE text USING 'x' || a`);
      await client.query(`NOTIFY tributary_refresh, 'shop'`);
      expect(await codeOf(client.query(prepared))).toBe('0A000 cached plan must not change result type');
      expect((await client.query('SELECT a FROM shop.changing')).rows).toEqual([{ a: 'x1' }]);
    }));

  test('a table added at the source appears', () =>
    connected(async (client) => {
      expect(await codeOf(client.query('SELECT * FROM shop.added'))).toMatch(/^42P01/);
      await source.query('CREATE TABLE added AS SELECT 2 AS b');
      await client.query('NOTIFY tributary_refresh');
      expect((await client.query('SELECT * FROM shop.added')).rows).toEqual([{ b: 2 }]);
    }));
});

describe('names', () => {
  test('a bare name that two sources have', () =>
    connected(async (client) => {
      const error = await client.query('SELECT * FROM orders').catch((caught: pg.DatabaseError) => caught);
      expect(error).toMatchObject({
        code: '42P09',
        message: 'relation "orders" is ambiguous',
        position: '15',
        hint: 'Write shop.orders or lake.orders, or set search_path.',
      });
      expect(await valueOf(client, 'WITH orders AS (SELECT 1 AS a) SELECT a FROM orders')).toBe(1);
      await client.query('SET search_path = lake');
      expect(await valueOf(client, 'SELECT count(*) FROM orders')).toBe('5000');
    }));

  test('three-part names, and a schema that is not the default one', () =>
    connected(async (client) => {
      expect(await valueOf(client, 'SELECT shop.public.customers.name FROM shop.public.customers WHERE id = 1')).toBe('name 1');
      expect(await valueOf(client, 'SELECT count(*) FROM shop.sales.x')).toBe('0');
      expect(await valueOf(client, 'SELECT count(*) FROM "shop.sales".x')).toBe('0');
      expect(await valueOf(client, 'SELECT count(*) FROM tributary.lake.orders')).toBe('5000');
    }));

  test('a source as database: its own schemas come first', () =>
    connected(
      async (client) => {
        expect(await valueOf(client, 'SELECT count(*) FROM public.customers')).toBe('200');
        expect(await valueOf(client, 'SELECT count(*) FROM sales.x')).toBe('0');
        expect(await valueOf(client, 'SELECT count(*) FROM orders')).toBe('1');
        expect(await valueOf(client, 'SELECT count(*) FROM lake.orders')).toBe('5000');
      },
      { database: 'shop' },
    ));

  test('a search_path given at connect, as Django does', () =>
    connected(async (client) => expect(await valueOf(client, 'SELECT count(*) FROM orders')).toBe('5000'), {
      options: '-c search_path=lake,shop',
    }));
});

test('xmlbinary is obeyed at sources and by the net, as it changes', () =>
  connected(async (client) => {
    const element = (id: string) => `xmlelement(name b, decode(lpad(to_hex(${id}), 2, '0'), 'hex'))::text`;
    const answers = async () => [
      await valueOf(client, `SELECT ${element('id')} FROM shop.customers WHERE id = 1`),
      await valueOf(client, `SELECT ${element('customer_id')} FROM lake.orders WHERE customer_id = 1 LIMIT 1`),
    ];
    expect(await answers()).toEqual(['<b>AQ==</b>', '<b>AQ==</b>']);
    await client.query('SET xmlbinary = hex');
    expect(await answers()).toEqual(['<b>01</b>', '<b>01</b>']);
    await client.query('RESET xmlbinary');
    expect(await answers()).toEqual(['<b>AQ==</b>', '<b>AQ==</b>']);
  }));

test.each(['array_nulls = off', 'xmloption = document', 'timezone_abbreviations = India'])(
  '%s is refused beside tables of sources, and obeyed without',
  (change) =>
    connected(async (client) => {
      const [name, value] = change.split(' = ');
      const ask = 'SELECT count(*) FROM lake.orders';
      expect(await valueOf(client, ask)).toBe('5000');
      await client.query(`SET ${name} = '${value}'`);
      expect(await valueOf(client, `SELECT current_setting('${name}')`)).toBe(value);
      await expect(client.query(ask)).rejects.toMatchObject({
        code: '0A000',
        message: expect.stringContaining(change) as string,
      });
      await client.query(`RESET ${name}`);
      expect(await valueOf(client, ask)).toBe('5000');
    }),
);

describe('transactions', () => {
  test('REPEATABLE READ sees one snapshot to its end, READ COMMITTED a new one per statement', () =>
    connected(async (client) => {
      const count = 'SELECT count(*) FROM shop.added2';
      await source.query('CREATE TABLE added2 (a int)');
      await client.query('NOTIFY tributary_refresh');
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      expect(await valueOf(client, count)).toBe('0');
      await source.query('INSERT INTO added2 VALUES (1)');
      expect(await valueOf(client, count)).toBe('0');
      await client.query('COMMIT');
      await client.query('BEGIN');
      expect(await valueOf(client, count)).toBe('1');
      await source.query('INSERT INTO added2 VALUES (1)');
      expect(await valueOf(client, count)).toBe('2');
      await client.query('COMMIT');
    }));
});

describe('time-outs that PostgreSQL keeps', () => {
  test('a federated statement in a transaction may take longer than idle_in_transaction_session_timeout', async () => {
    const client = await WireClient.connect(shop.gateway.address);
    await client.query(`set idle_in_transaction_session_timeout = '150ms'`);
    const slow = `select count(*) from shop.big where md5(t) < md5(id || t)`;
    const [answer] = (await client.query(`begin; ${slow}; rollback`)).filter((line) => line.startsWith('D'));
    expect(answer).toMatch(/^D \d+$/);
    await client.query('begin; declare c cursor for select * from shop.big; fetch 1 from c');
    expect(await client.untilClosed()).toEqual(['E | FATAL | 25P03 | terminating connection due to idle-in-transaction timeout']);
    await eventually(async () => (await runningAtSource()) === 0);
  });

  test('idle_session_timeout', async () => {
    const client = await WireClient.connect(shop.gateway.address, { idle_session_timeout: '100' });
    expect(await client.untilClosed()).toEqual(['E | FATAL | 57P05 | terminating connection due to idle-session timeout']);
  });
});

describe('clients', () => {
  test('postgres.js: parameters, cursor, transaction, COPY', async () => {
    const { host, port, user, database } = shop.gateway.address;
    const sql = postgres({ host, port, user, database, max: 2, onnotice: () => undefined });
    expect(await sql`SELECT id, name FROM shop.customers WHERE id < ${3} ORDER BY id`).toEqual([
      { id: 1, name: 'name 1' },
      { id: 2, name: 'name 2' },
    ]);
    let rows = 0;
    await sql`SELECT id FROM shop.customers`.cursor(7, (part) => {
      rows += part.length;
    });
    expect(rows).toBe(200);
    const failing = sql.begin(async (inner) => {
      await inner`SELECT 1 / (id - 1) FROM shop.customers`;
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    await sql.end();
  });

  test('node-postgres: named statements, arrays, dates', () =>
    connected(async (client) => {
      for (const id of [1, 2, 3]) {
        const query = { name: 'byId', text: 'SELECT name FROM shop.customers WHERE id = $1', values: [id] };
        expect((await client.query(query)).rows).toEqual([{ name: `name ${id}` }]);
      }
      const many = await client.query('SELECT id FROM shop.customers WHERE id = ANY($1) AND created > $2 ORDER BY id', [
        [5, 3],
        new Date(0),
      ]);
      expect(many.rows).toEqual([{ id: 3 }, { id: 5 }]);
    }));

  test('node-postgres: LIMIT and OFFSET for each outer row are parameters', () =>
    connected(async (client) => {
      const text = `SELECT c.id, o.id AS next FROM shop.customers c, LATERAL
        (SELECT id FROM shop.customers n WHERE n.id > c.id ORDER BY id LIMIT $1 OFFSET $2) o WHERE c.id < 3 ORDER BY 1, 2`;
      const rows = async (...values: unknown[]): Promise<unknown> =>
        (await client.query({ name: 'next', text, values, rowMode: 'array' })).rows;
      expect(await rows(1, null)).toEqual([[1, 2], [2, 3]]);
      expect(await rows(2, 1)).toEqual([[1, 3], [1, 4], [2, 4], [2, 5]]);
      expect(await rows('9223372036854775807', '9223372036854775807')).toEqual([]);
      await expect(rows(-1, null)).rejects.toMatchObject({ code: '2201W', message: 'LIMIT must not be negative' });
      await expect(rows(-1, -1)).rejects.toMatchObject({ code: '2201X', message: 'OFFSET must not be negative' });
    })); // prettier-ignore
});

test('stop tells every session', async () => {
  const other = await startShop();
  const client = await WireClient.connect(other.gateway.address);
  client.send(writeQuery('select count(*) from shop.big a, shop.big b where a.t < b.t'));
  await new Promise((resolve) => setTimeout(resolve, 200));
  await other.stop();
  expect(await client.untilClosed()).toContain('E | FATAL | 57P01 | terminating connection due to administrator command');
});
