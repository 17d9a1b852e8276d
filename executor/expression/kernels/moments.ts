/**
 * Dates and timestamps taken apart and put together, with PostgreSQL's ranges, infinities and error words: shared by the
 * date/time kernels (src/backend/utils/adt/date.c, timestamp.c).
 */
import {
  civilToDays,
  DATE_END,
  DATE_MIN,
  daysInMonth,
  daysToCivil,
  isTimestampInRange,
  joinTimestamp,
  MICROS_PER_DAY,
  splitTimestamp,
} from '../../../core/calendar.ts';
import { localToTimestampTz, timestampTzToLocal } from '../../../core/datetime.ts';
import type { Int64, Interval } from '../../../core/datum.ts';
import { DATE_INFINITY, DATE_MINUS_INFINITY, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY } from '../../../core/datum.ts';
import { addInt64 } from '../../../core/int64.ts';
import { datetimeOutOfRange, sqlError } from '../../../core/sql-error.ts';
import type { TimeZone } from '../../../core/time-zone.ts';
import { infinityOf } from './interval-arithmetic.ts';

/** First day that is no timestamp any more. */
const TIMESTAMP_DAYS_END = 109203528 - 2451545;

/** 1, -1 or 0 (finite). */
export const dateInfinity = (days: number): number => (days === DATE_INFINITY ? 1 : days === DATE_MINUS_INFINITY ? -1 : 0);
export const timestampInfinity = (timestamp: Int64): number =>
  timestamp === TIMESTAMP_INFINITY ? 1 : timestamp === TIMESTAMP_MINUS_INFINITY ? -1 : 0;
export const infiniteDate = (sign: number): number => (sign > 0 ? DATE_INFINITY : DATE_MINUS_INFINITY);
export const infiniteTimestamp = (sign: number): Int64 => (sign > 0 ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY);

export function checkDate(days: number): number {
  if (!(days >= DATE_MIN && days < DATE_END)) throw datetimeOutOfRange('date');
  return days;
}
export function checkTimestamp(timestamp: Int64 | undefined): Int64 {
  if (timestamp === undefined || !isTimestampInRange(timestamp)) throw datetimeOutOfRange('timestamp');
  return timestamp;
}

const dateBeyondTimestamp = () => sqlError('22008', 'date out of range for timestamp');

/** Midnight; undefined beyond the range of timestamps. */
export function midnightIfAny(days: number, zone: TimeZone | null): Int64 | undefined {
  const sign = dateInfinity(days);
  if (sign !== 0) return infiniteTimestamp(sign);
  if (days >= TIMESTAMP_DAYS_END) return undefined;
  const local = joinTimestamp(days, 0);
  if (zone === null) return local;
  const timestamp = localToTimestampTz(local, zone);
  return isTimestampInRange(timestamp) ? timestamp : undefined;
}

/** Midnight as timestamp, or in a zone as timestamptz. */
export function midnight(days: number, zone: TimeZone | null): Int64 {
  const timestamp = midnightIfAny(days, zone);
  if (timestamp === undefined) throw dateBeyondTimestamp();
  return timestamp;
}

/** timestamptz → timestamp. */
export function toLocal(timestamp: Int64, zone: TimeZone): Int64 {
  return timestampInfinity(timestamp) !== 0 ? timestamp : checkTimestamp(timestampTzToLocal(timestamp, zone));
}
/** timestamp → timestamptz. */
export function toMoment(timestamp: Int64, zone: TimeZone): Int64 {
  return timestampInfinity(timestamp) !== 0 ? timestamp : checkTimestamp(localToTimestampTz(timestamp, zone));
}

export function dateOf(timestamp: Int64): number {
  const sign = timestampInfinity(timestamp);
  return sign !== 0 ? infiniteDate(sign) : splitTimestamp(timestamp).days;
}

function addMonths(timestamp: Int64, months: number): Int64 {
  const { days, micros } = splitTimestamp(timestamp);
  const civil = daysToCivil(days);
  const count = civil.year * 12 + civil.month - 1 + months;
  const year = Math.floor(count / 12);
  const month = count - year * 12 + 1;
  // Far outside of any calendar: no day numbers there.
  if (year < -4800 || year > 300000) throw datetimeOutOfRange('timestamp');
  const day = Math.min(civil.day, daysInMonth(year, month));
  return checkTimestamp(joinTimestamp(civilToDays(year, month, day), micros));
}

/** With a zone, months and days are added to the local time there. */
export function addInterval(timestamp: Int64, span: Interval, zone: TimeZone | null): Int64 {
  const sign = infinityOf(span);
  const own = timestampInfinity(timestamp);
  if (sign !== 0) {
    if (own === -sign) throw datetimeOutOfRange('timestamp');
    return infiniteTimestamp(sign);
  }
  if (own !== 0) return timestamp;
  let result = timestamp;
  const locally = (change: (local: Int64) => Int64): void => {
    result = zone === null ? change(result) : checkTimestamp(localToTimestampTz(change(timestampTzToLocal(result, zone)), zone));
  };
  if (span.months !== 0) locally((local) => addMonths(local, span.months));
  if (span.days !== 0) {
    locally((local) => {
      const { days, micros } = splitTimestamp(local);
      return checkTimestamp(joinTimestamp(days + span.days, micros));
    });
  }
  return checkTimestamp(addInt64(result, span.micros));
}

/** A time of day, whatever µs are added. */
export const wrapDay = (micros: Int64): number => {
  const rest = Number(BigInt(micros) % BigInt(MICROS_PER_DAY));
  return rest < 0 ? rest + MICROS_PER_DAY : rest;
};
