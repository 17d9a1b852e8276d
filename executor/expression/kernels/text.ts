/** Functions on text: what varlena.c and oracle_compat.c of PostgreSQL do, counted in code points. */
import { createHash } from 'node:crypto';
import type { Int64 } from '../../../core/datum.ts';
import { outOfRange, programLimitExceeded, sqlError } from '../../../core/sql-error.ts';
import { asForm, asNatural } from '../convert.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { apply, kernel, resultOf } from '../kernel.ts';
import { withoutBlanks } from '../compare.ts';
import type { Value } from '../value.ts';
import { characterCount, charactersOf, sliceCharacters } from './characters.ts';
import { letterCase } from './letter-case.ts';

const ALLOCATION_MAX = 0x3fffffff;
const INT_MAX = 2147483647;

const negativeLength = () => sqlError('22011', 'negative substring length not allowed');
const tooLong = () => programLimitExceeded('requested length too large');

function substring(text: string, start: number, length: number): string {
  if (length < 0) throw negativeLength();
  const end = start + length;
  if (end > INT_MAX) return substringFrom(text, start);
  return end < 1 ? '' : sliceCharacters(text, Math.max(start, 1) - 1, end - 1);
}
const substringFrom = (text: string, start: number): string => sliceCharacters(text, Math.max(start, 1) - 1, Infinity);

/** `count` characters on from byte `at`. */
function skipCharacters(data: Uint8Array, at: number, end: number, count: number): number {
  for (; count > 0 && at < end; count--) {
    at++;
    while (at < end && (data[at]! & 0xc0) === 0x80) at++;
  }
  return at;
}

/** Character numbers [from, to) that a start and a length mean, counted from 0. */
function substringEnd(start: number, length: number): number {
  if (length < 0) throw negativeLength();
  const end = start + length;
  return end > INT_MAX ? INT_MAX : end - 1;
}

/** A part of bytes not decoded is found without decoding. */
const substringKernel: Kernel = kernel((call) => {
  const { emitter } = call;
  const [text, start, length] = call.args as readonly [Value, Value, Value];
  const [first, count] = [emitter.name(asNatural(emitter, start)), emitter.name(asNatural(emitter, length))];
  if (text.form !== 'span')
    return resultOf(call, `${emitter.hoist(substring)}(${asForm(emitter, text, 'string')}, ${first}, ${count})`);
  const end = emitter.name(`${emitter.hoist(substringEnd)}(${first}, ${count})`);
  const begin = emitter.name(`Math.max(${first}, 1) - 1`);
  const skip = emitter.hoist(skipCharacters);
  const from = emitter.name(`${skip}(${text.data}, ${text.from}, ${text.to}, ${begin})`);
  const to = emitter.name(`${skip}(${text.data}, ${from}, ${text.to}, ${end} - ${begin})`);
  return { form: 'span', type: call.type, isNull: null, data: text.data, from, to };
});

const left = (text: string, count: number): string =>
  sliceCharacters(text, 0, count >= 0 ? count : Math.max(0, characterCount(text) + count));
function right(text: string, count: number): string {
  // PostgreSQL negates the count, and the least integer stays negative.
  if (count === -INT_MAX - 1) return text;
  return sliceCharacters(text, count < 0 ? -count : Math.max(0, characterCount(text) - count), Infinity);
}

/** 1-based, 0 when absent; the empty string is at 1. */
function position(text: string, part: string): number {
  const at = text.indexOf(part);
  return at < 0 ? 0 : characterCount(text.slice(0, at)) + 1;
}

function padding(text: string, length: number, fill: string): { kept: string; pad: string } {
  const wanted = Math.max(length, 0);
  const own = characterCount(text);
  const total = fill === '' ? Math.min(own, wanted) : wanted;
  if (total * 4 + 4 > ALLOCATION_MAX) throw tooLong();
  const missing = total - own;
  if (missing <= 0) return { kept: sliceCharacters(text, 0, total), pad: '' };
  const times = Math.ceil(missing / characterCount(fill));
  return { kept: text, pad: sliceCharacters(fill.repeat(times), 0, missing) };
}
function padLeft(text: string, length: number, fill = ' '): string {
  const { kept, pad } = padding(text, length, fill);
  return pad + kept;
}
function padRight(text: string, length: number, fill = ' '): string {
  const { kept, pad } = padding(text, length, fill);
  return kept + pad;
}

function trim(text: string, set: string, atStart: boolean, atEnd: boolean): string {
  const members = new Set(charactersOf(set));
  const characters = charactersOf(text);
  let from = 0;
  let to = characters.length;
  if (atStart) while (from < to && members.has(characters[from]!)) from++;
  if (atEnd) while (to > from && members.has(characters[to - 1]!)) to--;
  return from === 0 && to === characters.length ? text : characters.slice(from, to).join('');
}

function repeat(text: string, count: number): string {
  const times = Math.max(count, 0);
  if (Buffer.byteLength(text, 'utf8') * times + 4 > ALLOCATION_MAX) throw tooLong();
  return text.repeat(times);
}

const replace = (text: string, from: string, to: string): string => (from === '' ? text : text.split(from).join(to));

function splitPart(text: string, separator: string, field: number): string {
  if (field === 0) throw sqlError('22023', 'field position must not be zero');
  if (text === '') return '';
  if (separator === '') return field === 1 || field === -1 ? text : '';
  const fields = text.split(separator);
  return fields[field > 0 ? field - 1 : fields.length + field] ?? '';
}

function translate(text: string, from: string, to: string): string {
  const targets = charactersOf(to);
  const mapping = new Map<string, string>();
  charactersOf(from).forEach((character, i) => {
    if (!mapping.has(character)) mapping.set(character, targets[i] ?? '');
  });
  return charactersOf(text)
    .map((character) => mapping.get(character) ?? character)
    .join('');
}

function overlay(text: string, by: string, start: number, length: number): string {
  if (start <= 0) throw negativeLength();
  const end = start + length;
  if (end > INT_MAX || end < -INT_MAX - 1) throw outOfRange('integer');
  return sliceCharacters(text, 0, start - 1) + by + substringFrom(text, end);
}

function characterOf(code: number): string {
  if (code < 0) throw sqlError('22023', 'character number must be positive');
  if (code === 0) throw programLimitExceeded('null character not permitted');
  if (code > 0x10ffff) throw programLimitExceeded(`requested character too large for encoding: ${code}`);
  if (code >= 0xd800 && code <= 0xdfff) throw programLimitExceeded(`requested character not valid for encoding: ${code}`);
  return String.fromCodePoint(code);
}

const toRadix =
  (radix: number) =>
  (value: Int64): string =>
    BigInt.asUintN(64, BigInt(value)).toString(radix);
const toRadix32 =
  (radix: number) =>
  (value: number): string =>
    (value >>> 0).toString(radix);

const md5 = (data: string | Uint8Array): string => createHash('md5').update(data).digest('hex');

const byCase = (pick: 'upper' | 'lower' | 'initcap'): Kernel =>
  kernel((call) => {
    const convert = call.emitter.hoist(letterCase(call.inputCollation)[pick]);
    return resultOf(call, `${convert}(${asForm(call.emitter, call.args[0]!, 'string')})`);
  }, 'order');

/** Characters of a span of UTF-8: bytes that do not continue one. */
function countCharacters(data: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if ((data[i]! & 0xc0) !== 0x80) count++;
  return count;
}
const length = kernel((call) => {
  const value = call.args[0]!;
  if (value.form === 'span') {
    return resultOf(call, `${call.emitter.hoist(countCharacters)}(${value.data}, ${value.from}, ${value.to})`);
  }
  return resultOf(call, `${call.emitter.hoist(characterCount)}(${asForm(call.emitter, value, 'string')})`);
});
const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8');
const octetLength = (factor: number): Kernel =>
  kernel((call) => {
    const value = call.args[0]!;
    const bytes =
      value.form === 'span'
        ? `${value.to} - ${value.from}`
        : `${call.emitter.hoist(byteLength)}(${asForm(call.emitter, value, 'string')})`;
    return resultOf(call, factor === 1 ? bytes : `(${bytes}) * ${factor}`);
  });
const blankPaddedLength = apply((text: string) => characterCount(withoutBlanks(text)));

const firstCodePoint = (text: string): number => text.codePointAt(0) ?? 0;
const reverse = (text: string): string => [...charactersOf(text)].reverse().join('');

const concatenate = (a: string, b: string): string => a + b;

export const textKernels: KernelTable = {
  'textcat(text,text)': apply(concatenate),
  'substring(text,int4,int4)': substringKernel,
  'substring(text,int4)': apply(substringFrom),
  'substr(text,int4,int4)': substringKernel,
  'substr(text,int4)': apply(substringFrom),
  'left(text,int4)': apply(left),
  'right(text,int4)': apply(right),
  'length(text)': length,
  'char_length(text)': length,
  'character_length(text)': length,
  'textlen(text)': length,
  'length(bpchar)': blankPaddedLength,
  'char_length(bpchar)': blankPaddedLength,
  'character_length(bpchar)': blankPaddedLength,
  'octet_length(text)': octetLength(1),
  'octet_length(bpchar)': octetLength(1),
  'bit_length(text)': octetLength(8),
  'upper(text)': byCase('upper'),
  'lower(text)': byCase('lower'),
  'initcap(text)': byCase('initcap'),
  'btrim(text,text)': apply((text: string, set: string) => trim(text, set, true, true)),
  'btrim(text)': apply((text: string) => trim(text, ' ', true, true)),
  'ltrim(text,text)': apply((text: string, set: string) => trim(text, set, true, false)),
  'ltrim(text)': apply((text: string) => trim(text, ' ', true, false)),
  'rtrim(text,text)': apply((text: string, set: string) => trim(text, set, false, true)),
  'rtrim(text)': apply((text: string) => trim(text, ' ', false, true)),
  'position(text,text)': apply(position, 'order'),
  'strpos(text,text)': apply(position, 'order'),
  'lpad(text,int4,text)': apply(padLeft),
  'lpad(text,int4)': apply(padLeft),
  'rpad(text,int4,text)': apply(padRight),
  'rpad(text,int4)': apply(padRight),
  'repeat(text,int4)': apply(repeat),
  'replace(text,text,text)': apply(replace, 'order'),
  'split_part(text,text,int4)': apply(splitPart, 'order'),
  'translate(text,text,text)': apply(translate),
  'overlay(text,text,int4,int4)': apply(overlay),
  'overlay(text,text,int4)': apply((text: string, by: string, start: number) => overlay(text, by, start, characterCount(by))),
  'reverse(text)': apply(reverse),
  'ascii(text)': apply(firstCodePoint),
  'chr(int4)': apply(characterOf),
  'to_hex(int4)': apply(toRadix32(16)),
  'to_hex(int8)': apply(toRadix(16)),
  'to_oct(int4)': apply(toRadix32(8)),
  'to_oct(int8)': apply(toRadix(8)),
  'to_bin(int4)': apply(toRadix32(2)),
  'to_bin(int8)': apply(toRadix(2)),
  'md5(text)': apply(md5),
  'md5(bytea)': apply(md5),
};
