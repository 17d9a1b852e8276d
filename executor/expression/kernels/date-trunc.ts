/** date_trunc of timestamps and intervals. */
import { civilToDays, dayOfWeek, daysToCivil, joinTimestamp, MICROS_PER_DAY, splitTimestamp } from '../../../core/calendar.ts';
import { localToTimestampTz, timestampTzToLocal } from '../../../core/datetime.ts';
import type { Int64, Interval } from '../../../core/datum.ts';
import { int64 } from '../../../core/datum.ts';
import { textContext } from '../../../core/text-format.ts';
import type { TimeZone } from '../../../core/time-zone.ts';
import type { KernelTable } from '../kernel.ts';
import { apply, applyInSession } from '../kernel.ts';
import type { Unit } from './datetime-units.ts';
import { unitOf, unsupportedUnit } from './datetime-units.ts';
import { infinityOf, makeInterval } from './interval-arithmetic.ts';
import { checkTimestamp, timestampInfinity } from './moments.ts';

const unitMicros: Partial<Record<Unit, number>> = {
  microsecond: 1,
  millisecond: 1000,
  second: 1_000_000,
  minute: 60_000_000,
  hour: 3_600_000_000,
  day: MICROS_PER_DAY,
};

const yearsOf: Partial<Record<Unit, number>> = { year: 1, decade: 10, century: 100, millennium: 1000 };

/** First year of the period: centuries and millennia begin with year 1, decades with year 0; years before 1 count down. */
function periodStart(year: number, unit: Unit): number {
  const length = yearsOf[unit]!;
  if (unit === 'year') return year;
  if (unit === 'decade') return year > 0 ? Math.floor(year / 10) * 10 : -Math.trunc((8 - (year - 1)) / 10) * 10;
  return year > 0
    ? Math.trunc((year + length - 1) / length) * length - length + 1
    : -Math.trunc((length - 1 - (year - 1)) / length) * length + 1;
}

/** undefined: the unit cannot be cut to. */
function truncated(unit: Unit, timestamp: Int64): Int64 | undefined {
  const { days, micros } = splitTimestamp(timestamp);
  const size = unitMicros[unit];
  if (size !== undefined) return joinTimestamp(days, micros - (micros % size));
  const { year, month } = daysToCivil(days);
  switch (unit) {
    case 'week':
      return joinTimestamp(days - ((dayOfWeek(days) + 6) % 7), 0);
    case 'month':
      return joinTimestamp(civilToDays(year, month, 1), 0);
    case 'quarter':
      return joinTimestamp(civilToDays(year, month - ((month - 1) % 3), 1), 0);
    default:
      return yearsOf[unit] === undefined ? undefined : joinTimestamp(civilToDays(periodStart(year, unit), 1, 1), 0);
  }
}

const WITHOUT_ZONE = 'timestamp without time zone';
const WITH_ZONE = 'timestamp with time zone';

function truncateTimestamp(text: string, timestamp: Int64): Int64 {
  const unit = unitOf(text, WITHOUT_ZONE, 'truncate');
  const infinite = timestampInfinity(timestamp) !== 0;
  const result = truncated(unit, infinite ? 0 : timestamp);
  if (result === undefined) throw unsupportedUnit(text, WITHOUT_ZONE);
  return infinite ? timestamp : checkTimestamp(result);
}

export function truncateIn(text: string, timestamp: Int64, zone: TimeZone): Int64 {
  const unit = unitOf(text, WITH_ZONE, 'truncate');
  const infinite = timestampInfinity(timestamp) !== 0;
  const local = infinite ? 0 : timestampTzToLocal(timestamp, zone);
  const result = truncated(unit, local);
  if (result === undefined) throw unsupportedUnit(text, WITH_ZONE);
  if (infinite) return timestamp;
  const size = unitMicros[unit];
  // Within an hour the offset is kept, so that the hour repeated in autumn stays apart.
  if (size !== undefined && size < MICROS_PER_DAY) {
    return checkTimestamp(int64(BigInt(timestamp) - (BigInt(local) - BigInt(result))));
  }
  return checkTimestamp(localToTimestampTz(result, zone));
}

function truncateInterval(text: string, value: Interval): Interval {
  const unit = unitOf(text, 'interval', 'truncate');
  const size = unitMicros[unit];
  const years = yearsOf[unit];
  const known = size !== undefined || years !== undefined || unit === 'month' || unit === 'quarter';
  if (!known) {
    const error = unsupportedUnit(text, 'interval');
    throw unit === 'week' ? error.with({ detail: 'Months usually have fractional weeks.' }) : error;
  }
  if (infinityOf(value) !== 0) return value;
  const { months, days } = value;
  if (years !== undefined) return makeInterval(Math.trunc(months / 12 / years) * 12 * years, 0, 0);
  if (unit === 'month') return makeInterval(months, 0, 0);
  if (unit === 'quarter') return makeInterval(Math.trunc(months / 3) * 3, 0, 0);
  if (unit === 'day') return makeInterval(months, days, 0);
  return makeInterval(months, days, int64(BigInt(value.micros) - (BigInt(value.micros) % BigInt(size!))));
}

export const dateTruncKernels: KernelTable = {
  'date_trunc(text,timestamp)': apply(truncateTimestamp),
  'date_trunc(text,timestamptz)': applyInSession((s, unit: string, t: Int64) => truncateIn(unit, t, textContext(s).zone)),
  'date_trunc(text,interval)': apply(truncateInterval),
};
