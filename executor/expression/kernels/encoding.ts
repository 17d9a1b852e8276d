/** encode and decode (hex, base64, escape), convert_to and convert_from for UTF-8, single bytes and bits (encode.c, varlena.c). */
import { isUtf8 } from 'node:buffer';
import type { Int64 } from '../../../core/datum.ts';
import { invalidParameterValue, sqlError } from '../../../core/sql-error.ts';
import { parseEscaped, parseHex } from '../../../core/text-parse.ts';
import { asBuffer } from '../convert.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { apply } from '../kernel.ts';

const BASE64_LINE = 76;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BACKSLASH = 92;

type Format = 'hex' | 'base64' | 'escape';

function formatOf(name: string): Format {
  const lower = name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (lower === 'hex' || lower === 'base64' || lower === 'escape') return lower;
  throw invalidParameterValue(`unrecognized encoding: "${name}"`);
}

/** Zero and high bytes in octal. */
function escaped(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0 || byte >= 0x80) text += `\\${byte.toString(8).padStart(3, '0')}`;
    else text += byte === BACKSLASH ? '\\\\' : String.fromCharCode(byte);
  }
  return text;
}

function encode(bytes: Uint8Array, name: string): string {
  switch (formatOf(name)) {
    case 'hex':
      return asBuffer(bytes).toString('hex');
    case 'base64': {
      const text = asBuffer(bytes).toString('base64');
      // Lines full of whole groups end with a newline, a padded one does not.
      return text.replaceAll(new RegExp(`.{${BASE64_LINE - 1}}[^=]`, 'g'), '$&\n');
    }
    case 'escape':
      return escaped(bytes);
  }
}

function fromBase64(text: string): Uint8Array {
  const bytes: number[] = [];
  let [group, position] = [0, 0];
  /** Bytes of a group after padding was seen. */
  let bytesAtEnd = 0;
  for (const character of text) {
    if (' \t\n\r'.includes(character)) continue;
    let value = 0;
    if (character === '=') {
      if (bytesAtEnd === 0) {
        if (position !== 2 && position !== 3) throw invalidParameterValue('unexpected "=" while decoding base64 sequence');
        bytesAtEnd = position - 1;
      }
    } else {
      value = ALPHABET.indexOf(character);
      if (value < 0) throw invalidParameterValue(`invalid symbol "${character}" found while decoding base64 sequence`);
    }
    group = ((group << 6) | value) & 0xffffff;
    if (++position < 4) continue;
    bytes.push(group >> 16);
    if (bytesAtEnd !== 1) bytes.push((group >> 8) & 255);
    if (bytesAtEnd === 0) bytes.push(group & 255);
    [group, position] = [0, 0];
  }
  if (position !== 0) {
    throw invalidParameterValue('invalid base64 end sequence', {
      hint: 'Input data is missing padding, is truncated, or is otherwise corrupted.',
    });
  }
  return Uint8Array.from(bytes);
}

function decode(text: string, name: string): Uint8Array {
  switch (formatOf(name)) {
    case 'hex':
      return parseHex(text);
    case 'base64':
      return fromBase64(text);
    case 'escape':
      return parseEscaped(text);
  }
}

/** Bytes a UTF-8 lead byte announces. */
const announced = (lead: number): number => (lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 1);

function fromUtf8(bytes: Uint8Array): string {
  for (let at = 0; at < bytes.length;) {
    const length = announced(bytes[at]!);
    const character = bytes.subarray(at, at + length);
    if (bytes[at] === 0 || !isUtf8(character)) {
      const hex = [...character].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ');
      throw sqlError('22021', `invalid byte sequence for encoding "UTF8": ${hex}`);
    }
    at += length;
  }
  return asBuffer(bytes).toString('utf8');
}

/** UTF-8 is the only encoding we know here. */
const utf8Only = (kernel: Kernel): Kernel => ({
  ...kernel,
  refusal: (args) => {
    const name = args[1]?.constant;
    return typeof name === 'string' && /^utf-?8$/i.test(name) ? undefined : 'conversion to or from another encoding than UTF8';
  },
});

function byteAt(bytes: Uint8Array, index: number): number {
  if (index < 0 || index >= bytes.length) throw outsideOf(index, bytes.length);
  return bytes[index]!;
}
function bitAt(bytes: Uint8Array, index: Int64): number {
  if (index < 0 || index >= bytes.length * 8) throw outsideOf(index, bytes.length * 8);
  const at = Number(index);
  return (bytes[at >> 3]! >> (at & 7)) & 1;
}
const outsideOf = (index: Int64, length: number) => sqlError('2202E', `index ${index} out of valid range, 0..${length - 1}`);

function bitCount(bytes: Uint8Array): number {
  let count = 0;
  for (let byte of bytes) for (; byte !== 0; byte &= byte - 1) count++;
  return count;
}

export const encodingKernels: KernelTable = {
  'encode(bytea,text)': apply(encode),
  'decode(text,text)': apply(decode),
  'convert_to(text,name)': utf8Only(apply((text: string) => Buffer.from(text, 'utf8'))),
  'convert_from(bytea,name)': utf8Only(apply(fromUtf8)),
  'get_byte(bytea,int4)': apply(byteAt),
  'get_bit(bytea,int8)': apply(bitAt),
  'bit_count(bytea)': apply(bitCount),
};
