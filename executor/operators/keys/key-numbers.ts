/**
 * Integer keys for a bitmap (KeyBitmap): kept as they come, for nobody knows yet where they begin; marked when all are there.
 * Bit i, counted from the lowest of byte 0 on as PostgreSQL's get_bit does, stands for least + i.
 */
import type { Column } from '../../../core/batch.ts';

const TWO_32 = 4294967296;
/** High words of numbers that are exact as doubles. */
const HIGH_MAX = 1 << 20;
const INITIAL_KEYS = 1024;

export class KeyNumbers {
  #numbers = new Float64Array(INITIAL_KEYS);
  #size = 0;

  get bytes(): number {
    return this.#numbers.byteLength;
  }

  /** False when there are more than `keysMax`, or one that is no exact double: then nothing may follow. */
  add(column: Column, rows: Int32Array, keysMax: number): boolean {
    let at = this.#size;
    if (at + rows.length > keysMax) return false;
    const numbers = this.#reserve(at + rows.length);
    if (column.layout === 'int32') {
      const { values } = column;
      for (const row of rows) numbers[at++] = values[row]!;
    } else if (column.layout === 'int64') {
      const { words } = column;
      for (const row of rows) {
        const high = words[2 * row + 1]!;
        if (high >= HIGH_MAX || high < -HIGH_MAX) return false;
        numbers[at++] = high * TWO_32 + (words[2 * row]! >>> 0);
      }
    } else return false;
    this.#size = at;
    return true;
  }

  #reserve(size: number): Float64Array {
    if (size <= this.#numbers.length) return this.#numbers;
    const larger = new Float64Array(Math.max(size, 2 * this.#numbers.length));
    larger.set(this.#numbers);
    return (this.#numbers = larger);
  }

  /** Those between these bounds, and how many they are; null: they are too far apart. */
  bitmap(least: number, greatest: number, bitsPerKeyMax: number): { readonly bits: Uint8Array; readonly keys: number } | null {
    const numbers = this.#numbers;
    const length = greatest - least + 1;
    if (length <= 0 || length > this.#size * bitsPerKeyMax) return null;
    const bits = new Uint8Array(Math.ceil(length / 8));
    let keys = 0;
    for (let i = 0; i < this.#size; i++) {
      const at = numbers[i]! - least;
      if (at < 0 || at >= length) continue;
      const bit = 1 << (at & 7);
      if ((bits[at >> 3]! & bit) !== 0) continue;
      bits[at >> 3]! |= bit;
      keys++;
    }
    return { bits, keys };
  }
}
