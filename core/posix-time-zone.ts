/**
 * POSIX TZ strings: how a time zone is spelled without a database, and how compiled zone files say what holds after their
 * last transition. `std offset [dst [offset] [,start[/time],end[/time]]]`, offsets west positive; times up to ±167 hours
 * (RFC 8536 section 3.3.1).
 */
import { civilToDays, dayOfWeek, daysInMonth, isLeapYear } from './calendar.ts';
import { UNIX_TO_PG_DAYS } from './datum.ts';
import type { LocalTimeType } from './time-zone.ts';

export interface PosixRule {
  readonly standard: LocalTimeType;
  readonly daylight?: { readonly type: LocalTimeType; readonly start: RuleDate; readonly end: RuleDate };
}

/** A day of the year and the second of that day, local time. */
type RuleDate = { readonly seconds: number } & (
  | { readonly kind: 'month-week-day'; readonly month: number; readonly week: number; readonly weekday: number }
  /** 1 … 365, February 29 never counted. */
  | { readonly kind: 'julian'; readonly day: number }
  /** 0 … 365 */
  | { readonly kind: 'day-of-year'; readonly day: number }
);

// PostgreSQL takes names of any length; the first may be missing.
const firstName = '(<[A-Za-z0-9+-]+>|[^\\d,<>+-]*)';
const name = '(<[A-Za-z0-9+-]+>|[^\\d,<>+-]+)';
const time = '([+-]?\\d{1,3}(?::\\d{1,2}(?::\\d{1,2})?)?)';
const pattern = new RegExp(`^${firstName}${time}(?:${name}${time}?(?:,([^,]+),([^,]+))?)?$`);
const DEFAULT_START = 'M3.2.0';
const DEFAULT_END = 'M11.1.0';

/** undefined when the text is none. */
export function parsePosixZone(text: string): PosixRule | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, standardName, standardOffset, daylightName, daylightOffset, start = DEFAULT_START, end = DEFAULT_END] = match;
  const west = parseTime(standardOffset!);
  const standard = { offset: -west, isDst: false, abbreviation: unbracketed(standardName!) };
  if (Math.abs(west) > 86400 * 7) return undefined;
  if (daylightName === undefined) return { standard };
  const offset = daylightOffset === undefined ? 3600 - west : -parseTime(daylightOffset);
  const startDate = parseRuleDate(start);
  const endDate = parseRuleDate(end);
  if (startDate === undefined || endDate === undefined) return undefined;
  return {
    standard,
    daylight: { type: { offset, isDst: true, abbreviation: unbracketed(daylightName) }, start: startDate, end: endDate },
  };
}

const unbracketed = (text: string): string => (text.startsWith('<') ? text.slice(1, -1) : text);

function parseTime(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, '').split(':').map(Number);
  const size = hours * 3600 + minutes * 60 + seconds;
  return text.startsWith('-') ? -size : size;
}

function parseRuleDate(text: string): RuleDate | undefined {
  const match = /^(?:M(\d+)\.(\d+)\.(\d+)|J(\d+)|(\d+))(?:\/([+-]?\d+(?::\d+){0,2}))?$/.exec(text);
  if (match === null) return undefined;
  const seconds = match[6] === undefined ? 7200 : parseTime(match[6]);
  if (match[1] !== undefined) {
    return { kind: 'month-week-day', month: Number(match[1]), week: Number(match[2]), weekday: Number(match[3]), seconds };
  }
  if (match[4] !== undefined) return { kind: 'julian', day: Number(match[4]), seconds };
  return { kind: 'day-of-year', day: Number(match[5]), seconds };
}

/** The two changes of a year in order of time; none without daylight saving, or when it holds all year. */
export function ruleTransitions(rule: PosixRule, year: number): { at: number; type: LocalTimeType }[] {
  if (rule.daylight === undefined) return [];
  const { type, start, end } = rule.daylight;
  const first = { at: dayOf(start, year) * 86400 + start.seconds - rule.standard.offset, type };
  const second = { at: dayOf(end, year) * 86400 + end.seconds - type.offset, type: rule.standard };
  return first.at < second.at ? [first, second] : [second, first];
}

/** Days since 1970-01-01. */
function dayOf(date: RuleDate, year: number): number {
  const newYear = civilToDays(year, 1, 1) + UNIX_TO_PG_DAYS;
  switch (date.kind) {
    case 'julian':
      return newYear + date.day - 1 + (isLeapYear(year) && date.day >= 60 ? 1 : 0);
    case 'day-of-year':
      return newYear + date.day;
    case 'month-week-day': {
      const first = civilToDays(year, date.month, 1);
      let day = 1 + ((date.weekday - dayOfWeek(first) + 7) % 7) + (date.week - 1) * 7;
      if (day > daysInMonth(year, date.month)) day -= 7;
      return first + day - 1 + UNIX_TO_PG_DAYS;
    }
  }
}
