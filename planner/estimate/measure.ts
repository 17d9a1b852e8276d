/**
 * Values as estimates compare them: numbers (dates and times as microseconds since 2000) or texts. A value without a place
 * in an order we know has no measure. Two columns' measures compare when both are numbers or both texts.
 */
import type { Datum, Interval, Numeric } from '../../core/datum.ts';
import { numericToFloat64Saturating } from '../../core/numeric-float.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { SqlError } from '../../core/sql-error.ts';
import { parseDatum } from '../../core/text-parse.ts';
import type { TextSettings } from '../../core/text-settings.ts';

export type Measure = number | string;

/** How sources write the values in their statistics. */
const ISO_UTC: TextSettings = {
  timeZone: 'UTC',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
};
const DAY_MICROS = 86_400_000_000;
const MONTH_DAYS = 30;

export function measureOf(type: SqlType, value: Datum): Measure | undefined {
  if (value === null) return undefined;
  switch (type.kind) {
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
    case 'float4':
    case 'float8':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return Number(value);
    case 'date':
      return (value as number) * DAY_MICROS;
    case 'numeric':
      return numericToFloat64Saturating(value as Numeric);
    case 'interval': {
      const { months, days, micros } = value as Interval;
      return (months * MONTH_DAYS + days) * DAY_MICROS + Number(micros);
    }
    case 'text':
    case 'varchar':
    case 'name':
    case 'enum':
      return value as string;
    case 'bpchar':
      return (value as string).trimEnd();
    case 'uuid':
    case 'bytea':
      return Buffer.from(value as Uint8Array).toString('hex');
    case 'json':
    case 'jsonb':
    case 'array':
    case 'composite':
    case 'opaque':
      return undefined;
  }
}

/** Undefined as well when the source writes it in a way PostgreSQL does not read. */
export function measureOfText(type: SqlType, text: string): Measure | undefined {
  try {
    return measureOf(type, parseDatum(type, text, ISO_UTC));
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}
