/** Figures of a DuckDB source's tables, from the outside. */
import path from 'node:path';
import type { CollectedStatistics, Site, StatisticsProblem, StatisticsRequest } from '../../../algebra/site.ts';
import type { ColumnStatistics } from '../../../algebra/statistics.ts';
import { createDuckDBSite } from '../../../connectors/duckdb/duckdb-site.ts';
import { runDuckDB, temporaryFolder } from './fixture.ts';

let folder: string;
let remove: () => Promise<void>;
let site: Site;
beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder());
  await runDuckDB(path.join(folder, 'some.duckdb'), [
    `CREATE TABLE documents AS SELECT CASE WHEN i % 2 = 0 THEN repeat('x', 2000) ELSE 'text ' || i END AS body FROM range(1000) r(i)`,
    'CREATE TABLE emptied (i INTEGER)',
    `CREATE TABLE kinds AS SELECT * FROM (VALUES (1, 'film', [1]), (2, NULL, [2])) v(id, name, list)`,
    `COPY (SELECT i, 'text ' || i AS body FROM range(3000000) r(i)) TO '${folder}/slow.csv'`,
    'CREATE TABLE many AS SELECT i AS id, i % 500 AS few, i // 2 AS twice FROM range(200000) r(i)',
  ]);
  site = createDuckDBSite({ name: 'lake', path: 'some.duckdb', tables: { slow: 'slow.csv' }, baseDir: folder });
}, 30_000);
afterAll(async () => {
  await site?.close();
  await remove?.();
});

type Found = CollectedStatistics | StatisticsProblem;
async function collected(tables: readonly StatisticsRequest[], signal = new AbortController().signal): Promise<Found[]> {
  const all: Found[] = [];
  for await (const found of site.statistics(tables, signal)) all.push(found);
  return all;
}
async function columnsOf(name: string, ...columns: string[]): Promise<readonly ColumnStatistics[]> {
  const [found] = await collected([{ schema: 'main', name, columns }]);
  if (found === undefined || 'problem' in found) throw new Error(`nothing of ${name}`);
  return columns.map((column) => found.table.columns.get(column)!);
}

test('long values are counted, not kept', async () => {
  const [body] = await columnsOf('documents', 'body');
  expect(body).toMatchObject({ distinct: 501, common: [] });
  expect(body!.width).toBeGreaterThan(1_000);
  expect(body!.histogram).toHaveLength(101);
  expect(body!.histogram.filter((text) => !text.startsWith('text '))).toEqual([]);
});

test('of a table with more rows than are sampled, how many values there are is worked out', async () => {
  const [id, few, twice] = await columnsOf('many', 'id', 'few', 'twice');
  expect(id!.distinct).toBeGreaterThan(150_000);
  expect(id!.distinct).toBeLessThanOrEqual(200_000);
  expect(few!.distinct).toBeGreaterThanOrEqual(490);
  expect(few!.distinct).toBeLessThan(550);
  expect(twice!.distinct).toBeGreaterThan(80_000);
  expect(twice!.distinct).toBeLessThan(130_000);
  const bounds = few!.histogram.map(Number);
  expect(bounds[50]! / 500).toBeCloseTo(0.5, 1);
});

test('a table without rows has none', async () => {
  expect(await collected([{ schema: 'main', name: 'emptied', columns: ['i'] }])).toMatchObject([{ table: { rows: 0 } }]);
});

test('a table that takes too long is a problem of its own', async () => {
  const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(AbortSignal.abort());
  const found = await collected([
    { schema: 'main', name: 'slow', columns: ['i', 'body'] },
    { schema: 'main', name: 'documents', columns: ['body'] },
  ]);
  timeout.mockRestore();
  expect(found).toMatchObject([
    { name: 'slow', problem: 'not sampled within 10000 ms' },
    { name: 'documents', table: { rows: 1000 } },
  ]);
  const all = new AbortController();
  all.abort();
  await expect(collected([{ schema: 'main', name: 'slow', columns: ['i'] }], all.signal)).rejects.toMatchObject({
    fields: { code: '57014' },
  });
});

test('of a table with few rows every row is kept, of the types that can be read', async () => {
  const [kinds, documents] = await collected([
    { schema: 'main', name: 'kinds', columns: ['id', 'name', 'list'] },
    { schema: 'main', name: 'documents', columns: ['body'] },
  ]);
  expect(kinds).toMatchObject({
    table: {
      values: new Map([
        ['id', ['1', '2']],
        ['name', ['film', null]],
      ]),
    },
  });
  expect(documents).toMatchObject({ table: { values: undefined } });
});
