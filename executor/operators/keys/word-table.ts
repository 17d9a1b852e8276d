/**
 * Distinct keys of one or two 32-bit words, numbered 0, 1, 2 … in order of arrival. The key sits in the slot beside its
 * number, so that a probe costs one cache line. Open addressing, no allocation per row; growth doubles and rehashes.
 * A word of 2 is [low, high] of an int64; of 1 is an int32.
 */
import { DenseIndex } from './dense-index.ts';

const INITIAL_SLOTS = 64;

/** Every input bit reaches every bit of the answer: neither strides nor high words alone cluster. */
function mix(low: number, high: number): number {
  let h = Math.imul(low, 0x9e3779b1) ^ Math.imul(high ^ (low >>> 15), 0x85ebca77);
  h ^= h >>> 15;
  h = Math.imul(h, 0xc2b2ae3d);
  return h ^ (h >>> 16);
}

export class Word1Table {
  #slots = new Int32Array(2 * INITIAL_SLOTS);
  #mask = INITIAL_SLOTS - 1;
  #size = 0;
  #dense: DenseIndex | null = null;

  get size(): number {
    return this.#size;
  }
  get bytes(): number {
    return this.#slots.byteLength + (this.#dense?.bytes ?? 0);
  }

  /** ids[i] = number of words[i]; rows with skip[i] = 1 are left alone. */
  insert(words: Int32Array, length: number, skip: Uint8Array | null, ids: Int32Array): void {
    let slots = this.#slots;
    let mask = this.#mask;
    for (let i = 0; i < length; i++) {
      if (skip !== null && skip[i] !== 0) continue;
      const key = words[i]!;
      let at = (mix(key, 0) & mask) << 1;
      let entry = slots[at]!;
      while (entry !== 0 && slots[at + 1] !== key) {
        at = (at + 2) & ((mask << 1) | 1);
        entry = slots[at]!;
      }
      if (entry === 0) {
        entry = ++this.#size;
        slots[at] = entry;
        slots[at + 1] = key;
        if (entry * 4 > (mask + 1) * 3) {
          this.#grow();
          slots = this.#slots;
          mask = this.#mask;
        }
      }
      ids[i] = entry - 1;
    }
  }

  /** As insert, but -1 for what is not there (and for skipped rows). */
  find(words: Int32Array, length: number, skip: Uint8Array | null, ids: Int32Array): void {
    if (this.#dense !== null) return this.#dense.find32(words, length, skip, ids);
    const slots = this.#slots;
    const mask = this.#mask;
    for (let i = 0; i < length; i++) {
      if (skip !== null && skip[i] !== 0) {
        ids[i] = -1;
        continue;
      }
      const key = words[i]!;
      let at = (mix(key, 0) & mask) << 1;
      let entry = slots[at]!;
      while (entry !== 0 && slots[at + 1] !== key) {
        at = (at + 2) & ((mask << 1) | 1);
        entry = slots[at]!;
      }
      ids[i] = entry - 1;
    }
  }

  /** Takes the next number for a key that is not in the table (the NULL group). */
  reserve(): number {
    return this.#size++;
  }

  /** No more keys will come. */
  freeze(): void {
    this.#dense = DenseIndex.of(this.#slots, 2, this.#size);
    if (this.#dense !== null) this.#slots = new Int32Array(0);
  }

  #grow(): void {
    const old = this.#slots;
    const capacity = 2 * (this.#mask + 1);
    const slots = new Int32Array(2 * capacity);
    const mask = capacity - 1;
    for (let o = 0; o < old.length; o += 2) {
      if (old[o] === 0) continue;
      let at = (mix(old[o + 1]!, 0) & mask) << 1;
      while (slots[at] !== 0) at = (at + 2) & ((mask << 1) | 1);
      slots[at] = old[o]!;
      slots[at + 1] = old[o + 1]!;
    }
    this.#slots = slots;
    this.#mask = mask;
  }
}

export class Word2Table {
  /** Four words a slot: number + 1, low, high, unused. */
  #slots = new Int32Array(4 * INITIAL_SLOTS);
  #mask = INITIAL_SLOTS - 1;
  #size = 0;
  #dense: DenseIndex | null = null;

  get size(): number {
    return this.#size;
  }
  get bytes(): number {
    return this.#slots.byteLength + (this.#dense?.bytes ?? 0);
  }

  insert(words: Int32Array, length: number, skip: Uint8Array | null, ids: Int32Array): void {
    let slots = this.#slots;
    let mask = this.#mask;
    for (let i = 0; i < length; i++) {
      if (skip !== null && skip[i] !== 0) continue;
      const low = words[2 * i]!;
      const high = words[2 * i + 1]!;
      let slot = mix(low, high) & mask;
      let at = slot << 2;
      let entry = slots[at]!;
      while (entry !== 0 && (slots[at + 1] !== low || slots[at + 2] !== high)) {
        slot = (slot + 1) & mask;
        at = slot << 2;
        entry = slots[at]!;
      }
      if (entry === 0) {
        entry = ++this.#size;
        slots[at] = entry;
        slots[at + 1] = low;
        slots[at + 2] = high;
        if (entry * 4 > (mask + 1) * 3) {
          this.#grow();
          slots = this.#slots;
          mask = this.#mask;
        }
      }
      ids[i] = entry - 1;
    }
  }

  find(words: Int32Array, length: number, skip: Uint8Array | null, ids: Int32Array): void {
    if (this.#dense !== null) return this.#dense.find64(words, length, skip, ids);
    const slots = this.#slots;
    const mask = this.#mask;
    for (let i = 0; i < length; i++) {
      if (skip !== null && skip[i] !== 0) {
        ids[i] = -1;
        continue;
      }
      const low = words[2 * i]!;
      const high = words[2 * i + 1]!;
      let slot = mix(low, high) & mask;
      let at = slot << 2;
      let entry = slots[at]!;
      while (entry !== 0 && (slots[at + 1] !== low || slots[at + 2] !== high)) {
        slot = (slot + 1) & mask;
        at = slot << 2;
        entry = slots[at]!;
      }
      ids[i] = entry - 1;
    }
  }

  reserve(): number {
    return this.#size++;
  }

  /** No more keys will come. */
  freeze(): void {
    this.#dense = DenseIndex.of(this.#slots, 4, this.#size);
    if (this.#dense !== null) this.#slots = new Int32Array(0);
  }

  #grow(): void {
    const old = this.#slots;
    const capacity = 2 * (this.#mask + 1);
    const slots = new Int32Array(4 * capacity);
    const mask = capacity - 1;
    for (let o = 0; o < old.length; o += 4) {
      if (old[o] === 0) continue;
      let slot = mix(old[o + 1]!, old[o + 2]!) & mask;
      while (slots[slot << 2] !== 0) slot = (slot + 1) & mask;
      const at = slot << 2;
      slots[at] = old[o]!;
      slots[at + 1] = old[o + 1]!;
      slots[at + 2] = old[o + 2]!;
    }
    this.#slots = slots;
    this.#mask = mask;
  }
}

/** Keys of any fixed number of words, kept once in an arena; a slot holds number + 1 and the whole hash. */
export class WordsTable {
  readonly #width: number;
  #slots = new Int32Array(2 * INITIAL_SLOTS);
  #mask = INITIAL_SLOTS - 1;
  #keys: Int32Array;
  #size = 0;

  constructor(width: number) {
    this.#width = width;
    this.#keys = new Int32Array(width * INITIAL_SLOTS);
  }

  freeze(): void {
    // Wide keys are always hashed.
  }

  get size(): number {
    return this.#size;
  }
  get bytes(): number {
    return this.#slots.byteLength + this.#keys.byteLength;
  }

  insert(words: Int32Array, length: number, skip: Uint8Array | null, ids: Int32Array): void {
    for (let i = 0; i < length; i++) {
      if (skip !== null && skip[i] !== 0) continue;
      const from = i * this.#width;
      const hash = this.#hash(words, from);
      const slot = this.#probe(words, from, hash);
      let entry = this.#slots[2 * slot]!;
      if (entry === 0) {
        entry = this.#append(words, from) + 1;
        this.#slots[2 * slot] = entry;
        this.#slots[2 * slot + 1] = hash;
        if (entry * 4 > (this.#mask + 1) * 3) this.#grow();
      }
      ids[i] = entry - 1;
    }
  }

  find(words: Int32Array, length: number, skip: Uint8Array | null, ids: Int32Array): void {
    for (let i = 0; i < length; i++) {
      if (skip !== null && skip[i] !== 0) {
        ids[i] = -1;
        continue;
      }
      const from = i * this.#width;
      ids[i] = this.#slots[2 * this.#probe(words, from, this.#hash(words, from))]! - 1;
    }
  }

  reserve(): number {
    return this.#append(this.#keys, 0);
  }

  /** The slot that holds this key, or the empty one where it belongs. */
  #probe(words: Int32Array, from: number, hash: number): number {
    const slots = this.#slots;
    const keys = this.#keys;
    const width = this.#width;
    let slot = hash & this.#mask;
    for (;;) {
      const entry = slots[2 * slot]!;
      if (entry === 0) return slot;
      if (slots[2 * slot + 1] === hash) {
        const at = (entry - 1) * width;
        let k = 0;
        while (k < width && keys[at + k] === words[from + k]) k++;
        if (k === width) return slot;
      }
      slot = (slot + 1) & this.#mask;
    }
  }

  #hash(words: Int32Array, from: number): number {
    let h = 0;
    for (let k = 0; k < this.#width; k++) {
      h = Math.imul(h ^ (h >>> 15) ^ Math.imul(words[from + k]!, 0x9e3779b1), 0x85ebca77);
    }
    h ^= h >>> 15;
    h = Math.imul(h, 0xc2b2ae3d);
    return h ^ (h >>> 16);
  }

  #append(words: Int32Array, from: number): number {
    const id = this.#size++;
    const at = id * this.#width;
    if (at + this.#width > this.#keys.length) {
      const keys = new Int32Array(2 * this.#keys.length);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    for (let k = 0; k < this.#width; k++) this.#keys[at + k] = words[from + k]!;
    return id;
  }

  #grow(): void {
    const old = this.#slots;
    const capacity = 2 * (this.#mask + 1);
    const slots = new Int32Array(2 * capacity);
    const mask = capacity - 1;
    for (let o = 0; o < old.length; o += 2) {
      if (old[o] === 0) continue;
      let slot = old[o + 1]! & mask;
      while (slots[2 * slot] !== 0) slot = (slot + 1) & mask;
      slots[2 * slot] = old[o]!;
      slots[2 * slot + 1] = old[o + 1]!;
    }
    this.#slots = slots;
    this.#mask = mask;
  }
}
