/** The runner of `npm run conformance -- regress`, on a small file of our own; and how it reads psql's scripts. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadModule } from 'libpg-query';
import { readScript, type ScriptItem } from './psql-script.ts';
import type { Variables } from './psql-variables.ts';
import { RegressWorld } from './regress-world.ts';
import { runRegressFile, type RegressReport } from './run-regress-file.ts';

const read = (text: string, variables: Variables = new Map()): ScriptItem[] => [...readScript(text, variables)];
const statements = (text: string, variables?: Variables): string[] =>
  read(text, variables).flatMap((item) => (item.kind === 'statement' ? [item.sql] : []));

describe('a psql script', () => {
  test('ends statements at semicolons that are nowhere inside', () => {
    expect(statements(`select ';', "a;b", $$;$$, $x$ $$; $x$; -- ;\n/* ; /* ; */ */ select E'\\';' ; select 1`)).toEqual([
      `select ';', "a;b", $$;$$, $x$ $$; $x$`,
      `/* ; /* ; */ */ select E'\\';'`,
      'select 1',
    ]);
    expect(statements('create rule r as on insert to t do (select 1; select 2); select 3;')).toHaveLength(2);
    expect(
      statements('create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3;'),
    ).toEqual(['create function f() returns int begin atomic select case when true then 1 end; select 2; end', 'select 3']);
  });

  test('replaces variables, and nothing that only looks like one', () => {
    const variables: Variables = new Map([
      ['n', '7'],
      ['text', "o'clock"],
    ]);
    expect(statements(`select :n, :'text', :"text", ':n', x::int, a[1:n], :other, :{?n};`, variables)).toEqual([
      `select 7, 'o''clock', "o'clock", ':n', x::int, a[17], :other, TRUE`,
    ]);
  });

  test('gives the lines after COPY FROM stdin as data, and keeps count of lines', () => {
    const [copy, next] = read('\ncopy t from stdin;\n1\ta;b\n\\N\t\n\\.\nselect 1;');
    expect(copy).toMatchObject({ line: 2, data: '1\ta;b\n\\N\t\n' });
    expect(next).toMatchObject({ line: 6, sql: 'select 1' });
  });

  test('takes one branch of a condition', () => {
    expect(statements('\\if false\nselect 1;\n\\elif true\nselect 2;\n\\else\nselect 3;\n\\endif\nselect 4;')).toEqual([
      'select 2',
      'select 4',
    ]);
  });

  test('knows what sent a statement', () => {
    expect(
      read('select 1 as x \\gset pre_\n\\d t\nselect 2;').map((item) => (item.kind === 'meta' ? item.name : item.sentBy)),
    ).toEqual(['\\gset pre_', 'd', ';']);
  });
});

describe('a regression file', () => {
  let world: RegressWorld;
  let report: RegressReport;
  const runOwn = async (file: string): Promise<RegressReport> => {
    const stage = await world.stage(async () => {});
    try {
      return await runRegressFile(readFileSync(path.join(__dirname, file), 'utf8'), new Map(), stage);
    } finally {
      await stage.stop();
    }
  };
  beforeAll(async () => {
    await loadModule();
    world = await RegressWorld.create(async () => {});
    report = await runOwn('sample.sql');
  });
  afterAll(() => world?.stop());

  test('is answered as PostgreSQL answers it', () => {
    expect(report.findings).toEqual([]);
    expect(report.unfilled).toEqual([]);
    expect(report.identical).toBe(17);
  });

  test('with text of several collations is, too', async () => {
    const collations = await runOwn('collations.sql');
    expect(collations.findings).toEqual([]);
    expect(collations.identical).toBeGreaterThan(30);
  });

  test('says what it did not compare', () => {
    expect(Object.fromEntries(report.skipped)).toEqual({
      CopyStmt: 1,
      CreateStmt: 2,
      DeleteStmt: 1,
      DropStmt: 1,
      EXPLAIN: 1,
      InsertStmt: 1,
      'session state': 1,
      'transaction control': 2,
    });
  });
});
