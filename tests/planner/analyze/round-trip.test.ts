/**
 * Does the plan mean what the statement means? Every statement of the goldens that becomes a plan is run twice on the same
 * PostgreSQL with data: as written, and as the SQL that the plan becomes; the rows must be the same, in order when sorted.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { SqlWriter } from '../../../connectors/sql/sql-writer.ts';
import { analyzeQuery } from '../../../planner/analyze/analyze-query.ts';
import { readTree } from '../../../planner/analyze/tree-reader.ts';
import { analysedTree, connectForTrees } from '../../support/analysed-tree.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import { TestLookup } from '../../support/test-lookup.ts';

const folder = path.join(__dirname, 'goldens');
/** Values that differ from run to run, parameters, calls that only the session evaluates, rows that a LIMIT picks at will. */
const NOT_COMPARABLE = /random\(|\$1|current_date|regclass|note::int|IN \((?!.*ORDER BY).*LIMIT/;

const statements = readdirSync(folder)
  .filter((file) => file.endsWith('.golden'))
  .flatMap((file) => readFileSync(path.join(folder, file), 'utf8').trimEnd().split('\n\n'))
  .filter((text) => !text.includes('\n----\nerror ') && !NOT_COMPARABLE.test(text))
  .map((text) => text.slice(0, text.indexOf('\n----')).split('\n'))
  .map((lines) => ({
    statement: lines.filter((line) => !line.startsWith('# ')).join('\n'),
    role: lines.find((line) => line.startsWith('# role '))?.slice(7),
  }));

let server: TestPostgres;
let admin: pg.Client;
let session: pg.Client;

beforeAll(async () => {
  server = await startTestPostgres();
  admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(readFileSync(path.join(__dirname, 'setup.sql'), 'utf8'));
  await admin.query(readFileSync(path.join(__dirname, 'data.sql'), 'utf8'));
  // The gateway's own function, as SQL.
  await admin.query(
    `CREATE SCHEMA tributary; CREATE FUNCTION tributary.at_most_one_row(n int8) RETURNS bool LANGUAGE plpgsql STRICT
     AS $$ BEGIN IF n > 1 THEN RAISE EXCEPTION USING ERRCODE = '21000'; END IF; RETURN true; END $$`,
  );
  session = await connectForTrees({ connectionString: server.url });
  for (const client of [admin, session]) await client.query("SET app.tenant = 'acme'");
});

afterAll(async () => {
  await session.end();
  await admin.end();
  await server.stop();
});

async function rowsOf(client: pg.Client, sql: string): Promise<string[]> {
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows.map((row) => JSON.stringify(row));
  } catch (error) {
    // A scalar subquery with several rows; anything else is a bug of the test.
    if ((error as { code?: string }).code === '21000') return ['21000'];
    throw error;
  }
}

test.each(statements)('$statement', async ({ statement, role }) => {
  await session.query(role === undefined ? 'RESET ROLE' : `SET ROLE ${role}`);
  const { tree } = await analysedTree(session, statement);
  const { rel } = await analyzeQuery(readTree(tree), new TestLookup(admin, { shop: 'shop', lake: 'lake' }), { statement });
  const { text } = new SqlWriter().statement(rel);
  const expected = await rowsOf(session, statement);
  const actual = await rowsOf(admin, text);
  // Rows equal in the sort key may come in any order: only the multiset is compared, LIMIT excepted.
  if (/LIMIT [1-9]/.test(statement)) expect(actual).toHaveLength(expected.length);
  else expect(actual.toSorted()).toEqual(expected.toSorted());
});
