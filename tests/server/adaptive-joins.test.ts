/** A join that builds its other side when rows show that it is the smaller one: the answer stays, and EXPLAIN ANALYZE tells. */
import { Federation } from '../support/federation.ts';
import { connectText, run } from '../support/differential.ts';

const tuples = (rows: number): string[] => Array.from({ length: rows }, (_, i) => `(${i}, ${i % 40})`);

test('the build side is flipped and named', async () => {
  const federation = await Federation.create([
    { name: 'few', columns: ['id int4 NOT NULL', 'k int4'], primaryKey: ['id'], tuples: tuples(20) },
    { name: 'many', columns: ['id int4 NOT NULL', 'k int4'], primaryKey: ['id'], tuples: tuples(400) },
  ]);
  // Without placement and search by cost nothing tells beforehand which is the larger side, and every join looks.
  const gateway = await federation.gateway((table) => (table === 'few' ? 'pg' : 'duck'), {
    disabled: ['placement', 'order-joins'],
  });
  const client = await connectText(gateway.clientConfig);
  try {
    const explained = async (sql: string): Promise<string> =>
      (await run(client, `EXPLAIN (ANALYZE, COSTS OFF) ${sql}`)).rows.map(([line]) => line).join('\n');
    const sql = 'SELECT count(*), sum(few.id), sum(many.id) FROM few LEFT JOIN many ON many.k = few.k';
    expect((await run(client, sql)).rows).toEqual([['200', '1900', '37900']]);
    expect(await explained(sql)).toMatch(/Build Side: left, after \d+ rows of the right/);
    expect(await explained('SELECT count(*) FROM many JOIN few ON many.k = few.k')).not.toContain('Build Side');
  } finally {
    await client.end();
    await gateway.stop();
    await federation.stop();
  }
});
