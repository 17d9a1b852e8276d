/** Conditions of one column together: what is kept of lists, and that each of their values is looked at a few times only. */
import type { ArrayCompareScalar, Scalar } from '../../../algebra/scalar.ts';
import type { Datum, Numeric, PgArray } from '../../../core/datum.ts';
import { numericFromInt64 } from '../../../core/numeric.ts';
import { sqlType, type SqlType } from '../../../core/sql-type.ts';
import { contradict, strictest } from '../../../planner/rewrite/column-bounds.ts';
import { column, constant, list, operator } from '../scalars.ts';

const NUMERIC = sqlType('numeric');

const elementsOf = (conjunct: Scalar | undefined): readonly Datum[] => {
  const { array } = conjunct as ArrayCompareScalar;
  return array.kind === 'const' ? (array.value as PgArray).elements : [];
};

describe.each<[SqlType['kind'], (value: number) => Datum]>([
  ['int4', (value) => value],
  ['int8', (value) => (value === 9 ? 2n ** 60n : value)],
  ['numeric', (value) => ({ kind: 'finite', unscaled: BigInt(value) * 10n, scale: 1 })],
])('lists of %s', (kind, datum) => {
  const type = sqlType(kind as 'int4');
  const subject = column(1, type);
  const isIn = (...values: number[]): Scalar => list(subject, '=', values.map(datum));
  const isNotIn = (...values: number[]): Scalar => list(subject, '<>', values.map(datum));

  test('only what all accept is left', () => {
    const [kept, ...others] = strictest([isIn(1, 3, 5, 9), isIn(9, 5, 4), isNotIn(5, 6)]);
    expect(elementsOf(kept)).toEqual([datum(9)]);
    expect(others).toEqual([]);
    expect(elementsOf(strictest([isIn(1, 3, 5), operator('<', subject, constant(datum(4), type))])[0])).toEqual(
      [1, 3].map(datum),
    );
  });

  test('nothing left is a contradiction', () => {
    expect(contradict([isIn(1, 3), isIn(4, 9)], () => true)).toBe(true);
    expect(contradict([isIn(1, 9), isNotIn(9, 1, 2)], () => true)).toBe(true);
    expect(contradict([isIn(1, 9), isIn(3, 9)], () => true)).toBe(false);
  });
});

test('each value of a long list is looked at a few times, not once for each other one', () => {
  let looks = 0;
  class Watched {
    readonly #value: Numeric;
    constructor(value: number) {
      this.#value = numericFromInt64(value);
    }
    get kind(): string {
      looks++;
      return this.#value.kind;
    }
    get unscaled(): bigint {
      return this.#value.kind === 'finite' ? this.#value.unscaled : 0n;
    }
    readonly scale = 0;
  }
  const count = 1_000;
  const from = (first: number): Datum[] => Array.from({ length: count }, (_, i) => new Watched(first + i) as Datum);
  const subject = column(1, NUMERIC);
  const conjuncts = [
    list(subject, '=', from(0)),
    list(subject, '=', from(count - 8)),
    list(subject, '<>', from(2 * count)),
    operator('<', subject, constant(numericFromInt64(count - 1), NUMERIC)),
  ];
  expect(elementsOf(strictest(conjuncts)[0])).toHaveLength(7);
  expect(contradict(conjuncts, () => true)).toBe(false);
  expect(looks).toBeGreaterThan(count);
  expect(looks).toBeLessThan(100 * count);
});
