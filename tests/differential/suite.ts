/**
 * Every statement of this folder's .sql files, pushed, shipped and not, wherever the tables are: the answer must be the oracle's.
 * A file of tests for each few placements, so that they may run side by side.
 */
import type { TypedOutcome } from '../support/differential.ts';
import { Federation } from '../support/federation.ts';
import { answers, placements, statements, wrongAnswers } from './statements.ts';
import { TABLES } from './tables.ts';

/** Thousands of statements; a busy machine takes its time. */
const PATIENCE_MS = 900_000;

/** Rules that are off. */
const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  'pushed down': [],
  'placement off': ['placement'],
  'all that sources can do': ['cost-placement'],
  'without lists of keys': ['cost-placement', 'key-lists'],
  'all that can be shipped': ['shipping-cost'],
  'all that can be sorted': ['sorting-cost'],
  'whatever may flip does': ['adaptive-cost'],
  'what is shipped is not, keys are given up': ['adaptive-cost', 'shipping-cost'],
};
/** What they have to do with; all topics where it is not said. */
const TOPICS: Readonly<Record<string, readonly string[]>> = {
  'without lists of keys': ['key-filters', 'queries', 'foreign-key-joins', 'outer-joins', 'shared-fetches'],
  'all that can be sorted': ['sorted-inputs', 'queries', 'aggregates', 'outer-joins', 'eager-aggregates'],
  'whatever may flip does': ['key-filters', 'queries', 'outer-joins', 'shared-fetches', 'local'],
  'what is shipped is not, keys are given up': ['shipping', 'key-filters', 'queries', 'postponed-subqueries', 'local'],
};
const PLACED = ['pushed down', 'placement off', 'all that sources can do', 'all that can be shipped'];
/** With one source there is nothing to ship or to choose; with no PostgreSQL, which takes what it can, all is shipped to DuckDBs. */
const RUNS: Readonly<Record<keyof typeof placements, readonly string[]>> = {
  'all in PostgreSQL': ['pushed down', 'placement off'],
  'all in DuckDB': ['pushed down', 'placement off'],
  'events and codes in DuckDB': PLACED,
  // With nothing placed it makes no difference to the one above.
  'people and depts in DuckDB': [...PLACED.filter((name) => name !== 'placement off'), 'without lists of keys'],
  'two PostgreSQLs and a DuckDB': [
    ...PLACED,
    'all that can be sorted',
    'whatever may flip does',
    'what is shipped is not, keys are given up',
  ],
  'three DuckDBs': ['all that can be shipped'],
};

/** The tests of some placements, over one federation. */
export function testPlacements(names: readonly (keyof typeof placements)[]): void {
  let federation: Federation;
  let expected: readonly TypedOutcome[];

  beforeAll(async () => {
    federation = await Federation.create(TABLES);
    expected = await answers(federation.oracleConfig());
  });
  afterAll(() => federation?.stop());

  describe.each(names)('%s', (where) => {
    test.each(RUNS[where])(
      '%s',
      async (name) => {
        const topics = TOPICS[name];
        expect(statements.map(({ topic }) => topic)).toEqual(expect.arrayContaining([...(topics ?? [])]));
        const gateway = await federation.gateway(placements[where], { disabled: SWITCHES[name]! });
        try {
          expect(await wrongAnswers(gateway.clientConfig, expected, topics)).toEqual([]);
        } finally {
          await gateway.stop();
        }
      },
      PATIENCE_MS,
    );
  });
}
