/**
 * Intervals: their fields, and their text in the four IntervalStyles (EncodeInterval in
 * src/backend/utils/adt/datetime.c). Reading text is in interval-parse.ts.
 */
import type { Int64, Interval } from './datum.ts';
import type { IntervalStyle } from './text-settings.ts';

const INT32_MAX = 0x7fffffff;
const INT32_MIN = -0x80000000;

export const INTERVAL_INFINITY: Interval = { months: INT32_MAX, days: INT32_MAX, micros: 0x7fffffffffffffffn };
export const INTERVAL_MINUS_INFINITY: Interval = { months: INT32_MIN, days: INT32_MIN, micros: -0x8000000000000000n };

const same = (a: Interval, b: Interval): boolean => a.months === b.months && a.days === b.days && a.micros === b.micros;
export const isInfiniteInterval = (value: Interval): boolean =>
  same(value, INTERVAL_INFINITY) || same(value, INTERVAL_MINUS_INFINITY);

/** All of one sign where their source is: years and months, hours to µs. */
interface Fields {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly micros: number;
}

function fieldsOf(interval: Interval): Fields {
  const { seconds, micros } = splitSeconds(interval.micros);
  return {
    years: Math.trunc(interval.months / 12),
    months: interval.months % 12,
    days: interval.days,
    hours: Math.trunc(seconds / 3600),
    minutes: Math.trunc(seconds / 60) % 60,
    seconds: seconds % 60,
    micros,
  };
}

function splitSeconds(micros: Int64): { seconds: number; micros: number } {
  if (typeof micros === 'bigint') return { seconds: Number(micros / 1_000_000n), micros: Number(micros % 1_000_000n) };
  const rest = micros % 1_000_000;
  return { seconds: (micros - rest) / 1_000_000, micros: rest };
}

export function formatInterval(interval: Interval, style: IntervalStyle): string {
  if (same(interval, INTERVAL_INFINITY)) return 'infinity';
  if (same(interval, INTERVAL_MINUS_INFINITY)) return '-infinity';
  const fields = fieldsOf(interval);
  switch (style) {
    case 'postgres':
      return formatPostgres(fields);
    case 'postgres_verbose':
      return formatVerbose(fields);
    case 'sql_standard':
      return formatSqlStandard(fields);
    case 'iso_8601':
      return formatIso8601(fields);
  }
}

/** Seconds without sign, fraction without trailing zeros. */
function secondsText({ seconds, micros }: Fields, twoDigits: boolean): string {
  const whole = String(Math.abs(seconds));
  const padded = twoDigits ? whole.padStart(2, '0') : whole;
  if (micros === 0) return padded;
  return `${padded}.${String(Math.abs(micros)).padStart(6, '0').replace(/0+$/, '')}`;
}

const pad2 = (n: number): string => String(Math.abs(n)).padStart(2, '0');
const isTimeNegative = (f: Fields): boolean => f.hours < 0 || f.minutes < 0 || f.seconds < 0 || f.micros < 0;
const hasTime = (f: Fields): boolean => f.hours !== 0 || f.minutes !== 0 || f.seconds !== 0 || f.micros !== 0;

/** A positive field directly after a negative one gets a plus sign. */
function formatPostgres(f: Fields): string {
  let text = '';
  let afterNegative = false;
  for (const [value, unit] of [
    [f.years, 'year'],
    [f.months, 'mon'],
    [f.days, 'day'],
  ] as const) {
    if (value === 0) continue;
    text += `${text === '' ? '' : ' '}${afterNegative && value > 0 ? '+' : ''}${value} ${unit}${value === 1 ? '' : 's'}`;
    afterNegative = value < 0;
  }
  if (text !== '' && !hasTime(f)) return text;
  const sign = isTimeNegative(f) ? '-' : afterNegative ? '+' : '';
  return `${text}${text === '' ? '' : ' '}${sign}${pad2(f.hours)}:${pad2(f.minutes)}:${secondsText(f, true)}`;
}

/** The first field that is not zero decides whether all are counted "ago". */
function formatVerbose(f: Fields): string {
  let text = '@';
  let ago: boolean | undefined;
  for (const [value, unit] of [
    [f.years, 'year'],
    [f.months, 'mon'],
    [f.days, 'day'],
    [f.hours, 'hour'],
    [f.minutes, 'min'],
  ] as const) {
    if (value === 0) continue;
    ago ??= value < 0;
    const shown = ago ? -value : value;
    text += ` ${shown} ${unit}${shown === 1 ? '' : 's'}`;
  }
  if (f.seconds !== 0 || f.micros !== 0) {
    const negative = f.seconds < 0 || (f.seconds === 0 && f.micros < 0);
    ago ??= negative;
    const plural = Math.abs(f.seconds) !== 1 || f.micros !== 0 ? 's' : '';
    text += ` ${negative === ago ? '' : '-'}${secondsText(f, false)} sec${plural}`;
  }
  return ago === undefined ? '@ 0' : `${text}${ago ? ' ago' : ''}`;
}

function formatSqlStandard(f: Fields): string {
  const values = Object.values(f) as number[];
  const hasNegative = values.some((value) => value < 0);
  const hasPositive = values.some((value) => value > 0);
  if (!hasNegative && !hasPositive) return '0';
  const hasYearMonth = f.years !== 0 || f.months !== 0;
  const hasDayTime = f.days !== 0 || hasTime(f);
  const time = `${Math.abs(f.hours)}:${pad2(f.minutes)}:${secondsText(f, true)}`;
  if ((hasNegative && hasPositive) || (hasYearMonth && hasDayTime)) {
    const months = `${f.years < 0 || f.months < 0 ? '-' : '+'}${Math.abs(f.years)}-${Math.abs(f.months)}`;
    return `${months} ${f.days < 0 ? '-' : '+'}${Math.abs(f.days)} ${isTimeNegative(f) ? '-' : '+'}${time}`;
  }
  const sign = hasNegative ? '-' : '';
  if (hasYearMonth) return `${sign}${Math.abs(f.years)}-${Math.abs(f.months)}`;
  return f.days !== 0 ? `${sign}${Math.abs(f.days)} ${time}` : sign + time;
}

function formatIso8601(f: Fields): string {
  const part = (value: number, unit: string): string => (value === 0 ? '' : `${value}${unit}`);
  const date = part(f.years, 'Y') + part(f.months, 'M') + part(f.days, 'D');
  if (!hasTime(f)) return date === '' ? 'PT0S' : `P${date}`;
  const sign = f.seconds < 0 || f.micros < 0 ? '-' : '';
  const seconds = f.seconds === 0 && f.micros === 0 ? '' : `${sign}${secondsText(f, false)}S`;
  return `P${date}T${part(f.hours, 'H')}${part(f.minutes, 'M')}${seconds}`;
}
