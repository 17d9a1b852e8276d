/** The statements of this folder's .sql files, separated by empty lines, and where their tables are. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { connectText, difference, run, type TypedOutcome } from '../support/differential.ts';
import type { Placement } from '../support/federation.ts';

interface Statement {
  readonly sql: string;
  /** Name of its file, without `.sql`. */
  readonly topic: string;
  /** `-- refused: WHAT` above it: it may be, with 0A000 that names it. */
  readonly refused: string | undefined;
}

export const statements: readonly Statement[] = readdirSync(__dirname)
  .filter((file) => file.endsWith('.sql'))
  .sort()
  .flatMap((file) => {
    const paragraphs = readFileSync(path.join(__dirname, file), 'utf8').split(/\n\s*\n/);
    return paragraphs.map((paragraph) => ({ paragraph, topic: path.basename(file, '.sql') }));
  })
  .map(({ paragraph, topic }) => ({
    topic,
    sql: paragraph
      .replace(/^--.*$/gm, '')
      .trim()
      .replace(/;$/, ''),
    refused: /^-- refused: (.*)$/m.exec(paragraph)?.[1],
  }))
  .filter(({ sql }) => sql !== '');

export const placements = {
  'all in PostgreSQL': () => 'pg',
  'all in DuckDB': () => 'duck',
  'events and codes in DuckDB': (table) => (table === 'events' || table === 'codes' ? 'duck' : 'pg'),
  'people and depts in DuckDB': (table) => (table === 'events' || table === 'codes' ? 'pg' : 'duck'),
  'two PostgreSQLs and a DuckDB': (table) => ({ people: 'pg1', events: 'pg2' })[table] ?? 'duck',
  'three DuckDBs': (table) => ({ people: 'duck1', events: 'duck2' })[table] ?? 'duck3',
} as const satisfies Readonly<Record<string, Placement>>;

const isOrdered = (sql: string): boolean => /\bORDER BY\b(?![^(]*\))/.test(sql);

/** The oracle's answers to all statements, one each: the same text may come again, over other rows. */
export async function answers(oracle: pg.ClientConfig): Promise<readonly TypedOutcome[]> {
  const client = await connectText(oracle);
  const outcomes: TypedOutcome[] = [];
  for (const { sql } of statements) outcomes.push(await run(client, sql));
  await client.end();
  return outcomes;
}

/** What a gateway answers otherwise: the statements, of these topics if given, and how. */
export async function wrongAnswers(
  gateway: pg.ClientConfig,
  expected: readonly TypedOutcome[],
  topics?: readonly string[],
): Promise<readonly string[]> {
  const client = await connectText(gateway);
  const wrong: string[] = [];
  for (const [i, statement] of statements.entries()) {
    if (topics?.includes(statement.topic) === false) continue;
    const differs = fault(statement, expected[i]!, await run(client, statement.sql));
    if (differs !== undefined) wrong.push(differs);
  }
  await client.end();
  return wrong;
}

function fault({ sql, refused }: Statement, expected: TypedOutcome, actual: TypedOutcome): string | undefined {
  if (refused !== undefined && actual.error?.code === '0A000' && actual.error.message.includes(refused)) return undefined;
  const differs = difference(expected, actual, { ordered: isOrdered(sql) });
  return differs === undefined ? undefined : `${sql}\n   ${differs}`;
}
