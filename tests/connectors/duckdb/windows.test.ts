/**
 * Windows that DuckDB evaluates, over edge values of every type it orders, against PostgreSQL: generated statements, each of
 * which must run whole at DuckDB. What depends on the order among peers is given a total order.
 */
import type pg from 'pg';
import { duckdbWindowFunctions } from '../../../connectors/duckdb/window-verdict.ts';
import type { Gateway } from '../../../server/main.ts';
import { connectText, difference, run } from '../../support/differential.ts';
import { Federation } from '../../support/federation.ts';
import { DECIMALS, EDGE_VALUES } from './edge-values.ts';

const ROWS = 44;
/** `0044-03-15 BC` is spelled otherwise in DuckDB's SQL; queries.test.ts has such dates. */
const isCommon = (value: string | null): boolean => value === null || !/BC|\\/.test(value);
const edges = (name: string): readonly (string | null)[] => EDGE_VALUES[name]!.filter(isCommon);

interface KeyColumn {
  readonly name: string;
  readonly type: string;
  readonly values: readonly (string | null)[];
}
const KEYS: readonly KeyColumn[] = [
  ...['bool', 'int2', 'int4', 'int8', 'float4', 'float8', 'text', 'date', 'time', 'timestamp', 'timestamptz', 'uuid'].map(
    (type): KeyColumn => ({ name: `c_${type}`, type, values: edges(type) }),
  ),
  ...DECIMALS.slice(0, 4).map(({ precision, scale, values }): KeyColumn => ({
    name: `c_n${precision}`,
    type: `numeric(${precision},${scale})`,
    values,
  })),
];

const literal = (value: string | null, type: string): string =>
  value === null ? 'NULL' : `CAST('${value.replaceAll("'", "''")}' AS ${type})`;

const TABLE = {
  name: 'edge',
  columns: ['id int4 NOT NULL', 'part int4', ...KEYS.map(({ name, type }) => `${name} ${type}`)],
  primaryKey: ['id'],
  tuples: Array.from({ length: ROWS }, (_, i) => {
    const part = [1, 2, 'NULL', 2, 3, 1, 2][i % 7];
    const values = KEYS.map(({ values, type }, k) => literal(values[(i * (k % 3 === 0 ? 1 : 5) + k) % values.length]!, type));
    return `(${i + 1}, ${part}, ${values.join(', ')})`;
  }),
};

/** Enough rows for several threads, vectors and levels of a segment tree. */
const MANY_ROWS = 5_000;
const MANY = {
  name: 'many',
  columns: ['id int4 NOT NULL', 'part int4', 'k int4', 'v int8', 'd numeric(9,2)', 't text'],
  primaryKey: ['id'],
  tuples: Array.from({ length: MANY_ROWS }, (_, i) => {
    const part = i % 11 === 0 ? 'NULL' : (i * i) % 3;
    const d = i % 13 === 0 ? 'NULL' : `${((i * 7919) % 100_000) - 50_000}.${String(i % 100).padStart(2, '0')}`;
    return `(${i + 1}, ${part}, ${(i * 31) % 257}, ${((i * 104_729) % 1_000_003) - 500_000}, ${d}, 't${(i * 17) % 89}')`;
  }),
};

/** Of these, joined and filtered, DuckDB 1.5.6 cannot plan the first row of each group with all of its optimizers on. */
const FEW = {
  name: 'few',
  columns: ['s int2', 'i int4', 'b bool NOT NULL'],
  tuples: (
    'NULL, 1, false; 1, 0, true; 1, -1, false; 0, 2147483647, false; 1, 0, true; -1, 1, true; ' +
    '0, 2147483647, true; NULL, 1000000, true; 1, 1, true; 1, -1, false; 0, 2147483647, false; 32767, -2147483648, true'
  )
    .split('; ')
    .map((row) => `(${row})`),
};

const FRAMES = [
  'ROWS UNBOUNDED PRECEDING',
  'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING',
  'ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING',
  'ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING',
  'ROWS BETWEEN 2 FOLLOWING AND 4 FOLLOWING',
  'ROWS BETWEEN 2147483648 PRECEDING AND 0 FOLLOWING',
  'ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
  'RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
  'RANGE BETWEEN CURRENT ROW AND CURRENT ROW',
  'RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING',
  'GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING',
  'GROUPS BETWEEN 2 PRECEDING AND 1 PRECEDING',
  'GROUPS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING',
  'GROUPS UNBOUNDED PRECEDING',
];
const EXCLUSIONS = ['', ' EXCLUDE CURRENT ROW', ' EXCLUDE GROUP', ' EXCLUDE TIES', ' EXCLUDE NO OTHERS'];

const DIRECTIONS = ['', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST'];
const statements: string[] = [];

for (const { name } of KEYS) {
  for (const direction of DIRECTIONS) {
    const ranked = ['rank()', 'dense_rank()', 'percent_rank()', 'cume_dist()', 'count(*)', 'count(c_text)', 'min(id)', 'sum(id)'];
    statements.push(
      `SELECT id, ${ranked.map((call) => `${call} OVER w`).join(', ')} FROM edge WINDOW w AS (ORDER BY ${name}${direction})`,
    );
    const placed = [
      'row_number()',
      'ntile(3)',
      'ntile(100)',
      `lag(${name})`,
      'lead(id, 2)',
      `lag(${name}, -1)`,
      'lag(id, 0)',
      'lead(id, 2, -1)',
      `first_value(${name})`,
      'last_value(id)',
      'nth_value(id, 2)',
    ];
    statements.push(
      `SELECT id, ${placed.map((call) => `${call} OVER w`).join(', ')} FROM edge WINDOW w AS (PARTITION BY part ORDER BY ${name}${direction}, id)`,
    );
  }
  statements.push(
    `SELECT id, count(*) OVER w, row_number() OVER (PARTITION BY ${name} ORDER BY id DESC), max(id) OVER w FROM edge WINDOW w AS (PARTITION BY ${name})`,
  );
  statements.push(
    `SELECT id, ${name} FROM (SELECT id, ${name}, row_number() OVER (PARTITION BY part ORDER BY ${name}, id) AS n FROM edge) q WHERE n <= 2`,
  );
  statements.push(
    `SELECT id, ${name} FROM (SELECT id, ${name}, rank() OVER (PARTITION BY part ORDER BY ${name} DESC NULLS LAST) AS n FROM edge) q WHERE n = 1`,
  );
  statements.push(
    `SELECT q.id, e.part FROM (SELECT id, lag(${name}) OVER (ORDER BY id) AS before, rank() OVER (ORDER BY ${name}) AS n FROM edge) q JOIN edge e ON e.id = q.n WHERE e.part = 1`,
  );
}

for (const frame of FRAMES) {
  for (const exclusion of EXCLUSIONS) {
    // GROUPS and RANGE look at peers; ROWS at single rows, in a total order.
    const order = frame.startsWith('ROWS') ? 'c_int4, id' : 'c_int4';
    const calls = [
      'count(*)',
      'count(c_text)',
      'sum(id)',
      'sum(c_int2)',
      'sum(c_int8)',
      'sum(c_n9)',
      'min(c_text)',
      // Either of 0 and -0 is the greatest.
      'max(c_float8 + 0)',
      'min(c_timestamp)',
      'max(c_n15)',
      'min(c_date)',
      'bool_and(c_bool)',
      'bool_or(c_bool)',
      'every(c_bool)',
      'count(*) FILTER (WHERE c_bool)',
      'sum(id) FILTER (WHERE part = 2)',
    ];
    statements.push(
      `SELECT id, ${calls.map((call) => `${call} OVER w`).join(', ')} FROM edge WINDOW w AS (PARTITION BY part ORDER BY ${order} ${frame}${exclusion})`,
    );
    const picks = [
      'first_value(id)',
      'last_value(c_text)',
      'nth_value(id, 2)',
      'first_value(c_n18)',
      'last_value(c_timestamptz)',
      'nth_value(c_uuid, 3)',
      'first_value(c_float4)',
    ];
    statements.push(
      `SELECT id, ${picks.map((call) => `${call} OVER w`).join(', ')} FROM edge WINDOW w AS (PARTITION BY part ORDER BY c_int4, id ${frame}${exclusion})`,
    );
  }
}

statements.push(
  'SELECT id, rank() OVER (), row_number() OVER (PARTITION BY id), count(*) OVER (ORDER BY 1) FROM edge',
  'SELECT part, count(*), rank() OVER (ORDER BY count(*) DESC, part), sum(count(*)) OVER () FROM edge GROUP BY part',
  'SELECT part, sum(id), sum(sum(id)) OVER (ORDER BY part) FROM edge GROUP BY part HAVING count(*) > 1 ORDER BY part',
  'SELECT DISTINCT part, count(*) OVER (PARTITION BY part) FROM edge ORDER BY part',
  'SELECT id, id - lag(id) OVER w AS gap FROM edge WINDOW w AS (ORDER BY c_int4, id) ORDER BY rank() OVER (ORDER BY part), id LIMIT 5',
  'SELECT count(*) OVER () FROM edge WHERE false',
  'SELECT DISTINCT ON (part) part, id FROM edge ORDER BY part, id DESC',
  'SELECT id, part FROM edge ORDER BY part FETCH FIRST 3 ROWS WITH TIES',
);

// Peers that cannot be told apart: what each sees is open, all of it together is not.
for (const frame of FRAMES) {
  for (const exclusion of EXCLUSIONS)
    statements.push(
      `SELECT c_int4, count(*) OVER w, sum(c_int4) OVER w, max(c_int4) OVER w FROM edge WINDOW w AS (PARTITION BY part ORDER BY c_int4 ${frame}${exclusion})`,
    );
}

const summed = (calls: string, window: string): string => {
  const columns = calls.split('; ').map((call, i) => `${call} OVER w AS x${i}`);
  const sums = columns.map((_, i) => `sum(x${i} * (id % 101)), min(x${i}), max(x${i})`);
  return `SELECT ${sums.join(', ')} FROM (SELECT id, ${columns.join(', ')} FROM many WINDOW w AS (${window})) q`;
};
statements.push(
  summed('row_number(); lag(v); first_value(k); ntile(7)', 'PARTITION BY part ORDER BY k, id'),
  summed('rank(); dense_rank(); count(d); sum(k)', 'PARTITION BY part ORDER BY k DESC'),
  summed('sum(k); min(v); max(v); count(d)', 'PARTITION BY part ORDER BY t, id ROWS BETWEEN 100 PRECEDING AND 20 FOLLOWING'),
  summed('sum(k); min(v); max(v); count(d)', 'ORDER BY k GROUPS BETWEEN 3 PRECEDING AND 2 FOLLOWING EXCLUDE TIES'),
  summed('nth_value(v, 17); last_value(k); count(*)', 'ORDER BY v, id ROWS BETWEEN 30 PRECEDING AND 5 PRECEDING EXCLUDE GROUP'),
  'SELECT id, n, x FROM (SELECT id, k, row_number() OVER (ORDER BY v, id) AS n, lead(t, 3) OVER (ORDER BY id) AS x FROM many) q WHERE n < 20',
  'SELECT part, k, t FROM (SELECT part, k, t, row_number() OVER (PARTITION BY part, k ORDER BY d DESC NULLS LAST, id) AS n FROM many) q WHERE n = 1',
  'SELECT DISTINCT ON (f.s) f.s FROM edge e JOIN few f ON f.i = e.id WHERE f.b ORDER BY f.s',
  'SELECT count(*) FROM (SELECT f.s, row_number() OVER (PARTITION BY f.s ORDER BY f.s) AS n FROM edge e JOIN few f ON f.i = e.id WHERE f.b) q WHERE n <= 1',
  // What a hash join knows of its other side must not thin out the rows that are ranked.
  'SELECT q.id, q.n FROM (SELECT id, part, rank() OVER (ORDER BY k) AS n FROM many) q JOIN edge e ON e.id = q.id AND e.part = 2',
  'SELECT q.id, q.n, q.s FROM (SELECT id, sum(k) OVER (PARTITION BY part) AS s, row_number() OVER (ORDER BY id DESC) AS n FROM many) q WHERE q.id IN (SELECT id FROM edge WHERE part = 3)',
);

/** What must not run there. */
const SPLIT = [
  'SELECT id, count(*) OVER (ORDER BY c_int4, id ROWS BETWEEN 1 PRECEDING AND 3 PRECEDING) FROM edge',
  'SELECT id, count(*) OVER (ORDER BY id ROWS BETWEEN 3 FOLLOWING AND 1 FOLLOWING) FROM edge',
  'SELECT id, count(*) OVER (ORDER BY id ROWS (SELECT 2) PRECEDING) FROM edge',
  'SELECT id, lag(10 / part) OVER (PARTITION BY part ORDER BY id) FROM edge',
  'SELECT id, lag(id, part) OVER (ORDER BY id), nth_value(id, part) OVER (ORDER BY id) FROM edge',
  'SELECT id, lag(c_n9, 1, 0.5) OVER (ORDER BY id) FROM edge',
  'SELECT id, ntile(part) OVER (ORDER BY part, id) FROM edge',
  'SELECT id, avg(c_n9) OVER (ORDER BY id), sum(part::float8) OVER (ORDER BY id) FROM edge',
  'SELECT id, sum(10 / (part - 1)) FILTER (WHERE part <> 1) OVER (ORDER BY id) FROM edge',
];

let federation: Federation;
let gateway: Gateway;
let oracle: pg.Client;
let client: pg.Client;

beforeAll(async () => {
  federation = await Federation.create([TABLE, MANY, FEW]);
  const started = await federation.gateway(() => 'lake', { disabled: ['empty-relations'] });
  gateway = started;
  oracle = await connectText(federation.oracleConfig());
  client = await connectText(started.clientConfig);
});

afterAll(async () => {
  await client?.end();
  await oracle?.end();
  await gateway?.stop();
  await federation?.stop();
});

test('every function is proven', () => {
  const text = statements.join('\n');
  expect(
    duckdbWindowFunctions.filter(({ signature }) => !text.includes(`${signature.slice(0, signature.indexOf('('))}(`)),
  ).toEqual([]);
});

test('generated windows run whole at DuckDB and answer as PostgreSQL does', async () => {
  const wrong: string[] = [];
  for (const sql of statements) {
    const plan = (await run(client, `EXPLAIN (COSTS OFF) ${sql}`)).rows.map(([line]) => line!);
    if (!plan[0]?.startsWith('Remote Query')) wrong.push(`${sql}\n   not whole: ${plan.slice(0, 3).join(' | ')}`);
    const differs = difference(await run(oracle, sql), await run(client, sql), { ordered: false });
    if (differs !== undefined) wrong.push(`${sql}\n   ${differs}`);
  }
  expect(wrong).toEqual([]);
}, 120_000);

test.each(SPLIT)('split: %s', async (sql) => {
  expect((await run(client, `EXPLAIN (COSTS OFF) ${sql}`)).rows[0]![0]).not.toMatch(/^Remote Query/);
  expect(difference(await run(oracle, sql), await run(client, sql), { ordered: false })).toBeUndefined();
});
