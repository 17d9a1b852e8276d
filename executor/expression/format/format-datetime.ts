/** to_char of moments and intervals: DCH_to_char of formatting.c. */
import { civilToDays, dayOfWeek, daysToCivil, EPOCH_JULIAN_DAY, splitTimestamp } from '../../../core/calendar.ts';
import type { Int64, Interval } from '../../../core/datum.ts';
import { sqlError } from '../../../core/sql-error.ts';
import { isoYearOf, isoYearStart } from '../kernels/extract.ts';
import type { TemplateField, TemplateNode } from './datetime-template.ts';
import { ordinalEnding } from './ordinal.ts';

/** The parts of a moment, or of an interval, that templates ask for. */
export interface Fields {
  readonly isInterval: boolean;
  /** Astronomical: 0 is 1 BC. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly micros: number;
  readonly dayOfYear: number;
  /** Days since 2000-01-01; 0 for intervals. */
  readonly days: number;
  /** Seconds east of Greenwich, and the zone's name; undefined without zone. */
  readonly offset: number;
  readonly zone: string | undefined;
}

export function fieldsOfMoment(local: Int64, offset = 0, zone?: string): Fields {
  const { days, micros } = splitTimestamp(local);
  const { year, month, day } = daysToCivil(days);
  const seconds = Math.floor(micros / 1_000_000);
  return {
    isInterval: false,
    year,
    month,
    day,
    hours: Math.floor(seconds / 3600),
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
    micros: micros % 1_000_000,
    dayOfYear: days - civilToDays(year, 1, 1) + 1,
    days,
    offset,
    zone,
  };
}

export function fieldsOfInterval({ months, days, micros }: Interval): Fields {
  const time = BigInt(micros);
  const part = (unit: bigint, limit: bigint): number => Number((time / unit) % limit);
  const year = Math.trunc(months / 12);
  const month = months % 12;
  return {
    isInterval: true,
    year,
    month,
    day: days,
    hours: Number(time / 3_600_000_000n),
    minutes: part(60_000_000n, 60n),
    seconds: part(1_000_000n, 60n),
    micros: part(1n, 1_000_000n),
    // 32 bits, as in C.
    dayOfYear: (Math.imul(year * 12 + month, 30) + days) | 0,
    days: 0,
    offset: 0,
    zone: undefined,
  };
}

/** Fields of the calendar that PostgreSQL computes for intervals as if they were dates. */
export const ofDatesOnly: ReadonlySet<string> = new Set(['IDDD', 'IW', 'IYYY', 'IYY', 'IY', 'I', 'J']);

const months = 'January February March April May June July August September October November December'.split(' ');
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const romans = 'XII XI X IX VIII VII VI V IV III II I'.split(' ');

const NAME_WIDTH = 9;
const ROMAN_WIDTH = 4;

const invalidForInterval = () =>
  sqlError('22007', 'invalid format specification for an interval value', {
    hint: 'Intervals are not tied to specific calendar dates.',
  });

/** printf's %0*d. */
const padded = (value: number, width: number): string =>
  value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');

const pad2 = (value: number): string => String(value).padStart(2, '0');

/** As the key word is written: MON, Mon, mon. */
function inCaseOf(word: string, name: string): string {
  if (word === word.toUpperCase()) return name.toUpperCase();
  return word === word.toLowerCase() ? name.toLowerCase() : name;
}

export function formatFields(template: readonly TemplateNode[], fields: Fields): string {
  let result = '';
  for (const node of template) result += node.kind === 'field' ? fieldText(node, fields) : node.text;
  return result;
}

function fieldText(node: TemplateField, fields: Fields): string {
  const number = numberText(node, fields);
  if (number === undefined) return nameText(node, fields);
  return node.ordinal === undefined || number === '' ? number : number + ordinalEnding(number, node.ordinal);
}

/** Years before 1 are counted down from 1 BC. */
const shownYear = (year: number, isInterval: boolean): number => (isInterval || year > 0 ? year : 1 - year);
const century = (year: number): number => (year > 0 ? Math.trunc((year - 1) / 100) + 1 : Math.trunc(year / 100) - 1);

/** Fields that are numbers and may have an ordinal ending; undefined for others. */
function numberText(node: TemplateField, fields: Fields): string | undefined {
  const { isInterval, hours, month } = fields;
  const wide = (value: number, width: number): string => padded(value, node.filled ? 0 : width);
  /** A sign takes its own place. */
  const signed = (value: number, width: number, sign = value): string => wide(value, sign >= 0 ? width : width + 1);
  const fraction = (digits: number): string => padded(Math.trunc(fields.micros / 10 ** (6 - digits)), digits);
  const year = shownYear(fields.year, isInterval);
  switch (node.field) {
    case 'HH':
    case 'HH12':
      return signed(hours % 12 === 0 ? 12 : hours % 12, 2, hours);
    case 'HH24':
      return signed(hours, 2);
    case 'MI':
      return signed(fields.minutes, 2);
    case 'SS':
      return signed(fields.seconds, 2);
    case 'MS':
      return fraction(3);
    case 'US':
      return fraction(6);
    case 'FF1':
    case 'FF2':
    case 'FF3':
    case 'FF4':
    case 'FF5':
    case 'FF6':
      return fraction(Number(node.field[2]));
    case 'SSSS':
    case 'SSSSS':
      return String(hours * 3600 + fields.minutes * 60 + fields.seconds);
    case 'MM':
      return signed(month, 2);
    case 'DDD':
      return wide(fields.dayOfYear, 3);
    case 'DD':
      return wide(fields.day, 2);
    case 'WW':
      return wide(Math.trunc((fields.dayOfYear - 1) / 7) + 1, 2);
    case 'W':
      return String(Math.trunc((fields.day - 1) / 7) + 1);
    case 'Q':
      return month === 0 ? '' : String(Math.trunc((month - 1) / 3) + 1);
    case 'CC': {
      const value = isInterval ? Math.trunc(fields.year / 100) : century(fields.year);
      return Math.abs(value) <= 99 ? signed(value, 2) : String(value);
    }
    case 'Y,YYY': {
      const thousands = Math.trunc(year / 1000);
      return `${thousands},${padded(year - thousands * 1000, 3)}`;
    }
    case 'YYYY':
      return signed(year, 4);
    case 'YYY':
      return signed(year % 1000, 3, year);
    case 'YY':
      return signed(year % 100, 2, year);
    case 'Y':
      return String(year % 10);
    default:
      return calendarNumber(node, fields, wide);
  }
}

/** Numbers that only dates have. */
function calendarNumber(node: TemplateField, fields: Fields, wide: (value: number, width: number) => string): string | undefined {
  const isDay = node.field === 'D' || node.field === 'ID';
  if (isDay && fields.isInterval) throw invalidForInterval();
  if (!isDay && !ofDatesOnly.has(node.field)) return undefined;
  const { days: date } = fields;
  const isoYear = shownYear(isoYearOf(date), false);
  const isoDay = date - isoYearStart(isoYearOf(date));
  switch (node.field) {
    case 'D':
      return String(dayOfWeek(date) + 1);
    case 'ID':
      return String(dayOfWeek(date) || 7);
    case 'IDDD':
      return wide(isoDay + 1, 3);
    case 'IW':
      return wide(Math.floor(isoDay / 7) + 1, 2);
    case 'IYYY':
      return wide(isoYear, 4);
    case 'IYY':
      return wide(isoYear % 1000, 3);
    case 'IY':
      return wide(isoYear % 100, 2);
    case 'I':
      return String(isoYear % 10);
    default:
      return String(date + EPOCH_JULIAN_DAY);
  }
}

/** Fields that are words, and offsets. */
function nameText(node: TemplateField, fields: Fields): string {
  const { field, filled } = node;
  const dotted = field.includes('.');
  const spelledAs = (letters: string): string => inCaseOf(field, dotted ? `${letters[0]}.${letters[1]}.` : letters);
  const upper = field.toUpperCase().replaceAll('.', '');
  if (upper === 'AM' || upper === 'PM') return spelledAs(fields.hours % 24 >= 12 ? 'PM' : 'AM');
  if (upper === 'FX') return '';
  if (upper === 'RM') return romanMonth(node, fields);
  if (fields.isInterval) throw invalidForInterval();
  const size = Math.abs(fields.offset);
  const sign = fields.offset >= 0 ? '+' : '-';
  const minutes = pad2(Math.floor((size % 3600) / 60));
  const padEnd = (text: string): string => (filled ? text : text.padEnd(NAME_WIDTH));
  switch (upper) {
    case 'AD':
    case 'BC':
      return spelledAs(fields.year <= 0 ? 'BC' : 'AD');
    case 'MONTH':
      return padEnd(inCaseOf(field, months[fields.month - 1]!));
    case 'MON':
      return inCaseOf(field, months[fields.month - 1]!.slice(0, 3));
    case 'DAY':
      return padEnd(inCaseOf(field, days[dayOfWeek(fields.days)]!));
    case 'DY':
      return inCaseOf(field, days[dayOfWeek(fields.days)]!.slice(0, 3));
    case 'TZ':
      return fields.zone === undefined ? '' : field === 'tz' ? fields.zone.toLowerCase() : fields.zone;
    case 'TZH':
      return sign + pad2(Math.floor(size / 3600));
    case 'TZM':
      return minutes;
    default: {
      // OF
      const hours = Math.floor(size / 3600);
      return sign + (filled ? String(hours) : pad2(hours)) + (size % 3600 === 0 ? '' : `:${minutes}`);
    }
  }
}

/** The list counts down from December; months of negative intervals count up from it. */
function romanMonth({ field, filled }: TemplateField, { year, month }: Fields): string {
  if (month === 0 && year === 0) return '';
  const index = month === 0 ? (year >= 0 ? 0 : 11) : month < 0 ? -month - 1 : 12 - month;
  const text = inCaseOf(field, romans[index]!);
  return filled ? text : text.padEnd(ROMAN_WIDTH);
}
