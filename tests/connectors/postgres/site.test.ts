/** The PostgreSQL site against a real server: values, snapshots, errors, cancellation, back-pressure, relay, connections. */
import { setMaxListeners } from 'node:events';
import net from 'node:net';
import pg from 'pg';
import type { SessionSettings } from '../../../algebra/plan.ts';
import type { Rel } from '../../../algebra/rel.ts';
import { outputColumns } from '../../../algebra/rel.ts';
import type { BeginOptions, Site, SiteTransaction } from '../../../algebra/site.ts';
import { createPostgresSite } from '../../../connectors/postgres/postgres-site.ts';
import type { Batch, BatchStream } from '../../../core/batch.ts';
import { readDatum } from '../../../core/column.ts';
import type { Datum } from '../../../core/datum.ts';
import { arrayTypeOf, sqlType } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { formatDatum } from '../../../core/text-format.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import * as r from './rels.ts';

const settings: SessionSettings = {
  timeZone: 'UTC',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  xmlBinary: 'base64',
};
const signal = new AbortController().signal;
setMaxListeners(0, signal);
const beginOptions = (more: Partial<BeginOptions> = {}): BeginOptions => ({
  fragments: 1,
  isolation: 'read committed',
  settings,
  signal,
  ...more,
});

let server: TestPostgres;
let admin: pg.Client;
const sites: Site[] = [];
function newSite(more: Partial<Parameters<typeof createPostgresSite>[0]> = {}): Site {
  const site = createPostgresSite({ name: 'shop', url: server.url, ...more });
  sites.push(site);
  return site;
}

beforeAll(async () => {
  server = await startTestPostgres();
  admin = new pg.Client(server.url);
  admin.on('error', (error) => (lastAdminError = error));
  await admin.connect();
  await admin.query(`CREATE TABLE numbers AS SELECT i, repeat('x', i % 50) AS t, i::numeric(12, 2) / 4 AS n, CASE WHEN i % 3 = 0 THEN i::int8 * 1000000007 END AS b,
    i * 0.5::float8 AS f FROM generate_series(1, 100000) AS i; ANALYZE numbers; CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE kept (k int)`);
});
let lastAdminError: Error | undefined;
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
  expect(lastAdminError).toBeUndefined();
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});

const numbers = (names: readonly string[] = ['i', 't', 'n', 'b', 'f']): r.Scan => {
  const types: Record<string, SqlType> = { i: r.int4, t: r.text, n: r.numeric, b: r.int8, f: sqlType('float8') };
  return r.scan('numbers', Object.fromEntries(names.map((name) => [name, types[name]!])));
};

async function drain(stream: BatchStream): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (let batch = await stream.next(); batch !== null; batch = await stream.next()) batches.push(batch);
  await stream.close();
  return batches;
}
const rowsOf = (batches: readonly Batch[], types: readonly SqlType[]): Datum[][] =>
  batches.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) => types.map((type, i) => readDatum(batch.columns[i]!, type, row))),
  );

async function run(
  site: Site,
  fragment: Rel,
  more: Partial<BeginOptions> = {},
  params: readonly Datum[] = [],
): Promise<Datum[][]> {
  const transaction = await site.begin(beginOptions(more));
  try {
    const batches = await drain(await transaction.query(fragment, { params, signal }));
    return rowsOf(
      batches,
      outputColumns(fragment).map((column) => column.type),
    );
  } finally {
    await transaction.end();
  }
}

/** Backends of sites that are doing or holding something. */
const busyBackends = async (): Promise<number> =>
  Number(
    (
      await admin.query<{ n: string }>(
        `SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'tributary' AND state <> 'idle'`,
      )
    ).rows[0]!.n,
  );
async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('never came true');
}
const sleeping = (seconds: number): Rel => {
  const sleep = r.call(
    'pg_sleep(float8)',
    { ...r.text, kind: 'opaque', oid: 2278, name: 'pg_catalog.void' },
    r.constant(seconds, sqlType('float8')),
  );
  return r.project(numbers(['i']), [
    r.column('s', r.text),
    { kind: 'cast', how: 'io', arg: sleep, type: r.text, explicit: true },
  ]);
};

describe('values', () => {
  const samples: Readonly<Record<string, readonly string[]>> = {
    bool: ['true', 'false'],
    int2: ['0', '-32768', '32767'],
    int4: ['0', '-2147483648', '2147483647'],
    int8: ['0', '-1', '4294967295', '-4294967296', '-9223372036854775808', '9223372036854775807'],
    float4: ['0', '-0', '1.5', '3.4028235e38', 'NaN', 'Infinity'],
    float8: ['0', '-0', '0.1', '-1e-300', 'NaN', '-Infinity'],
    numeric: ['0', '1', '-1', '12345', '99999999999999999999', '-9007199254740993'],
    text: ['', 'a', 'äöü€𝄞', 'x'.repeat(5000)],
    varchar: ['', 'abc'],
    bpchar: ['a  ', ''],
    name: ['pg_class'],
    bytea: ['\\x', '\\x00ff', `\\x${'ab'.repeat(1000)}`],
    date: ['2000-01-01', '2024-02-29', '4713-01-01 BC', 'infinity', '-infinity'],
    time: ['00:00:00', '24:00:00', '23:59:59.999999'],
    timestamp: ['2000-01-01 00:00:00', '1999-12-31 23:59:59.999999', 'infinity', '0044-03-15 00:00:00 BC'],
    timestamptz: ['2024-03-31 01:30:00+00', '-infinity'],
    interval: ['00:00:00', '1 mon -1 days +00:00:00.000001', '-1 years', '178000000 years'],
    uuid: ['00112233-4455-6677-8899-aabbccddeeff'],
    json: ['{"a":   1}', 'null'],
    jsonb: ['{"a": 1, "b": [null, "x"]}', '1.50'],
  };
  test.each(Object.entries(samples))('%s and its array come as the source prints them, NULL included', async (name, values) => {
    const type = sqlType(name as Parameters<typeof sqlType>[0]);
    const array = arrayTypeOf(type)!;
    await admin.query(
      `DROP TABLE IF EXISTS samples; CREATE TABLE samples (id int, v ${name}, a ${name}[]); SET timezone = 'UTC'`,
    );
    await admin.query(
      `INSERT INTO samples SELECT i, v::${name}, ARRAY[v, NULL]::${name}[] FROM unnest($1::text[]) WITH ORDINALITY AS s (v, i)`,
      [values],
    );
    await admin.query(`INSERT INTO samples VALUES (100, NULL, '{}'), (101, NULL, NULL)`);
    const { rows } = await admin.query<{ v: string | null; a: string | null }>(
      'SELECT textin(textout(v::text)) AS v, a::text AS a FROM samples ORDER BY id'.replace(
        'textin(textout(v::text))',
        "CASE WHEN v IS NOT NULL THEN format('%s', v) END",
      ),
    );
    const table = r.scan('samples', { id: r.int4, v: type, a: array });
    const found = await run(
      newSite(),
      r.project(r.sort(table, r.sortKey(table.c['id']!)), ...r.pass(table.c['v']!, table.c['a']!)),
    );
    const shown = (of: SqlType, datum: Datum): string | null => (datum === null ? null : formatDatum(of, datum, settings));
    expect(found.map(([v, a]) => ({ v: shown(type, v!), a: shown(array, a!) }))).toEqual(rows);
  });

  test('numeric: one scale is fixed-point, mixed scales and specials are exact too', async () => {
    await admin.query(`DROP TABLE IF EXISTS amounts; CREATE TABLE amounts (id int, fixed numeric(20, 4), free numeric);
      INSERT INTO amounts SELECT i, (i::int8 * i * 7919 - 5000000) / 10000.0, CASE WHEN i % 100 = 0 THEN 'NaN' WHEN i % 7 = 0 THEN NULL ELSE i / 3.0 END FROM generate_series(1, 1000) AS i;
      INSERT INTO amounts VALUES (1001, 99999999999999.9999, 1e100), (1002, -99999999999999.9999, -1e-100), (1003, 0, 0.000)`);
    const table = r.scan('amounts', { id: r.int4, fixed: r.numeric, free: r.numeric });
    const sorted = r.sort(table, r.sortKey(table.c['id']!));
    const site = newSite();
    const transaction = await site.begin(beginOptions());
    const batches = await drain(await transaction.query(sorted, { params: [], signal }));
    await transaction.end();
    expect(batches.map((batch) => batch.columns.map((column) => column.layout))).toEqual([['int32', 'decimal', 'bytes']]);
    const { rows } = await admin.query<{ fixed: string; free: string | null }>(
      'SELECT fixed::text, free::text FROM amounts ORDER BY id',
    );
    const found = rowsOf(batches, [r.int4, r.numeric, r.numeric]).map(([, fixed, free]) => ({
      fixed: formatDatum(r.numeric, fixed!, settings),
      free: free === null ? null : formatDatum(r.numeric, free!, settings),
    }));
    expect(found).toEqual(rows);
  });

  test('enums by label, opaque types as text, arrays of enums with the catalog element OID', async () => {
    await admin.query(
      `DROP TABLE IF EXISTS odd; CREATE TABLE odd (m mood, ms mood[], net inet, p point, r int4range); INSERT INTO odd VALUES ('ok', '{sad,NULL}', '10.0.0.1/8', '(1,2)', '[1,5)')`,
    );
    const mood: SqlType = { kind: 'enum', oid: 70001, typmod: -1, collation: 'none', name: 'shop.mood', labels: ['sad', 'ok'] };
    const moods: SqlType = { kind: 'array', oid: 70002, typmod: -1, collation: 'none', name: 'shop._mood', element: mood };
    const opaque: SqlType = { kind: 'opaque', oid: 70003, typmod: -1, collation: 'none', name: 'pg_catalog.inet' };
    const table = r.scan('odd', { m: mood, ms: moods, net: opaque, p: opaque, r: opaque });
    const isOk = r.infix(r.ref(table.c['m']!), '=', r.constant('ok', mood), 'enum_eq(anyenum,anyenum)');
    const has: Parameters<typeof r.filter>[1] = r.infix(
      r.ref(table.c['ms']!),
      '=',
      r.param(1, moods),
      'array_eq(anyarray,anyarray)',
    );
    const value = { dims: [2], lowerBounds: [1], elements: ['sad', null] };
    const site = newSite();
    const [row] = await run(site, r.filter(table, isOk, has), {}, [value]);
    expect(row).toEqual(['ok', value, '10.0.0.1/8', '(1,2)', '[1,5)']);
    expect(site.canRelay(outputColumns(table))).toBe(false);
    expect(site.sql(r.filter(table, isOk))).toBe(`SELECT m, ms, net, p, r FROM public.odd WHERE m = 'ok'::public.mood`);
  });

  test('no columns, no rows, parameters of every kind', async () => {
    const site = newSite();
    const empty = await site.begin(beginOptions());
    const batches = await drain(await empty.query({ ...numbers(), columns: [] }, { params: [], signal }));
    await empty.end();
    expect(batches.reduce((sum, batch) => sum + batch.length, 0)).toBe(100_000);
    expect(await run(site, r.filter(numbers(), r.constant(false, r.bool)))).toEqual([]);
    const types = Object.keys(samples).map((name) => sqlType(name as Parameters<typeof sqlType>[0]));
    const values: Datum[] = await Promise.all(
      types.map(
        async (type) =>
          (await run(site, { kind: 'values', columns: [r.column('v', type)], rows: [[r.param(1, type)]] }, {}, [null]))[0]![0]!,
      ),
    );
    expect(values).toEqual(types.map(() => null));
    const date: Rel = {
      kind: 'values',
      columns: [r.column('v', r.text), r.column('w', r.numeric)],
      rows: [[r.param(2, r.text), r.param(1, r.numeric)]],
    };
    const amount = { kind: 'finite', unscaled: -12345n, scale: 3 } as const;
    expect(await run(site, date, {}, [amount, 'ü'])).toEqual([['ü', amount]]);
  });
});

describe('streams', () => {
  test('every size of chunk gives the same batches', async () => {
    let chunkBytes = 1;
    const proxy = net.createServer((client) => {
      const upstream = net.connect(server.port, server.host);
      client.pipe(upstream);
      upstream.on('data', (data: Buffer) => {
        for (let at = 0; at < data.length; at += chunkBytes) client.write(Buffer.from(data.subarray(at, at + chunkBytes)));
      });
      upstream.on('close', () => client.destroy());
      client.on('close', () => upstream.destroy());
      client.setNoDelay(true);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const table = numbers();
    const fragment = r.limit(r.sort(table, r.sortKey(table.c['i']!)), 150);
    const expected = await run(newSite(), fragment);
    expect(expected).toHaveLength(150);
    const throughProxy = newSite({
      url: server.url.replace(String(server.port), String((proxy.address() as net.AddressInfo).port)),
    });
    for (const bytes of [1, 2, 3, 5, 7, 13, 64, 1000, 4096]) {
      chunkBytes = bytes;
      expect(await run(throughProxy, fragment)).toEqual(expected);
    }
    await throughProxy.close();
    await new Promise((resolve) => proxy.close(resolve));
  });

  test('a slow consumer stops the source, a fast one gets full batches', async () => {
    const site = newSite();
    const metrics = { rows: 0, bytes: 0, sentBytes: 0, waitForConnectionMs: 0 };
    const transaction = await site.begin(beginOptions());
    const stream = await transaction.query(r.join('inner', numbers(['i', 't']), r.limit(numbers(['f']), 50), []), {
      params: [],
      signal,
      metrics,
    });
    const first = await stream.next();
    expect(first!.length).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(metrics.rows).toBeLessThan(200_000);
    const rest = await drain(stream);
    expect(rest.reduce((sum, batch) => sum + batch.length, first!.length)).toBe(5_000_000);
    expect(Math.max(...rest.map((batch) => batch.length))).toBe(16_384);
    await transaction.end();
  });

  test('a stream given up early leaves a usable connection', async () => {
    const site = newSite({ pool: { max: 1 } });
    for (let i = 0; i < 3; i++) {
      const transaction = await site.begin(beginOptions());
      const stream = await transaction.query(r.join('inner', numbers(), numbers(), []), { params: [], signal });
      expect((await stream.next())!.length).toBeGreaterThan(0);
      await stream.close();
      await transaction.end();
    }
    expect(await run(site, r.limit(numbers(['i']), 1))).toHaveLength(1);
    await eventually(async () => (await busyBackends()) === 0);
  });

  test('an error in the middle comes after the rows before it, with its code', async () => {
    const table = numbers(['i']);
    const i = r.ref(table.c['i']!);
    const inverse = r.infix(
      r.constant(1, r.int4),
      '/',
      r.infix(i, '-', r.constant(90_000, r.int4), 'int4mi(int4,int4)', r.int4),
      'int4div(int4,int4)',
      r.int4,
    );
    const site = newSite({ pool: { max: 1 } });
    for (const isolation of ['read committed', 'repeatable read'] as const) {
      await expect(run(site, r.project(table, [r.column('x', r.int4), inverse]), { isolation })).rejects.toMatchObject({
        fields: { code: '22012', message: 'division by zero', detail: 'source "shop"' },
      });
      expect(await run(site, r.limit(table, 2))).toHaveLength(2);
    }
  });

  test('prepared statements survive a change of the table, a changed type is refused', async () => {
    await admin.query('DROP TABLE IF EXISTS changing; CREATE TABLE changing (a int, b int); INSERT INTO changing VALUES (1, 2)');
    const site = newSite({ pool: { max: 1 } });
    const table = r.scan('changing', { a: r.int4 });
    for (let i = 0; i < 4; i++) expect(await run(site, table)).toEqual([[1]]);
    await admin.query('ALTER TABLE changing ADD COLUMN c int');
    expect(await run(site, table)).toEqual([[1]]);
    await admin.query('ALTER TABLE changing ALTER COLUMN a TYPE int8');
    // Whose catalog has followed reads it at once, by the same text.
    const changed = r.scan('changing', { a: r.int8 });
    expect(await run(site, changed)).toEqual([[1]]);
    await expect(run(site, table)).rejects.toMatchObject({
      fields: { code: '0A000', detail: 'pg_catalog.int4 was expected, the type with OID 20 came (source "shop")' },
    });
    expect(await run(site, changed)).toEqual([[1]]);
    await admin.query('DROP TABLE changing');
    await expect(run(site, table)).rejects.toMatchObject({ fields: { code: '42P01' } });
    expect(await run(site, r.limit(numbers(['i']), 1))).toHaveLength(1);
  });
});

describe('transactions', () => {
  const kept = (): r.Scan => r.scan('kept', { k: r.int4 });
  const readIn = async (transaction: SiteTransaction, fragment: Rel): Promise<number> =>
    (await drain(await transaction.query(fragment, { params: [], signal }))).reduce((sum, batch) => sum + batch.length, 0);

  test.each([1, 2, 8])('with %i connections, fragments of one statement see one snapshot', async (max) => {
    const site = newSite({ pool: { max } });
    await admin.query('TRUNCATE kept; INSERT INTO kept SELECT generate_series(1, 1000)');
    const transaction = await site.begin(beginOptions({ fragments: 3 }));
    const first = await readIn(transaction, kept());
    await admin.query('INSERT INTO kept SELECT generate_series(1, 5)');
    const second = await readIn(transaction, kept());
    const third = await readIn(transaction, kept());
    await transaction.end();
    expect(second - (max === 1 ? first : second)).toBe(0);
    expect([second, third]).toEqual([first, first]);
    expect(await run(site, kept())).toHaveLength(1005);
  });

  test('a fragment that is given up early takes no snapshot from those that start later', async () => {
    const site = newSite();
    await admin.query('TRUNCATE kept; INSERT INTO kept SELECT generate_series(1, 1000)');
    const transaction = await site.begin(beginOptions({ fragments: 3 }));
    const early = await transaction.query(r.join('inner', numbers(['i', 't']), r.limit(numbers(['f']), 150), []), {
      params: [],
      signal,
    });
    expect((await early.next())?.length).toBeGreaterThan(0);
    await early.close();
    await admin.query('INSERT INTO kept VALUES (1)');
    expect([await readIn(transaction, kept()), await readIn(transaction, kept())]).toEqual([1000, 1000]);
    await transaction.end();
  });

  test('repeatable read keeps its snapshot over statements', async () => {
    const site = newSite();
    await admin.query('TRUNCATE kept; INSERT INTO kept VALUES (1)');
    const transaction = await site.begin(beginOptions({ isolation: 'repeatable read' }));
    expect(await readIn(transaction, kept())).toBe(1);
    await admin.query('INSERT INTO kept VALUES (2)');
    expect(await readIn(transaction, kept())).toBe(1);
    expect(await readIn(transaction, kept())).toBe(1);
    await transaction.end();
  });

  test('one connection serves two interleaved fragments', async () => {
    const site = newSite({ pool: { max: 1 } });
    const transaction = await site.begin(beginOptions({ fragments: 2 }));
    const a = await transaction.query(numbers(['i']), { params: [], signal });
    const b = await transaction.query(numbers(['t', 'n']), { params: [], signal });
    let [rowsA, rowsB] = [0, 0];
    for (let done = 0; done < 2;) {
      done = 0;
      const [x, y] = await Promise.all([a.next(), b.next()]);
      if (x === null) done++;
      else rowsA += x.length;
      if (y === null) done++;
      else rowsB += y.length;
    }
    expect([rowsA, rowsB]).toEqual([100_000, 100_000]);
    await transaction.end();
    expect(await busyBackends()).toBe(0);
  });

  test('more statements than connections all finish', async () => {
    const site = newSite({ pool: { max: 3 } });
    const statement = async (): Promise<number> => {
      const transaction = await site.begin(beginOptions({ fragments: 2 }));
      const streams = await Promise.all([
        transaction.query(numbers(['i']), { params: [], signal }),
        transaction.query(numbers(['f']), { params: [], signal }),
      ]);
      const all = await Promise.all(streams.map(drain));
      await transaction.end();
      return all.flat().reduce((sum, batch) => sum + batch.length, 0);
    };
    expect(await Promise.all(Array.from({ length: 10 }, statement))).toEqual(Array.from({ length: 10 }, () => 200_000));
  });

  test('waiting for a connection ends with 53300', async () => {
    const site = newSite({ pool: { max: 1, waitTimeoutMs: 50 } });
    const holder = await site.begin(beginOptions());
    await expect(site.begin(beginOptions())).rejects.toMatchObject({
      fields: { code: '53300', message: expect.stringContaining('"shop"') as string },
    });
    await holder.end();
    expect(await run(site, r.limit(numbers(['i']), 1))).toHaveLength(1);
  });

  test('a source without room for more connections: those there are go round', async () => {
    await admin.query('CREATE ROLE narrow LOGIN CONNECTION LIMIT 2; GRANT SELECT ON numbers TO narrow');
    const url = server.url.replace(/\/\/[^@]*@/, '//narrow@');
    const site = newSite({ url, pool: { max: 8 } });
    const one = (): Promise<unknown[]> => run(site, r.limit(numbers(['i']), 1));
    const first = await site.begin(beginOptions({ fragments: 2 }));
    const waiting = [one(), one(), one()];
    await new Promise((resolve) => setTimeout(resolve, 50));
    await first.end();
    expect(await Promise.all(waiting)).toEqual([[[1]], [[1]], [[1]]]);
    await Promise.all(Array.from({ length: 10 }, one));

    const other = newSite({ url, pool: { max: 8 } });
    await expect(Promise.all([1, 2].map(() => run(other, r.limit(numbers(['i']), 1))))).rejects.toMatchObject({
      code: '08001',
      fields: { detail: 'too many connections for role "narrow"' },
    });
    const held = await site.begin(beginOptions({ fragments: 2 }));
    const aborter = new AbortController();
    const late = site.begin(beginOptions({ signal: aborter.signal }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    aborter.abort();
    await expect(late).rejects.toMatchObject({ code: '57014' });
    await held.end();
    expect(await one()).toHaveLength(1);
  });

  test('a transaction without a query gives its connection back as it was', async () => {
    const site = newSite({ pool: { max: 1 } });
    for (const fragments of [1, 2]) {
      const unused = await site.begin(beginOptions({ fragments, settings: { ...settings, timeZone: 'Asia/Tokyo' } }));
      await unused.end();
    }
    expect(await run(site, r.limit(numbers(['i']), 1))).toHaveLength(1);
    const backends = await admin.query(`SELECT FROM pg_stat_activity WHERE application_name = 'tributary'`);
    expect(backends.rowCount).toBe(1);
  });

  test('settings reach the session and change with it', async () => {
    const site = newSite({ pool: { max: 1 } });
    const value: Rel = {
      kind: 'values',
      columns: [r.column('v', r.text)],
      rows: [[{ kind: 'cast', how: 'io', arg: r.constant(0, sqlType('timestamptz')), type: r.text, explicit: true }]],
    };
    expect(await run(site, value)).toEqual([['2000-01-01 00:00:00+00']]);
    expect(await run(site, value, { settings: { ...settings, timeZone: 'Asia/Tokyo', dateStyle: 'German, DMY' } })).toEqual([
      ['01.01.2000 09:00:00 JST'],
    ]);
    expect(await run(site, value)).toEqual([['2000-01-01 00:00:00+00']]);
    await expect(run(site, value, { settings: { ...settings, timeZone: 'Nowhere/Land' } })).rejects.toMatchObject({
      fields: { code: '22023' },
    });
    expect(await run(site, value)).toEqual([['2000-01-01 00:00:00+00']]);
  });
});

describe('failure', () => {
  test.each([1, 2])('abort ends the query at the source (%i fragments)', async (fragments) => {
    const site = newSite({ pool: { max: 1 } });
    const controller = new AbortController();
    const transaction = await site.begin(beginOptions({ fragments }));
    const stream = await transaction.query(sleeping(20), { params: [], signal: controller.signal });
    const next = stream.next();
    const failed = expect(next).rejects.toMatchObject({ fields: { code: '57014' } });
    await eventually(async () => (await busyBackends()) === 1);
    controller.abort();
    await failed;
    await stream.close();
    await transaction.end();
    await eventually(async () => (await busyBackends()) === 0);
    expect(await run(site, r.limit(numbers(['i']), 1))).toHaveLength(1);
  });

  test('a killed backend is 08006, the next statement works', async () => {
    const site = newSite({ pool: { max: 1 } });
    const transaction = await site.begin(beginOptions());
    const stream = await transaction.query(sleeping(20), { params: [], signal });
    const failed = expect(stream.next()).rejects.toMatchObject({
      fields: { code: expect.stringMatching(/^(08006|57P01)$/) as string },
    });
    await eventually(async () => (await busyBackends()) === 1);
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tributary'`);
    await failed;
    await stream.close();
    await transaction.end();
    expect(await run(site, r.limit(numbers(['i']), 1))).toHaveLength(1);
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tributary'`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await run(site, r.limit(numbers(['i']), 1))).toHaveLength(1);
  });

  test('a source that is not there is 08001', async () => {
    const site = newSite({ url: 'postgres://nobody@127.0.0.1:1/none' });
    await expect(site.describe(signal)).rejects.toMatchObject({
      fields: { code: '08001', message: 'could not connect to source "shop"' },
    });
    await expect(site.begin(beginOptions())).rejects.toMatchObject({ fields: { code: '08001' } });
    expect(site.capabilities.operator(numbers()).verdict).toBe('no');
  });

  test('closing a site leaves no connection behind', async () => {
    const site = newSite();
    await Promise.all(Array.from({ length: 5 }, () => run(site, r.limit(numbers(['i']), 5))));
    await site.close();
    await eventually(
      async () => (await admin.query(`SELECT FROM pg_stat_activity WHERE application_name = 'tributary'`)).rowCount === 0,
    );
  });
});

describe('relay', () => {
  /** Body of every DataRow that a plain client gets. */
  async function direct(sql: string, format: 'text' | 'binary'): Promise<Buffer> {
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query(`SET timezone = 'UTC'; SET extra_float_digits = 1`);
    const rows: Buffer[] = [];
    const stream = (client as unknown as { connection: { stream: net.Socket } }).connection.stream;
    const chunks: Buffer[] = [];
    // Before pg, which reuses the memory of what it has read.
    stream.prependListener('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
    await client.query({ text: sql, queryMode: 'extended', binary: format === 'binary' } as pg.QueryConfig);
    await client.end();
    const all = Buffer.concat(chunks);
    for (let at = 0; at < all.length; at += 1 + all.readInt32BE(at + 1))
      if (all[at] === 68) rows.push(all.subarray(at, at + 1 + all.readInt32BE(at + 1)));
    return Buffer.concat(rows);
  }

  test.each([
    [0, 0],
    [1, 0],
    [0, 700],
    [1, 1],
  ] as const)('format %i, %i rows at a time: the bytes a direct client gets', async (format, rowsMax) => {
    const site = newSite();
    const table = numbers();
    const fragment = r.limit(r.sort(table, r.sortKey(table.c['i']!)), rowsMax === 1 ? 500 : 40_000);
    for (const isolation of ['read committed', 'repeatable read'] as const) {
      const transaction = await site.begin(beginOptions({ isolation }));
      const stream = await transaction.relay!(fragment, { params: [], signal, formats: table.columns.map(() => format) });
      const chunks: Uint8Array[] = [];
      let rows = 0;
      for (let chunk = await stream.next(rowsMax); chunk !== null; chunk = await stream.next(rowsMax)) {
        if (rowsMax > 0) expect(chunk.rows).toBeLessThanOrEqual(rowsMax);
        chunks.push(chunk.bytes);
        rows += chunk.rows;
      }
      await stream.close();
      await transaction.end();
      expect(rows).toBe(rowsMax === 1 ? 500 : 40_000);
      expect(Buffer.concat(chunks).equals(await direct(site.sql(fragment), format === 0 ? 'text' : 'binary'))).toBe(true);
    }
  });
});
