/** make_time, make_timestamp, make_timestamptz, make_interval and to_timestamp(seconds) (timestamp.c, date.c). */
import type { SessionSettings } from '../../../algebra/plan.ts';
import { civilToDays, daysInMonth, isTimestampInRange, joinTimestamp, MICROS_PER_DAY } from '../../../core/calendar.ts';
import type { Int64, Interval } from '../../../core/datum.ts';
import { int64 } from '../../../core/datum.ts';
import { formatGeneral } from '../../../core/float-text.ts';
import { addInt64 } from '../../../core/int64.ts';
import { datetimeOutOfRange, floatOverflow, sqlError } from '../../../core/sql-error.ts';
import { textContext } from '../../../core/text-format.ts';
import type { KernelTable } from '../kernel.ts';
import { apply, applyInSession } from '../kernel.ts';
import { makeInterval } from './interval-arithmetic.ts';
import { checkTimestamp, infiniteTimestamp, toMoment } from './moments.ts';
import type { NamedZone } from './named-zone.ts';
import { localToMoment, namedZone, zoneOfOffset } from './named-zone.ts';
import { roundToEven } from './rounding.ts';

const pad2 = (value: number): string => String(value).padStart(2, '0');
/** printf's %02g. */
const secondsText = (seconds: number): string => formatGeneral(seconds, 6).padStart(2, '0');

/** µs of the day; undefined when a field, or their sum, is out of range. 24:00:00 and a 60th second are not. */
function microsOfDay(hours: number, minutes: number, seconds: number): number | undefined {
  if (!(hours >= 0 && hours <= 24 && minutes >= 0 && minutes < 60)) return undefined;
  const micros = roundToEven(seconds * 1_000_000);
  if (!(micros >= 0 && micros <= 60_000_000)) return undefined;
  const total = (hours * 60 + minutes) * 60_000_000 + micros;
  return total > MICROS_PER_DAY ? undefined : total;
}

function makeTime(hours: number, minutes: number, seconds: number): Int64 {
  const micros = microsOfDay(hours, minutes, seconds);
  if (micros !== undefined) return micros;
  throw sqlError('22008', `time field value out of range: ${hours}:${pad2(minutes)}:${secondsText(seconds)}`);
}

type Fields = readonly [year: number, month: number, day: number, hours: number, minutes: number, seconds: number];

/** Years before 1 are counted from -1 down. */
function makeTimestamp(...[year, month, day, hours, minutes, seconds]: Fields): Int64 {
  const date = `${year}-${pad2(month)}-${pad2(day)}`;
  const astronomical = year < 0 ? year + 1 : year;
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(astronomical, month)) {
    throw sqlError('22008', `date field value out of range: ${date}`);
  }
  const beyond = astronomical < -4713 || (astronomical === -4713 && month < 11) || astronomical > 5874898;
  if (beyond || (astronomical === 5874898 && month >= 6)) throw sqlError('22008', `date out of range: ${date}`);
  const micros = makeTime(hours, minutes, seconds);
  const timestamp = joinTimestamp(civilToDays(astronomical, month, day), Number(micros));
  if (isTimestampInRange(timestamp)) return timestamp;
  throw sqlError('22008', `timestamp out of range: ${date} ${hours}:${pad2(minutes)}:${secondsText(seconds)}`);
}

const recognized = (name: string) => sqlError('22023', `time zone "${name}" not recognized`);

/** `+hh[:mm[:ss]]`, `+hhmm`, else a name. */
function zoneNamed(settings: SessionSettings, name: string): NamedZone {
  if (/^\d/.test(name)) {
    throw sqlError('22023', `invalid input syntax for type numeric time zone: "${name}"`, {
      hint: 'Numeric time zones must have "-" or "+" as first character.',
    });
  }
  const match = /^([+-])(\d*)(?::(\d*)(?::(\d*))?)?$/.exec(name);
  if (match === null) {
    if (/^[+-]/.test(name)) throw recognized(name);
    return namedZone(settings, name);
  }
  let hours = Number(match[2]);
  let minutes = Number(match[3] ?? 0);
  const seconds = Number(match[4] ?? 0);
  if (match[3] === undefined && name.length > 3) {
    minutes = hours % 100;
    hours = Math.floor(hours / 100);
  }
  if (hours > 15 || minutes > 59 || seconds > 59) throw sqlError('22023', `numeric time zone "${name}" out of range`);
  const size = (hours * 60 + minutes) * 60 + seconds;
  return zoneOfOffset(match[1] === '-' ? -size : size);
}

function intervalOf(
  years: number,
  months: number,
  weeks: number,
  days: number,
  hours: number,
  minutes: number,
  seconds: number,
): Interval {
  const allMonths = int32(int32(years * 12) + months);
  const allDays = int32(int32(weeks * 7) + days);
  const product = seconds * 1_000_000;
  if (!Number.isFinite(product) && Number.isFinite(seconds)) throw floatOverflow();
  const micros = roundToEven(product);
  if (!(micros >= -(2 ** 63) && micros < 2 ** 63)) throw datetimeOutOfRange('interval');
  const time = addInt64(int64(BigInt(hours) * 3_600_000_000n + BigInt(minutes) * 60_000_000n), int64(BigInt(micros)));
  return makeInterval(allMonths, allDays, time);
}

function int32(value: number): number {
  if (value !== (value | 0)) throw datetimeOutOfRange('interval');
  return value + 0;
}

const SECONDS_PER_DAY = 86_400;
const UNIX_EPOCH_JULIAN_DAY = 2440588;
const TIMESTAMP_END_JULIAN_DAY = 109203528;
const SECONDS_TO_2000 = 946_684_800;

function fromUnixSeconds(seconds: number): Int64 {
  if (Number.isNaN(seconds)) throw sqlError('22008', 'timestamp cannot be NaN');
  if (!Number.isFinite(seconds)) return infiniteTimestamp(seconds);
  const outOfRange = () => sqlError('22008', `timestamp out of range: "${formatGeneral(seconds, 6)}"`);
  const inRange =
    seconds >= -SECONDS_PER_DAY * UNIX_EPOCH_JULIAN_DAY &&
    seconds < SECONDS_PER_DAY * (TIMESTAMP_END_JULIAN_DAY - UNIX_EPOCH_JULIAN_DAY);
  if (!inRange) throw outOfRange();
  const micros = roundToEven((seconds - SECONDS_TO_2000) * 1_000_000);
  return int64(BigInt(micros));
}

export const makeDatetimeKernels: KernelTable = {
  'make_time(int4,int4,float8)': apply(makeTime),
  'make_timestamp(int4,int4,int4,int4,int4,float8)': apply(makeTimestamp),
  'make_timestamptz(int4,int4,int4,int4,int4,float8)': applyInSession((s, ...fields: [...Fields]) =>
    toMoment(makeTimestamp(...fields), textContext(s).zone),
  ),
  'make_timestamptz(int4,int4,int4,int4,int4,float8,text)': applyInSession((s, ...args: [...Fields, string]) => {
    const fields = args.slice(0, 6) as unknown as Fields;
    return checkTimestamp(localToMoment(makeTimestamp(...fields), zoneNamed(s, args[6])));
  }),
  'make_interval(int4,int4,int4,int4,int4,int4,float8)': apply(intervalOf),
  'to_timestamp(float8)': apply(fromUnixSeconds),
};
