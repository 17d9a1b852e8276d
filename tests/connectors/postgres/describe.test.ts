/** What a PostgreSQL site says of itself: its schema, and what it evaluates exactly. */
import pg from 'pg';
import type { Scalar } from '../../../algebra/scalar.ts';
import type { Site } from '../../../algebra/site.ts';
import { CASE_PROBE, CASE_REFERENCE, CLASS_PROBE, CLASS_REFERENCE } from '../../../connectors/postgres/character-probe.ts';
import { PostgresCapabilities } from '../../../connectors/postgres/capabilities.ts';
import { createPostgresSite } from '../../../connectors/postgres/postgres-site.ts';
import { arrayTypeOf, sqlType } from '../../../core/sql-type.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import * as r from './rels.ts';

let server: TestPostgres;
let admin: pg.Client;
const signal = new AbortController().signal;

beforeAll(async () => {
  server = await startTestPostgres();
  admin = new pg.Client(server.url);
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});

test('tables, views, keys, types, comments', async () => {
  await admin.query(`
    CREATE SCHEMA sales; CREATE TYPE sales.mood AS ENUM ('sad', 'ok'); CREATE DOMAIN price AS numeric(10, 2) CHECK (VALUE > 0); CREATE TYPE pair AS (a int, b int);
    CREATE TABLE customers (id int PRIMARY KEY, email varchar(40) UNIQUE, "Name" text COLLATE "C", city text COLLATE pg_catalog."und-x-icu", c char(3));
    COMMENT ON TABLE customers IS 'who buys'; COMMENT ON COLUMN customers."Name" IS 'as written';
    CREATE TABLE sales.orders (id int8, customer int REFERENCES customers, m sales.mood, ms sales.mood[], p price, ps price[], t timestamp(3), i interval day to second(2),
      net inet, x pair, ds date[], UNIQUE (id, customer)) PARTITION BY RANGE (id);
    CREATE TABLE sales.orders_1 PARTITION OF sales.orders FOR VALUES FROM (0) TO (1000);
    INSERT INTO customers VALUES (1), (2); INSERT INTO sales.orders (id) SELECT generate_series(1, 500); ANALYZE;
    CREATE VIEW sales.recent AS SELECT id, p FROM sales.orders; CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM customers;
    CREATE TABLE parent (k int PRIMARY KEY); CREATE TABLE child () INHERITS (parent);
    CREATE TABLE secret (a int); CREATE TABLE partly (open int, hidden int); CREATE TABLE none ();
    CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA sales TO reader;
    GRANT SELECT ON customers, sales.orders, sales.orders_1, sales.recent, totals, parent, child, none TO reader; GRANT SELECT (open) ON partly TO reader`);
  const site = createPostgresSite({ name: 'shop', url: server.url.replace('postgres@', 'reader@') });
  const schema = await site.describe(signal);
  await site.close();
  expect(schema.problems).toEqual(['no permission to read public.partly.hidden', 'no permission to read public.secret']);
  expect(schema.enums).toEqual([{ schema: 'sales', name: 'mood', labels: ['sad', 'ok'] }]);
  const found = new Map(schema.relations.map((relation) => [`${relation.schema}.${relation.name}`, relation]));
  expect([...found].map(([name, { kind }]) => `${name}: ${kind}`)).toEqual([
    'public.child: table',
    'public.customers: table',
    'public.none: table',
    'public.parent: table',
    'public.partly: table',
    'public.totals: materialized view',
    'sales.orders: partitioned',
    'sales.orders_1: table',
    'sales.recent: view',
  ]);
  const customers = found.get('public.customers')!;
  expect(customers).toMatchObject({
    comment: 'who buys',
    primaryKey: { name: 'customers_pkey', columns: ['id'] },
    uniqueKeys: [{ name: 'customers_email_key', columns: ['email'] }],
    estimatedRows: 2,
  });
  expect(customers.columns.map((column) => [column.name, column.type, column.notNull, column.collation, column.comment])).toEqual(
    [
      ['id', { kind: 'builtin', sql: 'int4' }, true, undefined, undefined],
      ['email', { kind: 'builtin', sql: 'varchar(40)' }, false, undefined, undefined],
      ['Name', { kind: 'builtin', sql: 'text' }, false, { name: 'C', deterministic: true }, 'as written'],
      ['city', { kind: 'builtin', sql: 'text' }, false, { name: 'und-x-icu', deterministic: true }, undefined],
      ['c', { kind: 'builtin', sql: 'bpchar(3)' }, false, undefined, undefined],
    ],
  );
  const orders = found.get('sales.orders')!;
  expect(orders.estimatedRows).toBe(500);
  expect(orders.foreignKeys).toEqual([
    {
      name: 'orders_customer_fkey',
      columns: ['customer'],
      referencedSchema: 'public',
      referencedTable: 'customers',
      referencedColumns: ['id'],
      certain: true,
    },
  ]);
  expect(found.get('sales.orders_1')!.foreignKeys).toMatchObject([{ columns: ['customer'], referencedTable: 'customers' }]);
  expect(Object.fromEntries(orders.columns.map((column) => [column.name, column.type]))).toMatchObject({
    m: { kind: 'enum', schema: 'sales', name: 'mood', array: false },
    ms: { kind: 'enum', schema: 'sales', name: 'mood', array: true },
    p: { kind: 'user', schema: 'public', name: 'price', array: false },
    ps: { kind: 'user', schema: 'public', name: 'price', array: true },
    t: { kind: 'builtin', sql: 'timestamp(3)' },
    i: { kind: 'builtin', sql: 'interval day to second(2)' },
    net: { kind: 'builtin', sql: 'pg_catalog.inet' },
    x: { kind: 'user', schema: 'public', name: 'pair', array: false },
    ds: { kind: 'builtin', sql: 'date[]' },
  });
  expect(orders.columns.find((column) => column.name === 'net')!.sourceType).toBe('inet');
  // Rows of a child repeat keys of its parent.
  expect(found.get('public.parent')!.primaryKey).toBeUndefined();
  expect(found.get('public.child')!.columns).toHaveLength(1);
  expect(found.get('public.partly')!.columns.map((column) => column.name)).toEqual(['open']);
});

test('foreign keys, and which of them are certain', async () => {
  await admin.query(`
    CREATE SCHEMA keys; SET search_path = keys;
    CREATE TABLE one (id int PRIMARY KEY, a int, b text, UNIQUE (a, b)); CREATE TABLE kept (id int PRIMARY KEY);
    CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (9);
    CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (f int REFERENCES one) INHERITS (parent);
    CREATE TABLE hiding (id int PRIMARY KEY); ALTER TABLE hiding ENABLE ROW LEVEL SECURITY;
    CREATE TABLE plain (id int PRIMARY KEY, x int, y text, CONSTRAINT f1 FOREIGN KEY (y, x) REFERENCES one (b, a) MATCH FULL,
      CONSTRAINT f2 FOREIGN KEY (x) REFERENCES one DEFERRABLE INITIALLY DEFERRED, CONSTRAINT f3 FOREIGN KEY (x) REFERENCES parts,
      CONSTRAINT f4 FOREIGN KEY (x) REFERENCES parent, CONSTRAINT f5 FOREIGN KEY (x) REFERENCES hiding,
      CONSTRAINT f6 FOREIGN KEY (x) REFERENCES plain ON DELETE CASCADE);
    ALTER TABLE plain ADD CONSTRAINT f7 FOREIGN KEY (x) REFERENCES kept NOT VALID, ADD CONSTRAINT f8 FOREIGN KEY (x) REFERENCES kept NOT ENFORCED;
    CREATE TABLE ancestor (x int REFERENCES one); CREATE TABLE heir () INHERITS (ancestor);
    CREATE TABLE off (x int REFERENCES one); ALTER TABLE off DISABLE TRIGGER ALL;
    CREATE TABLE swallows (x int REFERENCES one ON UPDATE SET NULL, z int REFERENCES kept);
    CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER t BEFORE UPDATE ON swallows FOR EACH ROW EXECUTE FUNCTION swallow();
    CREATE TABLE ruled (x int REFERENCES one ON DELETE CASCADE); CREATE RULE r AS ON DELETE TO ruled DO INSTEAD NOTHING;
    CREATE TABLE halves (id int, x int REFERENCES one, p int REFERENCES parts) PARTITION BY RANGE (id);
    CREATE TABLE half_1 PARTITION OF halves FOR VALUES FROM (0) TO (9); CREATE TABLE half_2 PARTITION OF halves FOR VALUES FROM (9) TO (19);
    ALTER TABLE half_2 DISABLE TRIGGER ALL;
    CREATE TABLE filled (x int REFERENCES one);
    CREATE SUBSCRIPTION sub CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE);
    INSERT INTO pg_subscription_rel VALUES ((SELECT oid FROM pg_subscription), 'filled'::regclass, 'r', NULL)`);
  const site = createPostgresSite({ name: 'shop', url: server.url });
  const { relations } = await site.describe(signal);
  await site.close();
  const found = relations
    .filter((relation) => relation.schema === 'keys')
    .flatMap(({ name, foreignKeys }) =>
      foreignKeys.map(
        (key) => `${name}.${key.columns.join()} ${key.referencedTable}.${key.referencedColumns.join()} ${key.certain}`,
      ),
    );
  expect(found).toEqual([
    'ancestor.x one.id false', 'child.f one.id true', 'filled.x one.id false', 'half_1.p parts.id false', 'half_1.x one.id false',
    'half_2.p parts.id false', 'half_2.x one.id false', 'halves.p parts.id false', 'halves.x one.id false', 'off.x one.id false',
    'plain.y,x one.b,a true', 'plain.x one.id true', 'plain.x parts.id true', 'plain.x parent.id false', 'plain.x hiding.id false',
    'plain.x plain.id true', 'ruled.x one.id false', 'swallows.x one.id false', 'swallows.z kept.id true',
  ]); // prettier-ignore
});

test('the character references are those of our own PostgreSQL', async () => {
  const hash = async (sql: string): Promise<string> => (await admin.query<{ hash: string }>(sql)).rows[0]!.hash;
  expect(await hash(CASE_PROBE(' COLLATE pg_catalog.pg_c_utf8'))).toBe(CASE_REFERENCE);
  expect(await hash(CLASS_PROBE(' COLLATE pg_catalog.pg_c_utf8'))).toBe(CLASS_REFERENCE);
});

describe('capabilities', () => {
  const reach = async (database: string): Promise<Site> => {
    const site = createPostgresSite({ name: 'shop', url: server.url.replace(/\/postgres$/, `/${database}`) });
    await site.describe(signal);
    return site;
  };
  const { text, int4 } = r;
  const a = r.constant('a', text);
  const upper = r.call('upper(text)', text, a);
  const less = r.infix(a, '<', a, 'text_lt(text,text)');

  test('built-in functions are exact, clocks, sessions, volatile and foreign ones are not', async () => {
    const site = await reach('postgres');
    const verdict = (expr: Parameters<Site['capabilities']['scalar']>[0]): string => site.capabilities.scalar(expr).verdict;
    expect(verdict(upper)).toBe('exact');
    expect(verdict(less)).toBe('exact');
    expect(verdict(r.call('int4pl(int4,int4)', int4, r.constant(1, int4), r.constant(1, int4)))).toBe('exact');
    expect(verdict(r.call('no_such(int4)', int4, r.constant(1, int4)))).toBe('no');
    const of = (signature: string, more: Parameters<typeof r.fn>[1]) =>
      verdict({ ...r.call(signature, text), fn: r.fn(signature, more) });
    expect(of('now()', { volatility: 'stable' })).toBe('no');
    expect(of('current_setting(text)', { volatility: 'stable' })).toBe('no');
    expect(of('random()', { volatility: 'volatile' })).toBe('no');
    expect(of('date_trunc(text,timestamptz)', { volatility: 'stable' })).toBe('exact');
    expect(of('shop.area(int4)', { schema: 'shop', site: 'shop', volatility: 'stable' })).toBe('exact');
    expect(of('shop.next(int4)', { schema: 'shop', site: 'shop', volatility: 'volatile' })).toBe('no');
    expect(of('lake.area(int4)', { schema: 'lake', site: 'lake' })).toBe('no');
    expect(of('public.mine(int4)', { schema: 'public' })).toBe('no');
    expect(site.capabilities.aggregate(r.aggregateCall('sum(numeric)', r.numeric, r.constant(null, r.numeric))).verdict).toBe(
      'exact',
    );
    expect(verdict({ kind: 'const', value: 'x', type: { ...text, kind: 'enum', oid: 70001, name: 'shop.mood' } })).toBe('exact');
    expect(verdict({ kind: 'const', value: 'x', type: { ...text, kind: 'enum', oid: 70001, name: 'lake.mood' } })).toBe('no');
    expect(
      verdict({ kind: 'const', value: '1', type: { ...text, kind: 'opaque', oid: 2205, name: 'pg_catalog.regclass' } }),
    ).toBe('no');
    await site.close();
  });

  test('a database with another locale or encoding', async () => {
    await admin.query(`CREATE DATABASE locale_c TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C' ENCODING 'UTF8'`);
    await admin.query(`CREATE DATABASE ascii TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C' ENCODING 'SQL_ASCII'`);
    await admin.query(`CREATE DATABASE icu TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C' ENCODING 'UTF8'`);
    const table = r.scan('t', { v: text });
    const query = r.project(
      r.sort(
        r.filter(table, r.infix(r.call('upper(text)', text, r.ref(table.c['v']!)), '<', a, 'text_lt(text,text)')),
        r.sortKey(table.c['v']!),
      ),
      ...r.pass(table.c['v']!),
    );
    const [c, ascii, icu] = [await reach('locale_c'), await reach('ascii'), await reach('icu')];
    expect(c.sql(query)).toBe(`SELECT v FROM public.t WHERE upper(v COLLATE pg_catalog.pg_c_utf8) < 'a' ORDER BY v NULLS LAST`);
    expect(icu.sql(query)).toBe(
      `SELECT v FROM public.t WHERE upper(v COLLATE pg_catalog.pg_c_utf8) COLLATE "C" < 'a' ORDER BY v COLLATE "C" NULLS LAST`,
    );
    expect([c, icu].map((site) => site.capabilities.scalar(upper).verdict)).toEqual(['exact', 'exact']);
    expect(ascii.capabilities.scalar(upper).verdict).toBe('no');
    expect(ascii.capabilities.scalar(less).verdict).toBe('no');
    expect(ascii.capabilities.scalar(r.equal(a, a)).verdict).toBe('exact');
    expect(ascii.capabilities.scalar(r.equal(a, r.constant('ä', text))).verdict).toBe('no');
    const among = (...elements: string[]): Scalar => {
      const value = { dims: [elements.length], lowerBounds: [1], elements };
      const { fn, operator, inputCollation, type } = r.equal(a, a);
      const array: Scalar = { kind: 'const', value, type: arrayTypeOf(text)! };
      return { kind: 'arraycompare', quantifier: 'any', fn, operator: operator!, left: a, array, inputCollation, type };
    };
    expect(ascii.capabilities.scalar(among('a', 'b')).verdict).toBe('exact');
    expect(ascii.capabilities.scalar(among('a', 'ä')).verdict).toBe('no');

    const inside = new pg.Client(server.url.replace(/\/postgres$/, '/ascii'));
    await inside.connect();
    await inside.query(`CREATE TABLE t (v text); INSERT INTO t VALUES ('fine'), (convert_from('\\xff', 'SQL_ASCII'))`);
    await inside.end();
    const transaction = await ascii.begin({
      fragments: 1,
      isolation: 'read committed',
      signal,
      settings: {
        timeZone: 'UTC',
        dateStyle: 'ISO',
        intervalStyle: 'postgres',
        extraFloatDigits: 1,
        byteaOutput: 'hex',
        xmlBinary: 'base64',
      },
    });
    const stream = await transaction.query(table, { params: [], signal });
    await expect(stream.next()).rejects.toMatchObject({
      fields: { code: '22021', detail: expect.stringContaining('"shop"') as string },
    });
    await transaction.end();
    for (const site of [c, ascii, icu]) await site.close();
  });

  test('an older server without our rules: what depends on them stays home, plain patterns and patterns by code point go', () => {
    const old = new PostgresCapabilities(
      { site: 'shop', defaultSchema: 'public' },
      {
        versionNum: 130012,
        encoding: 'UTF8',
        ordersByCodePoint: false,
        casing: { kind: 'different' },
        classes: { kind: 'different' },
        signatures: new Set(['upper(text)', 'textregexeq(text,text)', 'text_lt(text,text)', 'texticlike(text,text)']),
      },
    );
    const verdict = (expr: Parameters<typeof old.scalar>[0]): string => old.scalar(expr).verdict;
    const matches = (pattern: string) => r.infix(a, '~', r.constant(pattern, text), 'textregexeq(text,text)');
    expect(
      [upper, r.infix(a, '~~*', a, 'texticlike(text,text)'), matches('\\w+'), matches('[[:alpha:]]'), matches('(?i)a')].map(
        verdict,
      ),
    ).toEqual(['no', 'no', 'no', 'no', 'no']);
    expect([less, matches('^[a-z]+.*$'), { ...upper, inputCollation: 'C' } as const].map(verdict)).toEqual([
      'exact',
      'exact',
      'exact',
    ]);
    const cast = { kind: 'cast', how: 'io', arg: a, type: sqlType('int4'), explicit: true } as const;
    expect(old.scalar(cast)).toEqual({ verdict: 'no', reason: 'PostgreSQL 13 reads other spellings of pg_catalog.int4' });
  });
});
