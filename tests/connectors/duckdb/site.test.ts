/** A DuckDB source from the outside: what it says it holds, files as tables, files that are not right, errors and aborts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Rel } from '../../../algebra/rel.ts';
import type { CallScalar, Scalar } from '../../../algebra/scalar.ts';
import type { Site } from '../../../algebra/site.ts';
import { createDuckDBSite } from '../../../connectors/duckdb/duckdb-site.ts';
import { sqlType, withTypmod } from '../../../core/sql-type.ts';
import { columnId, columnOf, rowsOf, runDuckDB, scan, settings, temporaryFolder } from './fixture.ts';

const signal = new AbortController().signal;
const int4 = sqlType('int4');
const int8 = sqlType('int8');
const text = sqlType('text');
const begin = { fragments: 2, isolation: 'read committed', settings, signal } as const;

let folder: string;
let remove: () => Promise<void>;
const sites: Site[] = [];
const open = (config: Partial<Parameters<typeof createDuckDBSite>[0]>): Site => {
  const site = createDuckDBSite({ name: 'lake', baseDir: folder, ...config });
  sites.push(site);
  return site;
};

beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder());
  await mkdir(path.join(folder, 'events'));
  await runDuckDB(path.join(folder, 'shop.duckdb'), [
    'CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR NOT NULL UNIQUE, name VARCHAR COLLATE NOCASE)',
    'CREATE SCHEMA sales',
    'CREATE TABLE orders (id BIGINT NOT NULL, customer_id INTEGER REFERENCES customers (id), total DECIMAL(10,2), "Odd ""Name" INTEGER, PRIMARY KEY (id, customer_id))',
    "COMMENT ON TABLE orders IS 'what was bought'",
    "COMMENT ON COLUMN orders.total IS 'in euros'",
    "INSERT INTO customers SELECT i, 'c' || i, 'C' FROM range(10) r(i)",
    'INSERT INTO orders SELECT i, i % 10, i, i FROM range(1000) r(i)',
    'CREATE VIEW sales.big AS SELECT id, total FROM orders WHERE total > 900',
    'CREATE TABLE numbers AS SELECT i::INTEGER AS n FROM range(3000000) r(i)',
    `COPY (SELECT i::INTEGER AS id, 'event ' || i AS what FROM range(10) r(i)) TO '${folder}/events/1.parquet'`,
    `COPY (SELECT i::INTEGER AS id, 'event ' || i AS what FROM range(10, 20) r(i)) TO '${folder}/events/2.parquet'`,
    `CREATE VIEW outside AS SELECT * FROM '${folder}/events/1.parquet'`,
  ]);
  await writeFile(path.join(folder, 'rates.csv'), 'code,rate\nEUR,1\nUSD,1.1\n');
  await writeFile(path.join(folder, 'log.jsonl'), '{"id": 1, "tags": ["a"]}\n{"id": 2, "tags": []}\n');
}, 30_000);
afterEach(async () => {
  await Promise.all(sites.splice(0).map((site) => site.close()));
});
afterAll(() => remove?.());

const ordersScan = scan('lake', 'orders', [
  ['id', int8],
  ['customer_id', int4],
]);
const countOf = (site: Site, name: string, columns: Parameters<typeof scan>[2], schema = 'main'): Promise<number> =>
  rowsOf(site, scan('lake', name, columns, schema)).then((rows) => rows.length);

describe('describe', () => {
  test('tables, views, columns, keys and comments', async () => {
    const { relations, problems } = await open({ path: 'shop.duckdb' }).describe(signal);
    expect(problems).toEqual([]);
    const orders = relations.find((relation) => relation.name === 'orders')!;
    expect(orders).toMatchObject({
      schema: 'main',
      kind: 'table',
      comment: 'what was bought',
      estimatedRows: 1000,
      primaryKey: { columns: ['id', 'customer_id'] },
      foreignKeys: [
        { columns: ['customer_id'], referencedSchema: 'main', referencedTable: 'customers', referencedColumns: ['id'] },
      ],
    });
    expect(orders.columns.map((column) => [column.name, column.notNull, column.comment])).toEqual([
      ['id', true, undefined],
      ['customer_id', true, undefined],
      ['total', false, 'in euros'],
      ['Odd "Name', false, undefined],
    ]);
    const customers = relations.find((relation) => relation.name === 'customers')!;
    expect(customers.uniqueKeys.map((key) => key.columns)).toEqual([['email']]);
    expect(customers.columns.map((column) => column.collation?.deterministic)).toEqual([undefined, undefined, false]);
    expect(relations.find((relation) => relation.name === 'big')).toMatchObject({ schema: 'sales', kind: 'view' });
  });

  test('files as tables', async () => {
    const site = open({ tables: { events: './events/*.parquet', rates: 'rates.csv', log: 'log.jsonl', gone: 'gone.parquet' } });
    const { relations, problems } = await site.describe(signal);
    expect(relations.map((r) => [r.name, r.estimatedRows, r.columns.map((c) => [c.name, c.sourceType])])).toEqual([
      [
        'events',
        20,
        [
          ['id', 'INTEGER'],
          ['what', 'VARCHAR'],
        ],
      ],
      [
        'rates',
        undefined,
        [
          ['code', 'VARCHAR'],
          ['rate', 'DOUBLE'],
        ],
      ],
      [
        'log',
        undefined,
        [
          ['id', 'BIGINT'],
          ['tags', 'VARCHAR[]'],
        ],
      ],
    ]);
    expect(problems).toEqual([expect.stringContaining('table "gone"')]);
    expect((await rowsOf(site, scan('lake', 'events', [['what', text]]))).map(([what]) => what).sort()).toContain('event 19');
    expect(
      await rowsOf(
        site,
        scan('lake', 'rates', [
          ['rate', sqlType('float8')],
          ['code', text],
        ]),
      ),
    ).toEqual([
      [1, 'EUR'],
      [1.1, 'USD'],
    ]);
  });

  test('files next to a database, and no others', async () => {
    const site = open({ path: 'shop.duckdb', tables: { events: 'events/*.parquet' } });
    await site.describe(signal);
    expect(await countOf(site, 'events', [['id', int4]])).toBe(20);
    expect(await countOf(site, 'outside', [['id', int4]])).toBe(10);
    const alone = open({ name: 'alone', path: 'shop-copy.duckdb' });
    await copyFile(path.join(folder, 'shop.duckdb'), path.join(folder, 'shop-copy.duckdb'));
    await alone.describe(signal);
    await expect(countOf(alone, 'outside', [['id', int4]])).rejects.toMatchObject({ code: '42501' });
  });

  test('an unknown format is refused at once', () => {
    expect(() => open({ tables: { x: 'x.xlsx' } })).toThrow(expect.objectContaining({ code: '22023' }));
  });
});

describe('a file that is not right', () => {
  test('missing, later there', async () => {
    const site = open({ path: 'later.duckdb' });
    await expect(site.begin(begin)).rejects.toMatchObject({ code: '08001', message: 'could not connect to source "lake"' });
    await runDuckDB(path.join(folder, 'later.duckdb'), ['CREATE TABLE t AS SELECT 1 AS n']);
    expect((await site.describe(signal)).relations).toHaveLength(1);
    expect(await countOf(site, 't', [['n', int4]])).toBe(1);
  });

  test('damaged', async () => {
    await writeFile(path.join(folder, 'damaged.duckdb'), 'this is not a database, whatever its name says'.repeat(500));
    await expect(open({ path: 'damaged.duckdb' }).describe(signal)).rejects.toMatchObject({
      code: '08001',
      fields: { detail: expect.stringMatching(/not a valid DuckDB database/) },
    });
  });

  test('locked by another process, later free', async () => {
    const file = path.join(folder, 'locked.duckdb');
    await runDuckDB(file, ['CREATE TABLE t AS SELECT 1 AS n']);
    const binding = createRequire(__filename).resolve('@duckdb/node-api');
    const script = `const { DuckDBInstance } = require(${JSON.stringify(binding)});
      DuckDBInstance.create(${JSON.stringify(file)}).then((i) => i.connect()).then((c) => { globalThis.c = c; console.log('open'); setInterval(() => {}, 1000); });`;
    const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(holder.stdout, 'data');
      const site = open({ path: 'locked.duckdb' });
      await expect(site.describe(signal)).rejects.toMatchObject({
        code: '08001',
        fields: { detail: expect.stringContaining('locked by another process') },
      });
      const ended = once(holder, 'exit');
      holder.kill('SIGKILL');
      await ended;
      expect((await site.describe(signal)).relations).toHaveLength(1);
    } finally {
      holder.kill('SIGKILL');
    }
  });

  test('replaced by another one: seen at the next description', async () => {
    const file = path.join(folder, 'changing.duckdb');
    await runDuckDB(file, ['CREATE TABLE before AS SELECT 1 AS n']);
    const site = open({ path: 'changing.duckdb' });
    expect((await site.describe(signal)).relations.map((relation) => relation.name)).toEqual(['before']);
    await runDuckDB(`${file}.new`, ['CREATE TABLE after AS SELECT 1 AS n']);
    await rename(`${file}.new`, file);
    expect((await site.describe(signal)).relations.map((relation) => relation.name)).toEqual(['after']);
  });
});

describe('queries', () => {
  const one: Scalar = { kind: 'const', value: 1, type: int4 };
  const divide = (left: Scalar, right: Scalar): CallScalar => ({
    kind: 'call',
    fn: {
      oid: 154,
      schema: 'pg_catalog',
      name: 'int4div',
      signature: 'int4div(int4,int4)',
      kind: 'function',
      volatility: 'immutable',
      strict: true,
      leakproof: false,
      returnsSet: false,
    },
    args: [left, right],
    type: int4,
    inputCollation: 'none',
    form: 'function',
  });
  const numbers = scan('lake', 'numbers', [['n', int4]]);

  test('several at once, read in any order, by two sources of one file', async () => {
    const [a, b] = [open({ path: 'shop.duckdb' }), open({ name: 'again', path: './shop.duckdb' })];
    const transactions = [await a.begin(begin), await b.begin(begin)];
    const streams = await Promise.all(
      transactions.flatMap((t) => [t.query(ordersScan, { params: [], signal }), t.query(numbers, { params: [], signal })]),
    );
    const counts = streams.map(() => 0);
    for (let reading = true; reading;) {
      reading = false;
      for (const [i, stream] of streams.entries()) {
        const batch = await stream.next();
        if (batch) {
          counts[i]! += batch.length;
          reading = true;
        }
      }
    }
    expect(counts).toEqual([1000, 3_000_000, 1000, 3_000_000]);
    await Promise.all(transactions.map((transaction) => transaction.end()));
  });

  /** 1 / (n - `row`) raises when it comes there. */
  const failingAt = (row: number): Rel => {
    const minus: Scalar = {
      ...divide(columnOf(numbers, 0), { kind: 'const', value: row, type: int4 }),
      fn: { ...divide(one, one).fn, oid: 181, name: 'int4mi', signature: 'int4mi(int4,int4)' },
      operator: {
        oid: 555,
        schema: 'pg_catalog',
        name: '-',
        position: 'infix',
        functionOid: 181,
        commutator: 0,
        negator: 0,
        canHash: false,
      },
    };
    return {
      kind: 'project',
      input: numbers,
      items: [{ column: { id: columnId(9), name: 'q', type: int4 }, expr: divide(one, minus) }],
    };
  };

  test('an error in the middle, and the source goes on', async () => {
    const site = open({ path: 'shop.duckdb' });
    await site.describe(signal);
    const fragment = failingAt(2_900_000);
    const transaction = await site.begin(begin);
    const stream = await transaction.query(fragment, { params: [], signal });
    const drain = async (): Promise<void> => {
      while (await stream.next());
    };
    await expect(drain()).rejects.toMatchObject({
      code: '22012',
      message: 'division by zero',
      fields: { detail: 'source "lake"' },
    });
    await stream.close();
    await transaction.end();
    expect(await countOf(site, 'orders', [['id', int8]])).toBe(1000);
  });

  test('ended at any time between an error and its reason', async () => {
    const site = open({ path: 'shop.duckdb' });
    await site.describe(signal);
    for (let pause = 0; pause < 12; pause++) {
      const transaction = await site.begin(begin);
      const streams = [];
      for (let i = 0; i < 2; i++) streams.push(await transaction.query(failingAt(1_000_000), { params: [], signal }));
      const reads = streams.map(async (stream) => {
        while (await stream.next());
      });
      const first = await Promise.race(reads.map((read) => read.catch((error: unknown) => error)));
      expect(first).toMatchObject({ code: '22012' });
      for (let i = 0; i < pause; i++) await new Promise((resolve) => setImmediate(resolve));
      await transaction.end();
      await Promise.allSettled(reads);
    }
    expect(await countOf(site, 'orders', [['id', int8]])).toBe(1000);
  });

  test('ended while a query starts', async () => {
    const site = open({ path: 'shop.duckdb' });
    await site.describe(signal);
    for (let i = 0; i < 20; i++) {
      const transaction = await site.begin(begin);
      const started = transaction.query(numbers, { params: [], signal });
      // It may have begun to answer by then.
      const read = started.then(async (stream) => {
        while (await stream.next());
      });
      const outcome = read.then(
        () => true,
        (error: unknown) => (error as { code: string }).code === '57014',
      );
      for (let step = 0; step < i; step++) await new Promise((resolve) => setImmediate(resolve));
      await transaction.end();
      expect(await outcome).toBe(true);
    }
    expect(await countOf(site, 'orders', [['id', int8]])).toBe(1000);
  });

  test('aborted in the middle, and while DuckDB is computing', async () => {
    const site = open({ path: 'shop.duckdb' });
    const aborter = new AbortController();
    const transaction = await site.begin({ ...begin, signal: aborter.signal });
    const stream = await transaction.query(numbers, { params: [], signal: aborter.signal });
    expect((await stream.next())!.length).toBeGreaterThan(0);
    aborter.abort();
    const drain = async (): Promise<void> => {
      while (await stream.next());
    };
    await expect(drain()).rejects.toMatchObject({ code: '57014' });
    await transaction.end();

    // A cross join that would take years.
    const again = new AbortController();
    const right = scan('lake', 'numbers', [['n', int4]], 'main', 50);
    const count = {
      oid: 2803,
      schema: 'pg_catalog',
      name: 'count',
      signature: 'count()',
      kind: 'aggregate',
      volatility: 'immutable',
      strict: false,
      leakproof: false,
      returnsSet: false,
    } as const;
    const crossed: Rel = {
      kind: 'aggregate',
      input: {
        kind: 'join',
        type: 'inner',
        left: numbers,
        right,
        on: [
          {
            ...divide(one, one),
            fn: { ...divide(one, one).fn, name: 'int4lt', signature: 'int4lt(int4,int4)' },
            operator: {
              oid: 97,
              schema: 'pg_catalog',
              name: '<',
              position: 'infix',
              functionOid: 66,
              commutator: 0,
              negator: 0,
              canHash: false,
            },
            args: [divide(columnOf(numbers, 0), one), columnOf(right, 0)],
            type: sqlType('bool'),
          },
        ],
      },
      groups: [],
      aggregates: [
        {
          column: { id: columnId(99), name: 'count', type: int8 },
          call: { fn: count, args: [], distinct: false, filter: null, orderBy: [], inputCollation: 'none', type: int8 },
        },
      ],
    };
    const second = await site.begin({ ...begin, signal: again.signal });
    setTimeout(() => again.abort(), 100);
    const running = second.query(crossed, { params: [], signal: again.signal }).then((s) => s.next());
    await expect(running).rejects.toMatchObject({ code: '57014' });
    await second.end();
    expect(await countOf(site, 'orders', [['id', int8]])).toBe(1000);
  });

  test('given up early; after close() nothing holds the file', async () => {
    const file = path.join(folder, 'released.duckdb');
    await runDuckDB(file, ['CREATE TABLE numbers AS SELECT i::INTEGER AS n FROM range(500000) r(i)']);
    const site = open({ path: 'released.duckdb' });
    const transaction = await site.begin(begin);
    const stream = await transaction.query(numbers, { params: [], signal });
    await stream.next();
    await stream.close();
    await stream.close();
    await transaction.query(numbers, { params: [], signal });
    await transaction.end();
    await transaction.end();
    await site.close();
    const binding = createRequire(__filename).resolve('@duckdb/node-api');
    const script = `require(${JSON.stringify(binding)}).DuckDBInstance.create(${JSON.stringify(file)}).then(() => process.exit(0), (e) => { console.error(e.message); process.exit(1); });`;
    const [code] = (await once(spawn(process.execPath, ['-e', script], { stdio: 'inherit' }), 'exit')) as [number];
    expect(code).toBe(0);
  });

  test('parameters', async () => {
    const site = open({ path: 'shop.duckdb' });
    await site.describe(signal);
    const relation = scan('lake', 'orders', [
      ['id', int8],
      ['total', withTypmod(sqlType('numeric'), ((10 << 16) | 2) + 4)],
    ]);
    const compare = (name: string, kind: 'int8' | 'numeric', position: number, index: number): Scalar => ({
      ...divide(one, one),
      fn: { ...divide(one, one).fn, name, signature: `${name}(${kind},${kind})` },
      operator: {
        oid: 0,
        schema: 'pg_catalog',
        name: name.endsWith('lt') ? '<' : '>',
        position: 'infix',
        functionOid: 0,
        commutator: 0,
        negator: 0,
        canHash: false,
      },
      args: [columnOf(relation, position), { kind: 'param', index, type: sqlType(kind) }],
      type: sqlType('bool'),
    });
    const fragment: Rel = {
      kind: 'filter',
      input: relation,
      conjuncts: [compare('int8lt', 'int8', 0, 1), compare('numeric_gt', 'numeric', 1, 2)],
    };
    expect(site.capabilities.operator(fragment).verdict).toBe('exact');
    const count = async (
      limit: number,
      total: Parameters<typeof rowsOf>[2] extends readonly (infer D)[] | undefined ? D : never,
    ): Promise<number> => (await rowsOf(site, fragment, [limit, total])).length;
    expect(await count(500, { kind: 'finite', unscaled: 490n, scale: 0 })).toBe(9);
    expect(await count(500, { kind: 'finite', unscaled: 4900001n, scale: 4 })).toBe(9);
    expect(await count(500, { kind: 'finite', unscaled: 4899999n, scale: 4 })).toBe(10);
    expect(await count(500, { kind: 'finite', unscaled: 10n ** 60n, scale: 3 })).toBe(0);
    expect(await count(500, { kind: '-infinity' })).toBe(500);
    expect(await count(500, { kind: 'nan' })).toBe(0);
    expect(await count(500, null)).toBe(0);
  });

  test('a table that is gone is 42P01', async () => {
    const site = open({ path: 'shop.duckdb' });
    await site.describe(signal);
    await expect(countOf(site, 'nowhere', [['n', int4]])).rejects.toMatchObject({ code: '42P01' });
    await expect(countOf(site, 'orders', [['nothing', int4]])).rejects.toMatchObject({ code: '42703' });
  });
});
