/** What functions that make rows of JSON say of a value they cannot take: PostgreSQL's own words. */
import pg from 'pg';
import { jsonSetFunctions } from '../../../executor/operators/json-set-functions.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';

let postgres: TestPostgres;
let oracle: pg.Client;

beforeAll(async () => {
  postgres = await startTestPostgres();
  oracle = new pg.Client({ connectionString: postgres.url });
  await oracle.connect();
});

afterAll(async () => {
  await oracle?.end();
  await postgres?.stop();
});

const outcome = async (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => 'rows',
    ({ code, message }: pg.DatabaseError) => ({ code, message }),
  );

test.each(Object.keys(jsonSetFunctions))('%s', async (signature) => {
  const [name, type] = signature.split(/[()]/);
  for (const value of ['[]', '[{"a": 1}]', '{}', '{"a": [1]}', '1', '"text"', 'true', 'null']) {
    const expected = await outcome(() => oracle.query(`SELECT count(*) FROM ${name}($1::${type})`, [value]));
    const actual = await outcome(async () => [...jsonSetFunctions[signature]!([value])]);
    expect({ value, outcome: actual }).toEqual({ value, outcome: expected });
  }
});
