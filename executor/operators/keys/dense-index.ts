/**
 * Integer keys that lie close together (primary keys mostly do) found without hashing: numbers[key - base]. Made once a
 * join's build side is complete; probing then costs one load, and neighbouring keys share a cache line.
 */
const TWO_32 = 4294967296;
/** Empty entries allowed for one key. */
const SPARSENESS_MAX = 6;
/** Above, hashing is as fast: nothing fits the caches any more. */
const ENTRIES_MAX = 1 << 26;
/** Keys whose distance from each other is exact as a double. */
const HIGH_MAX = 1 << 20;

export class DenseIndex {
  readonly #base: number;
  /** Number + 1; 0 = no key. */
  readonly #numbers: Int32Array;

  private constructor(base: number, numbers: Int32Array) {
    this.#base = base;
    this.#numbers = numbers;
  }

  get bytes(): number {
    return this.#numbers.byteLength;
  }

  /**
   * From the slots of a word table: slots[o] = number + 1 (0 = empty), key in the word or two words after it. Null when
   * the keys are too far apart, or there is none but NULL.
   */
  static of(slots: Int32Array, stride: 2 | 4, keys: number): DenseIndex | null {
    const keyAt = (o: number): number => (stride === 2 ? slots[o + 1]! : slots[o + 2]! * TWO_32 + (slots[o + 1]! >>> 0));
    let least = Infinity;
    let most = -Infinity;
    for (let o = 0; o < slots.length; o += stride) {
      if (slots[o] === 0) continue;
      if (stride === 4 && (slots[o + 2]! >= HIGH_MAX || slots[o + 2]! < -HIGH_MAX)) return null;
      const key = keyAt(o);
      if (key < least) least = key;
      if (key > most) most = key;
    }
    const entries = most - least + 1;
    if (least > most || entries > ENTRIES_MAX || entries > SPARSENESS_MAX * keys) return null;
    const numbers = new Int32Array(entries);
    for (let o = 0; o < slots.length; o += stride) if (slots[o] !== 0) numbers[keyAt(o) - least] = slots[o]!;
    return new DenseIndex(least, numbers);
  }

  /** One word a key. */
  find32(words: Int32Array, length: number, skip: Uint8Array | null, ids: Int32Array): void {
    const numbers = this.#numbers;
    const base = this.#base;
    const entries = numbers.length;
    for (let i = 0; i < length; i++) {
      const at = words[i]! - base;
      ids[i] = at >= 0 && at < entries && (skip === null || skip[i] === 0) ? numbers[at]! - 1 : -1;
    }
  }

  /** Two words a key, low first. */
  find64(words: Int32Array, length: number, skip: Uint8Array | null, ids: Int32Array): void {
    const numbers = this.#numbers;
    const base = this.#base;
    const entries = numbers.length;
    for (let i = 0; i < length; i++) {
      const at = words[2 * i + 1]! * TWO_32 + (words[2 * i]! >>> 0) - base;
      ids[i] = at >= 0 && at < entries && (skip === null || skip[i] === 0) ? numbers[at]! - 1 : -1;
    }
  }
}
