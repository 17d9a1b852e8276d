/** Every statement of this folder's .sql files under five placements, pushed, shipped and not: the answer must be the oracle's. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { connectText, difference, run } from '../support/differential.ts';
import { Federation, type Placement } from '../support/federation.ts';
import { TABLES } from './tables.ts';

interface Statement {
  readonly sql: string;
  readonly refused: string | undefined;
}

export const statements: readonly Statement[] = readdirSync(__dirname)
  .filter((file) => file.endsWith('.sql'))
  .sort()
  .flatMap((file) => readFileSync(path.join(__dirname, file), 'utf8').split(/\n\s*\n/))
  .map((paragraph) => ({
    sql: paragraph
      .replace(/^--.*$/gm, '')
      .trim()
      .replace(/;$/, ''),
    refused: /^-- refused: (.*)$/m.exec(paragraph)?.[1],
  }))
  .filter(({ sql }) => sql !== '');

/** PostgreSQL takes what it can when all that can be shipped is: in the last there is none. */
const SHIPPED_ONLY = 'three DuckDBs';

const placements: Readonly<Record<string, Placement>> = {
  'all in PostgreSQL': () => 'pg',
  'all in DuckDB': () => 'duck',
  'events and codes in DuckDB': (table) => (table === 'events' || table === 'codes' ? 'duck' : 'pg'),
  'people and depts in DuckDB': (table) => (table === 'events' || table === 'codes' ? 'pg' : 'duck'),
  'two PostgreSQLs and a DuckDB': (table) => ({ people: 'pg1', events: 'pg2' })[table] ?? 'duck',
  [SHIPPED_ONLY]: (table) => ({ people: 'duck1', events: 'duck2' })[table] ?? 'duck3',
};

let federation: Federation;
/** One a statement: the same text may come again, over other rows. */
const expected: Awaited<ReturnType<typeof run>>[] = [];

beforeAll(async () => {
  federation = await Federation.create(TABLES);
  const oracle = await connectText(federation.oracleConfig());
  for (const { sql } of statements) expected.push(await run(oracle, sql));
  await oracle.end();
});

afterAll(() => federation?.stop());

/** Thousands of statements; a busy machine takes its time. */
const PATIENCE_MS = 900_000;

const isOrdered = (sql: string): boolean => /\bORDER BY\b(?![^(]*\))/.test(sql);

/** Rules that are off. */
const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  'pushed down': [],
  'placement off': ['placement'],
  'all that sources can do': ['cost-placement'],
  'all that can be shipped': ['shipping-cost'],
};
describe.each(Object.entries(placements))('%s', (where, placement) => {
  test.each(Object.entries(SWITCHES).filter(([name]) => where !== SHIPPED_ONLY || name === 'all that can be shipped'))(
    '%s',
    async (_name, disabled) => {
      const gateway = await federation.gateway(placement, { disabled });
      try {
        const client = await connectText(gateway.clientConfig);
        const wrong: string[] = [];
        for (const [i, { sql, refused }] of statements.entries()) {
          const actual = await run(client, sql);
          if (refused !== undefined && actual.error?.code === '0A000' && actual.error.message.includes(refused)) continue;
          const differs = difference(expected[i]!, actual, { ordered: isOrdered(sql) });
          if (differs !== undefined) wrong.push(`${sql}\n   ${differs}`);
        }
        await client.end();
        expect(wrong).toEqual([]);
      } finally {
        await gateway.stop();
      }
    },
    PATIENCE_MS,
  );
});
