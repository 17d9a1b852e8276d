/**
 * date_part(): extract() in double precision. Fields that are whole numbers are extract's; the others are computed as
 * timestamp.c computes them, because a sum of doubles may differ in its last digit from the exact decimal.
 */
import { MICROS_PER_DAY, EPOCH_JULIAN_DAY, splitTimestamp } from '../../../core/calendar.ts';
import { timestampTzToLocal } from '../../../core/datetime.ts';
import type { Int64, Interval, Numeric } from '../../../core/datum.ts';
import { UNIX_TO_PG_MICROS } from '../../../core/datum.ts';
import { INT64_MAX } from '../../../core/int64.ts';
import { numericToFloat64 } from '../../../core/numeric-float.ts';
import { textContext } from '../../../core/text-format.ts';
import type { SessionSettings } from '../../../algebra/plan.ts';
import { asNatural } from '../convert.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { kernel, nullableResult } from '../kernel.ts';
import { unitOf } from './datetime-units.ts';
import { fromInterval, fromTime, fromTimestamp, fromTimestampTz } from './extract.ts';
import { midnight } from './moments.ts';

/** Second, millisecond of a minute given in µs, as C adds the parts. */
function secondsField(unit: string, micros: number): number | undefined {
  const seconds = Math.trunc(micros / 1_000_000);
  const fraction = micros - seconds * 1_000_000;
  if (unit === 'second') return seconds + fraction / 1_000_000;
  return unit === 'millisecond' ? seconds * 1000 + fraction / 1000 : undefined;
}

function momentPart(unit: string, timestamp: Int64, local: Int64): number | undefined {
  if (unit === 'epoch') {
    const exact = BigInt(timestamp) + BigInt(UNIX_TO_PG_MICROS);
    return exact <= INT64_MAX ? Number(exact) / 1e6 : (Number(timestamp) + UNIX_TO_PG_MICROS) / 1e6;
  }
  const { days, micros } = splitTimestamp(local);
  if (unit === 'julian') {
    const seconds = Math.trunc(micros / 1_000_000);
    const fraction = micros - seconds * 1_000_000;
    return days + EPOCH_JULIAN_DAY + (seconds + fraction / 1_000_000) / (MICROS_PER_DAY / 1_000_000);
  }
  return secondsField(unit, micros % 60_000_000);
}

/** `exact`: what extract gives. Infinities and whole numbers are taken from there. */
function part(exact: Numeric | undefined, special: () => number | undefined): number | null {
  if (exact === undefined) return null;
  return (exact.kind === 'finite' ? special() : undefined) ?? numericToFloat64(exact);
}

const ofTimestamp = (text: string, timestamp: Int64): number | null =>
  part(fromTimestamp(text, timestamp), () => momentPart(unitOf(text, ''), timestamp, timestamp));

const ofTimestampTz = (text: string, timestamp: Int64, settings: SessionSettings): number | null =>
  part(fromTimestampTz(text, timestamp, settings), () =>
    momentPart(unitOf(text, ''), timestamp, timestampTzToLocal(timestamp, textContext(settings).zone)),
  );

const ofTime = (text: string, time: Int64): number | null =>
  part(fromTime(text, time), () => {
    const unit = unitOf(text, '');
    return unit === 'epoch' ? Number(time) / 1e6 : secondsField(unit, Number(time) % 60_000_000);
  });

const ofInterval = (text: string, value: Interval): number | null =>
  part(fromInterval(text, value), () => {
    const unit = unitOf(text, '');
    if (unit !== 'epoch') return secondsField(unit, Number(BigInt(value.micros) % 60_000_000n));
    const years = Math.trunc(value.months / 12);
    return Number(value.micros) / 1e6 + 31_557_600 * years + 2_592_000 * (value.months % 12) + 86_400 * value.days;
  });

const datePart = (f: (text: string, value: never, settings: SessionSettings) => number | null): Kernel =>
  kernel((call) => {
    const { emitter } = call;
    const args = call.args.map((arg) => asNatural(emitter, arg));
    return nullableResult(call, `${emitter.hoist(f)}(${args.join(', ')}, ${emitter.hoist(call.settings)})`);
  });

/** Converts the date first, whether the field is NULL or not. */
const ofDate: Kernel = {
  ...datePart((text: string, date: number) => ofTimestamp(text, midnight(date, null))),
  refusal: ([unit]) => ((unit?.constant ?? null) === null ? 'date_part of a date with a field that is not constant' : undefined),
};

export const datePartKernels: KernelTable = {
  'date_part(text,timestamp)': datePart(ofTimestamp),
  'date_part(text,date)': ofDate,
  'date_part(text,timestamptz)': datePart(ofTimestampTz),
  'date_part(text,time)': datePart(ofTime),
  'date_part(text,interval)': datePart(ofInterval),
};
