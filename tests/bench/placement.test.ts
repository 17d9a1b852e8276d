/** The placement benchmark's comparisons: what counts when there is no answer, when plans are the same, and what is timed again. */
import { bytesMoved, forcedSlowdown, losses, moderateBytes, ratio } from '../../bench/placement/compare.ts';
import type { Contender } from '../../bench/placement/contenders.ts';
import { measureQuery, type Figure } from '../../bench/placement/measure.ts';
import { methodOf, tasksOf } from '../../bench/placement/method.ts';
import { measuredAlready, type QueryResult } from '../../bench/placement/results.ts';
import { FORCED, OURS, PUSH_EVERYTHING, PUSH_NOTHING } from '../../bench/placement/variants.ts';
import { benchSets } from '../../bench/query-sets.ts';

const LIMIT_MS = 10_000;
const took = (ms: number, bytes = 100): Figure => ({ ms, bytes: { pg: bytes } });
const LATE: Figure = { ms: LIMIT_MS, isLate: true, bytes: { pg: 1 } };
const FAILED: Figure = { ms: null, bytes: {}, note: 'no such function' };

const result = (figures: QueryResult['figures']): QueryResult => ({
  commit: 'c',
  set: 'tpch',
  scale: 0.01,
  group: 'parts',
  layout: 'pg-pg',
  link: 'loopback',
  query: 'Q01',
  rounds: 3,
  limitMs: LIMIT_MS,
  figures,
  absent: {},
});

describe('no answer', () => {
  test('within the limit counts with the limit', () => {
    expect(ratio(result({ [OURS]: took(100), peer: LATE }), 'peer')).toBe(100);
    expect(losses([result({ [OURS]: LATE, [PUSH_NOTHING]: took(5_000) })])).toMatchObject([{ factor: 2 }]);
  });

  test('by an error leaves others out, but not ours', () => {
    expect(ratio(result({ [OURS]: took(100), peer: FAILED }), 'peer')).toBeUndefined();
    expect(losses([result({ [OURS]: FAILED, [PUSH_NOTHING]: took(1_000) })])).toMatchObject([{ factor: 10 }]);
    const both = result({ [OURS]: took(100), [PUSH_NOTHING]: FAILED, [PUSH_EVERYTHING]: took(50) });
    expect(losses([both])).toMatchObject([{ factor: 2 }]);
  });

  test('moves no bytes to be compared, and is not moderate', () => {
    const late = result({ [OURS]: LATE, [PUSH_NOTHING]: took(10) });
    const answered = result({ [OURS]: took(10, 30), [PUSH_NOTHING]: took(20, 40) });
    expect(bytesMoved([late, answered], PUSH_NOTHING)).toEqual({ ours: 30, theirs: 40 });
    expect(moderateBytes([late, answered])).toEqual({ faster: 0.5, either: 0.5 });
  });
});

test('ways of joining count only where they were forced, the simple ways among them', () => {
  const simple = { [OURS]: took(100), [PUSH_NOTHING]: took(50) };
  expect(forcedSlowdown(result(simple))).toBeUndefined();
  expect(forcedSlowdown(result({ ...simple, [FORCED[0]!.name]: took(80) }))).toBe(2);
});

test('what the same code measured under the same conditions need not be measured again', () => {
  const known = { ...result({ [OURS]: took(1), [PUSH_NOTHING]: FAILED }), absent: { peer: 'it reads no DuckDB' } };
  const isDone = measuredAlready([known, { ...known, query: 'Q02', commit: 'c-dirty' }]);
  const wanted = { ...known, contenders: [OURS, PUSH_NOTHING, 'peer'] };
  expect(isDone(wanted)).toBe(true);
  const others = [{ query: 'Q02', commit: 'c-dirty' }, { query: 'Q03' }, { commit: 'd' }, { rounds: 5 }, { limitMs: 1 }];
  for (const other of others) expect(isDone({ ...wanted, ...other })).toBe(false);
  expect(isDone({ ...wanted, contenders: [OURS, PUSH_EVERYTHING] })).toBe(false);
});

/** Takes `ms` of a clock of the test's own, one after the other; the last again and again. */
function playing(name: string, ms: readonly number[], clock: { nowMs: number; runs: string[] }, plan?: string): Contender {
  let next = 0;
  return {
    name,
    run: () => {
      clock.runs.push(name);
      clock.nowMs += ms[Math.min(next++, ms.length - 1)]!;
      return Promise.resolve(1);
    },
    ...(plan === undefined ? {} : { plan: () => Promise.resolve(plan) }),
    stop: () => Promise.resolve(),
  };
}

describe('a query is measured', () => {
  const clock = { nowMs: 0, runs: [] as string[] };
  const conditions = { links: new Map(), rounds: 2, limitMs: LIMIT_MS };
  beforeEach(() => {
    clock.runs = [];
    jest.spyOn(performance, 'now').mockImplementation(() => clock.nowMs);
  });
  afterEach(() => jest.restoreAllMocks());

  const runsOf = (name: string): number => clock.runs.filter((each) => each === name).length;

  test('once for all variants with its plan', async () => {
    const contenders = [playing(OURS, [10], clock, 'a'), playing(PUSH_NOTHING, [5], clock, 'a'), playing('peer', [1], clock)];
    const figures = await measureQuery('SELECT', contenders, conditions);
    expect(clock.runs).toEqual([OURS, 'peer', OURS, 'peer', OURS, 'peer']);
    expect(figures.get(PUSH_NOTHING)).toEqual(figures.get(OURS));
    expect(figures.get('peer')!.plan).toBeUndefined();
  });

  test('again with what seems faster than ours by another plan', async () => {
    const contenders = [
      playing(OURS, [99, 20, 20, 10], clock, 'a'),
      playing(PUSH_NOTHING, [99, 9], clock, 'b'),
      playing(PUSH_EVERYTHING, [99, 19], clock, 'c'),
      playing('peer', [1], clock),
    ];
    const figures = await measureQuery('SELECT', contenders, conditions);
    expect([OURS, PUSH_NOTHING, PUSH_EVERYTHING, 'peer'].map(runsOf)).toEqual([9, 9, 3, 3]);
    expect([OURS, PUSH_NOTHING, PUSH_EVERYTHING].map((name) => figures.get(name)!.ms)).toEqual([10, 9, 19]);
  });

  test('not again without an answer, nor when it takes long', async () => {
    const late: Contender = { ...playing('late', [1], clock), run: () => (clock.runs.push('late'), Promise.resolve('late')) };
    const wrong: Contender = { ...playing('wrong', [1], clock), run: () => (clock.runs.push('wrong'), Promise.resolve(7)) };
    const figures = await measureQuery('SELECT', [playing(OURS, [4_000], clock, 'a'), late, wrong], conditions);
    expect(clock.runs).toEqual([OURS, 'late', 'wrong']);
    expect(figures.get(OURS)!.ms).toBe(4_000);
    expect(figures.get('late')).toEqual({ ms: LIMIT_MS, isLate: true, bytes: {} });
    expect(figures.get('wrong')).toEqual({ ms: null, bytes: {}, note: '7 rows, others 1' });
  });
});

test('brief: all over the slow link, forced on queries of few relations, those of Accio alone over the fast one', async () => {
  const { passes, resumes } = methodOf({ brief: true });
  expect(resumes).toBe(true);
  const [tpch, job] = benchSets('tpch,job');
  const counts: Record<string, readonly number[]> = {};
  for (const pass of passes) {
    const tasks = [...(await tasksOf(tpch!, pass, undefined)), ...(await tasksOf(job!, pass, undefined))];
    const forced = tasks.filter(({ variants }) => variants.includes(FORCED[0]!));
    counts[pass.link] = [tasks.length, forced.length, tasks.filter(({ peers }) => peers.length > 0).length];
  }
  expect(counts).toEqual({ '100mbit': [62, 40, 62], loopback: [62, 0, 62], '1gbit': [10, 0, 0] });
});
