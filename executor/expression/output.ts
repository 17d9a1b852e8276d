/**
 * Result columns of a generated loop. Fixed-width values go straight into typed arrays of the batch's length, the others
 * through core's builders. A validity bitmap comes into being with the first NULL.
 */
import type { Column } from '../../core/batch.ts';
import { BytesBuilder, Fixed16Builder, NumericBuilder } from '../../core/column-builder.ts';
import type { Datum, Int64 } from '../../core/datum.ts';
import { writeInt64 } from '../../core/int64.ts';
import { bitmapBytes, layoutOf, setBits } from '../../core/layout.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { asForm, asNatural } from './convert.ts';
import type { Emitter } from './emitter.ts';
import type { Value } from './value.ts';

export interface OutputCode {
  /** Before the loop. */
  readonly prologue: readonly string[];
  /** In the loop, once per row, rows in order from 0 on without gaps. */
  readonly store: readonly string[];
  /** Expression of the finished column, after the loop. */
  readonly finish: string;
}

/** Stores `value` as row `row` of a column of `type`; the loop runs to `length`. */
export function emitOutput(emitter: Emitter, value: Value, type: SqlType, row: string, length: string): OutputCode {
  const out = emitter.temporary('o');
  if (value.form === 'decimal')
    return fixed(emitter, value, out, row, length, decimalOutput(emitter, value.code, value.scale, out, row, length));
  const layout = layoutOf(type.kind);
  switch (layout) {
    case 'bool':
      return fixed(emitter, value, out, row, length, {
        create: `const ${out} = new Uint8Array(${length});`,
        store: `${out}[${row}] = ${asNatural(emitter, value)} ? 1 : 0;`,
        finish: (valid) => `{ layout: 'bool', length: ${length}, valid: ${valid}, values: ${out} }`,
      });
    case 'int32':
    case 'float64': {
      const array = layout === 'int32' ? 'Int32Array' : 'Float64Array';
      return fixed(emitter, value, out, row, length, {
        create: `const ${out} = new ${array}(${length});`,
        store: `${out}[${row}] = ${asNatural(emitter, value)};`,
        finish: (valid) => `{ layout: '${layout}', length: ${length}, valid: ${valid}, values: ${out} }`,
      });
    }
    case 'int64':
      return fixed(emitter, value, out, row, length, {
        create: `const ${out} = new BigInt64Array(${length}), ${out}Words = new Int32Array(${out}.buffer);`,
        store: `${emitter.hoist(writeInt64)}(${out}Words, ${out}, ${row}, ${asNatural(emitter, value)});`,
        finish: (valid) => `{ layout: 'int64', length: ${length}, valid: ${valid}, values: ${out}, words: ${out}Words }`,
      });
    case 'decimal':
      return built(
        emitter,
        value,
        out,
        newNumericBuilder,
        value.form === 'span' ? append(out, 'appendBinary', value) : `${out}.append(${asForm(emitter, value, 'numeric')});`,
      );
    case 'fixed16':
      return built(
        emitter,
        value,
        out,
        newFixed16Builder,
        value.form === 'span'
          ? `${out}.appendBytes(${value.data}, ${value.from});`
          : `${out}.appendDatum(${asNatural(emitter, value)});`,
      );
    case 'bytes': {
      const create = newBytesBuilder(type);
      if (value.form === 'span') return built(emitter, value, out, create, append(out, 'appendBytes', value));
      if (value.form === 'string') return built(emitter, value, out, create, `${out}.appendString(${value.code});`);
      return built(emitter, value, out, create, `${out}.appendDatum(${asNatural(emitter, value)});`);
    }
  }
}

const append = (out: string, method: string, value: Extract<Value, { form: 'span' }>): string =>
  `${out}.${method}(${value.data}, ${value.from}, ${value.to});`;

interface FixedParts {
  readonly create: string;
  readonly store: string;
  readonly finish: (valid: string) => string;
}

function fixed(emitter: Emitter, value: Value, out: string, row: string, length: string, parts: FixedParts): OutputCode {
  if (value.isNull === null) return { prologue: [parts.create], store: [parts.store], finish: parts.finish('null') };
  const bits = `${out}Valid`;
  return {
    prologue: [parts.create, `let ${bits} = null;`],
    store: [
      `if (${value.isNull}) {`,
      `if (${bits} === null) ${bits} = ${emitter.hoist(allValid)}(${length});`,
      `${bits}[${row} >> 3] &= ~(1 << (${row} & 7));`,
      `} else {`,
      parts.store,
      `}`,
    ],
    finish: parts.finish(bits),
  };
}

function allValid(length: number): Uint8Array {
  const bits = new Uint8Array(bitmapBytes(length));
  setBits(bits, 0, length);
  return bits;
}

function built(emitter: Emitter, value: Value, out: string, create: () => unknown, store: string): OutputCode {
  return {
    prologue: [`const ${out} = ${emitter.hoist(create)}();`],
    store: value.isNull === null ? [store] : [`if (${value.isNull}) ${out}.appendNull();`, `else ${store}`],
    finish: `${out}.finish()`,
  };
}

const newNumericBuilder = (): NumericBuilder => new NumericBuilder();
const newFixed16Builder = (): Fixed16Builder => new Fixed16Builder();
const bytesBuilders = new Map<SqlType, () => BytesBuilder>();
/** One function per type, so that equal loops have equal bindings. */
function newBytesBuilder(type: SqlType): () => BytesBuilder {
  let create = bytesBuilders.get(type);
  if (create === undefined) bytesBuilders.set(type, (create = () => new BytesBuilder(type)));
  return create;
}

/** Fixed-point results; those beyond 64 bits are kept aside and turn the whole column into numeric's other layout. */
class WideDecimals {
  #rows: Map<number, bigint> | null = null;
  add(row: number, value: bigint, values: BigInt64Array): void {
    if (value === BigInt.asIntN(64, value)) values[row] = value;
    else (this.#rows ??= new Map()).set(row, value);
  }
  finish(length: number, valid: Uint8Array | null, values: BigInt64Array, words: Int32Array, scale: number): Column {
    const wide = this.#rows;
    if (wide === null) return { layout: 'decimal', length, valid, scale, values, words };
    const builder = new NumericBuilder();
    for (let row = 0; row < length; row++) {
      if (valid !== null && ((valid[row >> 3]! >> (row & 7)) & 1) === 0) builder.appendNull();
      else builder.append({ kind: 'finite', unscaled: wide.get(row) ?? values[row]!, scale } satisfies Datum);
    }
    return builder.finish();
  }
}
const newWideDecimals = (): WideDecimals => new WideDecimals();

function storeDecimal(words: Int32Array, values: BigInt64Array, row: number, value: Int64, wide: WideDecimals): void {
  if (typeof value === 'number') writeInt64(words, values, row, value);
  else wide.add(row, value, values);
}

function decimalOutput(emitter: Emitter, code: string, scale: number, out: string, row: string, length: string): FixedParts {
  const store = emitter.hoist(storeDecimal);
  return {
    create: `const ${out} = new BigInt64Array(${length}), ${out}Words = new Int32Array(${out}.buffer), ${out}Wide = ${emitter.hoist(newWideDecimals)}();`,
    store: `${store}(${out}Words, ${out}, ${row}, ${code}, ${out}Wide);`,
    finish: (valid) => `${out}Wide.finish(${length}, ${valid}, ${out}, ${out}Words, ${scale})`,
  };
}
