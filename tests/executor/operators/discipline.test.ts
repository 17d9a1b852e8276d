/** Every way a query can end closes every source stream, releases its memory, and tells the right error once. */
import type { HashJoinPlan, KeyFilter, MergeJoinPlan, Plan, PlanMetrics, RemoteQuery, Subplan } from '../../../algebra/plan.ts';
import type { Rel, SortKey } from '../../../algebra/rel.ts';
import { queryCanceled, SqlError } from '../../../core/sql-error.ts';
import { MemoryBudget } from '../../../executor/memory/memory-budget.ts';
import type { FakeTable } from '../../support/fake-site.ts';
import { FakeSite } from '../../support/fake-site.ts';
import type { Row } from './plan-builder.ts';
import {
  aggregateCall,
  batchesOf,
  bool,
  call,
  column,
  constant,
  int4,
  int8,
  node,
  open,
  planId,
  ref,
  remote,
  run,
} from './plan-builder.ts';

const columns = () => [column('k', int4), column('v', int4)];
const rows = Array.from({ length: 50 }, (_, i): Row => [i, i]);
const batches = batchesOf([int4, int4], rows, 10);
const good: FakeTable = { batches };
const failure = new Error('the source broke');

function joinOf(type: HashJoinPlan['type'] = 'inner', names: readonly [string, string] = ['l', 'r']): HashJoinPlan {
  const left = columns();
  const right = columns();
  return {
    ...node(type === 'anti' || type === 'semi' ? left : [...left, ...right]),
    kind: 'hashjoin',
    type,
    left: remote(names[0], left),
    right: remote(names[1], right),
    leftKeys: [ref(left[0]!)],
    rightKeys: [ref(right[0]!)],
    residual: [],
    nullAware: false,
  };
}

function unionOf(): Plan {
  const left = columns();
  const right = columns();
  return {
    ...node(columns()),
    kind: 'setop',
    op: 'union',
    all: true,
    left: remote('l', left),
    right: remote('r', right),
    leftColumns: left.map((c) => c.id),
    rightColumns: right.map((c) => c.id),
  };
}

const sortOf = (input: Plan): Plan => ({
  ...node(input.columns),
  kind: 'sort',
  input,
  keys: [{ column: input.columns[0]!.id, type: int4, descending: false, nullsFirst: false }],
});
const countOf = (input: Plan): Plan => ({
  ...node([column('count', int8)]),
  kind: 'aggregate',
  input,
  groups: [],
  calls: [aggregateCall('count()', int8, [])],
});
/** Rows are in the order of their first column. */
function mergeOf(type: MergeJoinPlan['type'] = 'inner'): MergeJoinPlan {
  const { left, right, ...join } = joinOf(type);
  const keyOf = ({ columns: [key] }: Plan): SortKey => ({ column: key!.id, type: int4, descending: false, nullsFirst: false });
  const { id, columns: own, estimatedRows } = join;
  return { id, columns: own, estimatedRows, kind: 'mergejoin', type, left, right, leftKeys: [keyOf(left)], rightKeys: [keyOf(right)], residual: [] }; // prettier-ignore
}
const groupsOf = (input: Plan): Plan => ({
  ...node([input.columns[0]!, column('count', int8)]),
  kind: 'aggregate',
  input,
  groups: [input.columns[0]!.id],
  calls: [aggregateCall('count()', int8, [])],
  isSorted: true,
});
const limitOf = (input: Plan, limit: number, offset: number | null = null): Plan => ({
  ...node(input.columns),
  kind: 'limit',
  input,
  limit: constant(int8, limit),
  offset: offset === null ? null : constant(int8, offset),
});
const filterOf = (input: Plan, from = 0): Plan => ({
  ...node(input.columns),
  kind: 'filter',
  input,
  conjuncts: [call('int4ge(int4,int4)', bool, ref(input.columns[0]!), constant(int4, from))],
});

/** The join, whose left side waits for as many keys. */
const keyed = (join: HashJoinPlan, keysMax: number): HashJoinPlan => {
  const condition = constant(bool, true);
  const expected: KeyFilter['expected'] = { keys: 1, form: 'list', rows: 1 };
  return { ...join, keyFilter: { target: join.left.id, key: 0, type: int4, condition, keysMax, expected } };
};

const shapes: Readonly<Record<string, () => Plan>> = {
  'hash join': () => joinOf(),
  'full join': () => joinOf('full'),
  'join that may flip': () => ({ ...joinOf('left'), flipAt: 15 }),
  'join that flips': () => {
    const join = joinOf('full');
    return { ...join, flipAt: 45, left: filterOf(join.left, 40) };
  },
  'join that sends its keys': () => ({ ...keyed(joinOf('right'), 50), flipAt: 15 }),
  'join that gives its keys up': () => keyed(joinOf('semi'), 12),
  'join that gives its keys up and flips': () => ({ ...keyed(joinOf(), 12), flipAt: 45 }),
  'anti join': () => joinOf('anti'),
  'NOT IN': () => ({ ...joinOf('anti'), nullAware: true }),
  'nested loop': () => {
    const join = joinOf();
    return { ...join, kind: 'nestedloop', on: [] } as Plan;
  },
  'merge join': () => mergeOf(),
  'merge anti join': () => mergeOf('anti'),
  'sorted groups': () => groupsOf(mergeOf('left')),
  'sorted distinct': () => {
    const input = filterOf(mergeOf(), 3);
    return { ...node(input.columns), kind: 'distinct', input, isSorted: true };
  },
  'union all': unionOf,
  intersect: () => ({ ...unionOf(), op: 'intersect' }) as Plan,
  sort: () => sortOf(joinOf()),
  aggregate: () => countOf(filterOf(joinOf())),
  'join of joins': () => {
    const outer = joinOf();
    const inner = joinOf('inner', ['l', 'r']);
    return { ...outer, left: inner, leftKeys: [ref(inner.columns[0]!)], columns: [...inner.columns, ...outer.right.columns] };
  },
  with: () => {
    const definition = filterOf(joinOf());
    const scan = (): Plan => ({ ...node(columns().concat(columns())), kind: 'ctescan', cte: 1, name: 'c' });
    const [left, right] = [scan(), scan()];
    return {
      ...node([...left.columns, ...right.columns]),
      kind: 'with',
      definitions: [{ cte: 1, name: 'c', plan: definition }],
      body: {
        ...joinOf(),
        columns: [...left.columns, ...right.columns],
        left,
        right,
        leftKeys: [ref(left.columns[0]!)],
        rightKeys: [ref(right.columns[0]!)],
      },
    };
  },
};

interface EndOptions {
  readonly signal?: AbortSignal;
  readonly batches?: number;
  readonly subplans?: Subplan[];
  readonly mayPlanAgain?: () => boolean;
}

/** Runs to the end or the first error; checks that all is closed and released. */
async function end(plan: Plan, site: FakeSite, options: EndOptions = {}) {
  const memory = new MemoryBudget(1 << 30);
  const stream = open(plan, site, {
    memory,
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.subplans ? { subplans: options.subplans } : {}),
    ...(options.mayPlanAgain ? { mayPlanAgain: options.mayPlanAgain } : {}),
  });
  let error: unknown;
  try {
    for (let i = 0; i < (options.batches ?? Infinity); i++) if ((await stream.next()) === null) break;
  } catch (caught) {
    error = caught;
  }
  await stream.close();
  await stream.close();
  expect(site.open).toBe(0);
  expect(memory.usedBytes).toBe(0);
  return error;
}

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeAll(() => process.on('unhandledRejection', note));
afterAll(async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

for (const [name, plan] of Object.entries(shapes)) {
  describe(name, () => {
    test('read to the end', async () => {
      expect(await end(plan(), new FakeSite({ l: good, r: good }))).toBeUndefined();
    });
    test('closed before the first batch, after it, and after the second', async () => {
      for (const count of [0, 1, 2]) {
        const site = new FakeSite({ l: good, r: good });
        expect(await end(plan(), site, { batches: count })).toBeUndefined();
        if (count === 0) expect(site.queries).toEqual([]);
      }
    });
    test('an error on either side, at opening or in the middle', async () => {
      const bad: FakeTable[] = [
        { batches, failOpen: failure },
        { batches, failAfter: { batches: 0, error: failure } },
        { batches, failAfter: { batches: 3, error: failure } },
        { batches, failAfter: { batches: 5, error: failure } },
      ];
      for (const table of bad) {
        expect(await end(plan(), new FakeSite({ l: table, r: good }))).toBe(failure);
        expect(await end(plan(), new FakeSite({ l: good, r: table }))).toBe(failure);
        expect(await end(plan(), new FakeSite({ l: table, r: table }))).toBe(failure);
      }
    });
    test('abort while next() waits for a source that does not listen', async () => {
      const reason = queryCanceled('statement timeout');
      for (const hang of [{ hangAfter: 0 }, { hangAfter: 2 }, { hangOpen: true }]) {
        for (const side of ['l', 'r'] as const) {
          const site = new FakeSite({ l: good, r: good, [side]: { batches, ...hang } });
          const abort = new AbortController();
          setTimeout(() => abort.abort(reason), 5);
          expect(await end(plan(), site, { signal: abort.signal })).toBe(reason);
        }
      }
    });
    test('close() while next() waits', async () => {
      for (const hang of [{ hangAfter: 0 }, { hangAfter: 2 }, { hangOpen: true }]) {
        const site = new FakeSite({ l: { batches, ...hang }, r: { batches, ...hang } });
        const stream = open(plan(), site);
        const readAll = async (): Promise<void> => {
          while ((await stream.next()) !== null);
        };
        const pending = Promise.allSettled([readAll()]);
        await new Promise((resolve) => setTimeout(resolve, 3));
        await stream.close();
        expect((await pending)[0].status).toBe('rejected');
        expect(site.open).toBe(0);
      }
    });
    test('aborted before it began: no source is asked', async () => {
      const site = new FakeSite({ l: good, r: good });
      const error = await end(plan(), site, { signal: AbortSignal.abort() });
      expect((error as SqlError).code).toBe('57014');
      expect(site.queries).toEqual([]);
    });
  });
}

test('the left side begins as soon as there are too many keys, and the sides may then be exchanged', async () => {
  const sizes = { l: { batches: batchesOf([int4, int4], rows.slice(0, 20), 10) }, r: good };
  const read = async (join: HashJoinPlan): Promise<readonly [number, unknown, number | undefined]> => {
    const metrics: PlanMetrics = new Map();
    const found = await run(join, new FakeSite(sizes), { metrics });
    const { keysSent, buildFlippedAt } = metrics.get(join.id)!;
    return [found.length, keysSent, buildFlippedAt];
  };
  const givenUp = { keys: 'too many', form: null };
  expect(await read({ ...keyed(joinOf(), 12), flipAt: 45 })).toEqual([20, givenUp, 50]);
  expect(await read({ ...keyed(joinOf(), 50), flipAt: 45 })).toEqual([20, { keys: 50, form: 'list' }, undefined]);
  const site = new FakeSite({ l: good, r: { batches, hangAfter: 3 } });
  const stream = open(keyed(joinOf(), 12), site);
  const pending = Promise.allSettled([stream.next()]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(site.queries).toEqual(['r', 'l']);
  await stream.close();
  await pending;
});

describe('more than is worth to be shipped', () => {
  const shipped = (): RemoteQuery => ({ ...remote('l', columns()), inputs: [remote('s', columns())], shipRowsMax: [15] });

  test('ends the plan as long as another one may take over', async () => {
    const plan = shipped();
    const [{ id }] = plan.inputs as [Plan];
    const error = await end(plan, new FakeSite({ l: good, s: good }), { mayPlanAgain: () => true });
    expect(error).toMatchObject({ planId: id, rows: 20 });
    const site = new FakeSite({ l: good, s: good });
    expect(await end(shipped(), site, { mayPlanAgain: () => false })).toBeUndefined();
    expect(site.queries).toEqual(['s', 'l']);
    expect(await end(shipped(), new FakeSite({ l: good, s: good }))).toBeUndefined();
  });

  test('waits until its rows are wanted; they may never be', async () => {
    const site = new FakeSite({ l: good, r: { batches: [] }, s: good });
    const join = joinOf();
    const left = { ...shipped(), columns: join.left.columns };
    expect(await end({ ...join, left }, site, { mayPlanAgain: () => true })).toBeUndefined();
    expect(site.queries).not.toContain('l');
  });
});

test('abort between two next() closes the sources without waiting for close()', async () => {
  const site = new FakeSite({ l: good, r: good });
  const abort = new AbortController();
  const stream = open(unionOf(), site, { signal: abort.signal });
  await stream.next();
  expect(site.open).toBe(1);
  abort.abort(new SqlError({ code: '57014', message: 'enough' }));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(site.open).toBe(0);
  await expect(stream.next()).rejects.toThrow('enough');
  await stream.close();
});

test('build and probe side begin together; the probe side is closed unread when the build side is empty', async () => {
  const site = new FakeSite({ l: good, r: { batches: [] } });
  expect(await end(joinOf(), site)).toBeUndefined();
  expect(site.queries).toEqual(['r', 'l']);
  expect(site.batchesRead).toBe(0);
});

test('LIMIT closes its input as soon as it has enough', async () => {
  const site = new FakeSite({ l: good });
  const stream = open(limitOf(remote('l', columns()), 12), site);
  expect((await stream.next())!.length).toBe(10);
  expect(site.open).toBe(1);
  expect((await stream.next())!.length).toBe(2);
  expect(site.open).toBe(0);
  expect(await stream.next()).toBeNull();
  await stream.close();
  expect(site.batchesRead).toBe(2);
  const none = new FakeSite({ l: good });
  expect(await end(limitOf(remote('l', columns()), 0), none)).toBeUndefined();
  expect(none.queries).toEqual([]);
});

test('a computation without sources is aborted too, and lets others run', async () => {
  const big = Array.from({ length: 3000 }, (_, i): Row => [i, i]);
  const left = columns();
  const right = columns();
  const plan: Plan = {
    ...node([...left, ...right]),
    kind: 'nestedloop',
    type: 'inner',
    left: remote('l', left),
    right: remote('r', right),
    on: [call('int4lt(int4,int4)', bool, ref(left[0]!), constant(int4, -1))],
    nullAware: false,
  };
  const table = { batches: batchesOf([int4, int4], big, 3000) };
  const many = { batches: Array.from({ length: 200 }, () => table.batches[0]!) };
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 30);
  const error = await end(countOf(plan), new FakeSite({ l: many, r: table }), { signal: abort.signal });
  expect((error as SqlError).code).toBe('57014');
});

test('memory beyond the limit is 53200, and everything is released', async () => {
  for (const plan of [joinOf(), sortOf(remote('l', columns()))]) {
    const memory = new MemoryBudget(300);
    await expect(run(plan, { l: good, r: good }, { memory })).rejects.toMatchObject({ code: '53200', message: 'out of memory' });
    expect(memory.usedBytes).toBe(0);
    expect(memory.peakBytes).toBeLessThanOrEqual(300);
  }
});

test('what is read to its end makes room before its reader puts out rows', async () => {
  const keptBy = async (plan: Plan): Promise<number> => {
    const memory = new MemoryBudget(1 << 30);
    const stream = open(plan, new FakeSite({ l: good, r: good }), { memory });
    await stream.next();
    const { usedBytes } = memory;
    await stream.close();
    return usedBytes;
  };
  const built = (right: Plan): HashJoinPlan => ({ ...joinOf('semi'), right, rightKeys: [ref(right.columns[0]!)] });
  const barred = (right: Plan): HashJoinPlan => ({ ...built(right), type: 'anti', nullAware: true });
  const counted = (right: Plan): Plan => ({ ...unionOf(), op: 'intersect', right, rightColumns: right.columns.map(({ id }) => id) }) as Plan; // prettier-ignore
  for (const reader of [built, barred, counted, sortOf, countOf]) {
    expect(await keptBy(reader(joinOf('semi')))).toBe(await keptBy(reader(remote('l', columns()))));
  }
});

const rel: Rel = { kind: 'values', columns: [], rows: [] };

test('a subquery runs once, only when a row asks for it, and is closed', async () => {
  const input = columns();
  const plan: Plan = {
    ...node(input),
    kind: 'filter',
    input: remote('l', input),
    conjuncts: [call('int4eq(int4,int4)', bool, ref(input[0]!), { kind: 'param', index: -1, type: int4 })],
  };
  const subplans = (table: string): Subplan[] => [{ param: -1, mode: 'scalar', rel, plan: remote(table, [column('x', int4)]) }];
  const one = { batches: batchesOf([int4], [[3]]) };
  const site = new FakeSite({ l: good, one });
  expect(await run(plan, site, { subplans: subplans('one') })).toEqual([[3, 3]]);
  expect(site.queries.filter((name) => name === 'one').length).toBe(1);
  const none = new FakeSite({ l: { batches: [] }, one });
  expect(await run(plan, none, { subplans: subplans('one') })).toEqual([]);
  expect(none.queries).toEqual(['l']);
  expect(await run(plan, { l: good, none: { batches: [] } }, { subplans: subplans('none') })).toEqual([]);
  const two = { batches: batchesOf([int4], [[3], [4]], 1) };
  await expect(run(plan, { l: good, two }, { subplans: subplans('two') })).rejects.toMatchObject({ code: '21000' });
  const broken = { batches: [], failOpen: failure };
  expect(await end(plan, new FakeSite({ l: good, broken }), { subplans: subplans('broken') })).toBe(failure);
});

test('abort reaches a subquery', async () => {
  const input = columns();
  const plan: Plan = {
    ...node(input),
    kind: 'filter',
    input: remote('l', input),
    conjuncts: [call('int4eq(int4,int4)', bool, ref(input[0]!), { kind: 'param', index: -1, type: int4 })],
  };
  const abort = new AbortController();
  const site = new FakeSite({ l: good, slow: { batches, hangAfter: 1 } });
  setTimeout(() => abort.abort(), 5);
  const subplans: Subplan[] = [{ param: -1, mode: 'array', rel, plan: remote('slow', columns()) }];
  const error = await end(plan, site, { signal: abort.signal, subplans });
  expect((error as SqlError).code).toBe('57014');
});

test('a fragment gets the values of its subqueries as further parameters', async () => {
  const input = columns();
  const scan = remote('l', input);
  const fragment: Rel = {
    kind: 'filter',
    input: scan.fragment,
    conjuncts: [call('int4eq(int4,int4)', bool, ref(input[0]!), { kind: 'param', index: -1, type: int4 })],
  };
  const site = new FakeSite({ l: good, one: { batches: batchesOf([int4], [[3]]) } });
  const subplans: Subplan[] = [{ param: -1, mode: 'scalar', rel, plan: remote('one', [column('x', int4)]) }];
  await run({ ...scan, fragment }, site, { subplans, params: ['first'] });
  expect(site.params).toEqual(['first', 3]);
});

test('figures for EXPLAIN ANALYZE', async () => {
  const metrics: PlanMetrics = new Map();
  const join = joinOf();
  const unread: Plan = { ...joinOf(), id: planId() };
  await run(join, { l: good, r: good }, { metrics });
  expect(metrics.get(join.id)).toMatchObject({ loops: 1, rows: 50, batches: 5 });
  expect(metrics.get(join.id)!.memoryPeakBytes).toBeGreaterThan(400);
  expect(metrics.get(join.left.id)).toMatchObject({ loops: 1, rows: 50, batches: 5, memoryPeakBytes: 0 });
  expect(metrics.get(join.left.id)).toMatchObject({ sourceBytes: 400, sentBytes: 15, waitForConnectionMs: 10 });
  expect(metrics.get(join.id)!.timeMs).toBeGreaterThanOrEqual(metrics.get(join.left.id)!.timeMs);
  expect(metrics.has(unread.id)).toBe(false);
});
