/** date_bin, OVERLAPS, justify_interval and interval(p) (timestamp.c). */
import { isTimestampInRange, MICROS_PER_DAY } from '../../../core/calendar.ts';
import type { Int64, Interval } from '../../../core/datum.ts';
import { int64 } from '../../../core/datum.ts';
import { fitInterval } from '../../../core/interval-parse.ts';
import { INT64_MAX, INT64_MIN, addInt64, compareInt64, subtractInt64 } from '../../../core/int64.ts';
import { datetimeOutOfRange, sqlError } from '../../../core/sql-error.ts';
import { textContext } from '../../../core/text-format.ts';
import type { SessionSettings } from '../../../algebra/plan.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { apply, applyNullable, kernel, datumCode, nullableResult } from '../kernel.ts';
import { infinityOf, makeInterval } from './interval-arithmetic.ts';
import { addInterval, timestampInfinity, wrapDay } from './moments.ts';
import type { TimeZone } from '../../../core/time-zone.ts';

/** The start of the bin, of `stride` counted from `origin`, that a moment falls into. */
function bin(stride: Interval, timestamp: Int64, origin: Int64): Int64 {
  if (timestampInfinity(timestamp) !== 0) return timestamp;
  if (timestampInfinity(origin) !== 0) throw sqlError('22008', 'origin out of range');
  if (infinityOf(stride) !== 0) throw sqlError('22008', 'timestamps cannot be binned into infinite intervals');
  if (stride.months !== 0) {
    throw sqlError('0A000', 'timestamps cannot be binned into intervals containing months or years');
  }
  const size = BigInt(stride.days) * BigInt(MICROS_PER_DAY) + BigInt(stride.micros);
  if (size > INT64_MAX || size < INT64_MIN) throw datetimeOutOfRange('interval');
  if (size <= 0n) throw sqlError('22008', 'stride must be greater than zero');
  const difference = subtractInt64(timestamp, origin);
  if (difference === undefined) throw datetimeOutOfRange('interval');
  const rest = BigInt(difference) % size;
  const start = BigInt(timestamp) - rest;
  if (rest >= 0n) return int64(start);
  const result = start - size;
  if (result < INT64_MIN || !isTimestampInRange(int64(result))) throw datetimeOutOfRange('timestamp');
  return int64(result);
}

/** OVERLAPS with NULLs: a missing end makes the start all that is known. */
function overlaps(start1: Int64 | null, end1: Int64 | null, start2: Int64 | null, end2: Int64 | null): boolean | null {
  const first = ordered(start1, end1);
  const second = ordered(start2, end2);
  if (first === undefined || second === undefined) return null;
  const order = compareInt64(first.start, second.start);
  if (order === 0) return first.end === null || second.end === null ? null : true;
  const [earlier, later] = order < 0 ? [first, second] : [second, first];
  if (earlier.end === null) return null;
  if (later.start < earlier.end) return true;
  return later.end === null ? null : false;
}

function ordered(start: Int64 | null, end: Int64 | null): { start: Int64; end: Int64 | null } | undefined {
  if (start === null) return end === null ? undefined : { start: end, end: null };
  if (end !== null && start > end) return { start: end, end: start };
  return { start, end };
}

type Add = (start: Int64, span: Interval, settings: SessionSettings) => Int64;

/** OVERLAPS where an end is given as a length. */
const overlapsBy = (add: Add, firstSpan: boolean, secondSpan: boolean): Kernel => {
  const end = (settings: SessionSettings, start: Int64 | null, value: Int64 | Interval | null, isSpan: boolean): Int64 | null => {
    if (value === null || (isSpan && start === null)) return null;
    return isSpan ? add(start!, value as Interval, settings) : (value as Int64);
  };
  const answer = (
    settings: SessionSettings,
    start1: Int64 | null,
    end1: Int64 | Interval | null,
    start2: Int64 | null,
    end2: Int64 | Interval | null,
  ): boolean | null => overlaps(start1, end(settings, start1, end1, firstSpan), start2, end(settings, start2, end2, secondSpan));
  return kernel((call) => {
    const { emitter } = call;
    const codes = [emitter.hoist(call.settings), ...call.args.map((arg) => datumCode(emitter, arg))];
    return nullableResult(call, `${emitter.hoist(answer)}(${codes.join(', ')})`);
  });
};

const inZone = (settings: SessionSettings): TimeZone => textContext(settings).zone;
const adders: Readonly<Record<string, Add>> = {
  time: (start, span) => {
    if (infinityOf(span) !== 0) throw sqlError('22008', 'cannot add infinite interval to time');
    return wrapDay(BigInt(start) + BigInt(span.micros));
  },
  timestamp: (start, span) => addInterval(start, span, null),
  timestamptz: (start, span, settings) => addInterval(start, span, inZone(settings)),
};

/** Days out of the time and months out of the days, all of one sign. */
function justify(value: Interval): Interval {
  if (infinityOf(value) !== 0) return value;
  let { months, days } = value;
  let { micros } = value;
  const cutMonths = (): void => {
    const whole = Math.trunc(days / 30);
    days -= whole * 30;
    months += whole;
    if (months !== (months | 0)) throw datetimeOutOfRange('interval');
  };
  if ((days > 0 && micros > 0) || (days < 0 && micros < 0)) cutMonths();
  const perDay = BigInt(MICROS_PER_DAY);
  days += Number(BigInt(micros) / perDay);
  micros = int64(BigInt(micros) % perDay);
  cutMonths();
  if (months > 0 && (days < 0 || (days === 0 && micros < 0))) {
    days += 30;
    months--;
  } else if (months < 0 && (days > 0 || (days === 0 && micros > 0))) {
    days -= 30;
    months++;
  }
  if (days > 0 && micros < 0) {
    micros = addInt64(micros, MICROS_PER_DAY)!;
    days--;
  } else if (days < 0 && micros > 0) {
    micros = subtractInt64(micros, MICROS_PER_DAY)!;
    days++;
  }
  return makeInterval(months, days, micros);
}

const table: Record<string, Kernel> = {
  'date_bin(interval,timestamp,timestamp)': apply(bin),
  'date_bin(interval,timestamptz,timestamptz)': apply(bin),
  'justify_interval(interval)': apply(justify),
  'interval(interval,int4)': apply(fitInterval),
};
for (const [type, add] of Object.entries(adders)) {
  for (const first of [type, 'interval']) {
    for (const second of [type, 'interval']) {
      const both = first === type && second === type;
      table[`overlaps(${type},${first},${type},${second})`] = both
        ? applyNullable(overlaps)
        : overlapsBy(add, first === 'interval', second === 'interval');
    }
  }
}
export const dateBinKernels: KernelTable = table;
