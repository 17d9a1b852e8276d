/** What the fuzzer found before, under every placement. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { TABLES } from '../differential/tables.ts';
import { connectText, difference, run } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';
import { FUZZ_PLACEMENTS } from './placements.ts';

const statements = readFileSync(path.join(__dirname, 'regressions.sql'), 'utf8')
  .split(/\n\s*\n/)
  .map((paragraph) => ({
    sql: paragraph
      .replace(/^--.*$/gm, '')
      .trim()
      .replace(/;$/, ''),
    values: JSON.parse(/^-- parameters: (.*)$/m.exec(paragraph)?.[1] ?? 'null') as readonly string[] | null,
  }))
  .filter(({ sql }) => sql !== '');
/** Tables lie where those of random worlds do, by number. */
const asFuzzed = (table: string): string => `t${TABLES.findIndex(({ name }) => name === table) + 1}`;
let federation: Federation;
const expected = new Map<string, Awaited<ReturnType<typeof run>>>();

beforeAll(async () => {
  federation = await Federation.create(TABLES);
  const oracle = await connectText(federation.oracleConfig());
  for (const { sql, values } of statements) expected.set(sql, await run(oracle, sql, values ?? undefined));
  await oracle.end();
});
afterAll(() => federation?.stop());

test.each(Object.entries(FUZZ_PLACEMENTS))('%s', async (_name, { placement, disabled }) => {
  const gateway = await federation.gateway((table) => placement(asFuzzed(table)), disabled ? { disabled } : {});
  try {
    const client = await connectText(gateway.clientConfig);
    const wrong: string[] = [];
    for (const { sql, values } of statements) {
      const differs = difference(expected.get(sql)!, await run(client, sql, values ?? undefined), {
        ordered: /ORDER BY [^()]*$/.test(sql),
      });
      if (differs !== undefined) wrong.push(`${sql}\n   ${differs}`);
    }
    await client.end();
    expect(wrong).toEqual([]);
  } finally {
    await gateway.stop();
  }
});
