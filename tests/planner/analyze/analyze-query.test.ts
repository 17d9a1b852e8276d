/** What analysis gives beside the plan, positions, session expressions, folding, and statements that nest without end. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import type { Rel } from '../../../algebra/rel.ts';
import { printRel } from '../../../algebra/print-rel.ts';
import type { Scalar } from '../../../algebra/scalar.ts';
import { decodeBinary } from '../../../core/binary-format.ts';
import type { Datum } from '../../../core/datum.ts';
import type { AnalyzedQuery } from '../../../planner/analyze/analyze-query.ts';
import { analyzeQuery } from '../../../planner/analyze/analyze-query.ts';
import { foldConstants } from '../../../planner/analyze/constant-folding.ts';
import { implicitCast } from '../../../planner/analyze/implicit-casts.ts';
import type { SessionQuery } from '../../../planner/analyze/session-expressions.ts';
import { foldSessionExpressions, sessionExpressions } from '../../../planner/analyze/session-expressions.ts';
import { relationOids } from '../../../planner/analyze/statement-oids.ts';
import { readTree } from '../../../planner/analyze/tree-reader.ts';
import { analysedTree, connectForTrees } from '../../support/analysed-tree.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import { TestLookup } from '../../support/test-lookup.ts';

let server: TestPostgres;
let admin: pg.Client;
let session: pg.Client;

beforeAll(async () => {
  server = await startTestPostgres();
  admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(readFileSync(path.join(__dirname, 'setup.sql'), 'utf8'));
  session = await connectForTrees({ connectionString: server.url });
});

afterAll(async () => {
  await session.end();
  await admin.end();
  await server.stop();
});

async function analyze(statement: string): Promise<AnalyzedQuery> {
  const { tree, columnNames } = await analysedTree(session, statement);
  return analyzeQuery(readTree(tree), new TestLookup(admin, { shop: 'shop', lake: 'lake' }), { statement, columnNames });
}

const oidOf = async (name: string): Promise<number> =>
  (await admin.query<{ oid: number }>('SELECT $1::regclass::oid AS oid', [name])).rows[0]!.oid;

test('names, origins, mirrors, permissions of a view over two sources', async () => {
  const query = await analyze('SELECT "name" AS "odd \\ name\n", total, total + 1 FROM public.buyers');
  expect(query.columns.map((column) => column.name)).toEqual(['odd \\ name\n', 'total', '?column?']);
  const [buyers, bigOrders, orders, customers] = await Promise.all(
    ['public.buyers', 'public.big_orders', 'shop.orders', 'shop.customers'].map(oidOf),
  );
  expect(query.origins).toEqual([
    { relation: buyers, attribute: 1 },
    { relation: buyers, attribute: 2 },
    { relation: 0, attribute: 0 },
  ]);
  expect(query.mirrors).toEqual(new Set([orders, customers]));
  expect(new Set(query.permissions.map((permission) => permission.relation))).toEqual(
    new Set([buyers, bigOrders, orders, customers]),
  );
  const onView = query.permissions.find((permission) => permission.relation === buyers)!;
  expect(onView).toEqual({ relation: buyers, requiredPerms: 2, checkAsUser: 0, selectedColumns: [8, 9] });
  const below = query.permissions.find((permission) => permission.relation === orders)!;
  expect(below.checkAsUser).toBeGreaterThan(0);
  expect(query.hasVolatile).toBe(false);
});

test('functions, operators and aggregates are listed for EXECUTE checks', async () => {
  const query = await analyze('SELECT sum(total), upper(max(note)), count(*) FILTER (WHERE id > 5) FROM shop.orders');
  const names = await admin.query<{ name: string }>('SELECT proname AS name FROM pg_proc WHERE oid = ANY ($1) ORDER BY 1', [
    [...query.functionOids],
  ]);
  expect(names.rows.map((row) => row.name)).toEqual(['count', 'int84gt', 'max', 'sum', 'upper']);
});

test('relationOids tells statements of the catalog server', async () => {
  const { tree } = await analysedTree(session, 'SELECT relname FROM pg_class WHERE oid IN (SELECT attrelid FROM pg_attribute)');
  expect(relationOids(readTree(tree))).toEqual(new Set([1259, 1249]));
  expect(relationOids(readTree((await analysedTree(session, 'SELECT 1')).tree)).size).toBe(0);
});

test('locations count characters', async () => {
  const query = await analyze("SELECT 'aé日🦆', note FROM shop.orders WHERE total > 1");
  const filter = query.rel.kind === 'project' ? query.rel.input : undefined;
  expect(filter).toMatchObject({ conjuncts: [{ location: 49, args: [{ location: 43 }, { location: 51 }] }] });
  await expect(analyze("SELECT 'aé日🦆', JSON_VALUE('1', '$' RETURNING bytea) FROM shop.orders")).rejects.toMatchObject({
    fields: { position: 16 },
  });
});

test('a wrong column is the server’s own error with its position', async () => {
  await expect(analyze("SELECT 'é', nme FROM shop.customers")).rejects.toMatchObject({ code: '42703', position: '13' });
});

test('implicit casts are those of pg_cast', async () => {
  const carried = [16, 17, 19, 20, 21, 23, 25, 114, 700, 701, 1042, 1043, 1082, 1083, 1114, 1184, 1186, 1700, 2950, 3802];
  const { rows } = await admin.query<{ source: number; target: number; fn: number }>(
    `SELECT castsource::int AS source, casttarget::int AS target, castfunc::int AS fn FROM pg_cast
     WHERE castcontext = 'i' AND castsource <> casttarget AND castsource = ANY ($1) AND casttarget = ANY ($1)`,
    [carried],
  );
  expect(rows.length).toBeGreaterThan(20);
  for (const { source, target, fn } of rows) expect([source, target, implicitCast(source, target)]).toEqual([source, target, fn]);
});

describe('nesting', () => {
  const tooComplex = { code: '54001' };
  test('parentheses are the parser’s matter', async () => {
    const query = await analyze(`SELECT ${'('.repeat(2000)}id${')'.repeat(2000)} FROM shop.orders`);
    expect(query.columns).toHaveLength(1);
  });
  test('10,000 parentheses end in an error, not in a crash', async () => {
    const deep = `SELECT ${'('.repeat(10_000)}id${')'.repeat(10_000)} FROM shop.orders`;
    await expect(analyze(deep)).rejects.toMatchObject({ code: expect.stringMatching(/^(54001|42601|53200)$/) });
  });
  test.each([900, 6000])('an expression %i deep', async (depth) => {
    const statement = `SELECT ${Array.from({ length: depth }, () => 'id').join(' + ')} FROM shop.orders`;
    if (depth < 1000) expect((await analyze(statement)).columns).toHaveLength(1);
    else await expect(analyze(statement)).rejects.toMatchObject(tooComplex);
  });
  test('ANDs are flat', async () => {
    const conditions = Array.from({ length: 5000 }, (_, index) => `id <> ${index}`).join(' AND ');
    expect((await analyze(`SELECT id FROM shop.orders WHERE ${conditions}`)).columns).toHaveLength(1);
  });
  test('subqueries', async () => {
    const statement = (depth: number): string =>
      `${'SELECT * FROM ('.repeat(depth)}SELECT id FROM shop.orders${') s'.repeat(depth)}`;
    expect((await analyze(statement(200))).columns).toHaveLength(1);
    await expect(analyze(statement(1200))).rejects.toMatchObject(tooComplex);
  });
  test('set operations', async () => {
    const statement = (count: number): string =>
      Array.from({ length: count }, () => 'SELECT id FROM shop.orders').join(' UNION ALL ');
    expect((await analyze(statement(300))).columns).toHaveLength(1);
    await expect(analyze(statement(2000))).rejects.toMatchObject(tooComplex);
  });
  test('an IN list of 20,000 is one constant', async () => {
    const list = Array.from({ length: 20_000 }, (_, index) => index).join(', ');
    const { rel } = await analyze(`SELECT id FROM shop.orders WHERE id IN (${list})`);
    const conjunct = rel.kind === 'project' && rel.input.kind === 'filter' ? rel.input.conjuncts[0] : undefined;
    expect(conjunct).toMatchObject({ kind: 'arraycompare', array: { kind: 'const', value: { dims: [20_000] } } });
  });
});

describe('session expressions', () => {
  /** As the server does it: parameters and results in binary form. */
  const evaluate = async ({ sql, parameters, types }: SessionQuery): Promise<readonly Datum[]> => {
    const values = parameters.map(({ type, value }) => (type.kind === 'interval' ? '1 day' : value));
    const sends = await admin.query<{ send: string }>(
      'SELECT typsend::text AS send FROM unnest($1::oid[]) WITH ORDINALITY t(oid, i) JOIN pg_type USING (oid) ORDER BY i',
      [types.map((type) => type.oid)],
    );
    const columns = types.map((_, index) => `c${index}`);
    const list = sends.rows.map(({ send }, index) => `${send}(${columns[index]})`).join(', ');
    const result = await admin.query<(Buffer | null)[]>({
      text: `SELECT ${list} FROM (${sql}) s(${columns.join(', ')})`,
      values,
      rowMode: 'array',
    });
    return result.rows[0]!.map((bytes, index) => (bytes === null ? null : decodeBinary(types[index]!, new Uint8Array(bytes))));
  };
  const printed = (rel: Rel): string => printRel(rel).split('\n')[0]!;

  test('the largest column-free ones are evaluated at once', async () => {
    await admin.query("SET app.tenant = 'acme'");
    const query = await analyze(
      `SELECT note || current_setting('app.tenant'), current_user, now() - interval '1 day' < placed,
              CASE WHEN id > 1 THEN current_database() ELSE current_setting('app.' || 'tenant') END, upper('x')
       FROM shop.orders`,
    );
    const sent: SessionQuery[] = [];
    const folded = await foldSessionExpressions(
      query,
      (session) => {
        sent.push(session);
        return evaluate(session);
      },
      [],
    );
    expect(sent.map(({ sql }) => sql)).toEqual([
      'SELECT "pg_catalog"."current_setting"($1::pg_catalog.text), CURRENT_USER, ' +
        '("pg_catalog"."now"() OPERATOR("pg_catalog".-) $2::pg_catalog.interval), "pg_catalog"."current_database"()',
    ]);
    expect(sent[0]!.parameters.map(({ value }) => value)).toEqual(['app.tenant', { months: 0, days: 1, micros: 0 }]);
    const text = printed(folded.rel);
    expect(text).toContain("(note#5 || 'acme'::text)");
    expect(text).toContain("'postgres'::name");
    expect(text).toContain("ELSE current_setting(('app.'::text || 'tenant'::text))");
    expect(sessionExpressions(folded.rel)).toEqual([]);
  });

  test('parameters take part with their values', async () => {
    const query = await analyze('SELECT id FROM shop.orders WHERE note = current_setting($1)');
    const folded = await foldSessionExpressions(query, evaluate, ['app.tenant']);
    expect(printRel(folded.rel)).toContain("(note#5 = 'acme'::text)");
  });

  test('policies and subqueries are reached', async () => {
    await session.query('SET ROLE reader');
    const query = await analyze('SELECT id FROM shop.orders WHERE id IN (SELECT id FROM lake.secrets)');
    await session.query('RESET ROLE');
    const folded = await foldSessionExpressions(query, evaluate, []);
    expect(printRel(folded.rel)).toContain('(tenant#');
    expect(sessionExpressions(folded.rel)).toEqual([]);
  });

  test('an error of the evaluation is the statement’s', async () => {
    const query = await analyze("SELECT id FROM shop.orders WHERE note = current_setting('no.such')");
    await expect(foldSessionExpressions(query, evaluate, [])).rejects.toMatchObject({ code: '42704' });
  });
});

test('constants fold from the leaves up, as far as the evaluator goes', async () => {
  const { rel } = await analyze(
    "SELECT id + (1 + 2) * 3, date '2024-01-01' + 1, now() + interval '1 day', 1 / (1 - 1) FROM shop.orders",
  );
  const evaluated: string[] = [];
  const integers = (expr: Scalar): { value: Datum } | undefined => {
    if (expr.kind !== 'call' || !expr.args.every((arg) => arg.kind === 'const' && typeof arg.value === 'number'))
      return undefined;
    const [a, b] = expr.args.map((arg) => (arg.kind === 'const' ? Number(arg.value) : 0));
    evaluated.push(expr.fn.signature);
    if (expr.fn.name === 'int4div') return undefined;
    return { value: expr.operator?.name === '*' ? a! * b! : expr.operator?.name === '-' ? a! - b! : a! + b! };
  };
  const text = printRel(foldConstants(rel, integers)).split('\n')[0];
  expect(evaluated).toEqual([
    'int4pl(int4,int4)',
    'int4mul(int4,int4)',
    'date_pli(date,int4)',
    'int4mi(int4,int4)',
    'int4div(int4,int4)',
  ]);
  expect(text).toBe(
    "Project ?column?#7 = (id#1 + 9), ?column?#8 = '8767'::date, ?column?#9 = (now() + '0 months 1 days 0 us'::interval), " +
      '?column?#10 = (1 / 0)',
  );
});
