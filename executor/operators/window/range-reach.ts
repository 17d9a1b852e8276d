/**
 * How far a RANGE frame with an offset reaches, by the in_range support function that the statement names: the current row's
 * key moved by the offset, and how another row's key compares with that. PostgreSQL's in_range_* (int.c, int8.c, float.c,
 * numeric.c, date.c, timestamp.c); a sum beyond the end of an integer type or of the day is no error there, beyond that of
 * timestamps it is. A negative offset raises once a key is moved.
 */
import type { SessionSettings } from '../../../algebra/plan.ts';
import type { Datum, Int64, Interval, Numeric } from '../../../core/datum.ts';
import { compareInt64 } from '../../../core/int64.ts';
import { addNumeric, compareNumeric, negateNumeric, signOf } from '../../../core/numeric.ts';
import { sqlError } from '../../../core/sql-error.ts';
import { textContext } from '../../../core/text-format.ts';
import type { TimeZone } from '../../../core/time-zone.ts';
import { compareFloats, compareIntervals, intervalSpan } from '../../expression/compare.ts';
import { addIntervals, infinityOf, negateInterval } from '../../expression/kernels/interval-arithmetic.ts';
import { addInterval, midnight, timestampInfinity } from '../../expression/kernels/moments.ts';

/** A key taken from one infinity towards the other by an infinite offset: every key is within, but for NaN. */
const EVERYWHERE = Symbol('everywhere');
type Moved<V> = V | typeof EVERYWHERE;

export interface Reach<V = unknown> {
  /** A key, not NULL, as it is moved and compared. */
  value(key: Exclude<Datum, null>): V;
  /** Where a key's reach ends. */
  moved(key: V, backwards: boolean): Moved<V>;
  /** -1, 0, 1 */
  compare(key: V, end: Moved<V>): number;
}

type Offset = Exclude<Datum, null>;
type ReachFactory = (offset: Offset, settings: SessionSettings) => Reach;

function mustReach(isForwards: boolean): void {
  if (!isForwards) throw sqlError('22013', 'invalid preceding or following size in window function');
}

const against =
  <V>(compare: (a: V, b: V) => number, isNaN: (key: V) => boolean = () => false) =>
  (key: V, end: Moved<V>): number =>
    end === EVERYWHERE ? (isNaN(key) ? 1 : 0) : compare(key, end);

const isTowards = (sign: number, backwards: boolean): boolean => (backwards ? sign > 0 : sign < 0);

/** int2 and int4: an offset too large for a double to hold exactly lies beyond all of them. */
const small: ReachFactory = (offset): Reach<number> => ({
  value: (key) => key as number,
  moved: (key, backwards) => {
    mustReach((offset as Int64) >= 0);
    return backwards ? key - Number(offset) : key + Number(offset);
  },
  compare: against<Int64>(compareInt64),
});

const large: ReachFactory = (offset): Reach<Int64> => ({
  value: (key) => key as Int64,
  moved: (key, backwards) => {
    mustReach((offset as Int64) >= 0);
    return backwards ? BigInt(key) - BigInt(offset as Int64) : BigInt(key) + BigInt(offset as Int64);
  },
  compare: against<Int64>(compareInt64),
});

const float: ReachFactory = (offset): Reach<number> => ({
  value: (key) => key as number,
  moved: (key, backwards) => {
    const distance = offset as number;
    mustReach(distance >= 0);
    if (distance === Infinity && Math.abs(key) === Infinity && isTowards(key, backwards)) return EVERYWHERE;
    return backwards ? key - distance : key + distance;
  },
  compare: against(compareFloats, Number.isNaN),
});

const numeric: ReachFactory = (offset): Reach<Numeric> => ({
  value: (key) => key as Numeric,
  moved: (key, backwards) => {
    const distance = offset as Numeric;
    mustReach(distance.kind === 'infinity' || (distance.kind === 'finite' && signOf(distance) >= 0));
    const isInfinite = key.kind === 'infinity' || key.kind === '-infinity';
    if (distance.kind === 'infinity' && isInfinite && isTowards(signOf(key), backwards)) return EVERYWHERE;
    return addNumeric(key, backwards ? negateNumeric(distance) : distance);
  },
  compare: against(compareNumeric, (key) => key.kind === 'nan'),
});

/** Dates are moved as the timestamps of their midnights. */
const moment =
  (value: (key: Offset) => Int64, zoneOf: (settings: SessionSettings) => TimeZone | null): ReachFactory =>
  (offset, settings): Reach<Int64> => ({
    value,
    moved: (key, backwards) => {
      const span = offset as Interval;
      mustReach(intervalSpan(span) >= 0);
      if (infinityOf(span) > 0 && isTowards(timestampInfinity(key), backwards)) return EVERYWHERE;
      return addInterval(key, backwards ? negateInterval(span) : span, zoneOf(settings));
    },
    compare: against<Int64>(compareInt64),
  });

/** Only the time of the offset counts, and there is no day to wrap round. */
const timeOfDay: ReachFactory = (offset): Reach<number> => ({
  value: Number,
  moved: (key, backwards) => {
    const { micros } = offset as Interval;
    mustReach(micros >= 0);
    return backwards ? key - Number(micros) : key + Number(micros);
  },
  compare: against<Int64>(compareInt64),
});

const interval: ReachFactory = (offset): Reach<Interval> => ({
  value: (key) => key as Interval,
  moved: (key, backwards) => {
    const span = offset as Interval;
    mustReach(intervalSpan(span) >= 0);
    if (infinityOf(span) > 0 && isTowards(infinityOf(key), backwards)) return EVERYWHERE;
    return addIntervals(key, backwards ? negateInterval(span) : span);
  },
  compare: against(compareIntervals),
});

const asItIs = (key: Offset): Int64 => key as Int64;
const sessionZone = (settings: SessionSettings): TimeZone => textContext(settings).zone;

const factories: ReadonlyMap<string, ReachFactory> = new Map(
  (
    [
      ['int2,int2,int2', small],
      ['int2,int2,int4', small],
      ['int2,int2,int8', small],
      ['int4,int4,int2', small],
      ['int4,int4,int4', small],
      ['int4,int4,int8', small],
      ['int8,int8,int8', large],
      ['float4,float4,float8', float],
      ['float8,float8,float8', float],
      ['numeric,numeric,numeric', numeric],
      [
        'date,date,interval',
        moment(
          (key) => midnight(key as number, null),
          () => null,
        ),
      ],
      ['timestamp,timestamp,interval', moment(asItIs, () => null)],
      ['timestamptz,timestamptz,interval', moment(asItIs, sessionZone)],
      ['time,time,interval', timeOfDay],
      ['interval,interval,interval', interval],
    ] as const
  ).map(([types, factory]): [string, ReachFactory] => [`in_range(${types},bool,bool)`, factory]),
);

/** By signature of the support function. */
export const reachFactory = (signature: string): ReachFactory | undefined => factories.get(signature);
