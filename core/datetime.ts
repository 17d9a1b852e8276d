/**
 * date, time, timestamp and timestamptz to text in every DateStyle (EncodeDateOnly, EncodeDateTime, EncodeTimezone in
 * src/backend/utils/adt/datetime.c). Reading text is in datetime-parse.ts.
 */
import { dayOfWeek, daysToCivil, joinTimestamp, MICROS_PER_DAY, MICROS_PER_SECOND, splitTimestamp } from './calendar.ts';
import type { CivilDate } from './calendar.ts';
import type { Int64 } from './datum.ts';
import { DATE_INFINITY, DATE_MINUS_INFINITY, TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY, UNIX_TO_PG_DAYS } from './datum.ts';
import type { DateSettings } from './text-settings.ts';
import type { LocalTimeType, TimeZone } from './time-zone.ts';

const pad2 = (n: number): string => (n < 10 ? `0${n}` : String(n));
const weekdayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** The year as written: BC years count up from 1. */
const yearText = (year: number): string => String(year > 0 ? year : 1 - year).padStart(4, '0');
const era = (year: number): string => (year > 0 ? '' : ' BC');

export function formatDate(days: number, settings: DateSettings): string {
  if (days === DATE_INFINITY) return 'infinity';
  if (days === DATE_MINUS_INFINITY) return '-infinity';
  const civil = daysToCivil(days);
  return formatCivil(civil, settings, '-') + era(civil.year);
}

/** `separator`: of the Postgres style, which a timestamp does not come through. */
function formatCivil({ year, month, day }: CivilDate, { style, order }: DateSettings, separator: string): string {
  const y = yearText(year);
  if (style === 'ISO') return `${y}-${pad2(month)}-${pad2(day)}`;
  if (style === 'German') return `${pad2(day)}.${pad2(month)}.${y}`;
  const between = style === 'SQL' ? '/' : separator;
  const [first, second] = order === 'DMY' ? [day, month] : [month, day];
  return `${pad2(first)}${between}${pad2(second)}${between}${y}`;
}

/** µs since midnight, 24:00:00 included. */
export function formatTime(time: Int64): string {
  const micros = Number(time);
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  const hours = Math.floor(seconds / 3600);
  return `${pad2(hours)}:${pad2(Math.floor(seconds / 60) % 60)}:${pad2(seconds % 60)}${fraction(micros % MICROS_PER_SECOND)}`;
}

/** Fractional seconds without trailing zeros. */
function fraction(micros: number): string {
  if (micros === 0) return '';
  let digits = String(micros).padStart(6, '0');
  let end = 6;
  while (digits.charCodeAt(end - 1) === 48) end--;
  digits = digits.slice(0, end);
  return `.${digits}`;
}

function formatInfinity(timestamp: Int64): string | undefined {
  if (timestamp === TIMESTAMP_INFINITY) return 'infinity';
  return timestamp === TIMESTAMP_MINUS_INFINITY ? '-infinity' : undefined;
}

export function formatTimestamp(timestamp: Int64, settings: DateSettings): string {
  const infinity = formatInfinity(timestamp);
  if (infinity !== undefined) return infinity;
  const { days, micros } = splitTimestamp(timestamp);
  return formatMoment(days, micros, settings, undefined);
}

export function formatTimestampTz(timestamp: Int64, settings: DateSettings, zone: TimeZone): string {
  const infinity = formatInfinity(timestamp);
  if (infinity !== undefined) return infinity;
  const utc = splitTimestamp(timestamp);
  const type = zone.typeAt(unixSeconds(utc.days, utc.micros));
  let micros = utc.micros + type.offset * MICROS_PER_SECOND;
  let days = utc.days;
  while (micros < 0) {
    days--;
    micros += MICROS_PER_DAY;
  }
  while (micros >= MICROS_PER_DAY) {
    days++;
    micros -= MICROS_PER_DAY;
  }
  return formatMoment(days, micros, settings, type);
}

function formatMoment(days: number, micros: number, settings: DateSettings, zone: LocalTimeType | undefined): string {
  const civil = daysToCivil(days);
  const time = formatTime(micros);
  switch (settings.style) {
    case 'ISO':
      return `${formatCivil(civil, settings, '-')} ${time}${zone ? formatOffset(zone.offset) : ''}${era(civil.year)}`;
    case 'SQL':
    case 'German':
      return `${formatCivil(civil, settings, '/')} ${time}${zone ? ` ${zoneName(zone)}` : ''}${era(civil.year)}`;
    case 'Postgres': {
      const month = monthNames[civil.month - 1]!;
      const date = settings.order === 'DMY' ? `${pad2(civil.day)} ${month}` : `${month} ${pad2(civil.day)}`;
      const year = yearText(civil.year);
      return `${weekdayNames[dayOfWeek(days)]!} ${date} ${time} ${year}${zone ? ` ${zoneName(zone)}` : ''}${era(civil.year)}`;
    }
  }
}

const zoneName = (zone: LocalTimeType): string => zone.abbreviation.slice(0, 10);

/** `+02`, `-03:30`, `+00:19:32`; seconds east. */
export function formatOffset(offset: number): string {
  const size = Math.abs(offset);
  const hours = pad2(Math.floor(size / 3600));
  const minutes = Math.floor(size / 60) % 60;
  const seconds = size % 60;
  const rest = seconds !== 0 ? `:${pad2(minutes)}:${pad2(seconds)}` : minutes !== 0 ? `:${pad2(minutes)}` : '';
  return `${offset >= 0 ? '+' : '-'}${hours}${rest}`;
}

const unixSeconds = (days: number, micros: number): number =>
  (days + UNIX_TO_PG_DAYS) * 86400 + Math.floor(micros / MICROS_PER_SECOND);

/** What a zone's clocks and calendars show at a moment: timestamptz AT TIME ZONE, and every function of local fields. */
export function timestampTzToLocal(timestamp: Int64, zone: TimeZone): Int64 {
  const { days, micros } = splitTimestamp(timestamp);
  return joinTimestamp(days, micros + zone.offsetAt(unixSeconds(days, micros)) * MICROS_PER_SECOND);
}

/** The moment a zone's clocks show a local time: timestamp AT TIME ZONE, casts. */
export function localToTimestampTz(timestamp: Int64, zone: TimeZone): Int64 {
  const { days, micros } = splitTimestamp(timestamp);
  return joinTimestamp(days, micros - zone.offsetOfLocal(unixSeconds(days, micros)) * MICROS_PER_SECOND);
}
