/**
 * Mirrors are empty: whatever would read or write one at the catalog server must raise. Every statement kind is run as an
 * ordinary user with all privileges on the mirror, and as an administrator.
 */
import { serialize } from 'pg-protocol';
import { CatalogServer } from '../../catalog/catalog-server.ts';
import { customers, listing, shop } from './sample-source.ts';
import { Session } from './session.ts';

let catalog: CatalogServer;
let ana: Session;
let boss: Session;

beforeAll(async () => {
  catalog = await CatalogServer.start({ connections: 20, log: () => undefined });
  await catalog.refresh(shop, listing());
  await catalog.ensureRole({ name: 'ana', admin: false, sources: ['shop'] });
  await catalog.ensureRole({ name: 'boss', admin: true, sources: ['shop'] });
  ana = await Session.open(catalog, 'ana');
  boss = await Session.open(catalog, 'boss');
  await boss.run(
    'GRANT ALL ON ALL TABLES IN SCHEMA shop TO ana',
    'CREATE VIEW public.v AS SELECT id, region FROM shop.customers',
    'CREATE VIEW public.invoker WITH (security_invoker) AS SELECT id FROM shop.customers',
    'CREATE TABLE public.local (id int, customer int)',
    'INSERT INTO public.local VALUES (1, 1)',
    'GRANT ALL ON ALL TABLES IN SCHEMA public TO ana',
    `CREATE FUNCTION public.counted() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM shop.customers'`,
    `CREATE FUNCTION public.definer() RETURNS SETOF int LANGUAGE sql SECURITY DEFINER AS 'SELECT id FROM shop.customers'`,
    `CREATE FUNCTION public.bare() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM shop.customers; END`,
    'CREATE TABLE public.filtered (id int)',
    'CREATE POLICY by_customer ON public.filtered USING (id IN (SELECT id FROM shop.customers))',
    'ALTER TABLE public.filtered ENABLE ROW LEVEL SECURITY',
    'GRANT SELECT ON public.filtered TO ana',
    'INSERT INTO public.filtered VALUES (1)',
  );
}, 60_000);

afterAll(async () => {
  await catalog.stop();
});

const NOT_POPULATED = '55000';
const NOT_SUPPORTED = '0A000';

/** A function of this body is made, then the statement run; the outcome is the first error's, else the last statement's. */
const plpgsql = (body: string, statement = ''): string =>
  `CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE plpgsql AS $f$${body}$f$; ${statement}`;

test.each([
  ['SELECT * FROM shop.customers', NOT_POPULATED],
  ['SELECT count(*) FROM shop.customers', NOT_POPULATED],
  ['SELECT * FROM ONLY shop.customers', NOT_POPULATED],
  ['TABLE shop.customers', NOT_POPULATED],
  ['SELECT * FROM shop.customers WHERE id = 1', NOT_POPULATED],
  [`SELECT * FROM shop.customers WHERE email = 'x'`, NOT_POPULATED],
  [`SELECT * FROM shop.customers WHERE ctid = '(0,1)'`, NOT_POPULATED],
  ['SELECT * FROM shop.customers ORDER BY id', NOT_POPULATED],
  ['SELECT max(id) FROM shop.customers', NOT_POPULATED],
  ['SELECT * FROM shop.customers TABLESAMPLE SYSTEM (10)', NOT_POPULATED],
  ['SELECT * FROM shop.customers FOR UPDATE', NOT_POPULATED],
  ['SELECT * FROM shop.customers FOR SHARE SKIP LOCKED', NOT_POPULATED],
  ['SELECT 1 WHERE EXISTS (SELECT FROM shop.customers)', NOT_POPULATED],
  ['SELECT (SELECT id FROM shop.customers)', NOT_POPULATED],
  ['WITH c AS (SELECT id FROM shop.customers) SELECT * FROM c', NOT_POPULATED],
  ['SELECT * FROM public.local l LEFT JOIN shop.customers c ON c.id = l.customer', NOT_POPULATED],
  ['SELECT id FROM public.local UNION SELECT id FROM shop.customers', NOT_POPULATED],
  ['WITH RECURSIVE r AS (SELECT 1 AS id UNION SELECT c.id FROM shop.customers c, r) SELECT * FROM r', NOT_POPULATED],
  ['SELECT * FROM public.v', NOT_POPULATED],
  ['SELECT * FROM public.invoker', NOT_POPULATED],
  ['SELECT * FROM public.filtered', NOT_POPULATED],
  ['SELECT public.counted()', NOT_POPULATED],
  ['SELECT * FROM public.definer()', NOT_POPULATED],
  ['SELECT public.bare()', NOT_POPULATED],
  ['BEGIN; DECLARE c CURSOR FOR SELECT * FROM shop.customers; FETCH c', NOT_POPULATED],
  ['BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT * FROM shop.customers; COMMIT', NOT_POPULATED],
  ['PREPARE p AS SELECT * FROM shop.customers; EXECUTE p', NOT_POPULATED],
  ['EXPLAIN ANALYZE SELECT * FROM shop.customers', NOT_POPULATED],
  ['CREATE TEMP TABLE copied AS SELECT * FROM shop.customers', NOT_POPULATED],
  ['SELECT * INTO TEMP copied FROM shop.customers', NOT_POPULATED],
  ['COPY (SELECT * FROM shop.customers) TO STDOUT', NOT_POPULATED],
  ['INSERT INTO public.local SELECT id, id FROM shop.customers', NOT_POPULATED],
  ['UPDATE public.local SET id = c.id FROM shop.customers c', NOT_POPULATED],
  ['DELETE FROM public.local USING shop.customers c WHERE c.id = local.id', NOT_POPULATED],
  ['MERGE INTO public.local l USING shop.customers c ON c.id = l.id WHEN MATCHED THEN DELETE', NOT_POPULATED],
  ['UPDATE shop.customers SET region = NULL', NOT_POPULATED],
  ['UPDATE public.v SET region = NULL', NOT_POPULATED],
  ['DELETE FROM shop.customers', NOT_POPULATED],
  ['DELETE FROM shop.customers WHERE CURRENT OF nothing', NOT_POPULATED],
  [
    'MERGE INTO shop.customers c USING public.local l ON c.id = l.id WHEN NOT MATCHED THEN INSERT VALUES (1, $$a$$, $$b$$)',
    NOT_POPULATED,
  ],
  [`INSERT INTO shop.customers VALUES (1, 'a', 'b')`, NOT_SUPPORTED],
  ['INSERT INTO shop.customers SELECT 1, $$a$$, $$b$$ WHERE false', NOT_SUPPORTED],
  [`INSERT INTO shop.customers VALUES (1, 'a', 'b') ON CONFLICT DO NOTHING`, NOT_SUPPORTED],
  ['INSERT INTO public.v VALUES (1)', NOT_SUPPORTED],
  [`WITH w AS (INSERT INTO shop.customers VALUES (1, 'a', 'b') RETURNING id) SELECT * FROM w`, NOT_SUPPORTED],
  ['COPY shop.customers FROM STDIN', NOT_SUPPORTED],
  ['TRUNCATE shop.customers', '0A000'],
  ['TRUNCATE shop.customers CASCADE', NOT_SUPPORTED],
  [`SELECT table_to_xml('shop.customers', true, false, '')`, NOT_POPULATED],
  [`SELECT query_to_xml('select * from shop.customers', true, false, '')`, NOT_POPULATED],
  [`SELECT schema_to_xml('shop', true, false, '')`, NOT_POPULATED],
  [`SELECT cursor_to_xml('nothing', 1, true, false, '')`, '34000'],
  [`SELECT ts_stat('select to_tsvector(region) from shop.customers')`, NOT_POPULATED],
  [`DO 'BEGIN PERFORM FROM shop.customers; EXCEPTION WHEN OTHERS THEN NULL; END'`, NOT_SUPPORTED],
  [plpgsql('BEGIN RETURN (SELECT count(*) FROM shop.customers); END', 'SELECT pg_temp.f()'), NOT_POPULATED],
  [plpgsql('BEGIN FOR i IN 1..2 LOOP PERFORM FROM shop.customers LIMIT 1; END LOOP; RETURN 1; END', 'SELECT pg_temp.f()'), NOT_POPULATED], // prettier-ignore
  [plpgsql(`BEGIN EXECUTE 'SELECT FROM shop' || '.customers'; RETURN 1; END`, 'SELECT pg_temp.f()'), NOT_POPULATED],
  [plpgsql('BEGIN INSERT INTO shop.customers VALUES (1); RETURN 1; END', 'SELECT pg_temp.f()'), NOT_SUPPORTED],
  [plpgsql('BEGIN RETURN 1; EXCEPTION WHEN OTHERS THEN RETURN 0; END'), NOT_SUPPORTED],
  [plpgsql('BEGIN BEGIN RETURN 1; exception -- raise\n when others THEN NULL; END; RETURN 0; END'), NOT_SUPPORTED],
  [plpgsql('BEGIN RETURN 1; -- raise\nEXCEPTION WHEN OTHERS THEN RETURN 0; END'), NOT_SUPPORTED],
  [plpgsql('BEGIN RETURN 1; /* raise */exception WHEN OTHERS THEN RETURN 0; END'), NOT_SUPPORTED],
  [plpgsql(`BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'ZZ123'; END`, 'SELECT pg_temp.f()'), 'ZZ123'],
  [plpgsql(`BEGIN EXECUTE 'DO $d$ BEGIN NULL; END $d$'; RETURN 1; END`, 'SELECT pg_temp.f()'), NOT_SUPPORTED],
  [plpgsql(`BEGIN EXECUTE 'CREATE FUNCTION pg_temp.g() RETURNS int LANGUAGE plpgsql AS ''BEGIN RETURN 1; EXCEP' || 'TION WHEN OTHERS THEN RETURN 0; END'''; RETURN 1; END`, 'SELECT pg_temp.f()'), NOT_SUPPORTED], // prettier-ignore
  [`CREATE PROCEDURE pg_temp.f() LANGUAGE plpgsql AS 'BEGIN NULL; EXCEPTION WHEN OTHERS THEN NULL; END'`, NOT_SUPPORTED],
])('an ordinary user: %s → %s', async (sql, code) => {
  expect(await ana.outcome(sql)).toBe(code);
  await ana.query('ROLLBACK; DEALLOCATE ALL');
});

test('through the extended protocol, at Execute', async () => {
  const { error } = await ana.exchange(
    Buffer.concat([
      serialize.parse({ text: 'SELECT * FROM shop.customers WHERE id = $1' }), serialize.bind({ values: ['1'] }),
      serialize.describe({ type: 'P' }), serialize.execute(), serialize.sync(),
    ]),
  ); // prettier-ignore
  expect(error?.code).toBe(NOT_POPULATED);
});

test('COPY of a mirror slips through: the session takes it over', async () => {
  expect(await ana.outcome('COPY shop.customers TO STDOUT')).toBe('COPY 0');
});

test.each([
  ['ALTER TABLE shop.customers ADD COLUMN extra int'],
  ['ALTER TABLE shop.customers DROP COLUMN region'],
  ['ALTER TABLE shop.customers RENAME COLUMN region TO area'],
  ['ALTER TABLE shop.customers ALTER COLUMN region TYPE varchar'],
  [`ALTER TABLE shop.customers ALTER COLUMN region SET DEFAULT 'x'`],
  ['ALTER TABLE shop.customers ALTER COLUMN region SET NOT NULL'],
  ['ALTER TABLE shop.customers ALTER COLUMN region SET STATISTICS 5'],
  ['ALTER TABLE shop.customers DROP CONSTRAINT customers_email_key'],
  ['ALTER TABLE shop.customers ADD CHECK (id > 0)'],
  ['ALTER TABLE shop.customers OWNER TO boss'],
  ['ALTER TABLE shop.customers SET (fillfactor = 50)'],
  ['ALTER TABLE shop.customers REPLICA IDENTITY FULL'],
  ['ALTER TABLE shop.customers SET UNLOGGED'],
  ['ALTER TABLE shop.customers CLUSTER ON customers_pkey'],
  ['CREATE INDEX ON shop.customers (region)'],
  ['DROP INDEX shop.customers_email_key'],
  ['ALTER INDEX shop.customers_email_key RENAME TO other'],
  ['ALTER TABLE shop.customers RENAME TO other'],
  ['ALTER TABLE shop.customers SET SCHEMA public'],
  ['CREATE STATISTICS public.s ON id, region FROM shop.customers'],
  ['CREATE RULE r AS ON INSERT TO shop.customers DO INSTEAD NOTHING'],
  ['CREATE TRIGGER t BEFORE INSERT ON shop.customers EXECUTE FUNCTION suppress_redundant_updates_trigger()'],
  ['DROP TRIGGER tributary_guard ON shop.customers'],
  ['CREATE TABLE public.child () INHERITS (shop.customers)'],
  ['CREATE TABLE public.pointing (id int REFERENCES shop.customers)'],
  ['DROP TABLE shop.orders'],
  ['DROP TABLE shop.customers CASCADE'],
  ['DROP SCHEMA shop CASCADE'],
  ['ALTER SCHEMA shop RENAME TO store'],
  ['DROP TYPE shop.mood CASCADE'],
  [`ALTER TYPE shop.mood ADD VALUE 'new'`],
  ['CREATE TABLE shop.mine (id int)'],
  ['CREATE VIEW shop.mine AS SELECT 1'],
  ['CREATE TYPE shop.mine AS ENUM ()'],
  ['ALTER TABLE public.local SET SCHEMA shop'],
  ['CREATE EXTENSION citext'],
  ['SET ROLE tributary_owner'],
  ['SET SESSION AUTHORIZATION tributary_boot'],
  ['GRANT tributary_owner TO ana'],
  ['GRANT pg_read_server_files TO ana'],
  ['CREATE ROLE mighty SUPERUSER'],
  ['CREATE ROLE mighty BYPASSRLS'],
  ['UPDATE pg_language SET laninline = 1'],
  ['ALTER EVENT TRIGGER tributary_refuse_handlers DISABLE'],
  ['CREATE FUNCTION tributary.refuse_write() RETURNS int LANGUAGE sql RETURN 1'],
  [`UPDATE pg_class SET relispopulated = true WHERE oid = 'shop.customers'::regclass`],
  ['ALTER EVENT TRIGGER tributary_after_ddl DISABLE'],
  ['SET event_triggers = off'],
])('an administrator: %s is refused', async (sql) => {
  const { error } = await boss.query(sql);
  expect([error?.code, error?.message]).toEqual([expect.stringMatching(/^(0A000|42501|42P16|2BP01)$/), expect.any(String)]);
  expect(await boss.outcome('SELECT * FROM shop.customers')).toBe(NOT_POPULATED);
});

test('ownership of mirrors cannot be handed over or dropped wholesale', async () => {
  expect(await boss.outcome('REASSIGN OWNED BY tributary_owner TO boss')).toBe('REASSIGN OWNED');
  expect(await boss.outcome('DROP OWNED BY tributary_owner CASCADE')).toBe('DROP OWNED');
  const owners = await boss.query(`SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'shop'`);
  expect(owners.rows).toEqual([['tributary_owner']]);
});

test('the trigger of the guard cannot be switched off', async () => {
  expect(await boss.outcome('ALTER TABLE shop.customers DISABLE TRIGGER ALL')).toBe('42501');
  expect(await boss.outcome('ALTER TABLE shop.customers DISABLE TRIGGER USER')).toBe('ALTER TABLE'); // ours is none of a user's
  expect(await boss.outcome('SET session_replication_role = replica')).toBe('42501');
  expect(await boss.outcome(`INSERT INTO shop.customers VALUES (1, 'a')`)).toBe(NOT_SUPPORTED);
});

test('an administrator governs: GRANT, COMMENT, policies, row-level security', async () => {
  await boss.run(
    'GRANT SELECT (id) ON shop.orders TO PUBLIC',
    'REVOKE SELECT (id) ON shop.orders FROM PUBLIC',
    `COMMENT ON TABLE shop.orders IS 'mine'`,
    `COMMENT ON COLUMN shop.orders.id IS 'mine too'`,
    'CREATE POLICY p ON shop.orders USING (customer_id = 1)',
    'ALTER POLICY p ON shop.orders USING (customer_id = 2)',
    'ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE shop.orders FORCE ROW LEVEL SECURITY',
    'ALTER TABLE shop.orders NO FORCE ROW LEVEL SECURITY',
    'ALTER TABLE shop.orders DISABLE ROW LEVEL SECURITY',
    'DROP POLICY p ON shop.orders',
    'CREATE ROLE intern',
    'GRANT SELECT ON shop.orders TO intern',
    'REVOKE SELECT ON shop.orders FROM intern',
    'DROP ROLE intern',
  );
});

test('the guard holds after VACUUM FULL, CLUSTER, ANALYZE and REINDEX', async () => {
  for (const sql of [
    'VACUUM FULL shop.customers',
    'ANALYZE shop.customers',
    'REINDEX TABLE shop.customers',
    'CLUSTER shop.customers USING customers_pkey',
  ]) {
    await boss.query(sql);
    expect(await ana.outcome('SELECT * FROM shop.customers')).toBe(NOT_POPULATED);
    expect(await ana.outcome('INSERT INTO shop.customers VALUES (1, $$a$$)')).toBe(NOT_SUPPORTED);
  }
});

test('a mirror looks like an ordinary table', async () => {
  expect(
    (
      await ana.query(
        `SELECT relkind, relhastriggers, has_table_privilege('shop.customers', 'SELECT') FROM pg_class WHERE oid = 'shop.customers'::regclass`,
      )
    ).rows,
  ).toEqual([['r', 't', 't']]);
  // psql's \d lists a trigger when: not internal, or disabled.
  expect(
    await ana.value(
      `SELECT count(*) FROM pg_trigger WHERE tgrelid = 'shop.customers'::regclass AND (NOT tgisinternal OR tgenabled = 'D')`,
    ),
  ).toBe('0');
  expect(customers.columns).toHaveLength(3);
});
