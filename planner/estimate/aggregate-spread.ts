/**
 * How the values of an aggregate are spread over its groups, for conditions on them (HAVING) and for grouping by them. Rows
 * fall into groups as by chance, so their number is about Poisson distributed; a sum over them is then a compound Poisson
 * variable of mean n·E[x] and variance n·E[x²] (Feller, "An Introduction to Probability Theory and Its Applications", I, XII.2),
 * and both are near normal. The least and the greatest of n values lie below a bound as often as all, or any, of them do.
 */
import type { AggregateCall } from '../../algebra/scalar.ts';
import type { ColumnProfile } from './column-profile.ts';

export interface Spread {
  readonly distinct: number;
  /** Part of the groups below the value (`inclusive`: or equal). */
  below(value: number, inclusive: boolean): number | undefined;
  equal(value: number): number;
}

/** What an aggregate is taken over. */
export interface Aggregated {
  readonly groups: number;
  /** Of the whole input. */
  readonly rows: number;
  /** Of its one argument, where that is a column. */
  readonly profile: ColumnProfile | undefined;
  readonly nullPart: number;
}

/** Undefined: nothing to go by. */
export function aggregateSpread(call: AggregateCall, over: Aggregated): Spread | undefined {
  if (call.fn.schema !== 'pg_catalog' || call.distinct || call.filter !== null || call.args.length > 1) return undefined;
  const size = Math.max(1, (over.rows / over.groups) * (1 - over.nullPart));
  if (call.fn.name === 'count') return normal({ mean: size, variance: size, step: 1 }, over.groups);
  const { profile } = over;
  if (profile === undefined) return undefined;
  switch (call.fn.name) {
    case 'sum': {
      const moments = profile.moments();
      return moments && normal({ mean: size * moments.mean, variance: size * moments.square, step: 0 }, over.groups);
    }
    case 'avg': {
      const moments = profile.moments();
      if (moments === undefined) return undefined;
      return normal({ mean: moments.mean, variance: (moments.square - moments.mean ** 2) / size, step: 0 }, over.groups);
    }
    case 'min':
    case 'max':
      return extreme(profile, size, call.fn.name === 'max', over.groups);
    default:
      return undefined;
  }
}

/** `step`: between values; 0: there is none. */
function normal(of: { mean: number; variance: number; step: number }, groups: number): Spread {
  const deviation = Math.sqrt(Math.max(of.variance, 1e-9));
  const below = (value: number): number => standardNormalBelow((value - of.mean) / deviation);
  const distinct = of.step === 0 ? groups : Math.min(groups, (2 * DEVIATIONS * deviation) / of.step + 1);
  return {
    distinct,
    below: (value, inclusive) => below(value + ((inclusive ? 1 : -1) * of.step) / 2),
    equal: (value) => (of.step === 0 ? 1 / Math.max(1, distinct) : below(value + of.step / 2) - below(value - of.step / 2)),
  };
}

/** Nearly all values are no farther from the mean. */
const DEVIATIONS = 3;

function extreme(profile: ColumnProfile, size: number, isGreatest: boolean, groups: number): Spread {
  const known = Math.max(1e-9, 1 - profile.nullFraction);
  const distinct = Math.min(groups, profile.distinct);
  return {
    distinct,
    below(value, inclusive) {
      const part = profile.below(value, inclusive);
      if (part === undefined) return undefined;
      const one = Math.min(1, part / known);
      return isGreatest ? one ** size : 1 - (1 - one) ** size;
    },
    equal: () => 1 / Math.max(1, distinct),
  };
}

/** Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.17: within 7.5e-8. */
function standardNormalBelow(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * Math.abs(z));
  const series = t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  const beyond = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z >= 0 ? 1 - beyond : beyond;
}
