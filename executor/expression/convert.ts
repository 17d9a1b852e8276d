/** From one form of a value to another (value.ts), as code. Values are not NULL where this code runs. */
import { assert } from '../../core/assert.ts';
import { decodeBinary, encodeBinary } from '../../core/binary-format.ts';
import type { Datum, Int64, Numeric } from '../../core/datum.ts';
import { int64 } from '../../core/datum.ts';
import { numericFromBinary } from '../../core/numeric-binary.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { Emitter, SlotForm } from './emitter.ts';
import type { PlainForm, SpanValue, Value } from './value.ts';
import { formOf } from './value.ts';

export const asBuffer = (bytes: Uint8Array): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

export const decodeUtf8 = (data: Buffer, from: number, to: number): string => data.toString('utf8', from, to);

export const decimalToNumeric = (unscaled: Int64, scale: number): Numeric => ({
  kind: 'finite',
  unscaled: BigInt(unscaled),
  scale,
});

const sliceBytes = (data: Buffer, from: number, to: number): Uint8Array => data.subarray(from, to);

/** Code of the value in a plain form. */
export function asForm(emitter: Emitter, value: Value, form: PlainForm): string {
  if (value.form === 'span') {
    const args = `(${value.data}, ${value.from}, ${value.to})`;
    switch (form) {
      case 'string':
        return `${emitter.hoist(decodeUtf8)}${args}`;
      case 'bytes':
        return `${emitter.hoist(sliceBytes)}${args}`;
      case 'numeric':
        return `${emitter.hoist(numericFromBinary)}${args}`;
      default:
        assert(form === 'array', `a span as ${form}`);
        return `${emitter.hoist(decodeBinary)}(${emitter.hoist(value.type)}, ${emitter.hoist(sliceBytes)}${args})`;
    }
  }
  if (value.form === form) return value.code;
  assert(value.form === 'decimal' && form === 'numeric', `${value.form} as ${form}`);
  return `${emitter.hoist(decimalToNumeric)}(${value.code}, ${value.scale})`;
}

/** Code of the value in the form its type is computed in when nothing better is known. */
export const asNatural = (emitter: Emitter, value: Value): string => asForm(emitter, value, formOf(value.type.kind));

const toUtf8 = (text: string): Buffer => Buffer.from(text, 'utf8');
const toBinary = (type: SqlType, datum: Exclude<Datum, null>): Buffer => asBuffer(encodeBinary(type, datum));

/** The value's bytes; may write a line. */
export function asSpan(emitter: Emitter, value: Value): SpanValue {
  if (value.form === 'span') return value;
  const common = { form: 'span', type: value.type, isNull: value.isNull } as const;
  if (value.constant !== undefined && value.constant !== null) {
    const bytes = typeof value.constant === 'string' ? toUtf8(value.constant) : toBinary(value.type, value.constant);
    return { ...common, data: emitter.hoist(bytes), from: '0', to: String(bytes.length), constant: value.constant };
  }
  let data: string;
  if (value.form === 'string') data = emitter.name(`${emitter.hoist(toUtf8)}(${value.code})`);
  else if (value.form === 'bytes') data = emitter.name(`${emitter.hoist(asBuffer)}(${value.code})`);
  else data = emitter.name(`${emitter.hoist(toBinary)}(${emitter.hoist(value.type)}, ${asNatural(emitter, value)})`);
  return { ...common, data, from: '0', to: `${data}.length` };
}

/** The form in which values that meet (CASE branches, …) can all be had; those always NULL do not matter. */
export function commonForm(values: readonly Value[], type: SqlType): SlotForm {
  const relevant = values.filter((value) => value.isNull !== 'true');
  const first = relevant[0];
  if (first === undefined) return { form: formOf(type.kind) };
  if (first.form === 'decimal' && relevant.every((v) => v.form === 'decimal' && v.scale === first.scale)) {
    return { form: 'decimal', scale: first.scale };
  }
  if (
    relevant.every((v) => v.form === 'span' || (v.form === 'string' && v.constant !== undefined)) &&
    relevant.some((v) => v.form === 'span')
  ) {
    return { form: 'span' };
  }
  return { form: formOf(type.kind) };
}

/** The value in the form a slot wants; may write a line. */
export function asSlotForm(emitter: Emitter, value: Value, form: SlotForm): Value {
  if (value.form === form.form || value.isNull === 'true') return value;
  if (form.form === 'span') return asSpan(emitter, value);
  assert(form.form !== 'decimal', 'a decimal slot for another form');
  return { form: form.form, type: value.type, isNull: value.isNull, code: asForm(emitter, value, form.form) };
}

/** A constant; NULL when the datum is null. */
export function constantValue(emitter: Emitter, type: SqlType, datum: Datum): Value {
  const form = formOf(type.kind);
  if (datum === null) {
    const code =
      form === 'bool'
        ? 'false'
        : form === 'string'
          ? "''"
          : form === 'int' || form === 'int64' || form === 'float'
            ? '0'
            : 'undefined';
    return { form, type, isNull: 'true', code, constant: null };
  }
  if (form === 'numeric' && (datum as Numeric).kind === 'finite') {
    const { unscaled, scale } = datum as Extract<Numeric, { kind: 'finite' }>;
    return { form: 'decimal', scale, type, isNull: null, code: emitter.hoist(int64(unscaled)), constant: datum };
  }
  if (form === 'bool') return { form, type, isNull: null, code: datum ? 'true' : 'false', constant: datum };
  return { form, type, isNull: null, code: emitter.hoist(datum), constant: datum };
}

/** Bytes as a string of as many characters: a key. */
export const latin1 = (bytes: Uint8Array): string => asBuffer(bytes).toString('latin1');
