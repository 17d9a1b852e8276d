/** A fetch that several places of a plan read: once, as far as somebody reads, kept for the slowest, and never in anyone's way. */
import type { HashJoinPlan, Plan, PlanMetrics } from '../../../algebra/plan.ts';
import { SqlError } from '../../../core/sql-error.ts';
import { MemoryBudget } from '../../../executor/memory/memory-budget.ts';
import { FakeSite, type FakeTable } from '../../support/fake-site.ts';
import { batchesOf, column, constant, int4, int8, node, open, planId, ref, remote, run, type Row } from './plan-builder.ts';

const rows = Array.from({ length: 200 }, (_, i): Row => [i, i % 10]);
const batches = batchesOf([int4, int4], rows, 10);
const good: FakeTable = { batches };
const columns = () => [column('k', int4), column('v', int4)];

const reading = (positions?: readonly number[]): Plan => {
  const all = columns();
  const own = positions ? positions.map((position) => all[position]!) : all;
  return { ...node(own), kind: 'ctescan', cte: 1, name: 'Shared fetch 1', isFetch: true, ...(positions ? { positions } : {}) };
};

const sharing = (body: Plan): Plan => ({
  ...node(body.columns),
  kind: 'with',
  definitions: [{ cte: 1, name: 'Shared fetch 1', plan: remote('t', columns()), isFetch: true }],
  body,
});

function joined(left: Plan, right: Plan, more: Partial<HashJoinPlan> = {}): HashJoinPlan {
  return {
    ...node([...left.columns, ...right.columns]),
    kind: 'hashjoin',
    type: 'inner',
    left,
    right,
    leftKeys: [ref(left.columns[0]!)],
    rightKeys: [ref(right.columns[0]!)],
    residual: [],
    nullAware: false,
    ...more,
  };
}

const limited = (input: Plan, limit: number): Plan => ({
  ...node(input.columns),
  kind: 'limit',
  input,
  limit: constant(int8, limit),
  offset: null,
});

function appended(left: Plan, right: Plan): Plan {
  const [leftColumns, rightColumns] = [left, right].map((side) => side.columns.map(({ id }) => id)) as [never[], never[]];
  return { ...node(columns()), kind: 'setop', op: 'union', all: true, left, right, leftColumns, rightColumns };
}

const oneBatchBytes = 80;

test('build and probe side of one join', async () => {
  const site = new FakeSite({ t: good });
  const answer = await run(sharing(joined(reading(), reading())), site);
  expect(answer.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(rows.map(([k, v]) => [k, v, k, v]));
  expect(site.queries).toEqual(['t']);
});

test('each reader takes the columns it names', async () => {
  const site = new FakeSite({ t: good });
  const answer = await run(sharing(appended(reading([1, 0]), reading())), site);
  expect(answer).toEqual([...rows.map(([k, v]) => [v, k]), ...rows]);
  expect(site.queries).toEqual(['t']);
});

test('what everybody has taken is let go', async () => {
  const memory = new MemoryBudget(1 << 30);
  // A nested loop reads its right side first, then the left: while that goes on, nothing more is kept.
  const [left, right] = [reading(), reading()];
  const loop: Plan = { ...node([...left.columns, ...right.columns]), kind: 'nestedloop', type: 'inner', left, right, on: [], nullAware: false }; // prettier-ignore
  const stream = open(sharing(loop), new FakeSite({ t: good }), { memory });
  await stream.next();
  const early = memory.usedBytes;
  while ((await stream.next()) !== null);
  expect(memory.usedBytes).toBeLessThanOrEqual(early - 19 * oneBatchBytes);
  await stream.close();
  expect(memory.usedBytes).toBe(0);
});

test('one that has enough lets the others go on, and the fetch ends with the last', async () => {
  const site = new FakeSite({ t: good });
  const answer = await run(sharing(appended(limited(reading(), 25), reading())), site);
  expect(answer).toEqual([...rows.slice(0, 25), ...rows]);

  const both = new FakeSite({ t: good });
  expect(await run(sharing(appended(limited(reading(), 25), limited(reading(), 5))), both)).toHaveLength(30);
  expect(both.batchesRead).toBe(3);
  expect([both.opened, both.open]).toEqual([1, 0]);
});

test('an error reaches every reader, after the rows before it', async () => {
  const error = new Error('the source broke');
  const broken: FakeTable = { batches, failAfter: { batches: 4, error } };
  const memory = new MemoryBudget(1 << 30);
  const site = new FakeSite({ t: broken });
  const [first, second] = [reading(), reading()];
  const plan = sharing(appended(limited(first, 40), second));
  const stream = open(plan, site, { memory });
  const read: number[] = [];
  await expect(
    (async () => {
      for (let batch = await stream.next(); batch !== null; batch = await stream.next()) read.push(batch.length);
    })(),
  ).rejects.toBe(error);
  expect(read.reduce((a, b) => a + b, 0)).toBe(80);
  await stream.close();
  expect([site.open, memory.usedBytes, site.queries.length]).toEqual([0, 0, 1]);
});

test('closed while its source hangs', async () => {
  const site = new FakeSite({ t: { batches, hangAfter: 3 } });
  const memory = new MemoryBudget(1 << 30);
  const stream = open(sharing(joined(reading(), reading())), site, { memory });
  const pending = stream.next();
  pending.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await stream.close();
  await expect(pending).rejects.toThrow();
  expect([site.open, memory.usedBytes]).toEqual([0, 0]);
});

test('without memory for the slower one it fetches for itself, if it has not begun', async () => {
  const site = new FakeSite({ t: good });
  const metrics: PlanMetrics = new Map();
  const memory = new MemoryBudget(6 * oneBatchBytes);
  const body = appended(limited(reading(), 150), reading());
  const answer = await run(sharing(body), site, { memory, metrics });
  expect(answer).toEqual([...rows.slice(0, 150), ...rows]);
  expect(site.queries).toEqual(['t', 't']);
  expect([site.opened, site.open]).toEqual([2, 0]);
  expect([...metrics.values()].some(({ loops }) => loops === 2)).toBe(true);
});

test('so it does when somebody else needs the memory', async () => {
  const plan = (): Plan => sharing(joined(reading(), reading()));
  const enough = new MemoryBudget(1 << 30);
  await run(plan(), { t: good }, { memory: enough });
  const site = new FakeSite({ t: good });
  const answer = await run(plan(), site, { memory: new MemoryBudget(enough.peakBytes - oneBatchBytes) });
  expect(answer).toHaveLength(rows.length);
  expect(site.queries).toEqual(['t', 't']);
});

test('a WITH of the statement runs once only: it fails instead', async () => {
  const site = new FakeSite({ t: good });
  const shared = sharing(appended(reading(), reading()));
  if (shared.kind !== 'with') throw new Error('not a WITH');
  const { isFetch: _, ...definition } = shared.definitions[0]!;
  const memory = new MemoryBudget(6 * oneBatchBytes);
  const stream = open({ ...shared, id: planId(), definitions: [definition] }, site, { memory });
  const end = async (): Promise<void> => {
    while ((await stream.next()) !== null);
  };
  const error: unknown = await end().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(SqlError);
  expect((error as SqlError).code).toBe('53200');
  await stream.close();
  expect(site.queries).toEqual(['t']);
});
