/** `lower(email) = …` where a source's lower() is not ours: PostgreSQL's answers, by an index of the source's own. */
import pg from 'pg';
import { spelledArray, spellingsOf } from '../../../connectors/postgres/case-spellings.ts';
import { pgCUtf8Casing } from '../../../connectors/postgres/pg-c-utf8-casing.ts';
import { startTestGateway } from '../../server/support.ts';
import type { TestGateway } from '../../server/support.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';

describe('spellings', () => {
  const others = new Map([
    ['i', ['i', 'i̇']],
    ['å', ['å', 'Å', '\u212b']],
    ['𐵰', ['𐵰', '𐵐']],
  ]);

  test('are a product over the characters', () => {
    expect(spellingsOf('', others)).toEqual(['']);
    expect(spellingsOf('kol', others)).toEqual(['kol']);
    expect(spellingsOf('kiå', others)).toEqual(['kiå', 'kiÅ', 'ki\u212b', 'ki̇å', 'ki̇Å', 'ki̇\u212b']);
    expect(spellingsOf('𐵰x', others)).toEqual(['𐵰x', '𐵐x']);
  });

  test('are not made when there are too many', () => {
    expect(spellingsOf('i'.repeat(9), others)).toHaveLength(512);
    expect(spellingsOf('i'.repeat(10), others)).toBeUndefined();
    const list = (...elements: (string | null)[]) => ({ dims: [elements.length], lowerBounds: [1], elements });
    expect(spelledArray(list('i', null, 'k'), others)).toEqual(list('i', 'i̇', null, 'k'));
    expect(spelledArray(list('i'.repeat(9), 'i'.repeat(9)), others)).toBeUndefined();
    expect(spelledArray({ dims: [], lowerBounds: [], elements: [] }, others)).toMatchObject({ dims: [], elements: [] });
    expect(spelledArray(null, others)).toBeNull();
  });
});

const LOCALES = {
  icu: `LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`,
  turkish: `LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR'`,
  greek: `LOCALE_PROVIDER icu ICU_LOCALE 'el'`,
  libc: `LOCALE_PROVIDER libc LOCALE 'C.UTF-8'`,
  ascii: `LOCALE_PROVIDER libc LOCALE 'C'`,
  unicode: `LOCALE_PROVIDER builtin BUILTIN_LOCALE 'PG_UNICODE_FAST'`,
  old_icu: `LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'`,
  old_libc: `LOCALE_PROVIDER libc LOCALE 'C.utf8'`,
};
/** As if before PostgreSQL 17: the exact condition cannot be written. */
const OLD = `SET allow_system_table_mods = on; DELETE FROM pg_collation WHERE collname = 'pg_c_utf8'; RESET allow_system_table_mods`;
const SOURCES = Object.keys(LOCALES) as (keyof typeof LOCALES)[];
/** Those of which a mapping depends on the neighbours of a character. */
const UNKNOWN = { lower: ['turkish'], upper: ['greek'] };

/** The signs of Kelvin and Ångström among them. */
const CHARACTERS = Array.from('iIİıkK\u212asSſßẞσςΣåÅ\u212bŉΐ');
const PAIRS = CHARACTERS.flatMap((a) => CHARACTERS.map((b) => a + b));
const TEXTS = [...PAIRS, 'Σασ ΣΑΣ', 'i'.repeat(12)].map((text) => `('${text}')`).join(', ');
const SCRIPT = `
  CREATE TABLE people (id int PRIMARY KEY, email text, name varchar(40));
  INSERT INTO people SELECT i, 'User' || i || '@Example.org', 'Name ' || i FROM generate_series(1, 5000) AS i;
  INSERT INTO people SELECT 5000 + row_number() OVER (), v, v FROM (VALUES ${TEXTS}) AS texts (v);
  INSERT INTO people SELECT 9000 + i FROM generate_series(1, 3) AS i;
  CREATE INDEX ON people (lower(email)); CREATE INDEX ON people (upper(email)); CREATE INDEX ON people (lower(name));
  ANALYZE people`;

let server: TestPostgres;
let gateway: TestGateway;
let client: pg.Client;
const clients = new Map<string, pg.Client>();
const connect = async (config: pg.ClientConfig): Promise<pg.Client> => {
  const connected = new pg.Client(config);
  await connected.connect();
  return connected;
};

beforeAll(async () => {
  server = await startTestPostgres();
  const { host, port, user } = server;
  const admin = await connect({ host, port, user, database: 'postgres' });
  for (const [name, locale] of Object.entries({ oracle: `LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'`, ...LOCALES })) {
    await admin.query(
      `CREATE DATABASE ${name} TEMPLATE template0 ${locale}${locale.includes(" LOCALE '") ? '' : ` LOCALE 'C'`} ENCODING 'UTF8'`,
    );
    clients.set(name, await connect({ host, port, user, database: name }));
    await clients.get(name)!.query(SCRIPT);
    if (name.startsWith('old')) await clients.get(name)!.query(OLD);
  }
  await admin.end();
  const sources = SOURCES.map((name) => `  ${name}: { type: postgres, url: "postgres://${user}@${host}:${port}/${name}" }`);
  gateway = await startTestGateway(`sources:\n${sources.join('\n')}`);
  client = await connect(gateway.address);
});
afterAll(async () => {
  await client?.end();
  await gateway?.stop();
  for (const source of clients.values()) await source.end();
  await server?.stop();
});

const rows = async (asked: pg.Client, sql: string, values: readonly unknown[] = []): Promise<unknown[]> =>
  (await asked.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' })).rows;

/** The SQL that the source gets, and its plan there. */
async function remote(source: string, condition: string): Promise<{ readonly sql: string; readonly plan: string }> {
  const [declared] = /\$1::[a-z[\]]+/.exec(condition) ?? [];
  const explained = declared
    ? `PREPARE asked AS SELECT id FROM ${source}.people WHERE ${condition}; EXPLAIN (COSTS OFF) EXECUTE asked (NULL)`
    : `EXPLAIN (COSTS OFF) SELECT id FROM ${source}.people WHERE ${condition}`;
  let lines: unknown[] = [];
  for (const sql of explained.split('; ')) lines = await rows(client, sql);
  if (declared) await client.query('DEALLOCATE asked');
  const [, sql] = /Remote SQL: (.*)/.exec(lines.flat().join('\n'))!;
  const plan = await rows(clients.get(source)!, `EXPLAIN (COSTS OFF, GENERIC_PLAN) ${sql!}`);
  return { sql: sql!, plan: plan.flat().join('\n') };
}

describe.each(SOURCES)('%s', (source) => {
  const expectSame = async (condition: string, values: readonly unknown[] = []): Promise<void> => {
    const sql = (table: string): string => `SELECT id, email FROM ${table} WHERE ${condition} ORDER BY id`;
    const found = await rows(client, sql(`${source}.people`), values);
    expect([condition, values, found]).toEqual([condition, values, await rows(clients.get('oracle')!, sql('people'), values)]);
  };

  test.each(['lower', 'upper'] as const)('%s of pairs of peculiar characters, as a parameter', async (name) => {
    for (let i = 0; i < PAIRS.length; i += 7) await expectSame(`${name}(email) = $1`, [PAIRS[i]]);
    for (const a of CHARACTERS) await expectSame(`${name}(email) = ANY ($1)`, [CHARACTERS.map((b) => a + b)]);
    await expectSame(`${name}(email) = ANY ($1)`, [['ki', null]]);
    await expectSame(`${name}(email) = $1`, [null]);
    await expectSame(`(${name}(email) = ANY ($1) OR name = ANY ($1)) AND (id > 5000 OR upper(email) = ANY ($1))`, [['ki', 'σΣ']]);
  });

  test.each([
    `lower(email) = 'user77@example.org'`,
    `'ki' = lower(email)`,
    `upper(email) = 'SS' OR upper(email) = 'ßK'`,
    `lower(email) IN ('ss', 'σς', 'ßi', NULL)`,
    `(lower(email) IN ('ss', NULL)) IS NULL`,
    `NOT lower(email) = 'ss' AND id > 4990`,
    `(lower(email) = 'ss') IS NULL`,
    `lower(name) = 'åk' OR upper(name) = 'ÅK'`,
    `lower(email) = 'σας σας'`,
    `lower(email) = 'σασ σας'`,
    `lower(email) = '${'i'.repeat(12)}'`,
    `lower(email || name) = 'kikı'`,
    `lower(email COLLATE "C") = 'ki'`,
  ])('%s', (condition) => expectSame(condition));

  test('a prepared statement, in turn with few spellings and with too many', async () => {
    for (const value of ['kk', 'i'.repeat(12), 'ki', 'i'.repeat(12)]) await expectSame('lower(email) = $1', [value]);
  });

  test.each([
    ['lower', `lower(email) = 'user77@example.org'`],
    ['lower', `lower(email) = $1::text`],
    ['lower', `lower(email) = ANY ($1::text[])`],
    ['lower', `lower(name) = $1::varchar`],
    ['lower', `lower(email) = 'ki' OR 'user78@example.org' = lower(email)`],
    ['upper', `upper(email) = 'USER77@EXAMPLE.ORG'`],
    ['upper', `upper(email) IN ('SS', 'ΣÅ')`],
  ] as const)('an index of %s finds %s', async (name, condition) => {
    const { sql, plan } = await remote(source, condition);
    expect(sql.includes(` COLLATE pg_catalog.pg_c_utf8)`)).toBe(!source.startsWith('old'));
    if (UNKNOWN[name].includes(source)) expect(plan).toContain('Seq Scan');
    else expect(plan).toContain('Index Scan');
  });
});

test('the mapping of pg_c_utf8 is that of our own PostgreSQL', async () => {
  for (const name of ['lower', 'upper'] as const) {
    const changed = await rows(
      clients.get('oracle')!,
      `SELECT chr(i), ${name}(chr(i)) FROM generate_series(1, 1114111) AS g (i)
       WHERE i NOT BETWEEN 55296 AND 57343 AND ${name}(chr(i)) <> chr(i) ORDER BY i`,
    );
    expect([...pgCUtf8Casing(name)].sort(([a], [b]) => a.codePointAt(0)! - b.codePointAt(0)!)).toEqual(changed);
  }
});

test('what is sent', async () => {
  expect((await remote('icu', `lower(email) = 'kim'`)).sql).toBe(
    `SELECT id FROM public.people WHERE lower(email COLLATE pg_catalog.pg_c_utf8) = 'kim' AND lower(email) IN ('kim', 'ki̇m')`,
  );
  expect((await remote('libc', `lower(email) = 'kim'`)).sql).toBe(
    `SELECT id FROM public.people WHERE lower(email COLLATE pg_catalog.pg_c_utf8) = 'kim' AND lower(email) = 'kim'`,
  );
  expect((await remote('libc', `lower(email) = $1::text`)).sql).toBe(
    `SELECT id FROM public.people WHERE lower(email COLLATE pg_catalog.pg_c_utf8) = $1::text AND lower(email) = ANY ($2::text[])`,
  );
  expect((await remote('old_icu', `lower(email) = $1::text`)).sql).toBe(
    `SELECT id, email FROM public.people WHERE lower(email COLLATE "default") = ANY ($1::text[])`,
  );
  expect((await remote('old_icu', `id > 3 AND lower(email) = 'kim'`)).sql).toBe(
    `SELECT id, email FROM public.people WHERE id > 3 AND lower(email COLLATE "default") IN ('kim', 'ki̇m')`,
  );
});
