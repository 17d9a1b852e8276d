/**
 * Single values to PostgreSQL's text form, under the session's settings: for constants, parameters, casts to text, EXPLAIN.
 * Whole batches go through server/encode, which must give the same bytes. The way back is in text-parse.ts.
 */
import { unreachable } from './assert.ts';
import { writeRow } from './composite-text.ts';
import { formatDate, formatTime, formatTimestamp, formatTimestampTz } from './datetime.ts';
import type { Datum, Int64, Interval, Numeric, PgArray, PgRow } from './datum.ts';
import { formatFloat32, formatFloat64 } from './float-text.ts';
import { formatInterval } from './interval.ts';
import { formatNumeric } from './numeric-text.ts';
import type { CompositeField, SqlType } from './sql-type.ts';
import type { DateSettings, IntervalStyle, TextSettings } from './text-settings.ts';
import { dateSettings, intervalStyle } from './text-settings.ts';
import { timeZone } from './time-zone.ts';
import type { TimeZone } from './time-zone.ts';

/** Settings taken apart once and kept per settings object. */
export interface TextContext {
  readonly dates: DateSettings;
  readonly intervals: IntervalStyle;
  readonly zone: TimeZone;
  readonly extraFloatDigits: number;
  readonly byteaOutput: 'hex' | 'escape';
}

const contexts = new WeakMap<TextSettings, TextContext>();

/** 22023 when the time zone is unknown. */
export function textContext(settings: TextSettings): TextContext {
  let context = contexts.get(settings);
  if (context === undefined) {
    context = {
      dates: dateSettings(settings.dateStyle),
      intervals: intervalStyle(settings.intervalStyle),
      zone: timeZone(settings.timeZone),
      extraFloatDigits: settings.extraFloatDigits,
      byteaOutput: settings.byteaOutput,
    };
    contexts.set(settings, context);
  }
  return context;
}

export const formatDatum = (type: SqlType, datum: Exclude<Datum, null>, settings: TextSettings): string =>
  formatWith(type, datum, textContext(settings));

export function formatWith(type: SqlType, datum: Exclude<Datum, null>, context: TextContext): string {
  switch (type.kind) {
    case 'bool':
      return datum ? 't' : 'f';
    case 'int2':
    case 'int4':
    case 'int8':
      return String(datum as Int64);
    case 'float4':
      return formatFloat32(datum as number, context.extraFloatDigits);
    case 'float8':
      return formatFloat64(datum as number, context.extraFloatDigits);
    case 'numeric':
      return formatNumeric(datum as Numeric);
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'name':
    case 'json':
    case 'jsonb':
    case 'enum':
    case 'opaque':
      return datum as string;
    case 'bytea':
      return formatBytea(datum as Uint8Array, context.byteaOutput);
    case 'uuid':
      return formatUuid(datum as Uint8Array);
    case 'date':
      return formatDate(datum as number, context.dates);
    case 'time':
      return formatTime(datum as Int64);
    case 'timestamp':
      return formatTimestamp(datum as Int64, context.dates);
    case 'timestamptz':
      return formatTimestampTz(datum as Int64, context.dates, context.zone);
    case 'interval':
      return formatInterval(datum as Interval, context.intervals);
    case 'array':
      return formatArray(type, datum as PgArray, context);
    case 'composite':
      return formatRow(type.fields!, datum as PgRow, context);
    default:
      return unreachable(type.kind);
  }
}

export function formatBytea(bytes: Uint8Array, output: 'hex' | 'escape'): string {
  if (output === 'hex') return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;
  let text = '';
  for (const byte of bytes) {
    if (byte === 0x5c) text += '\\\\';
    else if (byte < 0x20 || byte > 0x7e) text += `\\${byte.toString(8).padStart(3, '0')}`;
    else text += String.fromCharCode(byte);
  }
  return text;
}

export function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Between elements; box is the only built-in type with another one. */
export const arrayDelimiter = (element: SqlType): string => (element.name === 'pg_catalog.box' ? ';' : ',');

const formatRow = (fields: readonly CompositeField[], row: PgRow, context: TextContext): string =>
  writeRow(fields.map(({ type }, i) => (row.values[i] === null ? null : formatWith(type, row.values[i]!, context))));

const needsQuotes = /^$|^null$|[\\"{} \t\n\v\f\r,]/i;
const needsQuotesBox = /^$|^null$|[\\"{} \t\n\v\f\r;]/i;

function formatArray(type: SqlType, array: PgArray, context: TextContext): string {
  const element = type.element!;
  if (array.dims.length === 0) return '{}';
  const delimiter = arrayDelimiter(element);
  const unsafe = delimiter === ';' ? needsQuotesBox : needsQuotes;
  let next = 0;
  const write = (depth: number): string => {
    const parts: string[] = [];
    for (let i = 0; i < array.dims[depth]!; i++) {
      if (depth + 1 < array.dims.length) {
        parts.push(write(depth + 1));
        continue;
      }
      const value = array.elements[next++] ?? null;
      if (value === null) {
        parts.push('NULL');
        continue;
      }
      const text = formatWith(element, value, context);
      parts.push(unsafe.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text);
    }
    return `{${parts.join(delimiter)}}`;
  };
  const bounds = array.lowerBounds.every((bound) => bound === 1)
    ? ''
    : `${array.dims.map((length, i) => `[${array.lowerBounds[i]!}:${array.lowerBounds[i]! + length - 1}]`).join('')}=`;
  return bounds + write(0);
}
