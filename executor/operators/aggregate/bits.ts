/** bool_and, bool_or, every; bit_and, bit_or, bit_xor of integers. */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import type { Accumulator } from './accumulator.ts';
import { columnOf, grownBytes, grownInt32, validWhere } from './accumulator.ts';

/** `decisive`: the value that settles the answer: false for AND, true for OR. */
export class BooleanAccumulator implements Accumulator {
  readonly #decisive: 0 | 1;
  #values = new Uint8Array(16);
  #has = new Uint8Array(16);

  constructor(decisive: 0 | 1) {
    this.#decisive = decisive;
  }
  get bytes(): number {
    return 2 * this.#values.byteLength;
  }
  reserve(groups: number): void {
    this.#values = grownBytes(this.#values, groups);
    this.#has = grownBytes(this.#has, groups);
  }
  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = columnOf(args[0], 'bool');
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const g = groups[i]!;
      const value = column.values[i] === 0 ? 0 : 1;
      if (this.#has[g] === 0 || value === this.#decisive) this.#values[g] = value;
      this.#has[g] = 1;
    }
  }
  finish(groups: number): Column {
    return { layout: 'bool', length: groups, valid: validWhere(this.#has, groups), values: this.#values.slice(0, groups) };
  }
}

export type BitOperation = 'and' | 'or' | 'xor';

const combine = (op: BitOperation, a: number, b: number): number => (op === 'and' ? a & b : op === 'or' ? a | b : a ^ b);

export class BitAccumulator implements Accumulator {
  readonly #op: BitOperation;
  /** 1 for int2 and int4, 2 for int8. */
  readonly #words: 1 | 2;
  #values: Int32Array<ArrayBuffer>;
  #has = new Uint8Array(16);

  constructor(op: BitOperation, words: 1 | 2) {
    this.#op = op;
    this.#words = words;
    this.#values = new Int32Array(16 * words);
  }
  get bytes(): number {
    return this.#values.byteLength + this.#has.byteLength;
  }
  reserve(groups: number): void {
    this.#values = grownInt32(this.#values, groups * this.#words);
    this.#has = grownBytes(this.#has, groups);
  }
  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = args[0]!;
    const source = column.layout === 'int32' ? column.values : columnOf(column, 'int64').words;
    const width = this.#words;
    const values = this.#values;
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const g = groups[i]!;
      for (let w = 0; w < width; w++) {
        const own = source[i * width + w]!;
        values[g * width + w] = this.#has[g] === 0 ? own : combine(this.#op, values[g * width + w]!, own);
      }
      this.#has[g] = 1;
    }
  }
  finish(groups: number): Column {
    const valid = validWhere(this.#has, groups);
    const words = this.#values.slice(0, groups * this.#words);
    if (this.#words === 1) return { layout: 'int32', length: groups, valid, values: words };
    return { layout: 'int64', length: groups, valid, values: new BigInt64Array(words.buffer), words };
  }
}
