/** All 22 TPC-H queries become plans, the correlated ones as joins; nothing correlated is left and every reference resolves. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { TPCH_TABLES } from '../../../bench/tpch/tables.ts';
import { analyzeQuery } from '../../../planner/analyze/analyze-query.ts';
import { relationOids } from '../../../planner/analyze/statement-oids.ts';
import { readTree } from '../../../planner/analyze/tree-reader.ts';
import { checkRel } from '../../../planner/rewrite/check-rel.ts';
import { analysedTree, connectForTrees } from '../../support/analysed-tree.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import { TestLookup } from '../../support/test-lookup.ts';

const queries = path.join(__dirname, '../../../bench/tpch/queries');
const files = readdirSync(queries).filter((file) => file.endsWith('.sql'));

let server: TestPostgres;
let admin: pg.Client;
let session: pg.Client;

beforeAll(async () => {
  server = await startTestPostgres();
  admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  for (const { name, columns, primaryKey } of TPCH_TABLES) {
    await admin.query(`CREATE TABLE ${name} (${columns.join(', ')}, PRIMARY KEY (${primaryKey.join(', ')}))`);
  }
  session = await connectForTrees({ connectionString: server.url });
});

afterAll(async () => {
  await session.end();
  await admin.end();
  await server.stop();
});

test('there are 22', () => {
  expect(files).toHaveLength(22);
});

test.each(files)('%s', async (file) => {
  const statement = readFileSync(path.join(queries, file), 'utf8');
  const { tree, columnNames } = await analysedTree(session, statement);
  const parsed = readTree(tree);
  const query = await analyzeQuery(parsed, new TestLookup(admin, { public: 'tpch' }), { statement, columnNames });
  checkRel(query.rel);
  expect(query.columns.map((column) => column.name)).toEqual(columnNames);
  expect(query.mirrors).toEqual(relationOids(parsed));
  expect(query.hasVolatile).toBe(false);
});
