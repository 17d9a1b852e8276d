/** Text to date, time, timestamp and timestamptz, with range checks and rounding to a typmod's precision. */
import {
  DATE_END,
  DATE_MIN,
  isTimestampInRange,
  joinTimestamp,
  MICROS_PER_SECOND,
  TIMESTAMP_END,
  TIMESTAMP_MIN,
} from './calendar.ts';
import type { DecodeContext } from './datetime-decode.ts';
import { decodeDateTime, decodeTime } from './datetime-decode.ts';
import type { Int64 } from './datum.ts';
import {
  DATE_INFINITY,
  DATE_MINUS_INFINITY,
  int64,
  TIMESTAMP_INFINITY,
  TIMESTAMP_MINUS_INFINITY,
  UNIX_TO_PG_DAYS,
  UNIX_TO_PG_MICROS,
} from './datum.ts';
import { sqlError } from './sql-error.ts';

const outOfRange = (type: string, text: string) => sqlError('22008', `${type} out of range: "${text}"`);

export function parseDate(text: string, context: DecodeContext): number {
  const decoded = decodeDateTime(text, 'date', context);
  switch (decoded.kind) {
    case 'epoch':
      return -UNIX_TO_PG_DAYS;
    case 'infinity':
      return DATE_INFINITY;
    case '-infinity':
      return DATE_MINUS_INFINITY;
    case 'moment':
      if (decoded.days < DATE_MIN || decoded.days >= DATE_END) throw outOfRange('date', text);
      return decoded.days;
  }
}

export function parseTime(text: string, context: DecodeContext, typmod = -1): Int64 {
  return roundMicros(decodeTime(text, 'time', context), typmod);
}

/** `withZone`: timestamptz; else a zone in the text is read and ignored, as in PostgreSQL. */
export function parseTimestamp(text: string, context: DecodeContext, withZone: boolean, typmod = -1): Int64 {
  const decoded = decodeDateTime(text, withZone ? 'timestamp with time zone' : 'timestamp', context);
  switch (decoded.kind) {
    case 'epoch':
      return -UNIX_TO_PG_MICROS;
    case 'infinity':
      return TIMESTAMP_INFINITY;
    case '-infinity':
      return TIMESTAMP_MINUS_INFINITY;
    case 'moment': {
      const offset = withZone ? decoded.offset : 0;
      const timestamp = joinTimestamp(decoded.days, decoded.micros - offset * MICROS_PER_SECOND);
      if (timestamp < TIMESTAMP_MIN || timestamp >= TIMESTAMP_END) throw outOfRange('timestamp', text);
      const rounded = roundMicros(timestamp, typmod);
      if (!isTimestampInRange(rounded)) throw outOfRange('timestamp', text);
      return rounded;
    }
  }
}

/** Rounds µs to the digits of a typmod (0 … 6, -1 = all), half away from zero. */
export function roundMicros(micros: Int64, typmod: number): Int64 {
  if (typmod < 0 || typmod >= 6) return micros;
  const unit = BigInt(10 ** (6 - typmod));
  const value = BigInt(micros);
  const half = unit / 2n;
  const rounded = value >= 0n ? ((value + half) / unit) * unit : -((-value + half) / unit) * unit;
  return int64(rounded);
}
