/**
 * goldens/*.golden: statements and the logical plans they become, or the error that refuses them:
 *
 *   SELECT …
 *   ----
 *   the plan, or `error 0A000: …`
 *
 * separated by an empty line; `# types` before a statement prints column types, `# role reader` analyses as that role.
 * UPDATE_GOLDEN=1 rewrites the files. Every plan is also checked: references resolve, columns are unique.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { printRel } from '../../../algebra/print-rel.ts';
import { outputColumns } from '../../../algebra/rel.ts';
import { SqlError } from '../../../core/sql-error.ts';
import { analyzeQuery } from '../../../planner/analyze/analyze-query.ts';
import { readTree } from '../../../planner/analyze/tree-reader.ts';
import { checkRel } from '../../../planner/rewrite/check-rel.ts';
import { analysedTree, connectForTrees } from '../../support/analysed-tree.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import { TestLookup } from '../../support/test-lookup.ts';

const folder = path.join(__dirname, 'goldens');
const update = process.env['UPDATE_GOLDEN'] === '1';

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

async function planText(statement: string, options: { readonly types: boolean; readonly role: string }): Promise<string> {
  await session.query(options.role === '' ? 'RESET ROLE' : `SET ROLE ${options.role}`);
  try {
    const { tree, columnNames } = await analysedTree(session, statement);
    const query = await analyzeQuery(readTree(tree), new TestLookup(admin, { shop: 'shop', lake: 'lake' }), {
      statement,
      columnNames,
    });
    checkRel(query.rel);
    const output = outputColumns(query.rel).map((column) => column.id);
    expect(query.columns.map((column) => column.id)).toEqual(output);
    expect(new Set(output).size).toBe(output.length);
    return printRel(query.rel, { types: options.types });
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const { code, message, position } = error.fields;
    return `error ${code}: ${message}${position === undefined ? '' : ` at ${position}`}`;
  }
}

describe.each(readdirSync(folder).filter((file) => file.endsWith('.golden')))('%s', (file) => {
  const cases = readFileSync(path.join(folder, file), 'utf8').trimEnd().split('\n\n');
  const results: string[] = [];
  test.each(cases)('%s', async (text) => {
    const [question = '', expected = ''] = text.split('\n----\n');
    const lines = question.split('\n');
    const directives = lines.filter((line) => line.startsWith('# '));
    const statement = lines.filter((line) => !line.startsWith('# ')).join('\n');
    const actual = await planText(statement, {
      types: directives.includes('# types'),
      role: directives.find((line) => line.startsWith('# role '))?.slice(7) ?? '',
    });
    results.push(`${question.replace(/\n----$/, '')}\n----\n${actual}`);
    if (!update) expect(actual).toBe(expected.trimEnd());
  });
  if (update) afterAll(() => writeFileSync(path.join(folder, file), `${results.join('\n\n')}\n`));
});
