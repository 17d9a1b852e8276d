/**
 * Date/time fields to year, month, day, time of day and zone, as PostgreSQL resolves them under a DateOrder
 * (DecodeDateTime, DecodeTimeOnly, DecodeDate, DecodeNumber, DecodeNumberField, ValidateDate in
 * src/backend/utils/adt/datetime.c). What each number means depends on which parts are known already, so fields are
 * taken strictly in order; the parts of one state machine, they stay in one file. The words now, today … depend on the clock: 0A000, the catalog server folds them before us.
 */
import { civilToDays, daysInMonth, daysToCivil, EPOCH_JULIAN_DAY, MICROS_PER_DAY } from './calendar.ts';
import { UNIX_TO_PG_DAYS } from './datum.ts';
import type { DateTimeField, DateWord } from './datetime-fields.ts';
import { dateWord, fractionOf, microsOfFraction, splitDateTime } from './datetime-fields.ts';
import type { SqlError } from './sql-error.ts';
import { datetimeFieldOverflow, featureNotSupported, invalidDatetimeFormat, sqlError } from './sql-error.ts';
import { abbreviationMeaning } from './time-zone-abbreviations.ts';
import type { TimeZone } from './time-zone.ts';
import { findTimeZone } from './time-zone.ts';
import type { DateOrder } from './text-settings.ts';

export type DecodedDateTime =
  | { readonly kind: 'epoch' | 'infinity' | '-infinity' }
  /** `offset`: seconds east; the session's zone decides when the text names none. */
  | { readonly kind: 'moment'; readonly days: number; readonly micros: number; readonly offset: number };

export interface DecodeContext {
  readonly order: DateOrder;
  readonly zone: TimeZone;
}

const YEAR = 1;
const MONTH = 2;
const DAY = 4;
const DATE = YEAR | MONTH | DAY;
const TIME = 8;
const ZONE = 16;
const DAYLIGHT = 32;
const DAYLIGHT_MODIFIER = 64;
const DAY_OF_YEAR = 128;
const WEEKDAY = 256;
const MERIDIAN = 512;
const ERA = 1024;
const SPECIAL = 2048;

export function decodeDateTime(text: string, typeName: string, context: DecodeContext): DecodedDateTime {
  const decoder = new Decoder(text, typeName, context, false);
  return decoder.dateTime();
}

/** µs since midnight; a date and a zone may stand beside the time. */
export function decodeTime(text: string, typeName: string, context: DecodeContext): number {
  const decoder = new Decoder(text, typeName, context, true);
  return decoder.timeOfDay();
}

class Decoder {
  private readonly text: string;
  private readonly typeName: string;
  private readonly context: DecodeContext;
  /** Reading a time: numbers are never taken for parts of a date. */
  private readonly timeOnly: boolean;
  private readonly fields: readonly DateTimeField[];

  private known = 0;
  private year = 0;
  private month = 0;
  private day = 0;
  private dayOfYear = 0;
  private hours = 0;
  private minutes = 0;
  private seconds = 0;
  private fraction = 0;
  private offset = 0;
  private namedZone: TimeZone | undefined;
  private dynamicAbbreviation: { zone: TimeZone; name: string } | undefined;
  private pending: 'julian' | 'time' | 'other' | undefined;
  private textMonth = false;
  private twoDigitYear = false;
  private julian = false;
  private era: 'ad' | 'bc' | undefined;
  private meridian: 'am' | 'pm' | undefined;
  /** `now`, `today`: what only the session's clock says. */
  private clockWord: string | undefined;
  private special: 'epoch' | 'infinity' | '-infinity' | undefined;

  constructor(text: string, typeName: string, context: DecodeContext, timeOnly: boolean) {
    this.text = text;
    this.typeName = typeName;
    this.context = context;
    this.timeOnly = timeOnly;
    const fields = splitDateTime(text);
    if (fields === undefined) throw this.badFormat();
    this.fields = fields;
  }

  dateTime(): DecodedDateTime {
    this.decodeFields();
    if (this.special !== undefined) return { kind: this.special };
    this.validateDate();
    this.applyMeridian();
    if ((this.known & DATE) !== DATE) throw this.badFormat();
    const days = civilToDays(this.year, this.month, this.day);
    this.resolveZone(days);
    return { kind: 'moment', days, micros: this.microsOfDay(), offset: this.offset };
  }

  timeOfDay(): number {
    this.decodeFields();
    if (this.special !== undefined) throw this.badFormat();
    this.validateDate();
    this.applyMeridian();
    this.checkTime();
    if ((this.known & TIME) === 0) throw this.badFormat();
    if (this.namedZone !== undefined) {
      if (this.known & DAYLIGHT_MODIFIER) throw this.badFormat();
      if (this.namedZone.fixedOffset() === undefined && (this.known & DATE) !== DATE) throw this.badFormat();
    }
    return this.microsOfDay();
  }

  private decodeFields(): void {
    for (const [i, field] of this.fields.entries()) {
      const found = this.decodeField(field, i);
      if (found === undefined) continue;
      if (found & this.known) throw this.badFormat();
      this.known |= found;
    }
    if (this.pending !== undefined) throw this.badFormat();
    if (this.clockWord !== undefined) throw featureNotSupported(`"${this.clockWord}" as a ${this.typeName} outside a constant`);
  }

  /** What the field settled; undefined for filler words. */
  private decodeField(field: DateTimeField, index: number): number | undefined {
    switch (field.kind) {
      case 'date':
        return this.decodeDateField(field.text, index);
      case 'time':
        if (this.pending !== undefined && this.pending !== 'time') throw this.badFormat();
        this.pending = undefined;
        this.decodeClock(field.text);
        if (!this.timeOnly) this.checkTime();
        return TIME;
      case 'displacement':
        this.offset = this.decodeDisplacement(field.text);
        return ZONE;
      case 'number':
        return this.pending === undefined ? this.decodeNumberAt(field.text, index) : this.decodeLabelled(field.text);
      case 'word':
      case 'signed-word':
        return this.decodeWord(field.text);
    }
  }

  private decodeDateField(text: string, index: number): number {
    if (this.pending === 'julian') return this.decodeJulianWithZone(text);
    if (this.timeOnly) {
      const first = index === 0 && this.fields.length >= 2;
      if (first && (this.fields.at(-1)!.kind === 'date' || this.fields[1]!.kind === 'time')) return this.decodeDate(text);
    } else if (this.pending === undefined && (this.known & (MONTH | DAY)) !== (MONTH | DAY)) {
      return this.decodeDate(text);
    }
    if (!/^\d/.test(text) && this.pending === undefined) {
      this.namedZone = this.zoneNamed(text);
      return ZONE;
    }
    // hhmmss-zz
    if (this.pending !== undefined && this.pending !== 'time') throw this.badFormat();
    this.pending = undefined;
    if (this.known & TIME) throw this.badFormat();
    const dash = text.indexOf('-');
    if (dash < 0) throw this.badFormat();
    this.offset = this.decodeDisplacement(text.slice(dash));
    return this.decodeRunTogether(text.slice(0, dash), this.timeOnly ? this.known | DATE : this.known) | ZONE;
  }

  private zoneNamed(name: string): TimeZone {
    const zone = findTimeZone(name);
    if (zone === undefined) throw sqlError('22023', `time zone "${name}" not recognized`);
    return zone;
  }

  private decodeJulianWithZone(text: string): number {
    const match = /^(\d+)(.*)$/.exec(text);
    if (match === null) throw this.badFormat();
    this.setJulianDay(this.integer(match[1]!));
    this.offset = this.decodeDisplacement(match[2]!);
    this.pending = undefined;
    return DATE | TIME | ZONE;
  }

  private setJulianDay(julianDay: number): void {
    ({ year: this.year, month: this.month, day: this.day } = daysToCivil(julianDay - EPOCH_JULIAN_DAY));
    this.julian = true;
  }

  /** A number after `j` or `t`. */
  private decodeLabelled(text: string): number {
    const label = this.pending;
    this.pending = undefined;
    if (label === 'time') {
      const found = this.decodeRunTogether(text, this.known | DATE);
      if (found !== TIME) throw this.badFormat();
      return found;
    }
    if (label !== 'julian') throw this.badFormat();
    const [whole, fraction] = text.split('.');
    this.setJulianDay(this.integer(whole!));
    if (fraction === undefined) return DATE;
    this.setTimeOfDay(Math.trunc(fractionOf(fraction) * MICROS_PER_DAY));
    return DATE | TIME;
  }

  private setTimeOfDay(micros: number): void {
    const seconds = Math.floor(micros / 1e6);
    this.hours = Math.floor(seconds / 3600);
    this.minutes = Math.floor(seconds / 60) % 60;
    this.seconds = seconds % 60;
    this.fraction = micros % 1e6;
  }

  private decodeNumberAt(text: string, index: number): number {
    const point = text.indexOf('.');
    if (this.timeOnly) {
      if (point >= 0) {
        if (index === 0 && this.fields.length >= 2 && this.fields.at(-1)!.kind === 'date') return this.decodeDate(text);
        if (point > 2) return this.decodeRunTogether(text, this.known | DATE);
        throw this.badFormat();
      }
      if (text.length > 4) return this.decodeRunTogether(text, this.known | DATE);
      return this.decodeNumber(text, this.known | DATE);
    }
    if (point >= 0 && !(this.known & DATE)) return this.decodeDate(text);
    if (point > 2) return this.decodeRunTogether(text, this.known);
    // Six digits and more are a date or time written together, unless both are known: then a year.
    if (text.length >= 6 && ((this.known & DATE) === 0 || (this.known & TIME) === 0))
      return this.decodeRunTogether(text, this.known);
    return this.decodeNumber(text, this.known);
  }

  /** Three parts of a date with separators. */
  private decodeDate(text: string): number {
    const parts = this.dateParts(text);
    let found = 0;
    let textMonth = false;
    const add = (mask: number): void => {
      if ((this.known | found) & mask) throw this.badFormat();
      found |= mask;
    };
    const numbers: string[] = [];
    for (const part of parts) {
      if (/^\d/.test(part)) {
        numbers.push(part);
        continue;
      }
      const word = dateWord(part);
      if (word?.kind === 'ignored') continue;
      if (word?.kind !== 'month') throw this.badFormat();
      this.month = word.value;
      textMonth = true;
      add(MONTH);
    }
    const outer = this.textMonth;
    this.textMonth = textMonth;
    for (const number of numbers) add(this.decodeNumber(number, this.known | found));
    this.textMonth = outer;
    if (((this.known | found) & ~(DAY_OF_YEAR | ZONE)) !== DATE) throw this.badFormat();
    return found;
  }

  /** Digits or letters; whatever single character follows a part is its separator. */
  private dateParts(text: string): string[] {
    const parts: string[] = [];
    for (let at = 0; at < text.length;) {
      const match = /^[^a-z\d]*(\d+|[a-z]+)/i.exec(text.slice(at));
      if (match === null) throw this.badFormat();
      parts.push(match[1]!);
      at += match[0].length + 1;
    }
    return parts;
  }

  /** One number, by what is known so far. */
  private decodeNumber(text: string, known: number): number {
    const [whole, fraction] = text.split('.');
    const value = this.integer(whole!);
    if (fraction !== undefined) {
      if (whole!.length > 2) return this.decodeRunTogether(text, known | DATE);
      this.fraction = microsOfFraction(fraction);
    }
    if (text.length === 3 && (known & DATE) === YEAR && value >= 1 && value <= 366) {
      this.dayOfYear = value;
      return DAY_OF_YEAR | MONTH | DAY;
    }
    const part = this.partOfNumber(text.length, known);
    switch (part) {
      case 'year':
        this.year = value;
        this.twoDigitYear = text.length <= 2;
        return YEAR;
      case 'month':
        this.month = value;
        return MONTH;
      case 'day':
        this.day = value;
        return DAY;
      case 'swap':
        // 99-JAN-2008 in YMD order: what seemed the year was the day.
        this.day = this.year;
        this.year = value;
        this.twoDigitYear = false;
        return DAY;
      case 'time':
        return this.decodeRunTogether(text, known);
    }
  }

  private partOfNumber(length: number, known: number): 'year' | 'month' | 'day' | 'swap' | 'time' {
    const { order } = this.context;
    const yearFirst = length >= 3 || order === 'YMD';
    switch (known & DATE) {
      case 0:
        return yearFirst ? 'year' : order === 'DMY' ? 'day' : 'month';
      case YEAR:
        return 'month';
      case MONTH:
        return this.textMonth && yearFirst ? 'year' : 'day';
      case YEAR | MONTH:
        return this.textMonth && length >= 3 && this.twoDigitYear ? 'swap' : 'day';
      case DAY:
        return 'month';
      case MONTH | DAY:
        return 'year';
      case DATE:
        return 'time';
      default:
        throw this.badFormat();
    }
  }

  /** yyyymmdd, yymmdd, hhmmss, hhmm, each with a fraction of a second. */
  private decodeRunTogether(text: string, known: number): number {
    const point = text.indexOf('.');
    const digits = point < 0 ? text : text.slice(0, point);
    if (!/^\d*$/.test(digits) || (point >= 0 && !/^\d*$/.test(text.slice(point + 1)))) throw this.badFormat();
    if (point >= 0) {
      this.fraction = microsOfFraction(text.slice(point + 1));
    } else if ((known & DATE) !== DATE && digits.length >= 6) {
      this.day = Number(digits.slice(-2));
      this.month = Number(digits.slice(-4, -2));
      this.year = Number(digits.slice(0, -4));
      if (digits.length === 6) this.twoDigitYear = true;
      return DATE;
    }
    if (!(known & TIME) && (digits.length === 6 || digits.length === 4)) {
      this.hours = Number(digits.slice(0, 2));
      this.minutes = Number(digits.slice(2, 4));
      this.seconds = Number(digits.slice(4));
      return TIME;
    }
    throw this.badFormat();
  }

  /** h:m, h:m:s, m:s.fraction */
  private decodeClock(text: string): void {
    const match = /^(\d+):(\d*)(?:(\.\d*)|:(\d*)(\.\d*)?)?$/.exec(text);
    if (match === null) throw this.badFormat();
    const [, first, second, fractionOfSecond, third, fraction] = match;
    const a = this.integer(first!);
    const b = this.integer(second!);
    const point = fractionOfSecond ?? fraction;
    this.fraction = point === undefined ? 0 : microsOfFraction(point.slice(1));
    [this.hours, this.minutes, this.seconds] = fractionOfSecond === undefined ? [a, b, this.integer(third ?? '0')] : [0, a, b];
    if (this.minutes > 59 || this.seconds > 60) throw this.overflow();
  }

  /** Seconds east. */
  private decodeDisplacement(text: string): number {
    const match = /^([+-])(\d+)(?::(\d*)(?::(\d*))?)?(.*)$/.exec(text);
    if (match === null) throw this.badFormat();
    const [, sign, first, second, third, rest] = match;
    let hours = Number(first);
    let minutes = Number(second ?? 0);
    if (second === undefined && rest === '' && text.length > 3) {
      minutes = hours % 100;
      hours = Math.floor(hours / 100);
    }
    const seconds = Number(third ?? 0);
    if (hours > 15 || minutes > 59 || seconds > 59) {
      throw sqlError('22009', `time zone displacement out of range: "${this.text}"`);
    }
    if (rest !== '') throw this.badFormat();
    const size = (hours * 60 + minutes) * 60 + seconds;
    return sign === '-' ? -size : size;
  }

  private decodeWord(text: string): number | undefined {
    const abbreviation = this.decodeAbbreviation(text);
    if (abbreviation !== undefined) return abbreviation;
    const word = dateWord(text);
    if (word === undefined) {
      this.namedZone = findTimeZone(text);
      if (this.namedZone === undefined) throw this.badFormat();
      return ZONE;
    }
    return this.applyWord(word);
  }

  /** The session zone's own abbreviations first, then the general ones. */
  private decodeAbbreviation(text: string): number | undefined {
    const name = text.toUpperCase();
    const own = this.context.zone.meaningsOf(name);
    if (own.length > 1) return this.setDynamic(this.context.zone, name);
    const [only] = own;
    const meaning = only ?? abbreviationMeaning(name);
    if (meaning === undefined) return undefined;
    if ('zone' in meaning) return this.setDynamic(this.zoneNamed(meaning.zone), name);
    this.offset = meaning.offset;
    return meaning.isDst ? ZONE | DAYLIGHT : ZONE;
  }

  private setDynamic(zone: TimeZone, name: string): number {
    this.dynamicAbbreviation = { zone, name };
    return ZONE;
  }

  private applyWord(word: DateWord): number | undefined {
    switch (word.kind) {
      case 'ignored':
        return undefined;
      case 'special':
        return this.applySpecial(word.value);
      case 'month':
        return this.applyMonth(word.value);
      case 'weekday':
        return WEEKDAY;
      case 'meridian':
        this.meridian = word.value;
        return MERIDIAN;
      case 'era':
        this.era = word.value;
        return ERA;
      case 'daylight':
        this.offset += 3600;
        return DAYLIGHT | DAYLIGHT_MODIFIER;
      case 'unit':
      case 'iso-time':
        if (word.kind === 'iso-time' && !this.timeOnly && (this.known & DATE) !== DATE) throw this.badFormat();
        if (this.pending !== undefined) throw this.badFormat();
        this.pending = word.kind === 'iso-time' ? 'time' : word.value;
        return undefined;
    }
  }

  private applySpecial(value: string): number {
    switch (value) {
      case 'zulu':
        this.hours = this.minutes = this.seconds = this.fraction = this.offset = 0;
        return TIME | ZONE;
      case 'epoch':
      case 'infinity':
      case '-infinity':
        if (this.timeOnly) throw this.badFormat();
        this.special = value;
        return DATE | TIME | ZONE | SPECIAL;
      default:
        this.clockWord = value;
        return value === 'now' ? DATE | TIME | ZONE : DATE;
    }
  }

  /** A month by name after a number that was taken for the month: that was the day. */
  private applyMonth(month: number): number {
    const numericWasDay = this.known & MONTH && !this.textMonth && !(this.known & DAY) && this.month >= 1 && this.month <= 31;
    if (numericWasDay) this.day = this.month;
    this.textMonth = true;
    this.month = month;
    return numericWasDay ? DAY : MONTH;
  }

  private validateDate(): void {
    if (this.known & YEAR) this.completeYear();
    if (this.known & DAY_OF_YEAR) {
      const days = civilToDays(this.year, 1, 1) + this.dayOfYear - 1;
      ({ year: this.year, month: this.month, day: this.day } = daysToCivil(days));
    }
    if (this.known & MONTH && (this.month < 1 || this.month > 12)) throw this.monthDayOverflow();
    if (this.known & DAY && (this.day < 1 || this.day > 31)) throw this.monthDayOverflow();
    if ((this.known & DATE) === DATE && this.day > daysInMonth(this.year, this.month)) throw this.overflow();
  }

  /** From here on 1 BC is year 0. */
  private completeYear(): void {
    if (this.julian) return;
    if (this.era === 'bc') {
      if (this.year <= 0) throw this.overflow();
      this.year = 1 - this.year;
    } else if (this.twoDigitYear) {
      if (this.year < 70) this.year += 2000;
      else if (this.year < 100) this.year += 1900;
    } else if (this.year <= 0) {
      throw this.overflow();
    }
  }

  private applyMeridian(): void {
    if (this.meridian === undefined) return;
    if (this.hours > 12) throw this.overflow();
    if (this.meridian === 'am' && this.hours === 12) this.hours = 0;
    else if (this.meridian === 'pm' && this.hours !== 12) this.hours += 12;
  }

  private microsOfDay(): number {
    return ((this.hours * 60 + this.minutes) * 60 + this.seconds) * 1e6 + this.fraction;
  }

  private checkTime(): void {
    if (this.hours > 24 || this.minutes > 59 || this.seconds > 60 || this.microsOfDay() > MICROS_PER_DAY) throw this.overflow();
  }

  private resolveZone(days: number): void {
    const local = (days + UNIX_TO_PG_DAYS) * 86400 + (this.hours * 60 + this.minutes) * 60 + this.seconds;
    if (this.namedZone !== undefined) {
      if (this.known & DAYLIGHT_MODIFIER) throw this.badFormat();
      this.offset = this.namedZone.offsetOfLocal(local);
    }
    if (this.dynamicAbbreviation !== undefined) {
      if (this.known & DAYLIGHT_MODIFIER) throw this.badFormat();
      const { zone, name } = this.dynamicAbbreviation;
      const usual = zone.offsetOfLocal(local);
      this.offset = zone.meaningOf(name, local - usual)?.offset ?? usual;
    }
    if (!(this.known & ZONE)) {
      if (this.known & DAYLIGHT_MODIFIER) throw this.badFormat();
      this.offset = this.context.zone.offsetOfLocal(local);
    }
  }

  private integer(digits: string): number {
    const value = Number(digits);
    if (value > 0x7fffffff) throw this.overflow();
    return value;
  }

  private badFormat(): SqlError {
    return invalidDatetimeFormat(this.typeName, this.text);
  }
  private overflow(): SqlError {
    return datetimeFieldOverflow(this.text);
  }
  private monthDayOverflow(): SqlError {
    return datetimeFieldOverflow(this.text).with({ hint: 'Perhaps you need a different "DateStyle" setting.' });
  }
}
