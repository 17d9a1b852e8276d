/** Arithmetic, casts and cross-type comparison of date, time, timestamp and timestamptz. */
import {
  civilToDays,
  DATE_END,
  DATE_MIN,
  daysInMonth,
  daysToCivil,
  MICROS_PER_DAY,
  splitTimestamp,
} from '../../../core/calendar.ts';
import { timestampTzToLocal } from '../../../core/datetime.ts';
import type { Int64, Interval } from '../../../core/datum.ts';
import { addInt64, compareInt64, subtractInt64 } from '../../../core/int64.ts';
import { datetimeOutOfRange, sqlError } from '../../../core/sql-error.ts';
import { textContext } from '../../../core/text-format.ts';
import type { TimeZone } from '../../../core/time-zone.ts';
import type { SessionSettings } from '../../../algebra/plan.ts';
import { asNatural } from '../convert.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { apply, applyInSession, kernel, resultOf } from '../kernel.ts';
import { infiniteInterval, infinityOf, justifyHours, makeInterval, negateInterval } from './interval-arithmetic.ts';
import {
  addInterval,
  checkDate,
  checkTimestamp,
  dateInfinity,
  dateOf,
  midnight,
  midnightIfAny,
  timestampInfinity,
  toLocal,
  toMoment,
  wrapDay,
} from './moments.ts';

const zoneOf = (settings: SessionSettings): TimeZone => textContext(settings).zone;

const addDays = (date: number, days: number): number => (dateInfinity(date) !== 0 ? date : checkDate(date + days));
const subtractDays = (date: number, days: number): number => (dateInfinity(date) !== 0 ? date : checkDate(date - days));
function daysBetween(a: number, b: number): number {
  if (dateInfinity(a) !== 0 || dateInfinity(b) !== 0) throw sqlError('22008', 'cannot subtract infinite dates');
  return a - b;
}

function dateAndTime(date: number, time: Int64): Int64 {
  const day = midnight(date, null);
  return timestampInfinity(day) !== 0 ? day : checkTimestamp(addInt64(day, time));
}

const dateMinusInterval = (date: number, span: Interval): Int64 => addInterval(midnight(date, null), negateInterval(span), null);
const datePlusInterval = (date: number, span: Interval): Int64 => addInterval(midnight(date, null), span, null);

/** a - b where one of them is infinite; undefined when both are finite. */
function infiniteDifference(a: Int64, b: Int64): Interval | undefined {
  const x = timestampInfinity(a);
  const y = timestampInfinity(b);
  if (x === 0 && y === 0) return undefined;
  if (x === y) throw datetimeOutOfRange('interval');
  return infiniteInterval(x || -y);
}
const difference = (a: Int64, b: Int64): Interval =>
  infiniteDifference(a, b) ?? justifyHours(makeInterval(0, 0, subtractInt64(a, b)));

/** The symbolic difference: years, months, days … between two local times. */
function age(a: Int64, b: Int64): Interval {
  const infinite = infiniteDifference(a, b);
  if (infinite !== undefined) return infinite;
  const swapped = a < b;
  const [later, earlier] = (swapped ? [b, a] : [a, b]).map((timestamp) => {
    const { days, micros } = splitTimestamp(timestamp);
    return { ...daysToCivil(days), micros };
  }) as [
    { year: number; month: number; day: number; micros: number },
    { year: number; month: number; day: number; micros: number },
  ];
  let { year, month, day, micros } = later;
  year -= earlier.year;
  month -= earlier.month;
  day -= earlier.day;
  micros -= earlier.micros;
  if (micros < 0) {
    micros += MICROS_PER_DAY;
    day--;
  }
  while (day < 0) {
    day += daysInMonth(earlier.year, earlier.month);
    month--;
  }
  while (month < 0) {
    month += 12;
    year--;
  }
  const result = makeInterval(year * 12 + month, day, micros);
  return swapped ? negateInterval(result) : result;
}

const finiteTime = (span: Interval, message: string): Int64 => {
  if (infinityOf(span) !== 0) throw sqlError('22008', message);
  return span.micros;
};
const timePlus = (time: Int64, span: Interval): Int64 =>
  wrapDay(BigInt(time) + BigInt(finiteTime(span, 'cannot add infinite interval to time')));
const timeMinus = (time: Int64, span: Interval): Int64 =>
  wrapDay(BigInt(time) - BigInt(finiteTime(span, 'cannot subtract infinite interval from time')));

/** To `precision` digits of a second, half away from zero. */
function roundTo(micros: Int64, precision: number): Int64 {
  if (precision < 0 || precision >= 6) return micros;
  const unit = 10 ** (6 - precision);
  if (typeof micros === 'number' && Math.abs(micros) < 4e15) {
    return (micros >= 0 ? Math.floor((micros + unit / 2) / unit) * unit : -Math.floor((unit / 2 - micros) / unit) * unit) + 0;
  }
  const scale = BigInt(unit);
  const value = BigInt(micros);
  const rounded = value >= 0n ? ((value + scale / 2n) / scale) * scale : -((-value + scale / 2n) / scale) * scale;
  return addInt64(0, rounded)!;
}
const roundTimestamp = (timestamp: Int64, precision: number): Int64 =>
  timestampInfinity(timestamp) !== 0 ? timestamp : roundTo(timestamp, precision);

/** A function of which infinity gives NULL. */
const nullForInfinity = (f: (settings: SessionSettings, timestamp: Int64) => Int64): Kernel =>
  kernel((call) => {
    const { emitter } = call;
    const argument = emitter.name(asNatural(emitter, call.args[0]!));
    const isNull = emitter.name(`${emitter.hoist(timestampInfinity)}(${argument}) !== 0`);
    const code = emitter.name(`${isNull} ? 0 : ${emitter.hoist(f)}(${emitter.hoist(call.settings)}, ${argument})`);
    return { form: 'int64', type: call.type, isNull, code };
  });

function makeDate(year: number, month: number, day: number): number {
  // Year -1 is the one before year 1; PostgreSQL's words count it as 0.
  const astronomical = year < 0 && year !== -2147483648 ? year + 1 : year;
  const outOfRange = (what: string) =>
    sqlError('22008', `${what}: ${astronomical}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(astronomical, month)) {
    throw outOfRange('date field value out of range');
  }
  const days = astronomical < -4713 || astronomical > 5874897 ? DATE_END : civilToDays(astronomical, month, day);
  if (days < DATE_MIN || days >= DATE_END) throw outOfRange('date out of range');
  return days;
}

/** Types of different precision are compared as timestamps; what is beyond their range is above all finite ones. */
type ToMoment = (value: Int64, settings: SessionSettings) => Int64 | undefined;
const asTimestamp: ToMoment = (value) => value;
const dateAsTimestamp: ToMoment = (value) => midnightIfAny(Number(value), null);
const dateAsMoment: ToMoment = (value, settings) => midnightIfAny(Number(value), zoneOf(settings));
const timestampAsMoment: ToMoment = (value, settings) => toMoment(value, zoneOf(settings));

function compareMoments(a: Int64 | undefined, b: Int64 | undefined): number {
  if (a === undefined) return timestampInfinity(b!) === 1 ? -1 : 1;
  if (b === undefined) return timestampInfinity(a) === 1 ? 1 : -1;
  return compareInt64(a, b);
}

const table: Record<string, Kernel> = {
  'date_pli(date,int4)': apply(addDays),
  'date_mii(date,int4)': apply(subtractDays),
  'integer_pl_date(int4,date)': apply((days: number, date: number) => addDays(date, days)),
  'date_mi(date,date)': apply(daysBetween),
  'date_pl_interval(date,interval)': apply(datePlusInterval),
  'date_mi_interval(date,interval)': apply(dateMinusInterval),
  'interval_pl_date(interval,date)': apply((span: Interval, date: number) => datePlusInterval(date, span)),
  'datetime_pl(date,time)': apply(dateAndTime),
  'timedate_pl(time,date)': apply((time: Int64, date: number) => dateAndTime(date, time)),
  'timestamp_pl_interval(timestamp,interval)': apply((t: Int64, span: Interval) => addInterval(t, span, null)),
  'timestamp_mi_interval(timestamp,interval)': apply((t: Int64, span: Interval) => addInterval(t, negateInterval(span), null)),
  'interval_pl_timestamp(interval,timestamp)': apply((span: Interval, t: Int64) => addInterval(t, span, null)),
  'timestamptz_pl_interval(timestamptz,interval)': applyInSession((s, t: Int64, span: Interval) =>
    addInterval(t, span, zoneOf(s)),
  ),
  'timestamptz_mi_interval(timestamptz,interval)': applyInSession((s, t: Int64, span: Interval) =>
    addInterval(t, negateInterval(span), zoneOf(s)),
  ),
  'interval_pl_timestamptz(interval,timestamptz)': applyInSession((s, span: Interval, t: Int64) =>
    addInterval(t, span, zoneOf(s)),
  ),
  'timestamp_mi(timestamp,timestamp)': apply(difference),
  'timestamptz_mi(timestamptz,timestamptz)': apply(difference),
  'age(timestamp,timestamp)': apply(age),
  'age(timestamptz,timestamptz)': applyInSession((s, a: Int64, b: Int64) => {
    const zone = zoneOf(s);
    return infiniteDifference(a, b) ?? age(timestampTzToLocal(a, zone), timestampTzToLocal(b, zone));
  }),
  'time_pl_interval(time,interval)': apply(timePlus),
  'time_mi_interval(time,interval)': apply(timeMinus),
  'interval_pl_time(interval,time)': apply((span: Interval, time: Int64) => timePlus(time, span)),
  'time_mi_time(time,time)': apply((a: Int64, b: Int64) => makeInterval(0, 0, subtractInt64(a, b))),
  'timestamp(date)': apply((date: number) => midnight(date, null)),
  'timestamptz(date)': applyInSession((s, date: number) => midnight(date, zoneOf(s))),
  'timestamp(date,time)': apply(dateAndTime),
  'date(timestamp)': apply(dateOf),
  'date(timestamptz)': applyInSession((s, t: Int64) => dateOf(timestampInfinity(t) === 0 ? timestampTzToLocal(t, zoneOf(s)) : t)),
  'timestamp(timestamptz)': applyInSession((s, t: Int64) => toLocal(t, zoneOf(s))),
  'timestamptz(timestamp)': applyInSession((s, t: Int64) => toMoment(t, zoneOf(s))),
  'time(timestamp)': nullForInfinity((_, t) => splitTimestamp(t).micros),
  'time(timestamptz)': nullForInfinity((s, t) => splitTimestamp(timestampTzToLocal(t, zoneOf(s))).micros),
  'interval(time)': apply((time: Int64) => makeInterval(0, 0, time)),
  'time(interval)': apply((span: Interval) => wrapDay(finiteTime(span, 'cannot convert infinite interval to time'))),
  'timestamp(timestamp,int4)': apply(roundTimestamp),
  'timestamptz(timestamptz,int4)': apply(roundTimestamp),
  'time(time,int4)': apply(roundTo),
  'make_date(int4,int4,int4)': apply(makeDate),
  'isfinite(date)': apply((date: number) => dateInfinity(date) === 0),
  'isfinite(timestamp)': apply((t: Int64) => timestampInfinity(t) === 0),
  'isfinite(timestamptz)': apply((t: Int64) => timestampInfinity(t) === 0),
};

const operators = [
  ['eq', '==='],
  ['ne', '!=='],
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
] as const;
const mixes: readonly (readonly [string, ToMoment, string, ToMoment])[] = [
  ['date', dateAsTimestamp, 'timestamp', asTimestamp],
  ['timestamp', asTimestamp, 'date', dateAsTimestamp],
  ['date', dateAsMoment, 'timestamptz', asTimestamp],
  ['timestamptz', asTimestamp, 'date', dateAsMoment],
  ['timestamp', timestampAsMoment, 'timestamptz', asTimestamp],
  ['timestamptz', asTimestamp, 'timestamp', timestampAsMoment],
];
for (const [a, toA, b, toB] of mixes) {
  const compare = (settings: SessionSettings, x: Int64, y: Int64): number => compareMoments(toA(x, settings), toB(y, settings));
  for (const [name, operator] of operators) {
    table[`${a}_${name}_${b}(${a},${b})`] = kernel((call) => {
      const { emitter } = call;
      const args = call.args.map((arg) => asNatural(emitter, arg));
      return resultOf(call, `${emitter.hoist(compare)}(${emitter.hoist(call.settings)}, ${args.join(', ')}) ${operator} 0`);
    });
  }
}

export const datetimeKernels: KernelTable = table;
