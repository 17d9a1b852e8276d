/** Relations shipped to a DuckDB source: every value comes back as it was, and no connection keeps them. */
import type { Input, Rel, RelColumn } from '../../../algebra/rel.ts';
import type { Site } from '../../../algebra/site.ts';
import { createDuckDBSite } from '../../../connectors/duckdb/duckdb-site.ts';
import { notShipped, SHIPPED_KINDS } from '../../../connectors/duckdb/shipped-tables.ts';
import type { BatchStream } from '../../../core/batch.ts';
import { columnFromDatums } from '../../../core/column.ts';
import { parseDatum } from '../../../core/text-parse.ts';
import { sqlType, type SqlType } from '../../../core/sql-type.ts';
import { DECIMALS, EDGE_VALUES } from './edge-values.ts';
import { columnId, rowsOf, settings, temporaryFolder, textOf } from './fixture.ts';

/** What no column of DuckDB's own could hold, or not tell apart. */
const MORE: Readonly<Record<string, readonly (string | null)[]>> = {
  numeric: [
    ...DECIMALS.flatMap(({ values }) => values),
    'NaN',
    'Infinity',
    '-Infinity',
    '1.0',
    '1.00',
    `${'9'.repeat(60)}.${'1'.repeat(40)}`,
    '-0.001',
  ],
  date: ['5874897-12-31'],
  uuid: [
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '7fffffff-ffff-4fff-bfff-ffffffffffff',
    '80000000-0000-4000-8000-000000000001',
  ],
};

let site: Site;
let remove: () => Promise<void>;

beforeAll(async () => {
  const { folder, remove: removeFolder } = await temporaryFolder();
  remove = removeFolder;
  site = createDuckDBSite({ name: 'lake', baseDir: folder });
});
afterAll(async () => {
  await site?.close();
  await remove?.();
});

const streamOf = (columns: readonly RelColumn[], rows: readonly (readonly (string | null)[])[], batchRows = 5): BatchStream => {
  let from = 0;
  return {
    next: () => {
      const some = rows.slice(from, from + batchRows);
      from += batchRows;
      if (some.length === 0) return Promise.resolve(null);
      const values = columns.map(({ type }, i) =>
        columnFromDatums(
          type,
          some.map((row) => (row[i] === null ? null : parseDatum(type, row[i]!, settings))),
        ),
      );
      return Promise.resolve({ length: some.length, columns: values });
    },
    close: () => Promise.resolve(),
  };
};

const columnsOf = (...types: readonly SqlType[]): RelColumn[] =>
  types.map((type, i) => ({ id: columnId(i + 1), name: 'same name', type }));
const sorted = (rows: readonly (string | null)[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();

test.each(SHIPPED_KINDS)('%s', async (kind) => {
  const type = sqlType(kind);
  expect(notShipped(type)).toBeUndefined();
  const values = [...(EDGE_VALUES[kind === 'varchar' ? 'text' : kind] ?? []), ...(MORE[kind] ?? [])];
  expect(values.length).toBeGreaterThan(2);
  const columns = columnsOf(sqlType('int4'), type);
  const rows = values.map((value, i) => [String(i), value]);
  const fragment: Input = { kind: 'input', index: 0, columns };
  const back = await rowsOf(site, fragment, [], [streamOf(columns, rows)]);
  expect(sorted(back.map(([id, value]) => [textOf(sqlType('int4'), id!), textOf(type, value!)]))).toEqual(
    sorted(rows.map(([id, value]) => [id!, value === null ? null : textOf(type, parseDatum(type, value!, settings))])),
  );
});

test('several relations, more rows than a vector holds, and rows without columns', async () => {
  const int4 = sqlType('int4');
  const [left, right] = [columnsOf(int4), columnsOf(int4).map((column) => ({ ...column, id: columnId(2) }))];
  const rows = Array.from({ length: 5_000 }, (_, i) => [String(i)]);
  const fragment: Rel = {
    kind: 'join',
    type: 'inner',
    on: [],
    left: {
      kind: 'join',
      type: 'inner',
      on: [],
      left: { kind: 'input', index: 0, columns: left },
      right: { kind: 'input', index: 2, columns: [] },
    },
    right: { kind: 'input', index: 1, columns: right },
  };
  const ask = (): Promise<number> =>
    rowsOf(site, fragment, [], [streamOf(left, rows, 4_999), streamOf(right, [['7']]), streamOf([], [[], [], []])]).then(
      (found) => found.length,
    );
  // Twice: a connection that goes back to the pool would still hold the tables.
  expect(await ask()).toBe(15_000);
  expect(await ask()).toBe(15_000);
});

test('what DuckDB has not every value of is not shipped', () => {
  for (const kind of ['timestamp', 'timestamptz', 'interval', 'jsonb', 'bpchar'] as const)
    expect(notShipped(sqlType(kind))).toContain('not shipped');
});
