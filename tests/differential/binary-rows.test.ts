/** Row values in binary format: the bytes that PostgreSQL sends. */
import pg from 'pg';
import { Federation } from '../support/federation.ts';
import { TABLES } from './tables.ts';

const STATEMENTS = [
  'SELECT ROW(id, title, budget, opened, NULL, 1.50, ARRAY[1, NULL]) FROM depts ORDER BY id',
  "SELECT ROW(id, ROW(title, date '2020-02-29', 1.5::float8), '[1, 2]'::jsonb) FROM depts ORDER BY id",
  'SELECT (id, name, salary, active) FROM people ORDER BY id',
];

async function binaryRows(config: pg.ClientConfig, text: string): Promise<readonly string[]> {
  const asHex = { getTypeParser: () => (bytes: Buffer) => bytes.toString('hex') } as unknown as NonNullable<
    pg.ClientConfig['types']
  >;
  const client = new pg.Client({ ...config, types: asHex });
  await client.connect();
  const result = await client.query<string[]>({ text, rowMode: 'array', binary: true, values: [] } as pg.QueryArrayConfig);
  await client.end();
  return result.rows.map((row) => row.join());
}

test('rows have the bytes of record_send', async () => {
  const federation = await Federation.create(TABLES);
  const gateway = await federation.gateway((table) => (table === 'depts' ? 'duck' : 'pg'));
  try {
    for (const statement of STATEMENTS) {
      const expected = await binaryRows(federation.oracleConfig(), statement);
      expect(expected.length).toBeGreaterThan(0);
      expect(await binaryRows(gateway.clientConfig, statement)).toEqual(expected);
    }
  } finally {
    await gateway.stop();
    await federation.stop();
  }
});
