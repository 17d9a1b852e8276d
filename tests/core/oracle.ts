/** A PostgreSQL that evaluates expressions one by one and answers text or error: what values are compared with. */
import { Client } from 'pg';
import { SqlError } from '../../core/sql-error.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startTestPostgres } from '../support/postgres.ts';

export interface Oracle {
  readonly client: Client;
  /** The text of each SQL expression, or `ERROR <state> <message>[ DETAIL <detail>]`; null for NULL. */
  evaluate(expressions: readonly string[]): Promise<(string | null)[]>;
  stop(): Promise<void>;
}

export async function startOracle(): Promise<Oracle> {
  const server: TestPostgres = await startTestPostgres();
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`
    CREATE FUNCTION attempt(sql text) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE result text; detail text;
    BEGIN
      EXECUTE 'SELECT (' || sql || ')::text' INTO result;
      RETURN result;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
      RETURN 'ERROR ' || sqlstate || ' ' || sqlerrm || CASE WHEN detail <> '' THEN ' DETAIL ' || detail ELSE '' END;
    END $$`);
  return {
    client,
    evaluate: async (expressions) => {
      const result = await client.query<{ r: string | null }>(
        'SELECT attempt(e) AS r FROM unnest($1::text[]) WITH ORDINALITY AS t(e, i) ORDER BY i',
        [expressions],
      );
      return result.rows.map((row) => row.r);
    },
    stop: async () => {
      await client.end();
      await server.stop();
    },
  };
}

/** What our own evaluation gives, in the oracle's spelling. */
export function attempt(evaluate: () => string | null): string | null {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const { code, message, detail } = error.fields;
    return `ERROR ${code} ${message}${detail ? ` DETAIL ${detail}` : ''}`;
  }
}

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Reproducible pseudo-random numbers (mulberry32). */
export function randomSource(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return {
    next,
    below,
    between: (low: number, high: number): number => low + below(high - low + 1),
    pick: <T>(items: readonly T[]): T => items[below(items.length)]!,
    digits: (count: number): string => Array.from({ length: count }, () => below(10)).join(''),
  };
}
export type RandomSource = ReturnType<typeof randomSource>;

/** Compares case by case and reports the first differing ones readably. */
export function expectSame(cases: readonly string[], ours: readonly (string | null)[], theirs: readonly (string | null)[]): void {
  const different = cases.flatMap((sql, i) => (ours[i] === theirs[i] ? [] : [{ sql, ours: ours[i], postgres: theirs[i] }]));
  expect({ count: different.length, first: different.slice(0, 12) }).toEqual({ count: 0, first: [] });
}
