/** Every statement of this folder's .sql files, pushed, shipped and not, wherever the tables are: the answer must be the oracle's. */
import type { TypedOutcome } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';
import { answers, placements, wrongAnswers } from './statements.ts';
import { TABLES } from './tables.ts';

let federation: Federation;
let expected: readonly TypedOutcome[];

beforeAll(async () => {
  federation = await Federation.create(TABLES);
  expected = await answers(federation.oracleConfig());
});

afterAll(() => federation?.stop());

/** Thousands of statements; a busy machine takes its time. */
const PATIENCE_MS = 900_000;

/** Rules that are off. */
const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  'pushed down': [],
  'placement off': ['placement'],
  'all that sources can do': ['cost-placement'],
  'all that can be shipped': ['shipping-cost'],
};
/** When all that can be shipped is, PostgreSQL takes what it can: here there is none. */
const SHIPPED_ONLY = 'three DuckDBs';

describe.each(Object.entries(placements))('%s', (where, placement) => {
  test.each(Object.entries(SWITCHES).filter(([name]) => where !== SHIPPED_ONLY || name === 'all that can be shipped'))(
    '%s',
    async (_name, disabled) => {
      const gateway = await federation.gateway(placement, { disabled });
      try {
        expect(await wrongAnswers(gateway.clientConfig, expected)).toEqual([]);
      } finally {
        await gateway.stop();
      }
    },
    PATIENCE_MS,
  );
});
