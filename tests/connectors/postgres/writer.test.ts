/** Golden texts of the writer. Each is also run, over tables of every shape it mentions, by run-fragments below. */
import pg from 'pg';
import type { Rel } from '../../../algebra/rel.ts';
import { outputColumns } from '../../../algebra/rel.ts';
import type { Scalar } from '../../../algebra/scalar.ts';
import type { ServerInfo } from '../../../connectors/postgres/server-info.ts';
import { PostgresWriter } from '../../../connectors/postgres/postgres-writer.ts';
import { builtinType, sqlType } from '../../../core/sql-type.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import * as r from './rels.ts';

const info: ServerInfo = {
  versionNum: 180004,
  encoding: 'UTF8',
  ordersByCodePoint: true,
  casing: { kind: 'same' },
  classes: { kind: 'same' },
  signatures: new Set(),
};
const names = { site: 'shop', defaultSchema: 'public' };
const write = (rel: Rel, more: Partial<ServerInfo> = {}) => new PostgresWriter(names, { ...info, ...more }).statement(rel);

const orders = () => r.scan('orders', { id: r.int4, customer: r.int4, region: r.varchar, total: r.numeric, day: r.date });
const customers = () => r.scan('customers', { id: r.int4, name: r.text, nick: r.text });
const five = r.constant(5, r.int4);
const gt = (left: Scalar, right: Scalar): Scalar => r.infix(left, '>', right, 'int4gt(int4,int4)');

const cases: readonly (readonly [name: string, rel: () => Rel, text: string, parameters?: readonly number[]])[] = [
  [
    'filter, projection, order and limit are one SELECT',
    () => {
      const o = orders();
      const filtered = r.filter(
        o,
        gt(r.ref(o.c['id']!), five),
        r.infix(r.asText(r.ref(o.c['region']!)), '=', r.constant("it's", r.text), 'texteq(text,text)'),
      );
      return r.project(r.limit(r.sort(filtered, r.sortKey(o.c['total']!, true)), 10, 2), ...r.pass(o.c['id']!));
    },
    "SELECT id FROM public.orders WHERE id > 5 AND region = 'it''s' ORDER BY total DESC NULLS FIRST LIMIT 10 OFFSET 2",
  ],
  [
    'join, group, having',
    () => {
      const o = orders();
      const c = customers();
      const count = r.column('n', r.int8);
      const sum = r.column('sum', r.numeric);
      const joined = r.join('inner', o, c, [r.equal(r.ref(o.c['customer']!), r.ref(c.c['id']!))]);
      const grouped = r.aggregate(
        joined,
        [c.c['name']!],
        [count, r.aggregateCall('count()', r.int8)],
        [sum, r.aggregateCall('sum(numeric)', r.numeric, r.ref(o.c['total']!))],
      );
      return r.sort(
        r.filter(grouped, r.infix(r.ref(count), '>', r.constant(1, r.int8), 'int8gt(int8,int8)')),
        r.sortKey(sum, true),
      );
    },
    'SELECT customers.name, count(*) AS n, sum(orders.total) AS sum FROM public.orders JOIN public.customers ON orders.customer = customers.id ' +
      'GROUP BY customers.name HAVING count(*) > 1::int8 ORDER BY sum DESC NULLS FIRST',
  ],
  [
    'a table twice gets a short alias',
    () => {
      const a = customers();
      const b = customers();
      return r.project(
        r.join('left', a, r.filter(b, gt(r.ref(b.c['id']!), five)), [r.equal(r.ref(a.c['id']!), r.ref(b.c['id']!))]),
        ...r.pass(a.c['name']!, b.c['name']!),
      );
    },
    'SELECT customers.name, t1.name AS c2 FROM public.customers LEFT JOIN public.customers AS t1 ON customers.id = t1.id AND t1.id > 5',
  ],
  [
    'what is computed on the nullable side stays below the join',
    () => {
      const a = customers();
      const b = customers();
      const one = r.column('one', r.int4);
      const right = r.project(b, ...r.pass(b.c['id']!), [one, r.constant(1, r.int4)]);
      return r.project(r.join('left', a, right, [r.equal(r.ref(a.c['id']!), r.ref(b.c['id']!))]), ...r.pass(a.c['id']!, one));
    },
    'SELECT customers.id, t2.one FROM public.customers LEFT JOIN (SELECT id, 1 AS one FROM public.customers AS t1) AS t2 ON customers.id = t2.id',
  ],
  [
    'semi join on one equality is IN, any other EXISTS',
    () => {
      const c = customers();
      const o = orders();
      const p = orders();
      const semi = r.join('semi', c, r.filter(o, gt(r.ref(o.c['id']!), five)), [
        r.equal(r.ref(c.c['id']!), r.ref(o.c['customer']!)),
      ]);
      return r.join('anti', semi, p, [
        r.equal(r.ref(c.c['id']!), r.ref(p.c['customer']!)),
        gt(r.ref(p.c['id']!), r.ref(c.c['id']!)),
      ]);
    },
    'SELECT customers.id, customers.name, customers.nick FROM public.customers WHERE customers.id IN (SELECT orders.customer FROM public.orders WHERE orders.id > 5) ' +
      'AND NOT EXISTS (SELECT 1 FROM public.orders AS t1 WHERE customers.id = t1.customer AND t1.id > customers.id)',
  ],
  [
    'an anti join without NULL awareness is NOT EXISTS, with it NOT IN',
    () => {
      const c = customers();
      const o = orders();
      const p = orders();
      const anti = r.join('anti', c, o, [r.equal(r.ref(c.c['id']!), r.ref(o.c['customer']!))]);
      return r.join('anti', anti, p, [r.equal(r.ref(c.c['id']!), r.ref(p.c['customer']!))], true);
    },
    'SELECT customers.id, customers.name, customers.nick FROM public.customers WHERE NOT EXISTS (SELECT 1 FROM public.orders WHERE customers.id = orders.customer) ' +
      'AND customers.id NOT IN (SELECT t1.customer FROM public.orders AS t1)',
  ],
  [
    'NOT IN with a further condition',
    () => {
      const c = customers();
      const o = orders();
      return r.join(
        'anti',
        c,
        o,
        [r.equal(r.ref(c.c['id']!), r.ref(o.c['customer']!)), gt(r.ref(o.c['id']!), r.ref(c.c['id']!))],
        true,
      );
    },
    'SELECT customers.id, customers.name, customers.nick FROM public.customers WHERE NOT EXISTS ' +
      '(SELECT 1 FROM public.orders WHERE (customers.id = orders.customer AND orders.id > customers.id) IS NOT FALSE)',
  ],
  [
    'an aggregate over a limit needs a derived table',
    () => {
      const o = orders();
      return r.aggregate(r.limit(o, 3), [], [r.column('count', r.int8), r.aggregateCall('count()', r.int8)]);
    },
    'SELECT count(*) AS count FROM (SELECT id, customer, region, total, day FROM public.orders LIMIT 3) AS t1',
  ],
  ['no columns at all', () => ({ ...orders(), columns: [] }), 'SELECT FROM public.orders'],
  ['one group without aggregates', () => r.aggregate({ ...orders(), columns: [] }, []), 'SELECT FROM public.orders GROUP BY ()'],
  [
    'a fence keeps conditions out',
    () => {
      const o = orders();
      const fenced: Rel = { kind: 'fence', reason: 'row security', input: r.filter(o, gt(r.ref(o.c['id']!), five)) };
      return r.project(r.filter(fenced, r.equal(r.ref(o.c['customer']!), five)), ...r.pass(o.c['id']!));
    },
    'SELECT id FROM (SELECT id, customer, region, total, day FROM public.orders WHERE id > 5 OFFSET 0) AS t1 WHERE customer = 5',
  ],
  [
    'set operations with order',
    () => {
      const a = customers();
      const b = customers();
      const c = customers();
      const x = r.column('x', r.int4);
      const y = r.column('y', r.int4);
      const union: Rel = {
        kind: 'setop',
        op: 'union',
        all: true,
        left: a,
        right: b,
        leftColumns: [a.c['id']!.id],
        rightColumns: [b.c['id']!.id],
        columns: [x],
      };
      const except: Rel = {
        kind: 'setop',
        op: 'except',
        all: false,
        left: union,
        right: r.limit(c, 1),
        leftColumns: [x.id],
        rightColumns: [c.c['id']!.id],
        columns: [y],
      };
      return r.sort(except, r.sortKey(y));
    },
    'SELECT id AS x FROM public.customers UNION ALL SELECT id AS x FROM public.customers AS t1 EXCEPT (SELECT id AS y FROM public.customers AS t2 LIMIT 1) ORDER BY x NULLS LAST',
  ],
  [
    'values, WITH, DISTINCT',
    () => {
      const k = r.column('k', r.int4);
      const v = r.column('v', r.text);
      const values: Rel = {
        kind: 'values',
        columns: [k, v],
        rows: [
          [five, r.constant('a\\b', r.text)],
          [r.constant(null, r.int4), r.constant('', r.text)],
        ],
      };
      const [k1, v1, k2, v2] = [r.column('k', r.int4), r.column('v', r.text), r.column('k', r.int4), r.column('v', r.text)];
      const read = (columns: readonly [typeof k, typeof k]): Rel => ({ kind: 'ctescan', cte: 1, name: 'kv', columns });
      const body = r.join('inner', read([k1, v1]), read([k2, v2]), [r.infix(r.ref(v1), '<', r.ref(v2), 'text_lt(text,text)')]);
      return {
        kind: 'with',
        definitions: [{ cte: 1, name: 'kv', rel: values }],
        body: { kind: 'distinct', input: r.project(body, ...r.pass(k1, v2)) },
      };
    },
    "WITH kv AS MATERIALIZED (SELECT k, v FROM (VALUES (5, E'a\\\\b'::text), (NULL::int4, ''::text)) AS t1 (k, v)) SELECT DISTINCT t2.k, t3.v FROM kv AS t2 JOIN kv AS t3 ON t2.v < t3.v",
  ],
  [
    'group and order by a constant and by an expression',
    () => {
      const o = orders();
      const [k, up] = [r.column('k', r.int4), r.column('up', r.text)];
      const below = r.project(o, [k, five], [up, r.call('upper(text)', r.text, r.asText(r.ref(o.c['region']!)))]);
      return r.project(r.sort(r.aggregate(below, [k, up]), r.sortKey(k), r.sortKey(up)), ...r.pass(up));
    },
    'SELECT upper(region::text) AS up FROM public.orders GROUP BY 5::int4, upper(region::text) ORDER BY 5::int4 NULLS LAST, up NULLS LAST',
  ],
  [
    'parameters are numbered as they are used',
    () => {
      const o = orders();
      return r.project(
        r.filter(
          o,
          r.equal(r.ref(o.c['id']!), r.param(3, r.int4)),
          gt(r.ref(o.c['customer']!), r.param(1, r.int4)),
          gt(r.param(3, r.int4), five),
        ),
        ...r.pass(o.c['id']!),
      );
    },
    'SELECT id FROM public.orders WHERE id = $1::int4 AND customer > $2::int4 AND $1::int4 > 5',
    [3, 1],
  ],
  [
    'CASE, IN, IS, NOT, precedence',
    () => {
      const o = orders();
      const id = r.ref(o.c['id']!);
      const sum = r.infix(
        r.infix(id, '+', five, 'int4pl(int4,int4)', r.int4),
        '*',
        r.constant(-1, r.int4),
        'int4mul(int4,int4)',
        r.int4,
      );
      const list: Scalar = { kind: 'array', elements: [five, r.constant(6, r.int4)], nested: false, type: builtinType(1007)! };
      const isIn: Scalar = {
        kind: 'arraycompare',
        quantifier: 'any',
        fn: r.fn('int4eq(int4,int4)'),
        operator: r.operator('='),
        left: sum,
        array: list,
        inputCollation: 'none',
        type: r.bool,
      };
      const operand: Scalar = { kind: 'caseoperand', type: r.int4 };
      const kase: Scalar = {
        kind: 'case',
        operand: id,
        branches: [{ when: r.equal(operand, five), then: r.constant('five', r.text) }],
        otherwise: r.constant(null, r.text),
        type: r.text,
      };
      const or: Scalar = {
        kind: 'or',
        args: [isIn, { kind: 'not', arg: { kind: 'and', args: [gt(id, five), gt(five, id)], type: r.bool }, type: r.bool }],
        type: r.bool,
      };
      return r.project(r.filter(o, or, { kind: 'nulltest', arg: gt(id, five), negated: true, type: r.bool }), [
        r.column('label', r.text),
        kase,
      ]);
    },
    "SELECT CASE id WHEN 5 THEN 'five'::text END AS label FROM public.orders WHERE ((id + 5) * -1 IN (5, 6) OR NOT (id > 5 AND 5 > id)) AND id > 5 IS NOT NULL",
  ],
  [
    'subqueries',
    () => {
      const o = orders();
      const c = customers();
      const d = customers();
      const [max, nothing] = [r.column('max', r.int4), r.project(d)];
      const scalar: Scalar = {
        kind: 'subquery',
        mode: 'scalar',
        rel: r.aggregate(c, [], [max, r.aggregateCall('max(int4)', r.int4, r.ref(c.c['id']!))]),
        type: r.int4,
      };
      const exists: Scalar = { kind: 'subquery', mode: 'exists', rel: nothing, type: r.bool };
      return r.project(r.filter(o, gt(r.ref(o.c['id']!), scalar), exists), ...r.pass(o.c['id']!));
    },
    'SELECT id FROM public.orders WHERE id > (SELECT max(id) AS max FROM public.customers) AND EXISTS (SELECT FROM public.customers AS t1)',
  ],
];

describe('the writer', () => {
  let server: TestPostgres;
  let client: pg.Client;
  beforeAll(async () => {
    server = await startTestPostgres();
    client = new pg.Client(server.url);
    await client.connect();
    await client.query(`
      CREATE TABLE orders (id int, customer int, region varchar(20), total numeric, day date);
      CREATE TABLE customers (id int, name text, nick text);
      INSERT INTO orders VALUES (6, 1, 'it''s', 1.50, '2024-02-29'), (7, NULL, 'b', 2, NULL); INSERT INTO customers VALUES (1, 'ä', NULL), (7, 'b', 'c');
      SET search_path = pg_catalog, pg_temp`);
  });
  afterAll(async () => {
    await client.end();
    await server.stop();
  });

  test.each(cases.map(([name, rel, expected, parameters = []]) => ({ name, rel, expected, parameters })))(
    '$name',
    async ({ rel, expected, parameters }) => {
      const fragment = rel();
      const written = write(fragment);
      expect(written.text).toBe(expected);
      expect(written.parameters.map((parameter) => parameter.index)).toEqual(parameters);
      const { fields } = await client.query(
        written.text,
        written.parameters.map(() => 1),
      );
      expect(fields).toHaveLength(outputColumns(fragment).length);
    },
  );

  test('another default collation: order by code point is said, equality is not', async () => {
    const c = customers();
    const sorted = r.sort(
      r.filter(
        c,
        r.infix(r.ref(c.c['name']!), '<', r.constant('z', r.text), 'text_lt(text,text)'),
        r.equal(r.ref(c.c['nick']!), r.constant('n', r.text)),
      ),
      r.sortKey(c.c['name']!),
    );
    const { text } = write(r.project(sorted, ...r.pass(c.c['name']!)), { ordersByCodePoint: false });
    expect(text).toBe(
      `SELECT name FROM public.customers WHERE name COLLATE "C" < 'z' AND nick = 'n' ORDER BY name COLLATE "C" NULLS LAST`,
    );
    await client.query(text);
    const distinct = write(r.sort({ kind: 'distinct', input: r.project(c, ...r.pass(c.c['name']!)) }, r.sortKey(c.c['name']!)), {
      ordersByCodePoint: false,
    });
    expect(distinct.text).toBe(
      'SELECT name FROM (SELECT DISTINCT name FROM public.customers) AS t1 ORDER BY name COLLATE "C" NULLS LAST',
    );
    await client.query(distinct.text);
  });

  test('literals of every kind come back as they are', async () => {
    const values: readonly (readonly [Parameters<typeof sqlType>[0], Parameters<typeof r.constant>[0], string])[] = [
      ['bool', true, 'true'],
      ['int2', -32768, '-32768'],
      ['int4', -2147483648, '-2147483648'],
      ['int8', -9223372036854775808n, '-9223372036854775808'],
      ['int8', 5, '5'],
      ['float4', 1.5, '1.5'],
      ['float8', -0, '-0'],
      ['float8', NaN, 'NaN'],
      ['numeric', { kind: 'finite', unscaled: -150n, scale: 2 }, '-1.50'],
      ['numeric', { kind: 'finite', unscaled: 10n ** 40n, scale: 0 }, `1${'0'.repeat(40)}`],
      ['numeric', { kind: '-infinity' }, '-Infinity'],
      ['text', `a'b\\c"ä`, `a'b\\c"ä`],
      ['bpchar', 'a ', 'a '],
      ['bytea', Uint8Array.of(0, 255, 92), '\\x00ff5c'],
      ['date', 0, '2000-01-01'],
      ['date', -2147483648, '-infinity'],
      ['time', 86_400_000_000, '24:00:00'],
      ['timestamp', 1, '2000-01-01 00:00:00.000001'],
      ['timestamptz', 0, '2000-01-01 00:00:00+00'],
      ['interval', { months: -1, days: 2, micros: -3_000_000 }, '-1 mons +2 days -00:00:03'],
      ['uuid', new Uint8Array(16).fill(171), 'abababab-abab-abab-abab-abababababab'],
      ['json', '{"a": 1}', '{"a": 1}'],
      ['jsonb', '{"a": 1}', '{"a": 1}'],
    ];
    await client.query("SET timezone = 'UTC'");
    for (const [kind, value, expected] of values) {
      const { text } = write({
        kind: 'values',
        columns: [r.column('v', sqlType(kind))],
        rows: [[r.constant(value, sqlType(kind))]],
      });
      const { rows } = await client.query<{ type: number; v: string }>(
        `SELECT pg_typeof(v)::oid AS type, (v)::text AS v FROM (${text}) AS s`,
      );
      expect([text, rows[0]!.v]).toEqual([text, kind === 'bpchar' ? 'a' : expected]);
      expect(rows[0]!.type).toBe(sqlType(kind).oid);
    }
  });

  test('deep nesting is refused, not overflowed', () => {
    let expr: Scalar = r.constant(true, r.bool);
    for (let i = 0; i < 100_000; i++) expr = { kind: 'not', arg: expr, type: r.bool };
    expect(() => write({ kind: 'values', columns: [r.column('v', r.bool)], rows: [[expr]] })).toThrow(
      'stack depth limit exceeded',
    );
    let sum: Scalar = five;
    for (let i = 0; i < 400; i++) sum = r.infix(sum, '+', five, 'int4pl(int4,int4)', r.int4);
    expect(write({ kind: 'values', columns: [r.column('v', r.int4)], rows: [[sum]] }).text).toMatch(/^SELECT 5 \+ 5 /);
  });
});
