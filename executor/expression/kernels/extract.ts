/**
 * extract(field FROM …) of date, time, timestamp, timestamptz and interval, as numeric with PostgreSQL's scales. Of an
 * infinite value the fields that only grow are infinite, those that go round are NULL.
 */
import { civilToDays, dayOfWeek, daysToCivil, EPOCH_JULIAN_DAY, MICROS_PER_DAY, splitTimestamp } from '../../../core/calendar.ts';
import type { SessionSettings } from '../../../algebra/plan.ts';
import type { Int64, Interval, Numeric } from '../../../core/datum.ts';
import { INT64_MAX } from '../../../core/int64.ts';
import { UNIX_TO_PG_DAYS } from '../../../core/datum.ts';
import { timestampTzToLocal } from '../../../core/datetime.ts';
import {
  addNumeric,
  divideNumeric,
  NEGATIVE_INFINITY,
  numericFromInt64,
  POSITIVE_INFINITY,
  roundNumeric,
} from '../../../core/numeric.ts';
import { textContext } from '../../../core/text-format.ts';
import { asNatural } from '../convert.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { kernel } from '../kernel.ts';
import type { Unit } from './datetime-units.ts';
import { unitOf, unsupportedUnit } from './datetime-units.ts';
import { infinityOf } from './interval-arithmetic.ts';
import { dateInfinity, timestampInfinity } from './moments.ts';

const SECONDS_PER_DAY = 86_400;

const names = {
  date: 'date',
  time: 'time without time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  interval: 'interval',
} as const;

const scaled = (unscaled: Int64, scale: number): Numeric => ({ kind: 'finite', unscaled: BigInt(unscaled), scale });

/** Years, months and days repeat row after row: one object for each small number. */
const smallIntegers: Numeric[] = Array.from({ length: 4096 }, (_, i) => scaled(i, 0));
const integer = (value: number): Numeric => smallIntegers[value] ?? scaled(value, 0);

const growing: ReadonlySet<Unit> = new Set(['year', 'decade', 'century', 'millennium', 'julian', 'isoyear', 'epoch']);
const ofInfinity = (unit: Unit, sign: number, isGrowing: ReadonlySet<Unit>): Numeric | undefined =>
  isGrowing.has(unit) ? (sign > 0 ? POSITIVE_INFINITY : NEGATIVE_INFINITY) : undefined;

/** Monday of the first ISO week of a year. */
export function isoYearStart(year: number): number {
  const fourth = civilToDays(year, 1, 4);
  return fourth - ((dayOfWeek(fourth) + 6) % 7);
}
export function isoYearOf(days: number): number {
  const { year } = daysToCivil(days);
  if (days < isoYearStart(year)) return year - 1;
  return days >= isoYearStart(year + 1) ? year + 1 : year;
}

/** Year 0 is 1 BC; decades, centuries and millennia are counted away from it. */
const periods = (year: number, length: number): number =>
  year > 0 ? Math.floor((year + length - 1) / length) : -Math.floor((length - 1 - (year - 1)) / length);

/** Fields of a day; undefined for others. */
function dayField(unit: Unit, days: number): number | undefined {
  switch (unit) {
    case 'day':
      return daysToCivil(days).day;
    case 'month':
      return daysToCivil(days).month;
    case 'quarter':
      return Math.floor((daysToCivil(days).month - 1) / 3) + 1;
    case 'year': {
      const { year } = daysToCivil(days);
      return year > 0 ? year : year - 1;
    }
    case 'decade': {
      const { year } = daysToCivil(days);
      return year >= 0 ? Math.floor(year / 10) : -Math.floor((8 - (year - 1)) / 10);
    }
    case 'century':
      return periods(daysToCivil(days).year, 100);
    case 'millennium':
      return periods(daysToCivil(days).year, 1000);
    case 'week':
      return Math.floor((days - isoYearStart(isoYearOf(days))) / 7) + 1;
    case 'isoyear': {
      const year = isoYearOf(days);
      return year > 0 ? year : year - 1;
    }
    case 'dow':
      return dayOfWeek(days);
    case 'isodow':
      return dayOfWeek(days) || 7;
    case 'doy':
      return days - civilToDays(daysToCivil(days).year, 1, 1) + 1;
    default:
      return undefined;
  }
}

/** Fields of a time of day, with their scales. */
function timeField(unit: Unit, micros: number): Numeric | undefined {
  switch (unit) {
    case 'microsecond':
      return scaled(micros % 60_000_000, 0);
    case 'millisecond':
      return scaled(micros % 60_000_000, 3);
    case 'second':
      return scaled(micros % 60_000_000, 6);
    case 'minute':
      return integer(Math.floor(micros / 60_000_000) % 60);
    case 'hour':
      return integer(Math.floor(micros / 3_600_000_000));
    default:
      return undefined;
  }
}

const ofDates: ReadonlySet<Unit> = new Set([...growing, 'day', 'month', 'quarter', 'week', 'dow', 'isodow', 'doy']);

function fromDate(text: string, days: number): Numeric | undefined {
  const unit = unitOf(text, names.date);
  if (!ofDates.has(unit)) throw unsupportedUnit(text, names.date);
  const sign = dateInfinity(days);
  if (sign !== 0) return ofInfinity(unit, sign, growing);
  if (unit === 'julian') return scaled(days + EPOCH_JULIAN_DAY, 0);
  if (unit === 'epoch') return scaled((days + UNIX_TO_PG_DAYS) * SECONDS_PER_DAY, 0);
  return integer(dayField(unit, days)!);
}

const MICROS_OF_DAY = numericFromInt64(MICROS_PER_DAY);
const EPOCH_MICROS = BigInt(UNIX_TO_PG_DAYS) * BigInt(MICROS_PER_DAY);

/** Of local time; `timestamp` is the moment itself (epoch). */
function momentField(unit: Unit, timestamp: Int64, local: Int64): Numeric | undefined {
  if (unit === 'epoch') {
    const micros = BigInt(timestamp) + EPOCH_MICROS;
    if (micros <= INT64_MAX) return scaled(micros, 6);
    // PostgreSQL divides here, and the quotient loses digits.
    return roundNumeric(divideNumeric(numericFromInt64(micros), numericFromInt64(1_000_000)), 6);
  }
  const { days, micros } = splitTimestamp(local);
  if (unit === 'julian') {
    return addNumeric(numericFromInt64(days + EPOCH_JULIAN_DAY), divideNumeric(numericFromInt64(micros), MICROS_OF_DAY));
  }
  const day = dayField(unit, days);
  return day === undefined ? timeField(unit, micros) : integer(day);
}

export function fromTimestamp(text: string, timestamp: Int64): Numeric | undefined {
  const unit = unitOf(text, names.timestamp);
  const sign = timestampInfinity(timestamp);
  if (sign !== 0) return ofInfinity(unit, sign, growing);
  if (unit.startsWith('timezone')) throw unsupportedUnit(text, names.timestamp);
  return momentField(unit, timestamp, timestamp);
}

export function fromTimestampTz(text: string, timestamp: Int64, settings: SessionSettings): Numeric | undefined {
  const unit = unitOf(text, names.timestamptz);
  const sign = timestampInfinity(timestamp);
  if (sign !== 0) return ofInfinity(unit, sign, growing);
  const local = timestampTzToLocal(timestamp, textContext(settings).zone);
  const offset = Number(BigInt(local) - BigInt(timestamp)) / 1_000_000;
  if (unit === 'timezone') return scaled(offset, 0);
  if (unit === 'timezone_hour') return scaled(Math.trunc(offset / 3600), 0);
  if (unit === 'timezone_minute') return scaled(Math.trunc(offset / 60) % 60, 0);
  return momentField(unit, timestamp, local);
}

export function fromTime(text: string, time: Int64): Numeric | undefined {
  const unit = unitOf(text, names.time);
  if (unit === 'epoch') return scaled(time, 6);
  const field = timeField(unit, Number(time));
  if (field === undefined) throw unsupportedUnit(text, names.time);
  return field;
}

const growingOfInterval: ReadonlySet<Unit> = new Set(['hour', 'day', 'year', 'decade', 'century', 'millennium', 'epoch']);
const ofIntervals: ReadonlySet<Unit> = new Set([
  ...growingOfInterval,
  'microsecond',
  'millisecond',
  'second',
  'minute',
  'week',
  'month',
  'quarter',
]);

export function fromInterval(text: string, value: Interval): Numeric | undefined {
  const unit = unitOf(text, names.interval);
  if (!ofIntervals.has(unit)) throw unsupportedUnit(text, names.interval);
  const sign = infinityOf(value);
  if (sign !== 0) return ofInfinity(unit, sign, growingOfInterval);
  const { months, days } = value;
  const micros = BigInt(value.micros);
  switch (unit) {
    case 'microsecond':
      return scaled(micros % 60_000_000n, 0);
    case 'millisecond':
      return scaled(micros % 60_000_000n, 3);
    case 'second':
      return scaled(micros % 60_000_000n, 6);
    case 'minute':
      return scaled((micros / 60_000_000n) % 60n, 0);
    case 'hour':
      return scaled(micros / 3_600_000_000n, 0);
    case 'day':
      return scaled(days, 0);
    case 'week':
      return scaled(Math.trunc(days / 7), 0);
    case 'month':
      return scaled(months % 12, 0);
    case 'quarter':
      return scaled(quarterOf(months), 0);
    case 'epoch': {
      // A year of 365.25 days, a month of 30, in quarters of a day.
      const quarterDays = 1461n * BigInt(Math.trunc(months / 12)) + 120n * BigInt(months % 12) + 4n * BigInt(days);
      return scaled(quarterDays * 21600n * 1_000_000n + micros, 6);
    }
    default:
      return scaled(
        Math.trunc(months / 12 / (unit === 'year' ? 1 : unit === 'decade' ? 10 : unit === 'century' ? 100 : 1000)),
        0,
      );
  }
}

/** Quarters of a negative interval are those of its opposite, negated. */
const quarterOf = (months: number): number =>
  months >= 0 ? Math.trunc((months % 12) / 3) + 1 : -(Math.trunc((-months % 12) / 3) + 1);

const extract = (f: (text: string, value: never, settings: SessionSettings) => Numeric | undefined): Kernel =>
  kernel((call) => {
    const { emitter } = call;
    const args = call.args.map((arg) => asNatural(emitter, arg));
    const code = emitter.name(`${emitter.hoist(f)}(${args.join(', ')}, ${emitter.hoist(call.settings)})`);
    return { form: 'numeric', type: call.type, isNull: emitter.name(`${code} === undefined`), code };
  });

export const extractKernels: KernelTable = {
  'extract(text,date)': extract(fromDate),
  'extract(text,timestamp)': extract(fromTimestamp),
  'extract(text,timestamptz)': extract(fromTimestampTz),
  'extract(text,time)': extract(fromTime),
  'extract(text,interval)': extract(fromInterval),
};
