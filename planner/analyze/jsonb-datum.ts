/** PostgreSQL's stored `jsonb` (src/include/utils/jsonb.h) → the text PostgreSQL prints for it. */
import { featureNotSupported, statementTooComplex } from '../../core/sql-error.ts';
import { numericText, readNumeric } from './numeric-datum.ts';
import { varlenaPayload } from './varlena.ts';

const COUNT_MASK = 0x0fffffff;
const IS_SCALAR = 0x10000000;
const IS_OBJECT = 0x20000000;
const OFFSET_MASK = 0x0fffffff;
const HAS_OFFSET = 0x80000000;
const KIND_MASK = 0x70000000;
const KIND_STRING = 0x00000000;
const KIND_NUMERIC = 0x10000000;
const KIND_FALSE = 0x20000000;
const KIND_TRUE = 0x30000000;
const KIND_NULL = 0x40000000;
const KIND_CONTAINER = 0x50000000;
const DEPTH_MAX = 1000;

const align4 = (offset: number): number => (offset + 3) & ~3;

/** As escape_json() does it: control characters by their short or \u form, everything else as it is. */
const jsonString = (value: string): string =>
  // oxlint-disable-next-line no-control-regex
  `"${value.replace(/["\\\u0000-\u001f]/g, (character) => {
    const short = { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  })}"`;

/** `container` starts at its header word. */
export function jsonbText(container: Buffer, depth = 0): string {
  if (depth > DEPTH_MAX) throw statementTooComplex();
  const header = container.readUInt32LE(0);
  const count = header & COUNT_MASK;
  const isObject = (header & IS_OBJECT) !== 0;
  const entries = isObject ? count * 2 : count;
  const data = container.subarray(4 + entries * 4);
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < entries; index++) {
    const entry = container.readUInt32LE(4 + index * 4);
    // An entry holds its length or, every 32nd, the offset of its end.
    const end = (entry & HAS_OFFSET) !== 0 ? entry & OFFSET_MASK : start + (entry & OFFSET_MASK);
    parts.push(entryText(data, entry & KIND_MASK, start, end, depth));
    start = end;
  }
  if (isObject) {
    const pairs = parts.slice(0, count).map((key, index) => `${key}: ${parts[count + index]}`);
    return `{${pairs.join(', ')}}`;
  }
  return (header & IS_SCALAR) !== 0 ? parts[0]! : `[${parts.join(', ')}]`;
}

function entryText(data: Buffer, kind: number, start: number, end: number, depth: number): string {
  switch (kind) {
    case KIND_STRING:
      return jsonString(data.toString('utf8', start, end));
    case KIND_NUMERIC:
      return numericText(readNumeric(varlenaPayload(data.subarray(align4(start), end))));
    case KIND_FALSE:
      return 'false';
    case KIND_TRUE:
      return 'true';
    case KIND_NULL:
      return 'null';
    case KIND_CONTAINER:
      return jsonbText(data.subarray(align4(start), end), depth + 1);
    default:
      throw featureNotSupported(`jsonb constant with an entry of kind ${kind}`);
  }
}
