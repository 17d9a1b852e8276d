/** Whose order joins at a DuckDB source run in. */
import path from 'node:path';
import { DatabaseHandle } from '../../../connectors/duckdb/database.ts';
import { runDuckDB, temporaryFolder } from './fixture.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

/** `few` has a row, the others thousands: an optimizer begins with it. */
const TABLES = [
  'CREATE TABLE few AS SELECT 7 AS a',
  'CREATE TABLE many AS SELECT i AS a, i % 100 AS b FROM range(5000) r(i)',
  'CREATE TABLE more AS SELECT i % 100 AS b FROM range(20000) r(i)',
];
const JOINS = 'SELECT count(*) FROM many JOIN more ON many.b = more.b JOIN few ON few.a = many.a';

/** Of the tables, from the root of DuckDB's plan down. */
async function joinOrder(name: string, statements: readonly string[]): Promise<readonly string[]> {
  const file = path.join(folder, `${name}.duckdb`);
  await runDuckDB(file, [...TABLES, ...statements]);
  const options = { readOnly: true, memoryLimit: undefined, threads: 1, tables: [], allowPaths: [] };
  const handle = new DatabaseHandle({ ...options, path: file });
  const lease = await handle.lease(false);
  const pooled = await lease.connect();
  try {
    const plan = await pooled.connection.runAndReadAll(`EXPLAIN (FORMAT json) ${JOINS}`);
    const depths = tablesIn(JSON.parse(String(plan.getRows()[0]![1])) as readonly PlanNode[]);
    return [...depths].sort(([, a], [, b]) => a - b).map(([table]) => table);
  } finally {
    lease.giveBack(pooled, false);
    lease.end();
    handle.close();
  }
}

interface PlanNode {
  readonly extra_info: { readonly Table?: string };
  readonly children: readonly PlanNode[];
}

function* tablesIn(nodes: readonly PlanNode[], depth = 0): Generator<readonly [string, number]> {
  for (const { extra_info: info, children } of nodes) {
    if (info.Table !== undefined) yield [info.Table.replace(/.*\./, ''), depth];
    yield* tablesIn(children, depth + 1);
  }
}

test.each([
  ['no view', []],
  ['a view of one table', ["CREATE VIEW v AS SELECT 'a JOIN b' AS text FROM (SELECT b FROM more) q"]],
  ['views that compute', ['CREATE VIEW v AS SELECT a FROM many WHERE b IN (SELECT b FROM more)', 'CREATE VIEW w AS VALUES (1)']],
])('ours: %s', async (name, statements) => {
  expect((await joinOrder(name, statements))[0]).toBe('few');
});

test.each([
  ['a view with JOIN', 'CREATE VIEW v AS SELECT few.a FROM few JOIN many USING (a)'],
  ['a view of several tables', 'CREATE VIEW v(c) AS SELECT few.a FROM few, many'],
  ['a join within a view', 'CREATE VIEW v AS SELECT a FROM many WHERE b IN (SELECT b FROM more, few)'],
  ['a view of a view', 'CREATE VIEW v AS WITH q AS (SELECT many.a FROM few JOIN many USING (a)) SELECT a FROM q'],
  ['names like SQL', 'CREATE VIEW "x AS y"("a AS b") AS SELECT a FROM few'],
])("DuckDB's: %s", async (name, statement) => {
  expect((await joinOrder(name, [statement]))[0]).toBe('more');
});
