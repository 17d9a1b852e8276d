/** Mirroring: what a listing becomes, and what a refresh changes and leaves alone. */
import type { SourceSchema } from '../../algebra/site.ts';
import { CatalogServer } from '../../catalog/catalog-server.ts';
import { column, customers, listing, moodEnum, orders, relation, shop } from './sample-source.ts';
import { Session } from './session.ts';

let catalog: CatalogServer;
let boss: Session;

const refresh = (schema: SourceSchema) => catalog.refresh(shop, schema);
const columnsOf = async (table: string): Promise<string[]> =>
  (
    await boss.query(
      `SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
       WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    )
  ).rows.map(([name, type, notNull]) => `${name} ${type}${notNull === 't' ? ' NOT NULL' : ''}`);
const constraintsOf = async (table: string): Promise<string[]> =>
  (
    await boss.query(
      `SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '${table}'::regclass AND contype <> 'n' ORDER BY 1`,
    )
  ).rows.map(([text]) => text!);
const generation = (): Promise<string | null> => boss.value('SELECT tributary.ddl_generation()');

beforeAll(async () => {
  catalog = await CatalogServer.start({ connections: 20, log: () => undefined });
  await refresh(listing());
  await catalog.ensureRole({ name: 'boss', admin: true, sources: ['shop'] });
  await catalog.ensureRole({ name: 'ana', admin: false, sources: [] });
  boss = await Session.open(catalog, 'boss');
}, 60_000);

beforeEach(async () => {
  await refresh(listing());
});

afterAll(async () => {
  await catalog.stop();
});

test('columns with types, typmods and NOT NULL', async () => {
  expect(await columnsOf('shop.customers')).toEqual([
    'id integer NOT NULL',
    'email character varying(80) NOT NULL',
    'region text',
  ]);
  expect(await columnsOf('shop.orders')).toEqual([
    'id bigint NOT NULL', 'customer_id integer NOT NULL', 'total numeric(10,2)', 'mood mood', 'moods mood[]', 'area tributary.opaque', 'tags text[]',
    'note text', 'placed timestamp(3) with time zone',
  ]); // prettier-ignore
});

test('keys look as they do at the source', async () => {
  expect(await constraintsOf('shop.customers')).toEqual([
    'customers_email_key UNIQUE (email)', 'customers_pkey PRIMARY KEY (id)', 'customers_region_key UNIQUE (region)',
  ]); // prettier-ignore
  expect(await constraintsOf('shop.orders')).toEqual([
    'orders_customer_fkey FOREIGN KEY (customer_id) REFERENCES customers(id)', 'orders_pkey PRIMARY KEY (id)',
  ]); // prettier-ignore
});

test('comments, enum labels, and an opaque type without operators', async () => {
  expect(await boss.value(`SELECT obj_description('shop.customers'::regclass, 'pg_class')`)).toBe('who buys');
  expect(await boss.value(`SELECT col_description('shop.orders'::regclass, 3)`)).toBe('in euro');
  expect(await boss.value('SELECT enum_range(NULL::shop.mood)')).toBe('{sad,ok,happy}');
  expect(await boss.value(`SELECT 'BOX(1 2)'::tributary.opaque`)).toBe('BOX(1 2)');
  expect(await boss.outcome('SELECT FROM shop.orders WHERE area = area')).toBe('42883');
  expect(await boss.outcome('SELECT DISTINCT area FROM shop.orders')).toBe('42883');
  expect(await boss.outcome('SELECT FROM shop.orders ORDER BY area')).toBe('42883');
});

test('nothing happens when the listing is the same', async () => {
  const before = await generation();
  expect(await refresh(listing())).toEqual({ created: 0, altered: 0, dropped: 0, pending: [], stale: [], problems: [] });
  expect(await generation()).toBe(before);
});

test('a relation in another schema of the source', async () => {
  await refresh(listing([customers, orders, relation('visits', [column('id', 'integer')], { schema: 'web' })]));
  expect(await columnsOf('"shop.web".visits')).toEqual(['id integer']);
});

test('columns come, go and change', async () => {
  const before = await generation();
  const changed = relation(
    'customers',
    [column('id', 'bigint', { notNull: true }), column('email', 'text'), column('joined', 'date', { notNull: true })],
    {
      primaryKey: { name: 'customers_pkey', columns: ['id'] },
    },
  );
  expect(await refresh(listing([changed, orders]))).toMatchObject({ altered: 1, created: 0, dropped: 0, stale: [] });
  expect(await columnsOf('shop.customers')).toEqual(['id bigint NOT NULL', 'email text', 'joined date NOT NULL']);
  expect(await constraintsOf('shop.customers')).toEqual(['customers_pkey PRIMARY KEY (id)']);
  expect(await constraintsOf('shop.orders')).toContain('orders_customer_fkey FOREIGN KEY (customer_id) REFERENCES customers(id)');
  expect(await boss.value(`SELECT obj_description('shop.customers'::regclass, 'pg_class')`)).toBeNull();
  expect(await generation()).not.toBe(before);
  expect(await boss.outcome('SELECT * FROM shop.customers')).toBe('55000');
  expect(await boss.outcome('INSERT INTO shop.customers (id) VALUES (1)')).toBe('0A000');
});

test('a column in the middle makes the table anew: order as at the source, grants and policies kept', async () => {
  await boss.run(
    'GRANT SELECT ON shop.customers TO ana',
    'GRANT SELECT (id) ON shop.customers TO PUBLIC',
    'CREATE POLICY mine ON shop.customers FOR SELECT TO ana USING (region = current_user)',
    'ALTER TABLE shop.customers ENABLE ROW LEVEL SECURITY',
    `COMMENT ON COLUMN shop.customers.region IS 'of mine'`,
  );
  const inserted = { ...customers, columns: [customers.columns[0]!, column('name', 'text'), ...customers.columns.slice(1)] };
  expect(await refresh(listing([inserted, orders]))).toMatchObject({ altered: 1, stale: [], problems: [] });
  expect((await columnsOf('shop.customers')).map((text) => text.split(' ')[0])).toEqual(['id', 'name', 'email', 'region']);
  expect(await boss.value(`SELECT has_table_privilege('ana', 'shop.customers', 'SELECT')`)).toBe('t');
  expect(await boss.value(`SELECT relrowsecurity FROM pg_class WHERE oid = 'shop.customers'::regclass`)).toBe('t');
  expect(await boss.value(`SELECT qual FROM pg_policies WHERE policyname = 'mine'`)).toBe('(region = CURRENT_USER)');
  expect(await boss.value(`SELECT col_description('shop.customers'::regclass, 4)`)).toBe('of mine');
  await boss.run('DROP POLICY mine ON shop.customers');
  expect(await constraintsOf('shop.orders')).toContain('orders_customer_fkey FOREIGN KEY (customer_id) REFERENCES customers(id)');
});

test('dropped and recreated at the source: what users gave it comes back', async () => {
  await boss.run('GRANT SELECT ON shop.orders TO ana');
  expect(await refresh(listing([customers]))).toMatchObject({ dropped: 1 });
  expect(await boss.outcome('SELECT * FROM shop.orders')).toBe('42P01');
  expect(await refresh(listing())).toMatchObject({ created: 1, problems: [] });
  expect(await boss.value(`SELECT has_table_privilege('ana', 'shop.orders', 'SELECT')`)).toBe('t');
});

test('an empty listing removes nothing', async () => {
  expect(await refresh(listing([], []))).toMatchObject({ dropped: 0, problems: [expect.stringContaining('lists no relations')] });
  expect(await columnsOf('shop.customers')).toHaveLength(3);
});

test("what a user's view holds becomes stale, with the blocker's name, and recovers", async () => {
  await boss.run('CREATE VIEW public.report AS SELECT region FROM shop.customers');
  const without = { ...customers, columns: customers.columns.slice(0, 2), uniqueKeys: [] };
  const { stale } = await refresh(listing([without, orders]));
  expect(stale).toEqual([
    { relation: 'public.customers', reason: expect.stringContaining('view public.report depends on column region') },
  ]);
  const oid = Number(await boss.value(`SELECT 'shop.customers'::regclass::oid`));
  await catalog.lookup.ensure({ relations: [oid], types: [], functions: [], operators: [], collations: [] });
  expect(catalog.lookup.mirror(oid)?.stale).toContain('public.report');
  expect((await refresh(listing([orders]))).stale).toHaveLength(1);
  await boss.run('DROP VIEW public.report');
  expect(await refresh(listing([without, orders]))).toMatchObject({ altered: 1, stale: [] });
  await catalog.lookup.ensure({ relations: [oid], types: [], functions: [], operators: [], collations: [] });
  expect(catalog.lookup.mirror(oid)?.stale).toBeUndefined();
});

test('a lock is not waited for: the change is pending and made later', async () => {
  const idle = await Session.open(catalog, 'boss');
  await idle.query('BEGIN; LOCK TABLE shop.customers IN ACCESS SHARE MODE');
  const wider = { ...customers, columns: [...customers.columns, column('extra', 'integer')] };
  expect(await refresh(listing([wider, orders]))).toMatchObject({ altered: 0, pending: ['public.customers'] });
  await idle.query('ROLLBACK');
  for (let attempt = 0; attempt < 100 && (await columnsOf('shop.customers')).length === 3; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await columnsOf('shop.customers')).toContain('extra integer');
  idle.connection.destroy();
});

test('enum labels: added in place; removed by making the type anew', async () => {
  const labels = (list: string[]) => listing([customers, orders], [{ ...moodEnum, labels: list }]);
  expect((await refresh(labels(['awful', 'sad', 'meh', 'ok', 'happy']))).stale).toEqual([]);
  expect(await boss.value('SELECT enum_range(NULL::shop.mood)')).toBe('{awful,sad,meh,ok,happy}');
  expect((await refresh(labels(['ok', 'sad']))).stale).toEqual([]);
  expect(await boss.value('SELECT enum_range(NULL::shop.mood)')).toBe('{ok,sad}');
  expect(await columnsOf('shop.orders')).toEqual(expect.arrayContaining(['mood mood', 'moods mood[]']));
  expect(await boss.outcome('SELECT * FROM shop.orders')).toBe('55000');
  await boss.run('GRANT SELECT ON shop.orders TO ana');
});

test('names PostgreSQL cannot hold get a stable stand-in, and are reported', async () => {
  const long = 'x'.repeat(70);
  const odd = relation(long, [
    column('ctid', 'integer'),
    column('', 'text'),
    column('é'.repeat(40), 'text'),
    column('it\'s "fine"\\', 'text'),
  ]);
  const schema = listing([
    customers,
    orders,
    odd,
    relation(
      'wide',
      Array.from({ length: 1601 }, (_, index) => column(`c${index}`, 'integer')),
    ),
  ]);
  const { problems } = await refresh(schema);
  expect(problems).toEqual([
    expect.stringContaining('public.wide is left out: 1601 columns'),
    expect.stringMatching(/^public\.x{70} is called "x{54}~[0-9a-f]{8}"/),
    expect.stringMatching(/column "ctid" is called "ctid~[0-9a-f]{8}"/),
    expect.stringMatching(/column "" is called "~[0-9a-f]{8}"/),
    expect.stringMatching(/column "é{40}" is called "é{27}~[0-9a-f]{8}"/),
  ]);
  const name = problems[1]!.match(/x+~\w{8}/)![0];
  expect((await columnsOf(`shop."${name}"`)).at(-1)).toBe('it\'s "fine"\\ text');
  expect(await refresh(schema)).toMatchObject({ created: 0, altered: 0 });
});

test('types: contrib when shipped, text for the rest, no injection through spellings', async () => {
  const strange = relation('strange', [
    column('a', 'citext'), column('b', 'public.hstore'), column('c', 'nosuchtype'), column('d', 'int); DROP SCHEMA shop CASCADE; --'),
    column('e', 'record'), column('f', 'int4range'), column('g', 'interval day to second(3)'), column('h', '"char"'), column('i', 'bit varying(5)'),
    column('j', 'jsonb'),
  ], { uniqueKeys: [{ name: 'strange_key', columns: ['c'] }] }); // prettier-ignore
  const { problems } = await refresh(listing([customers, orders, strange]));
  expect(await columnsOf('shop.strange')).toEqual([
    'a citext', 'b hstore', 'c tributary.opaque', 'd tributary.opaque', 'e tributary.opaque', 'f int4range', 'g interval day to second(3)', 'h "char"',
    'i bit varying(5)', 'j jsonb',
  ]); // prettier-ignore
  expect(problems).toHaveLength(4);
});

test('a schema somebody made is not ours to fill; the rest is mirrored', async () => {
  await boss.run('CREATE SCHEMA lake');
  const { problems } = await catalog.refresh(
    { name: 'lake', defaultSchema: 'main' },
    listing([relation('t', [column('a', 'int')], { schema: 'main' })], []),
  );
  expect(problems).toEqual([expect.stringContaining('schema "lake" exists')]);
});

test('reserved source names are refused', async () => {
  for (const name of ['pg_x', 'public', 'information_schema', 'tributary', 'tributary_x']) {
    await expect(catalog.refresh({ name, defaultSchema: 'public' }, listing())).rejects.toMatchObject({
      fields: { code: '42939' },
    });
  }
});
