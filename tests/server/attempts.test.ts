/** A second plan takes over only before a row is out, and each attempt is ended once, whatever happens. */
import type { QueryPlan } from '../../algebra/plan.ts';
import { sqlError } from '../../core/sql-error.ts';
import { ShippedTooMuch } from '../../executor/collected-rows.ts';
import { Attempts, type Attempt } from '../../server/attempts.ts';
import { StatementSites } from '../../server/statement-sites.ts';

type Step = number | Error;
const tooMuch = new ShippedTooMuch(7, 1_000, undefined);

/** Gives parts of so many rows, or raises; null at the end. */
function attemptOf(steps: readonly Step[]): Attempt & { readonly ended: () => number } {
  const left = [...steps];
  let ended = 0;
  const rows = {
    next: () => {
      const step = left.shift();
      if (step instanceof Error) return Promise.reject(step);
      return Promise.resolve(step === undefined ? null : { bytes: new Uint8Array(), rows: step });
    },
    close: () => Promise.resolve(void ended++),
  };
  const plan: QueryPlan = { root: { id: 1, kind: 'values', columns: [], rows: [], estimatedRows: 0 }, subplans: [] };
  return { plan, sites: new StatementSites(), rows, isRelayed: false, read: new Map(), ended: () => ended };
}

async function rowsOf(attempts: Attempts): Promise<number> {
  let rows = 0;
  for (let part = await attempts.next(0); part !== null; part = await attempts.next(0)) rows += part.rows;
  return rows;
}

test('before a row is out, the second plan gives them all', async () => {
  const [first, second] = [attemptOf([tooMuch]), attemptOf([3, 4])];
  const attempts = new Attempts(first, (error, plan) => {
    expect([error, plan, first.ended()]).toEqual([tooMuch, first.plan, 1]);
    return Promise.resolve(second);
  });
  expect(await rowsOf(attempts)).toBe(7);
  expect(attempts.current).toBe(second);
  await attempts.close();
  await attempts.close();
  expect([first.ended(), second.ended()]).toEqual([1, 1]);
});

test.each([
  ['after one is out', [2, tooMuch], tooMuch],
  ['for another error', [sqlError('22012', 'division by zero')], { code: '22012' }],
] as const)('there is no second plan %s', async (_, steps, error) => {
  const first = attemptOf(steps);
  const again = jest.fn<Promise<Attempt>, []>();
  const attempts = new Attempts(first, again);
  await expect(rowsOf(attempts)).rejects.toMatchObject(error);
  await attempts.close();
  expect([again.mock.calls.length, first.ended()]).toEqual([0, 1]);
});

test('rows that come between the decision for a second plan and its error are no answer', async () => {
  const second = attemptOf([3, 4]);
  const attempts: Attempts = new Attempts(attemptOf([2, tooMuch]), (error) => {
    expect(error).toBe(tooMuch);
    return Promise.resolve(second);
  });
  expect(attempts.mayPlanAgain(tooMuch)).toBe(true);
  expect(await rowsOf(attempts)).toBe(7);
  expect(attempts.mayPlanAgain(tooMuch)).toBe(false);
});

test('nor a third one', async () => {
  const attempts = new Attempts(attemptOf([tooMuch]), () => Promise.resolve(attemptOf([tooMuch])));
  await expect(rowsOf(attempts)).rejects.toBe(tooMuch);
});

test('what is closed while the second plan is made is ended', async () => {
  const [first, second] = [attemptOf([tooMuch]), attemptOf([1])];
  const attempts = new Attempts(first, async () => {
    await attempts.close();
    return second;
  });
  await expect(attempts.next(0)).rejects.toBe(tooMuch);
  expect([first.ended(), second.ended()]).toEqual([1, 1]);
});
