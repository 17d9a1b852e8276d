/** count(*) and count(value). */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import type { Accumulator } from './accumulator.ts';
import { grownFloat64 } from './accumulator.ts';

export class CountAccumulator implements Accumulator {
  /** Whole numbers far below 2^53. */
  #counts = new Float64Array(16);

  get bytes(): number {
    return this.#counts.byteLength;
  }

  reserve(groups: number): void {
    this.#counts = grownFloat64(this.#counts, groups);
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const counts = this.#counts;
    const column = args[0];
    if (column === undefined || column.valid === null) {
      for (let i = 0; i < length; i++) counts[groups[i]!]!++;
      return;
    }
    for (let i = 0; i < length; i++) if (!isNull(column, i)) counts[groups[i]!]!++;
  }

  remove(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = args[0];
    for (let i = 0; i < length; i++) if (column === undefined || !isNull(column, i)) this.#counts[groups[i]!]!--;
  }

  finish(groups: number): Column {
    return int64Column(groups, null, (g) => this.#counts[g]!);
  }
}

/** An int64 column of safe integers. */
export function int64Column(length: number, valid: Uint8Array | null, value: (row: number) => number): Column {
  const values = new BigInt64Array(length);
  const words = new Int32Array(values.buffer);
  for (let i = 0; i < length; i++) {
    const v = value(i);
    words[2 * i] = v | 0;
    words[2 * i + 1] = Math.floor(v / 4294967296);
  }
  return { layout: 'int64', length, valid, values, words };
}
