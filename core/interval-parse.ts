/**
 * Text to interval: PostgreSQL's own form, the SQL standard's, and ISO 8601 (DecodeInterval, DecodeISO8601Interval in
 * src/backend/utils/adt/datetime.c). Fields are read from right to left, so that a unit is known before its number. Longer
 * than most files: three grammars share one set of fields.
 */
import type { DateTimeField } from './datetime-fields.ts';
import { dateWord, microsOfFraction, roundHalfEven, splitDateTime } from './datetime-fields.ts';
import { roundMicros } from './datetime-parse.ts';
import type { Interval } from './datum.ts';
import { int64 } from './datum.ts';
import { INTERVAL_INFINITY, INTERVAL_MINUS_INFINITY, isInfiniteInterval } from './interval.ts';
import { INT64_MAX, INT64_MIN } from './int64.ts';
import { datetimeOutOfRange, invalidDatetimeFormat, sqlError } from './sql-error.ts';
import type { IntervalStyle } from './text-settings.ts';

type Unit =
  | 'microsecond'
  | 'millisecond'
  | 'second'
  | 'minute'
  | 'hour'
  | 'day'
  | 'week'
  | 'month'
  | 'year'
  | 'decade'
  | 'century'
  | 'millennium';

const units = new Map<string, Unit>();
for (const [unit, names] of [
  ['microsecond', 'microsecon us usec usecond useconds usecs'],
  ['millisecond', 'millisecon ms msec msecond mseconds msecs'],
  ['second', 's sec second seconds secs'],
  ['minute', 'm min mins minute minutes'],
  ['hour', 'h hour hours hr hrs'],
  ['day', 'd day days'],
  ['week', 'w week weeks'],
  ['month', 'mon mons month months'],
  ['year', 'y year years yr yrs'],
  ['decade', 'dec decade decades decs'],
  ['century', 'c cent centuries century'],
  ['millennium', 'mil millennia millennium mils'],
] as const) {
  for (const name of names.split(' ')) units.set(name, unit);
}
/** Words are told apart by so many characters. */
const WORD_LENGTH = 10;

const RANGE_MONTH = 1 << 1;
const RANGE_YEAR = 1 << 2;
const RANGE_DAY = 1 << 3;
const RANGE_HOUR = 1 << 10;
const RANGE_MINUTE = 1 << 11;
const RANGE_SECOND = 1 << 12;
const RANGE_FULL = 0x7fff;

const MICROS: Readonly<Record<'microsecond' | 'millisecond' | 'second' | 'minute' | 'hour' | 'day', number>> = {
  microsecond: 1,
  millisecond: 1000,
  second: 1_000_000,
  minute: 60_000_000,
  hour: 3_600_000_000,
  day: 86_400_000_000,
};

class BadFormat extends Error {}
class FieldOverflow extends Error {}

/** Sums of fields, each checked against the width PostgreSQL keeps it in. */
class Sum {
  years = 0;
  months = 0;
  days = 0;
  micros = 0n;

  addMicros(value: bigint, fraction: number, scale: number): void {
    this.setMicros(this.micros + value * BigInt(scale));
    this.addFractionOfMicros(fraction, scale);
  }
  addFractionOfMicros(fraction: number, scale: number): void {
    if (fraction === 0) return;
    const exact = fraction * scale;
    let whole = Math.trunc(exact);
    const rest = exact - whole;
    if (rest > 0.5) whole++;
    else if (rest < -0.5) whole--;
    this.setMicros(this.micros + BigInt(whole));
  }
  setMicros(micros: bigint): void {
    if (micros < INT64_MIN || micros > INT64_MAX) throw new FieldOverflow();
    this.micros = micros;
  }
  addDays(value: bigint, scale = 1): void {
    this.days = int32(BigInt(this.days) + int32Big(int32Big(value) * BigInt(scale)));
  }
  addFractionOfDays(fraction: number, scale: number): void {
    if (fraction === 0) return;
    const exact = fraction * scale;
    const whole = Math.trunc(exact);
    this.days = int32(BigInt(this.days + whole));
    this.addFractionOfMicros(exact - whole, MICROS.day);
  }
  addMonths(value: bigint): void {
    this.months = int32(BigInt(this.months) + int32Big(value));
  }
  addYears(value: bigint, fraction: number, scale = 1): void {
    this.years = int32(BigInt(this.years) + int32Big(int32Big(value) * BigInt(scale)));
    if (fraction !== 0) this.months = int32(BigInt(this.months + roundHalfEven(fraction * scale * 12)));
  }
  negate(): void {
    this.years = int32(-BigInt(this.years));
    this.months = int32(-BigInt(this.months));
    this.days = int32(-BigInt(this.days));
    this.setMicros(-this.micros);
  }
  toInterval(): Interval {
    const months = this.years * 12 + this.months;
    if (months !== (months | 0)) throw datetimeOutOfRange('interval');
    return { months, days: this.days, micros: int64(this.micros) };
  }
}

function int32Big(value: bigint): bigint {
  if (value !== BigInt.asIntN(32, value)) throw new FieldOverflow();
  return value;
}
const int32 = (value: bigint): number => Number(int32Big(value));

/** `typmod`: range of fields and precision, as in pg_attribute. */
export function parseInterval(text: string, style: IntervalStyle, typmod = -1): Interval {
  try {
    return fitInterval(readFields(text, style, rangeOf(typmod)) ?? readIso8601(text), typmod);
  } catch (error) {
    if (error instanceof BadFormat) throw invalidDatetimeFormat('interval', text);
    if (error instanceof FieldOverflow) throw sqlError('22015', `interval field value out of range: "${text}"`);
    throw error;
  }
}

/** undefined: not of PostgreSQL's or the SQL standard's form. */
function readFields(text: string, style: IntervalStyle, range: number): Interval | undefined {
  const fields = splitDateTime(text);
  if (fields === undefined) return undefined;
  try {
    return new FieldReader(fields, style, range).read();
  } catch (error) {
    if (error instanceof BadFormat) return undefined;
    throw error;
  }
}

class FieldReader {
  private readonly fields: readonly DateTimeField[];
  private readonly range: number;
  /** '-1 1:00:00' in the SQL standard: the leading sign holds for all when no other is written. */
  private readonly allNegative: boolean;
  private readonly sum = new Sum();
  private readonly seen = new Set<string>();
  private unit: Unit | 'none' | undefined;
  private unitWaits = false;
  private ago = false;

  constructor(fields: readonly DateTimeField[], style: IntervalStyle, range: number) {
    this.fields = fields;
    this.range = range;
    const signed = (field: DateTimeField | undefined): boolean => /^[+-]/.test(field?.text ?? '');
    this.allNegative = style === 'sql_standard' && fields[0]?.text.startsWith('-') === true && !fields.slice(1).some(signed);
  }

  read(): Interval {
    for (let i = this.fields.length - 1; i >= 0; i--) {
      const field = this.fields[i]!;
      if (field.kind === 'word' || field.kind === 'signed-word') {
        const infinite = this.readWord(field.text, i === this.fields.length - 1, i === 0);
        if (infinite !== undefined) return infinite;
      } else if (field.kind === 'time') {
        this.readTime(field.text, false);
      } else if (field.kind !== 'displacement' || !this.readSignedTime(field.text)) {
        this.readNumber(field.text);
      }
    }
    if (this.seen.size === 0 || this.unitWaits) throw new BadFormat();
    if (this.ago) this.sum.negate();
    return this.sum.toInterval();
  }

  private see(...parts: string[]): void {
    for (const part of parts) {
      if (this.seen.has(part)) throw new BadFormat();
    }
    for (const part of parts) this.seen.add(part);
  }

  private readWord(text: string, last: boolean, first: boolean): Interval | undefined {
    if (this.unitWaits) throw new BadFormat();
    const unit = units.get(text.slice(0, WORD_LENGTH));
    if (unit !== undefined) {
      this.unit = unit;
      this.unitWaits = true;
      return undefined;
    }
    if (text === 'ago') {
      if (!last) throw new BadFormat();
      this.ago = true;
      this.unit = 'none';
      return undefined;
    }
    const word = dateWord(text);
    if (word?.kind === 'ignored') return undefined;
    if (word?.kind === 'special' && last && first) {
      if (word.value === 'infinity') return INTERVAL_INFINITY;
      if (word.value === '-infinity') return INTERVAL_MINUS_INFINITY;
    }
    throw new BadFormat();
  }

  private readTime(text: string, negative: boolean): void {
    const match = /^(\d+):(\d*)(?:(\.\d*)|:(\d*)(\.\d*)?)?$/.exec(text);
    if (match === null) throw new BadFormat();
    const [, first, second, shortFraction, third, longFraction] = match;
    let [hours, minutes, seconds] = [BigInt(first!), Number(second!), Number(third ?? 0)];
    const onlyMinutes = third === undefined && this.range === (RANGE_MINUTE | RANGE_SECOND);
    if (shortFraction !== undefined || onlyMinutes) [hours, minutes, seconds] = [0n, Number(first), Number(second)];
    if (minutes > 59 || seconds > 60) throw new FieldOverflow();
    const fraction = microsOfFraction((shortFraction ?? longFraction ?? '.').slice(1));
    const micros = hours * BigInt(MICROS.hour) + BigInt((minutes * 60 + seconds) * 1e6 + fraction);
    this.see('hour', 'minute', 'second', 'millisecond', 'microsecond');
    this.sum.setMicros(micros);
    if ((negative || this.allNegative) && micros > 0n) this.sum.setMicros(-micros);
    this.unit = 'day';
    this.unitWaits = false;
  }

  /** Whether it was one; a sign and no time is a number. */
  private readSignedTime(text: string): boolean {
    if (!/^[+-]\d+:\d*(?::\d*)?(?:\.\d*)?$/.test(text)) return false;
    try {
      this.readTime(text.slice(1), text.startsWith('-'));
    } catch (error) {
      if (error instanceof FieldOverflow) throw new BadFormat();
      throw error;
    }
    return true;
  }

  private readNumber(text: string): void {
    this.unit ??= this.rightmostUnit();
    const match = /^([+-]?)(\d*)(?:-(\d+)|(\.\d*))?$/.exec(text);
    if (match === null) throw new BadFormat();
    const [, sign, digits, monthDigits, point] = match;
    const negative = sign === '-';
    let value = BigInt(digits === '' ? 0 : digits!);
    let fraction = Number(`0${point ?? ''}`);
    if (value > INT64_MAX + (negative ? 1n : 0n)) throw new FieldOverflow();
    if (monthDigits !== undefined) {
      if (Number(monthDigits) > 11) throw new FieldOverflow();
      this.unit = 'month';
      value = value * 12n + BigInt(monthDigits);
    }
    if (negative || this.allNegative) {
      value = -value;
      fraction = -fraction;
    }
    this.add(this.unit, value, fraction);
    this.unitWaits = false;
  }

  private add(unit: Unit | 'none', value: bigint, fraction: number): void {
    const { sum } = this;
    switch (unit) {
      case 'microsecond':
      case 'millisecond':
      case 'minute':
        sum.addMicros(value, fraction, MICROS[unit]);
        return this.see(unit);
      case 'second':
        sum.addMicros(value, fraction, MICROS.second);
        return fraction === 0 ? this.see('second') : this.see('second', 'millisecond', 'microsecond');
      case 'hour':
        sum.addMicros(value, fraction, MICROS.hour);
        this.unit = 'day';
        return this.see('hour');
      case 'day':
        sum.addDays(value);
        sum.addFractionOfMicros(fraction, MICROS.day);
        return this.see('day');
      case 'week':
        sum.addDays(value, 7);
        sum.addFractionOfDays(fraction, 7);
        return this.see('week');
      case 'month':
        sum.addMonths(value);
        sum.addFractionOfDays(fraction, 30);
        return this.see('month');
      case 'year':
        sum.addYears(value, fraction);
        return this.see('year');
      case 'decade':
        sum.addYears(value, fraction, 10);
        return this.see('decade');
      case 'century':
        sum.addYears(value, fraction, 100);
        return this.see('century');
      case 'millennium':
        sum.addYears(value, fraction, 1000);
        return this.see('millennium');
      case 'none':
        throw new BadFormat();
    }
  }

  /** Without a unit the typmod's smallest field is meant, else seconds. */
  private rightmostUnit(): Unit {
    const { range } = this;
    if (range === RANGE_FULL || range & RANGE_SECOND) return 'second';
    if (range & RANGE_MINUTE) return 'minute';
    if (range & RANGE_HOUR) return 'hour';
    if (range & RANGE_DAY) return 'day';
    return range & RANGE_MONTH ? 'month' : 'year';
  }
}

/** `P1Y2M3DT4H5M6.7S` and the alternative form `P0001-02-03T04:05:06`. */
function readIso8601(text: string): Interval {
  if (text.length < 2 || !text.startsWith('P')) throw new BadFormat();
  const sum = new Sum();
  const [datePart, timePart, ...more] = text.slice(1).split('T');
  if (more.length > 0) throw new BadFormat();
  const date = isoNumbers(datePart!);
  const time = timePart === undefined ? [] : isoNumbers(timePart);
  if (date.length > 0) readIsoDate(sum, date);
  if (time.length > 0) readIsoTime(sum, time);
  return sum.toInterval();
}

interface IsoNumber {
  readonly value: bigint;
  readonly fraction: number;
  /** Digits before the point. */
  readonly width: number;
  /** The character after the number; '' at the end. */
  readonly mark: string;
}

function isoNumbers(text: string): IsoNumber[] {
  const numbers: IsoNumber[] = [];
  const pattern = /(-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([A-Z:-]?)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) throw new BadFormat();
    const number = Number(match[1]!);
    if (Math.abs(number) > 1e15) throw new FieldOverflow();
    const whole = Math.trunc(number);
    const width = /^-?(\d*)/.exec(match[1]!)![1]!.length;
    numbers.push({ value: BigInt(whole), fraction: number - whole, width, mark: match[2]! });
  }
  return numbers;
}

const isAlternative = (numbers: readonly IsoNumber[], separator: string): boolean =>
  numbers.length <= 3 && numbers.every((n, i) => n.mark === (i === numbers.length - 1 ? '' : separator));

function readIsoDate(sum: Sum, numbers: readonly IsoNumber[]): void {
  if (isAlternative(numbers, '-')) {
    const [first, second, third] = numbers;
    if (numbers.length === 1 && first!.width === 8) {
      sum.addYears(first!.value / 10000n, 0);
      sum.addMonths((first!.value / 100n) % 100n);
      sum.addDays(first!.value % 100n);
      sum.addFractionOfMicros(first!.fraction, MICROS.day);
      return;
    }
    sum.addYears(first!.value, first!.fraction);
    if (second !== undefined) addIsoUnit(sum, 'M', second);
    if (third !== undefined) addIsoUnit(sum, 'D', third);
    return;
  }
  for (const number of numbers) addIsoUnit(sum, number.mark, number);
}

function addIsoUnit(sum: Sum, unit: string, { value, fraction }: IsoNumber): void {
  switch (unit) {
    case 'Y':
      return sum.addYears(value, fraction);
    case 'M':
      sum.addMonths(value);
      return sum.addFractionOfDays(fraction, 30);
    case 'W':
      sum.addDays(value, 7);
      return sum.addFractionOfDays(fraction, 7);
    case 'D':
      sum.addDays(value);
      return sum.addFractionOfMicros(fraction, MICROS.day);
    default:
      throw new BadFormat();
  }
}

function readIsoTime(sum: Sum, numbers: readonly IsoNumber[]): void {
  const [first] = numbers;
  if (isAlternative(numbers, ':')) {
    if (numbers.length === 1 && first!.width === 6) {
      sum.addMicros(first!.value / 10000n, 0, MICROS.hour);
      sum.addMicros((first!.value / 100n) % 100n, 0, MICROS.minute);
      sum.addMicros(first!.value % 100n, 0, MICROS.second);
      sum.addFractionOfMicros(first!.fraction, 1);
      return;
    }
    const scales = [MICROS.hour, MICROS.minute, MICROS.second];
    for (const [i, { value, fraction }] of numbers.entries()) sum.addMicros(value, fraction, scales[i]!);
    return;
  }
  for (const { value, fraction, mark } of numbers) {
    const scale = mark === 'H' ? MICROS.hour : mark === 'M' ? MICROS.minute : mark === 'S' ? MICROS.second : undefined;
    if (scale === undefined) throw new BadFormat();
    sum.addMicros(value, fraction, scale);
  }
}

const rangeOf = (typmod: number): number => (typmod < 0 ? RANGE_FULL : (typmod >> 16) & 0x7fff);

/** interval year to month, interval second(3) …: fields below the range are cut off, fractions rounded. */
export function fitInterval(interval: Interval, typmod: number): Interval {
  if (typmod < 0 || isInfiniteInterval(interval)) return interval;
  const range = rangeOf(typmod);
  let { months, days, micros } = interval;
  const cut = (unit: number): void => {
    micros = int64((BigInt(micros) / BigInt(unit)) * BigInt(unit));
  };
  if (range === RANGE_YEAR) months -= months % 12;
  if ((range & ~(RANGE_YEAR | RANGE_MONTH)) === 0) days = 0;
  if ((range & ~(RANGE_YEAR | RANGE_MONTH | RANGE_DAY)) === 0) micros = 0;
  else if (!(range & RANGE_SECOND)) cut(range & RANGE_MINUTE ? MICROS.minute : MICROS.hour);
  const precision = typmod & 0xffff;
  return { months, days, micros: precision > 6 ? micros : roundMicros(micros, precision) };
}
