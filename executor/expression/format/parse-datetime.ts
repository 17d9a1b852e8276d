/**
 * to_date and to_timestamp: DCH_from_char and do_to_timestamp of formatting.c, for templates of plain calendar dates and
 * times, each field at most once. Lengths are counted in bytes, so the text is walked as the bytes of its UTF-8.
 */
import { daysInMonth, isLeapYear } from '../../../core/calendar.ts';
import { datetimeFieldOverflow, sqlError } from '../../../core/sql-error.ts';
import type { TemplateField, TemplateNode } from './datetime-template.ts';

/** What a text says by a template; unset fields are those of the first moment of 1 BC. */
export interface ParsedFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** µs of the day. */
  readonly micros: number;
}

type Target = 'year' | 'month' | 'day' | 'day of year' | 'hour' | 'minute' | 'second' | 'ms' | 'us' | 'half' | 'era' | 'weekday';

const targets: Readonly<Record<string, Target>> = {
  YYYY: 'year',
  YY: 'year',
  MM: 'month',
  MONTH: 'month',
  MON: 'month',
  DD: 'day',
  DDD: 'day of year',
  DAY: 'weekday',
  DY: 'weekday',
  HH24: 'hour',
  HH12: 'hour',
  HH: 'hour',
  MI: 'minute',
  SS: 'second',
  MS: 'ms',
  US: 'us',
  FF1: 'us',
  FF2: 'us',
  FF3: 'us',
  FF4: 'us',
  FF5: 'us',
  FF6: 'us',
  AM: 'half',
  PM: 'half',
  'A.M.': 'half',
  'P.M.': 'half',
  AD: 'era',
  BC: 'era',
  'A.D.': 'era',
  'B.C.': 'era',
};
const names = new Set<string>([
  'MONTH',
  'MON',
  'DAY',
  'DY',
  'AM',
  'PM',
  'A.M.',
  'P.M.',
  'AD',
  'BC',
  'A.D.',
  'B.C.',
  'TZ',
  'TZH',
  'OF',
  'FX',
]);

const months = 'january february march april may june july august september october november december'.split(' ');
const days = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');
const short = (words: readonly string[]): readonly string[] => words.map((word) => word.slice(0, 3));
const words: Readonly<Record<string, readonly string[]>> = {
  MONTH: months,
  MON: short(months),
  DAY: days,
  DY: short(days),
  AM: ['am', 'pm'],
  PM: ['am', 'pm'],
  'A.M.': ['a.m.', 'p.m.'],
  'P.M.': ['a.m.', 'p.m.'],
  AD: ['ad', 'bc'],
  BC: ['ad', 'bc'],
  'A.D.': ['a.d.', 'b.c.'],
  'B.C.': ['a.d.', 'b.c.'],
};

/** Why a template is not read here; undefined: it is. */
export function unreadableField(template: readonly TemplateNode[]): string | undefined {
  const seen = new Set<Target>();
  for (const node of template) {
    if (node.kind !== 'field') continue;
    const target = targets[node.field.toUpperCase()];
    if (target === undefined || node.translated || seen.has(target)) return node.field;
    seen.add(target);
  }
  return undefined;
}

const INT_MIN = -2147483648;
const INT_MAX = 2147483647;

const isSpace = (c: string | undefined): boolean => c !== undefined && /^[ \t\n\v\f\r]$/.test(c);
const isSeparator = (c: string | undefined): boolean => c !== undefined && /^[!-/:-@[-`{-~]$/.test(c);
const lowered = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

const invalid = (message: string, more: { detail: string; hint?: string }) => sqlError('22007', message, more);

class DatetimeReader {
  private readonly template: readonly TemplateNode[];
  /** One UTF-16 unit per byte. */
  private readonly text: string;
  private at = 0;
  readonly values = new Map<Target, number>();
  isTwelveHours = false;

  constructor(text: string, template: readonly TemplateNode[]) {
    this.text = Buffer.from(text, 'utf8').toString('latin1');
    this.template = template;
  }

  /** Fills `values` and `isTwelveHours`. */
  read(): this {
    /** Blanks and separators of the text beyond those of the template. */
    let extra = 0;
    const skipSpaces = (): void => {
      for (; isSpace(this.text[this.at]); this.at++) extra++;
    };
    for (const [i, node] of this.template.entries()) {
      if (this.at >= this.text.length) break;
      if (node.kind === 'field' || i === 0) skipSpaces();
      if (node.kind === 'field') {
        this.field(node, i);
        extra = 0;
        skipSpaces();
      } else if (node.kind !== 'character') {
        extra--;
        if (isSpace(this.text[this.at]) || isSeparator(this.text[this.at])) {
          this.at++;
          extra++;
        }
      } else if (extra > 0) {
        extra--;
      } else {
        this.skipCharacter();
      }
    }
    return this;
  }

  private skipCharacter(): void {
    if (this.at >= this.text.length) return;
    const lead = this.text.charCodeAt(this.at);
    this.at = Math.min(this.at + (lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4), this.text.length);
  }

  private shown(text: string): string {
    return Buffer.from(text, 'latin1').toString('utf8');
  }

  private field(node: TemplateField, index: number): void {
    const name = node.field.toUpperCase();
    const target = targets[name]!;
    const list = words[name];
    if (list !== undefined) {
      const value = this.word(node.field, list);
      if (target === 'half') this.isTwelveHours = true;
      this.values.set(target, target === 'month' ? value + 1 : value);
      return;
    }
    if (name === 'HH' || name === 'HH12') this.isTwelveHours = true;
    const width = name.startsWith('FF')
      ? Number(name[2])
      : name === 'MS'
        ? 3
        : name === 'US'
          ? 6
          : name.startsWith('HH')
            ? 2
            : name.length;
    const { value, length } = this.number(node, index, width);
    this.values.set(target, scaled(name, value, length));
    if (node.ordinal !== undefined) {
      this.skipCharacter();
      this.skipCharacter();
    }
  }

  private word(field: string, list: readonly string[]): number {
    const rest = lowered(this.text.slice(this.at));
    const found = list.findIndex((word) => rest.startsWith(word));
    if (found < 0) {
      const given = this.shown(this.text.slice(this.at).replace(/[ \t\n\v\f\r].*$/s, ''));
      throw invalid(`invalid value "${given}" for "${field}"`, {
        detail: 'The given value did not match any of the allowed values for this field.',
      });
    }
    this.at += list[found]!.length;
    return found;
  }

  /** `width` characters, or all digits where no digit can follow. */
  private number(node: TemplateField, index: number, width: number): { value: number; length: number } {
    const greedy = node.filled || this.endsBefore(node, index);
    const copy = this.text.slice(this.at, this.at + width);
    if (!greedy && copy.length < width) {
      throw invalid(`source string too short for "${node.field}" formatting field`, {
        detail: `Field requires ${width} characters, but only ${copy.length} remain.`,
        hint: FIXED_WIDTH_HINT,
      });
    }
    const digits = /^[ \t\n\v\f\r]*[+-]?\d+/.exec(greedy ? this.text.slice(this.at) : copy)?.[0] ?? '';
    if (!greedy && digits.length > 0 && digits.length < width) {
      throw invalid(`invalid value "${this.shown(copy)}" for "${node.field}"`, {
        detail: `Field requires ${width} characters, but only ${digits.length} could be parsed.`,
        hint: FIXED_WIDTH_HINT,
      });
    }
    if (digits === '') {
      throw invalid(`invalid value "${this.shown(copy)}" for "${node.field}"`, { detail: 'Value must be an integer.' });
    }
    const value = Number(digits);
    if (value < INT_MIN || value > INT_MAX) {
      throw sqlError('22008', `value for "${node.field}" in source string is out of range`, {
        detail: `Value must be in the range ${INT_MIN} to ${INT_MAX}.`,
      });
    }
    this.at += digits.length;
    return { value, length: digits.length };
  }

  private endsBefore(node: TemplateField, index: number): boolean {
    if (node.ordinal !== undefined) return true;
    const next = this.template[index + 1];
    if (next === undefined) return true;
    return next.kind === 'field' ? names.has(next.field.toUpperCase()) : !/^\d$/.test(next.text);
  }
}

const FIXED_WIDTH_HINT = 'If your source string is not fixed-width, try using the "FM" modifier.';

/** Fractions count from the point on, years of few digits from 1970 to 2069. */
function scaled(field: string, value: number, length: number): number {
  if (field === 'MS') return length === 1 ? value * 100 : length === 2 ? value * 10 : value;
  if (field === 'US' || field.startsWith('FF')) return length < 6 ? value * 10 ** (6 - length) : value;
  if (field !== 'YY' || length >= 4) return value;
  if (value < 70) return value + 2000;
  if (value < 100) return value + 1900;
  return value < 520 ? value + 2000 : value < 1000 ? value + 1000 : value;
}

export function parseByTemplate(text: string, template: readonly TemplateNode[]): ParsedFields {
  const { values, isTwelveHours } = new DatetimeReader(text, template).read();
  const of = (target: Target): number => values.get(target) ?? 0;
  const outOfRange = () => datetimeFieldOverflow(text);
  let hours = of('hour');
  if (isTwelveHours) {
    if (hours < 1 || hours > 12) {
      throw sqlError('22007', `hour "${hours}" is invalid for the 12-hour clock`, {
        hint: 'Use the 24-hour clock, or give an hour between 1 and 12.',
      });
    }
    hours = (hours % 12) + (of('half') === 1 ? 12 : 0);
  }
  const isBc = of('era') === 1;
  let year = of('year') === 0 ? 0 : isBc ? -of('year') : of('year');
  if (year < 0) year++;
  let month = of('month') || 1;
  let day = of('day') || 1;
  let [hasMonth, hasDay] = [of('month') !== 0, of('day') !== 0];
  const ordinal = of('day of year');
  if (ordinal !== 0 && (month <= 1 || day <= 1)) {
    if (year === 0 && !isBc) throw sqlError('22007', 'cannot calculate day of year without year information');
    const found = dayOfYear(year, ordinal);
    if (month <= 1) month = found.month;
    if (day <= 1) day = ordinal - found.before;
    [hasMonth, hasDay] = [true, true];
  }
  const micros = of('ms') * 1000 + of('us');
  if (hasMonth && (month < 1 || month > 12)) throw outOfRange();
  if (hasDay && (day < 1 || day > 31)) throw outOfRange();
  if (hasMonth && hasDay && of('year') !== 0 && day > daysInMonth(year, month)) throw outOfRange();
  const [minutes, seconds] = [of('minute'), of('second')];
  const fits = (value: number, limit: number): boolean => value >= 0 && value < limit;
  if (!fits(hours, 24) || !fits(minutes, 60) || !fits(seconds, 60) || !fits(micros, 1_000_000)) throw outOfRange();
  return { year, month, day, micros: ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros };
}

/** The month a day of the year falls into, and the days before that; month 13 beyond the year. */
function dayOfYear(year: number, ordinal: number): { month: number; before: number } {
  let before = 0;
  for (let month = 1; month <= 12; month++) {
    const length = month === 2 ? (isLeapYear(year) ? 29 : 28) : daysInMonth(2001, month);
    if (ordinal <= before + length) return { month, before };
    before += length;
  }
  return { month: 13, before };
}
