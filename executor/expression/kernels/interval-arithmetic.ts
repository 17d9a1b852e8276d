/**
 * Intervals: + - × ÷, negation, justification, with their two infinities (src/backend/utils/adt/timestamp.c). Months, days
 * and µs never mix except where PostgreSQL cascades fractions down.
 */
import { INTERVAL_INFINITY, INTERVAL_MINUS_INFINITY } from '../../../core/interval.ts';
import { MICROS_PER_DAY } from '../../../core/calendar.ts';
import type { Int64, Interval } from '../../../core/datum.ts';
import { int64 } from '../../../core/datum.ts';
import { addInt64, subtractInt64 } from '../../../core/int64.ts';
import { datetimeOutOfRange, divisionByZero } from '../../../core/sql-error.ts';
import { intervalSpan } from '../compare.ts';
import type { KernelTable } from '../kernel.ts';
import { apply } from '../kernel.ts';
import { roundToEven } from './rounding.ts';

const SECONDS_PER_DAY = 86_400;

const outOfRange = () => datetimeOutOfRange('interval');

/** 1: infinity, -1: -infinity, 0: finite. */
export function infinityOf(value: Interval): number {
  if (
    value.months === INTERVAL_INFINITY.months &&
    value.days === INTERVAL_INFINITY.days &&
    value.micros === INTERVAL_INFINITY.micros
  )
    return 1;
  return value.months === INTERVAL_MINUS_INFINITY.months &&
    value.days === INTERVAL_MINUS_INFINITY.days &&
    value.micros === INTERVAL_MINUS_INFINITY.micros
    ? -1
    : 0;
}

export const infiniteInterval = (sign: number): Interval => (sign > 0 ? INTERVAL_INFINITY : INTERVAL_MINUS_INFINITY);

/** A finite interval whose parts fit, or 22008. */
export function makeInterval(months: number, days: number, micros: Int64 | undefined): Interval {
  if (micros === undefined || months !== (months | 0) || days !== (days | 0)) throw outOfRange();
  const value = { months: months + 0, days: days + 0, micros };
  if (infinityOf(value) !== 0) throw outOfRange();
  return value;
}

export function negateInterval(value: Interval): Interval {
  const sign = infinityOf(value);
  if (sign !== 0) return infiniteInterval(-sign);
  return makeInterval(0 - value.months, 0 - value.days, subtractInt64(0, value.micros));
}

export function addIntervals(a: Interval, b: Interval): Interval {
  const x = infinityOf(a);
  const y = infinityOf(b);
  if (x !== 0 || y !== 0) {
    if (x * y === -1) throw outOfRange();
    return infiniteInterval(x || y);
  }
  return makeInterval(a.months + b.months, a.days + b.days, addInt64(a.micros, b.micros));
}

function subtractIntervals(a: Interval, b: Interval): Interval {
  const x = infinityOf(a);
  const y = infinityOf(b);
  if (x !== 0 || y !== 0) {
    if (x === y) throw outOfRange();
    return infiniteInterval(x || -y);
  }
  return makeInterval(a.months - b.months, a.days - b.days, subtractInt64(a.micros, b.micros));
}

const toMicros = (value: number): number => roundToEven(value * 1_000_000) / 1_000_000;
const fitsInt32 = (value: number): boolean => value >= -2147483648 && value < 2147483648;

/** The fractions of months and days flow down: `scale(x)` is x × factor or x ÷ factor. */
function scaled(value: Interval, scale: (part: number) => number): Interval {
  const wideMonths = scale(value.months);
  const wideDays = scale(value.days);
  if (!fitsInt32(wideMonths) || !fitsInt32(wideDays)) throw outOfRange();
  const months = Math.trunc(wideMonths);
  let days = Math.trunc(wideDays);
  const restDays = toMicros((wideMonths - months) * 30);
  let seconds = toMicros((wideDays - days + restDays - Math.trunc(restDays)) * SECONDS_PER_DAY);
  if (Math.abs(seconds) >= SECONDS_PER_DAY) {
    const whole = Math.trunc(seconds / SECONDS_PER_DAY);
    days += whole;
    seconds -= whole * SECONDS_PER_DAY;
  }
  days += Math.trunc(restDays);
  const micros = roundToEven(scale(Number(value.micros)) + seconds * 1_000_000);
  if (!(micros >= -(2 ** 63) && micros < 2 ** 63)) throw outOfRange();
  return makeInterval(months, days, int64(BigInt(micros)));
}

function multiply(value: Interval, factor: number): Interval {
  if (Number.isNaN(factor)) throw outOfRange();
  const sign = infinityOf(value);
  if (sign !== 0) {
    if (factor === 0) throw outOfRange();
    return infiniteInterval(factor < 0 ? -sign : sign);
  }
  if (!Number.isFinite(factor)) {
    const span = intervalSpan(value);
    if (span === 0) throw outOfRange();
    return infiniteInterval(span < 0 === factor < 0 ? 1 : -1);
  }
  return scaled(value, (part) => part * factor);
}

function divide(value: Interval, divisor: number): Interval {
  if (divisor === 0) throw divisionByZero();
  if (Number.isNaN(divisor)) throw outOfRange();
  const sign = infinityOf(value);
  if (sign !== 0) {
    if (!Number.isFinite(divisor)) throw outOfRange();
    return infiniteInterval(divisor < 0 ? -sign : sign);
  }
  return scaled(value, (part) => part / divisor);
}

/** Whole days out of the time, the rest of the same sign as the days. */
export function justifyHours(value: Interval): Interval {
  if (infinityOf(value) !== 0) return value;
  const perDay = BigInt(MICROS_PER_DAY);
  let days = value.days + Number(BigInt(value.micros) / perDay);
  let micros = int64(BigInt(value.micros) % perDay);
  if (days > 0 && micros < 0) {
    micros = addInt64(micros, MICROS_PER_DAY)!;
    days--;
  } else if (days < 0 && micros > 0) {
    micros = subtractInt64(micros, MICROS_PER_DAY)!;
    days++;
  }
  return makeInterval(value.months, days, micros);
}

function justifyDays(value: Interval): Interval {
  if (infinityOf(value) !== 0) return value;
  const whole = Math.trunc(value.days / 30);
  let months = value.months + whole;
  let days = value.days - whole * 30;
  if (months > 0 && days < 0) {
    days += 30;
    months--;
  } else if (months < 0 && days > 0) {
    days -= 30;
    months++;
  }
  return makeInterval(months, days, value.micros);
}

export const intervalKernels: KernelTable = {
  'interval_pl(interval,interval)': apply(addIntervals),
  'interval_mi(interval,interval)': apply(subtractIntervals),
  'interval_um(interval)': apply(negateInterval),
  'interval_mul(interval,float8)': apply(multiply),
  'mul_d_interval(float8,interval)': apply((factor: number, value: Interval) => multiply(value, factor)),
  'interval_div(interval,float8)': apply(divide),
  'justify_hours(interval)': apply(justifyHours),
  'justify_days(interval)': apply(justifyDays),
  'isfinite(interval)': apply((value: Interval) => infinityOf(value) === 0),
};
