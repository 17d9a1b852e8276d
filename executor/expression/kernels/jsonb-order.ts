/**
 * The order of jsonb's B-tree (jsonb.h, jsonb_util.c): null, strings, numbers, false, true, arrays, objects; arrays and objects
 * by their size first, strings and keys by code points, members in the order in which jsonb keeps them. At the top an empty
 * array comes before every scalar, as PostgreSQL has kept it for old indexes.
 */
import { assert } from '../../../core/assert.ts';
import type { Numeric } from '../../../core/datum.ts';
import { withoutTrailingZeros } from '../../../core/numeric-text.ts';
import type { JsonNode } from './json-tree.ts';
import { readJsonb } from './json-tree.ts';

export function compareJsonb(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(jsonbOrderKey(a), jsonbOrderKey(b));
}

/** Bytes that are ordered as the values are, and equal for equal values. `text`: as PostgreSQL prints jsonb. */
export function jsonbOrderKey(text: string): Uint8Array {
  const node = readJsonb(text);
  if (node.kind === 'array' && node.elements.length === 0) return Uint8Array.of(EMPTY_AT_TOP);
  const parts: Uint8Array[] = [];
  append(node, parts);
  return Buffer.concat(parts);
}

const EMPTY_AT_TOP = 0;
/** First byte of a value. */
const ORDER: Readonly<Record<JsonNode['kind'], number>> = { null: 1, string: 2, number: 3, boolean: 4, array: 5, object: 6 };
/** Added to what may be below zero. */
const HALF = 0x8000_0000;

function append(node: JsonNode, to: Uint8Array[]): void {
  to.push(Uint8Array.of(ORDER[node.kind]));
  switch (node.kind) {
    case 'null':
      return;
    case 'boolean':
      to.push(Uint8Array.of(Number(node.value)));
      return;
    case 'string':
      appendString(node.value, to);
      return;
    case 'number':
      appendNumber(node.value, to);
      return;
    case 'array':
      to.push(word(node.elements.length));
      for (const element of node.elements) append(element, to);
      return;
    case 'object':
      to.push(word(node.members.size));
      for (const [key, value] of node.members) {
        appendString(key, to);
        append(value, to);
      }
  }
}

function word(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** No string of jsonb holds a NUL: it ends those that others begin with first. */
const appendString = (text: string, to: Uint8Array[]): number => to.push(Buffer.from(`${text}\0`, 'utf8'));

/** Sign, then how many digits stand before the point, then the digits without outer zeros; below zero all bits the other way. */
function appendNumber(value: Numeric, to: Uint8Array[]): void {
  assert(value.kind === 'finite', 'numbers of jsonb are finite');
  const { unscaled, scale } = value;
  if (unscaled === 0n) {
    to.push(Uint8Array.of(1));
    return;
  }
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  const size = Buffer.concat([word(HALF + digits.length - scale), Buffer.from(`${withoutTrailingZeros(digits)}\0`)]);
  if (unscaled < 0n)
    to.push(
      Uint8Array.of(0),
      size.map((byte) => ~byte),
    );
  else to.push(Uint8Array.of(2), size);
}
