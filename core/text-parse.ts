/**
 * Text to single values, as PostgreSQL's input functions read it under the session's settings, with their errors: parameters
 * in text format, casts from text. The typmod of the type is applied. The way out is text-format.ts.
 */
import { unreachable } from './assert.ts';
import { parseArray } from './array-text.ts';
import { readRow } from './composite-text.ts';
import { parseDate, parseTime, parseTimestamp } from './datetime-parse.ts';
import type { Datum, Int64 } from './datum.ts';
import { int64 } from './datum.ts';
import { parseFloat32, parseFloat64 } from './float-text.ts';
import { INT64_MAX, INT64_MIN } from './int64.ts';
import { parseInterval } from './interval-parse.ts';
import { canonicalJsonb, checkJson } from './json-text.ts';
import { parseNumeric } from './numeric-text.ts';
import { invalidParameterValue, invalidTextRepresentation, sqlError } from './sql-error.ts';
import type { SqlType } from './sql-type.ts';
import { withTypmod } from './sql-type.ts';
import { arrayDelimiter, textContext } from './text-format.ts';
import type { TextContext } from './text-format.ts';
import type { TextSettings } from './text-settings.ts';

export const parseDatum = (type: SqlType, text: string, settings: TextSettings): Exclude<Datum, null> =>
  parseWith(type, text, textContext(settings));

function parseWith(type: SqlType, text: string, context: TextContext): Exclude<Datum, null> {
  const dates = { order: context.dates.order, zone: context.zone };
  switch (type.kind) {
    case 'bool':
      return parseBool(text);
    case 'int2':
      return Number(parseInteger(text, 'smallint', -32768n, 32767n));
    case 'int4':
      return Number(parseInteger(text, 'integer', -2147483648n, 2147483647n));
    case 'int8':
      return parseInteger(text, 'bigint', INT64_MIN, INT64_MAX);
    case 'float4':
      return parseFloat32(text);
    case 'float8':
      return parseFloat64(text);
    case 'numeric':
      return parseNumeric(text, type.typmod);
    case 'text':
    case 'opaque':
      return text;
    case 'varchar':
      return limitLength(text, type.typmod, 'character varying');
    case 'bpchar':
      return limitLength(text, type.typmod, 'character').padEnd(paddedLength(text, type.typmod));
    case 'name':
      return truncateName(text);
    case 'bytea':
      return parseBytea(text);
    case 'uuid':
      return parseUuid(text);
    case 'json':
      checkJson(text);
      return text;
    case 'jsonb':
      return canonicalJsonb(text);
    case 'enum':
      if (type.labels !== undefined && !type.labels.includes(text)) {
        throw sqlError('22P02', `invalid input value for enum ${unqualified(type.name)}: "${text}"`);
      }
      return text;
    case 'date':
      return parseDate(text, dates);
    case 'time':
      return parseTime(text, dates, type.typmod);
    case 'timestamp':
      return parseTimestamp(text, dates, false, type.typmod);
    case 'timestamptz':
      return parseTimestamp(text, dates, true, type.typmod);
    case 'interval':
      return parseInterval(text, context.intervals, type.typmod);
    case 'array': {
      const element = withTypmod(type.element!, type.typmod);
      return parseArray(text, arrayDelimiter(element), (part) => parseWith(element, part, context));
    }
    case 'composite': {
      const texts = readRow(text, type.fields!.length);
      return { values: type.fields!.map((field, i) => (texts[i] === null ? null : parseWith(field.type, texts[i]!, context))) };
    }
    default:
      return unreachable(type.kind);
  }
}

const unqualified = (name: string): string => name.replace(/^(?:"(?:[^"]|"")*"|[^".]*)\./, '');

const space = '[ \\t\\n\\v\\f\\r]*';
const trimmed = new RegExp(`^${space}(.*?)${space}$`, 's');

/** Any prefix of true, false, yes, no; on, off and its prefix of; 1 and 0. */
function parseBool(text: string): boolean {
  const word = trimmed.exec(text)![1]!.toLowerCase();
  if (word !== '') {
    if ('true'.startsWith(word) || 'yes'.startsWith(word) || word === 'on' || word === '1') return true;
    if ('false'.startsWith(word) || 'no'.startsWith(word) || word === 'of' || word === 'off' || word === '0') return false;
  }
  throw invalidTextRepresentation('boolean', text);
}

const integerPattern = new RegExp(
  `^${space}([+-]?)(\\d+(?:_\\d+)*|0[xX](?:_?[0-9a-fA-F]+)+|0[oO](?:_?[0-7]+)+|0[bB](?:_?[01]+)+)${space}$`,
);

function parseInteger(text: string, type: string, least: bigint, greatest: bigint): Int64 {
  const match = integerPattern.exec(text);
  if (match === null) throw invalidTextRepresentation(type, text);
  const size = BigInt(match[2]!.replaceAll('_', ''));
  const value = match[1] === '-' ? -size : size;
  if (value < least || value > greatest) throw sqlError('22003', `value "${text}" is out of range for type ${type}`);
  return int64(value);
}

/** varchar(n), char(n): blanks beyond n characters are cut off, anything else is an error. */
function limitLength(text: string, typmod: number, type: string): string {
  if (typmod < 4 || text.length <= typmod - 4) return text;
  const limit = typmod - 4;
  const characters = Array.from(text);
  if (characters.length <= limit) return text;
  if (characters.slice(limit).some((c) => c !== ' ')) throw sqlError('22001', `value too long for type ${type}(${limit})`);
  return characters.slice(0, limit).join('');
}

/** In UTF-16 units, as padEnd counts; n counts characters. */
const paddedLength = (text: string, typmod: number): number =>
  typmod < 4 ? 0 : typmod - 4 + text.length - Array.from(text).length;

const NAME_BYTES_MAX = 63;
function truncateName(text: string): string {
  if (Buffer.byteLength(text) <= NAME_BYTES_MAX) return text;
  let end = 0;
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > NAME_BYTES_MAX) break;
    end += character.length;
  }
  return text.slice(0, end);
}

const parseBytea = (text: string): Uint8Array => (text.startsWith('\\x') ? parseHex(text.slice(2)) : parseEscaped(text));

/** Backslashes before octal digits and themselves. */
export function parseEscaped(text: string): Uint8Array {
  const source = Buffer.from(text, 'utf8');
  const bytes: number[] = [];
  for (let i = 0; i < source.length; i++) {
    if (source[i] !== 0x5c) {
      bytes.push(source[i]!);
      continue;
    }
    const escape = /^\\(?:(\\)|([0-3][0-7]{2}))/.exec(source.toString('latin1', i, i + 4));
    if (escape === null) throw sqlError('22P02', 'invalid input syntax for type bytea');
    bytes.push(escape[1] === undefined ? Number.parseInt(escape[2]!, 8) : 0x5c);
    i += escape[0].length - 1;
  }
  return Uint8Array.from(bytes);
}

/** Blanks are allowed between pairs. */
export function parseHex(text: string): Uint8Array {
  const digits = text.replaceAll(/([0-9a-fA-F]{2})[ \n\t\r]+|^[ \n\t\r]+/g, '$1');
  const wrong = /[^0-9a-fA-F]/u.exec(digits);
  if (wrong !== null) throw invalidParameterValue(`invalid hexadecimal digit: "${wrong[0]}"`);
  if (digits.length % 2 !== 0) throw invalidParameterValue('invalid hexadecimal data: odd number of digits');
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

/** Hyphens may stand after any group of four digits, braces around the whole. */
function parseUuid(text: string): Uint8Array {
  const inner = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  if (!/^(?:[0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}$/.test(inner)) throw invalidTextRepresentation('uuid', text);
  return Uint8Array.from(Buffer.from(inner.replaceAll('-', ''), 'hex'));
}
