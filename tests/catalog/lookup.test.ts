/** What the planner asks about OIDs, privileges of roles, and what a session's backend reports. */
import { serialize } from 'pg-protocol';
import { CatalogServer, DDL_GENERATION } from '../../catalog/catalog-server.ts';
import { privilegeCheck, privilegeError } from '../../catalog/privileges.ts';
import { column, customers, listing, orders, relation, shop } from './sample-source.ts';
import { Session } from './session.ts';

let catalog: CatalogServer;
let boss: Session;
let ana: Session;

const oid = async (text: string): Promise<number> => Number(await boss.value(`SELECT ${text}::oid`));
const none = { relations: [], types: [], functions: [], operators: [], collations: [] };

beforeAll(async () => {
  catalog = await CatalogServer.start({ connections: 20, log: () => undefined });
  await catalog.refresh(shop, listing());
  await catalog.ensureRole({ name: 'boss', admin: true, sources: ['shop'] });
  await catalog.ensureRole({ name: 'ana', admin: false, sources: [] });
  boss = await Session.open(catalog, 'boss');
  ana = await Session.open(catalog, 'ana');
}, 60_000);

afterAll(async () => {
  await catalog.stop();
});

describe('lookup', () => {
  test('a mirror: source names, identifying keys, estimate; attributes by number', async () => {
    const relations = [
      await oid(`'shop.customers'::regclass`),
      await oid(`'shop.orders'::regclass`),
      await oid(`'pg_class'::regclass`),
    ];
    await catalog.lookup.ensure({ ...none, relations });
    const [mirror, ordersMirror, local] = relations.map((one) => catalog.lookup.mirror(one));
    expect(mirror?.table).toEqual({
      site: 'shop',
      mirrorOid: relations[0],
      schema: 'public',
      name: 'customers',
      keys: [['id'], ['email']],
    });
    expect(mirror?.estimatedRows).toBe(1000);
    expect(ordersMirror?.table.foreignKeys).toEqual([
      { columns: ['customer_id'], schema: 'public', name: 'customers', referenced: ['id'], certain: true },
    ]);
    expect(mirror?.columns.map((one) => [one?.name, one?.type.kind, one?.type.typmod, one?.notNull])).toEqual([
      ['id', 'int4', -1, true], ['email', 'varchar', 84, true], ['region', 'text', -1, false],
    ]); // prettier-ignore
    const byName = Object.fromEntries((ordersMirror?.columns ?? []).map((one) => [one!.name, one!.type]));
    expect(byName['mood']).toMatchObject({ kind: 'enum', name: 'shop.mood', labels: ['sad', 'ok', 'happy'] });
    expect(byName['moods']).toMatchObject({ kind: 'array', element: { kind: 'enum' } });
    expect(byName['area']).toMatchObject({ kind: 'opaque', name: 'tributary.opaque' });
    expect(byName['tags']).toMatchObject({ kind: 'array', name: 'pg_catalog._text' });
    expect(byName['note']?.collation).toEqual({ name: 'de_DE.utf8', oid: expect.any(Number), deterministic: true });
    expect(byName['total']).toMatchObject({ kind: 'numeric', typmod: 655366, collation: 'none' });
    expect(local).toBeUndefined();
  });

  test('a dropped column leaves a hole', async () => {
    await catalog.refresh(
      shop,
      listing([{ ...customers, columns: [customers.columns[0]!, customers.columns[2]!], uniqueKeys: [] }, orders]),
    );
    const relations = [await oid(`'shop.customers'::regclass`)];
    await catalog.lookup.ensure({ ...none, relations });
    expect(catalog.lookup.mirror(relations[0]!)?.columns.map((one) => one?.name)).toEqual(['id', undefined, 'region']);
    await catalog.refresh(shop, listing());
  });

  test('functions and their signatures', async () => {
    await boss.run(
      `CREATE TYPE public.pair AS (a int, b text)`,
      `CREATE OR REPLACE FUNCTION public.area(public.pair, int[]) RETURNS int LANGUAGE sql STABLE STRICT AS 'SELECT 1'`,
    );
    const names = [
      'int4pl(int4,int4)', 'count()', 'count("any")', 'sum(int8)', 'lower(text)', 'percentile_cont(float8,float8)', 'rank("any")', 'generate_series(int4,int4)',
      'row_number()', 'array_append(anycompatiblearray,anycompatible)', 'int4(int8)', 'public.area(public.pair,int[])',
    ]; // prettier-ignore
    const oids = await Promise.resolve(names).then(async (list) => {
      const found: number[] = [];
      for (const name of list) found.push(await oid(`'${name}'::regprocedure`));
      return found;
    });
    await catalog.lookup.ensure({ ...none, functions: oids });
    const found = oids.map((one) => catalog.lookup.function(one));
    expect(found.map((fn) => `${fn.signature} ${fn.kind} ${fn.volatility} ${fn.aggregateKind ?? ''}`.trim())).toEqual([
      'int4pl(int4,int4) function immutable', 'count() aggregate immutable normal', 'count(any) aggregate immutable normal',
      'sum(int8) aggregate immutable normal', 'lower(text) function immutable', 'percentile_cont(float8,float8) aggregate immutable ordered-set',
      'rank(any) aggregate immutable hypothetical', 'generate_series(int4,int4) function immutable', 'row_number() window immutable',
      'array_append(anycompatiblearray,anycompatible) function immutable', 'int4(int8) function immutable',
      'public.area(public.pair,_int4) function stable',
    ]); // prettier-ignore
    expect(found.at(-1)).toMatchObject({ strict: true, leakproof: false, returnsSet: false, schema: 'public', name: 'area' });
  });

  test('operators, collations, types made of others', async () => {
    await boss.run(
      `CREATE DOMAIN public.price AS numeric(8,2)`,
      `CREATE DOMAIN public.special AS public.price CHECK (VALUE > 0)`,
    );
    const operators = [await oid(`'pg_catalog.=(int4,int4)'::regoperator`), await oid(`'pg_catalog.-(none,int4)'::regoperator`)];
    const collations = [0, 100, await oid(`'"C"'::regcollation`), await oid(`'pg_c_utf8'::regcollation`)];
    const types = [
      await oid(`'public.special'::regtype`),
      await oid(`'public.price[]'::regtype`),
      await oid(`'int4range'::regtype`),
      await oid(`'public.pair'::regtype`),
      16,
    ];
    await catalog.lookup.ensure({ relations: [], types, functions: [], operators, collations });
    expect(catalog.lookup.operator(operators[0]!)).toMatchObject({
      name: '=',
      position: 'infix',
      canHash: true,
      functionOid: 65,
      negator: 518,
    });
    expect(catalog.lookup.operator(operators[1]!)).toMatchObject({ name: '-', position: 'prefix', functionOid: 212 });
    expect(collations.map((one) => catalog.lookup.collation(one))).toEqual(['none', 'default', 'C', 'default']);
    expect(types.map((one) => [catalog.lookup.type(one).kind, catalog.lookup.type(one).typmod])).toEqual([
      ['numeric', 524294], ['array', -1], ['opaque', -1], ['composite', -1], ['bool', -1],
    ]); // prettier-ignore
  });

  test('an enum label by the OID its constant has', async () => {
    const type = await oid(`'shop.mood'::regtype`);
    await catalog.lookup.ensure({ ...none, types: [type] });
    expect(catalog.lookup.enumLabel(await oid(`(SELECT oid FROM pg_enum WHERE enumlabel = 'ok')`))).toBe('ok');
  });

  test('what changed is read again once the generation has moved', async () => {
    const [before, fn] = [await boss.value(`SELECT ${DDL_GENERATION}`), await oid(`'public.area'::regproc`)];
    catalog.noteGeneration(before!);
    await catalog.lookup.ensure({ ...none, functions: [fn] });
    await boss.run('ALTER FUNCTION public.area VOLATILE');
    const after = await boss.value(`SELECT ${DDL_GENERATION}`);
    expect(catalog.noteGeneration(after!)).toBe(true);
    expect(catalog.noteGeneration(after!)).toBe(false);
    await catalog.lookup.ensure({ ...none, functions: [fn] });
    expect(catalog.lookup.function(fn).volatility).toBe('volatile');
  });

  test('DDL of any kind moves the generation, at commit; a rolled-back one does not', async () => {
    const generation = (): Promise<string | null> => ana.value(`SELECT ${DDL_GENERATION}`);
    for (const sql of [
      'CREATE TEMP TABLE shadow (id int)',
      'ALTER TABLE shadow ADD more int',
      'DROP TABLE shadow',
      'GRANT SELECT ON shop.orders TO ana',
      'REVOKE SELECT ON shop.orders FROM ana',
      'CREATE VIEW public.w AS SELECT 1',
    ]) {
      const before = await generation();
      await boss.run('BEGIN', sql);
      expect(await generation()).toBe(before);
      await boss.run('ROLLBACK');
      expect(await generation()).toBe(before);
      await boss.run(sql);
      expect(await generation()).not.toBe(before);
    }
  });
});

describe('roles and privileges', () => {
  test('sources are granted, also what comes later, and taken back', async () => {
    await catalog.ensureRole({ name: 'eve', admin: false, sources: ['shop', 'lake'] });
    const may = (table: string): Promise<string | null> =>
      boss.value(
        `SELECT has_schema_privilege('eve', split_part('${table}', '.', 1), 'USAGE') AND has_table_privilege('eve', '${table}', 'SELECT')`,
      );
    expect(await may('shop.orders')).toBe('t');
    await catalog.refresh(
      { name: 'lake', defaultSchema: 'main' },
      listing([relation('events', [column('id', 'int')], { schema: 'main' })], []),
    );
    expect(await may('lake.events')).toBe('t');
    await catalog.ensureRole({ name: 'eve', admin: false, sources: ['lake'] });
    expect([await may('shop.orders'), await may('lake.events')]).toEqual(['f', 't']);
  });

  test('a role is never more than an ordinary user, whatever was made of it', async () => {
    await catalog.runSetup('CREATE ROLE mallory SUPERUSER; GRANT pg_read_server_files, pg_signal_backend TO mallory');
    await catalog.ensureRole({ name: 'mallory', admin: false, sources: [] });
    expect(
      await boss.value(
        `SELECT rolsuper OR rolbypassrls OR rolreplication OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = 'mallory'`,
      ),
    ).toBe('f');
    expect(
      await boss.value(
        `SELECT pg_has_role('mallory', 'pg_read_server_files', 'MEMBER') OR pg_has_role('mallory', 'pg_signal_backend', 'MEMBER')`,
      ),
    ).toBe('f');
  });

  test.each(['tributary_boot', 'tributary_owner', 'pg_monitor', 'public', 'none'])('%s is reserved', async (name) => {
    await expect(catalog.ensureRole({ name, admin: false, sources: [] })).rejects.toMatchObject({ fields: { code: '42939' } });
    await expect(catalog.connect({ user: name, parameters: {} })).rejects.toMatchObject({ fields: { code: '28000' } });
  });

  test('a role nobody made: the words clients look for', async () => {
    await expect(catalog.connect({ user: 'nobody_here', parameters: {} })).rejects.toMatchObject({
      fields: { code: '28000', message: 'role "nobody_here" does not exist' },
    });
  });

  const denied = async (
    who: Session,
    relations: Parameters<typeof privilegeCheck>[0],
    functions: number[] = [],
  ): Promise<string | null> => who.value(`SELECT ${privilegeCheck(relations, functions)}`);
  const reading = (relation: number, columns: number[], checkAsUser = 0) => ({
    relation, checkAsUser, requiredPerms: 2, selectedCols: columns.map((attnum) => attnum + 7), insertedCols: [], updatedCols: [],
  }); // prettier-ignore

  test('tables, columns, views as their owner, functions', async () => {
    const [table, other, fn] = [
      await oid(`'shop.customers'::regclass`),
      await oid(`'shop.orders'::regclass`),
      await oid(`'public.area'::regproc`),
    ];
    const bossOid = await oid(`'boss'::regrole`);
    expect(await denied(boss, [reading(table, [1, 2]), reading(other, [])], [fn, 65])).toBeNull();
    expect(await denied(ana, [reading(table, [1])])).toBe('table customers');
    expect(privilegeError('table customers').fields).toMatchObject({
      code: '42501',
      message: 'permission denied for table customers',
    });
    expect(await denied(ana, [reading(table, [1], bossOid)])).toBeNull();
    await boss.run('GRANT SELECT (id, email) ON shop.customers TO ana');
    expect(await denied(ana, [reading(table, [1, 2])])).toBeNull();
    expect(await denied(ana, [reading(table, [])])).toBeNull();
    expect(await denied(ana, [reading(table, [1, 3])])).toBe('table customers');
    expect(await denied(ana, [reading(table, [0])])).toBe('table customers');
    expect(await denied(ana, [{ ...reading(table, [1]), requiredPerms: 2 | 4, updatedCols: [10] }])).toBe('table customers');
    await boss.run('REVOKE EXECUTE ON FUNCTION public.area FROM PUBLIC');
    expect(await denied(ana, [], [65, fn])).toBe('function area');
    await boss.run('REVOKE SELECT (id, email) ON shop.customers FROM ana');
  });

  test('SET ROLE counts', async () => {
    await boss.run('CREATE ROLE reader', 'GRANT reader TO ana', 'GRANT SELECT ON shop.customers TO reader');
    const table = await oid(`'shop.customers'::regclass`);
    expect(await denied(ana, [reading(table, [1])])).toBeNull();
    await ana.run('SET ROLE reader');
    expect(await denied(ana, [reading(table, [1])])).toBeNull();
    await ana.run('RESET ROLE');
    await boss.run('REVOKE reader FROM ana');
    expect(await denied(ana, [reading(table, [1])])).toBe('table customers');
  });
});

describe("a session's backend", () => {
  const parse = (text: string): Uint8Array =>
    Buffer.concat([serialize.parse({ text, name: 's' }), serialize.describe({ type: 'S', name: 's' }), serialize.sync()]);

  test('Parse reports one tree, and Describe another only when something changed', async () => {
    const describe = Buffer.concat([serialize.describe({ type: 'S', name: 's' }), serialize.sync()]);
    expect(await boss.exchange(parse('SELECT * FROM shop.customers WHERE id = $1'))).toMatchObject({
      trees: 1,
      error: undefined,
    });
    expect((await boss.exchange(describe)).trees).toBe(0);
    await catalog.refresh(
      shop,
      listing([{ ...customers, comment: 'other', columns: [...customers.columns, column('more', 'text')] }, orders]),
    );
    expect((await boss.exchange(describe)).error?.message ?? '').toContain('cached plan must not change result type');
    await catalog.refresh(shop, listing());
    await boss.exchange(Buffer.concat([serialize.close({ type: 'S', name: 's' }), serialize.sync()]));
  });

  test('the settings that make trees survive RESET ALL and DISCARD ALL', async () => {
    for (const sql of ['RESET ALL', 'DISCARD ALL']) {
      await boss.run(sql);
      expect((await boss.exchange(parse('SELECT 1'))).trees).toBe(1);
      expect(await boss.value('SHOW search_path')).toBe('"$user", "shop", "public"');
      await boss.exchange(Buffer.concat([serialize.close({ type: 'S', name: 's' }), serialize.sync()]));
    }
  });

  test('start-up parameters, and a bare name along the search path', async () => {
    const session = await Session.open(catalog, 'boss', {
      application_name: 'psql',
      TimeZone: 'Europe/Paris',
      search_path: catalog.searchPath('lake'),
    });
    expect(await session.value(`SELECT current_setting('application_name') || current_setting('TimeZone') || current_user`)).toBe(
      'psqlEurope/Parisboss',
    );
    expect(await session.value('SHOW search_path')).toBe('"$user", "lake", "shop", "public"');
    expect(await session.value(`SELECT 'orders'::regclass::oid = 'shop.orders'::regclass`)).toBe('t');
    expect(session.connection.parameters.get('client_encoding')).toBe('UTF8');
    session.connection.end();
    await expect(catalog.connect({ user: 'boss', parameters: { no_such_thing: '1' } })).rejects.toMatchObject({
      fields: { code: '42704' },
    });
  });

  test('messages across reads, paused and resumed, come whole and in order', async () => {
    const session = await Session.open(catalog, 'boss');
    const lengths: number[] = [];
    const done = new Promise<void>((resolve) => {
      session.connection.onMessage((type, message) => {
        if (type === 0x44) lengths.push(message.readInt32BE(7));
        if (lengths.length % 40 === 7) {
          session.connection.pause();
          setTimeout(() => session.connection.resume(), 1);
        }
        if (type === 0x5a) resolve();
      });
    });
    session.connection.send(serialize.query(`SELECT repeat('x', n * 997 % 70001) FROM generate_series(1, 200) n`));
    await done;
    expect(lengths).toEqual(Array.from({ length: 200 }, (_, index) => ((index + 1) * 997) % 70001));
    session.connection.destroy();
  });

  test('cancel reaches the backend', async () => {
    const session = await Session.open(catalog, 'boss');
    const sleeping = session.query('SELECT pg_sleep(60)');
    for (let attempt = 0; attempt < 200; attempt++) {
      if ((await boss.value(`SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)) === '1') break;
    }
    await catalog.cancel(session.connection);
    expect((await sleeping).error?.code).toBe('57014');
    session.connection.destroy();
  });
});
