/**
 * Distinct byte strings, numbered 0, 1, 2 … in order of arrival: the key table of text, and the coder that turns text into
 * one word of a composite key. Open addressing; a slot holds number + 1 and the whole hash; equal hashes are always
 * confirmed by comparing the bytes.
 */
import type { BytesColumn } from '../../../core/batch.ts';
import { programLimitExceeded } from '../../../core/sql-error.ts';

const INITIAL_SLOTS = 64;
const DATA_BYTES_MAX = 0x7fff_ffff;

export class ByteDictionary {
  #slots = new Int32Array(2 * INITIAL_SLOTS);
  #mask = INITIAL_SLOTS - 1;
  #offsets = new Int32Array(INITIAL_SLOTS + 1);
  #data = new Uint8Array(1024);
  #size = 0;
  #hashes = new Int32Array(0);
  #candidates = new Int32Array(0);
  /** What #fetchCandidates read: kept so that the engine cannot leave the loads out. */
  protected touched = 0;

  get size(): number {
    return this.#size;
  }
  get bytes(): number {
    return this.#slots.byteLength + this.#offsets.byteLength + this.#data.byteLength;
  }

  /** The number of data[from … to), new if it was not there. */
  insert(data: Uint8Array, from: number, to: number, hash = hashBytes(data, from, to)): number {
    let slot = hash & this.#mask;
    for (;;) {
      const entry = this.#slots[2 * slot]!;
      if (entry === 0) break;
      if (this.#slots[2 * slot + 1] === hash && this.#equals(entry - 1, data, from, to)) return entry - 1;
      slot = (slot + 1) & this.#mask;
    }
    const id = this.#append(data, from, to);
    this.#slots[2 * slot] = id + 1;
    this.#slots[2 * slot + 1] = hash;
    if (this.#size * 4 > (this.#mask + 1) * 3) this.#grow();
    return id;
  }

  /** The number of data[from … to), -1 if it is not there. */
  find(data: Uint8Array, from: number, to: number, hash = hashBytes(data, from, to)): number {
    let slot = hash & this.#mask;
    for (;;) {
      const entry = this.#slots[2 * slot]!;
      if (entry === 0) return -1;
      if (this.#slots[2 * slot + 1] === hash && this.#equals(entry - 1, data, from, to)) return entry - 1;
      slot = (slot + 1) & this.#mask;
    }
  }

  /**
   * Numbers of a column's values: out[row * stride + offset]; 0 where `nulls`. `ends` replaces where values end. What is
   * not there is added when `absent` is null, else marked there. In passes over the batch, so that the memory each pass
   * waits for is fetched for many rows at once.
   */
  lookUpColumn(
    column: BytesColumn,
    ends: Int32Array | null,
    nulls: Uint8Array,
    absent: Uint8Array | null,
    out: Int32Array,
    stride: number,
    offset: number,
  ): void {
    const { data, offsets, length } = column;
    if (this.#hashes.length < length) {
      this.#hashes = new Int32Array(length);
      this.#candidates = new Int32Array(length);
    }
    const hashes = this.#hashes;
    const candidates = this.#candidates;
    for (let i = 0; i < length; i++) {
      if (nulls[i] === 0) hashes[i] = hashBytes(data, offsets[i]!, ends === null ? offsets[i + 1]! : ends[i]!);
    }
    this.#findCandidates(length);
    this.#fetchCandidates(length);
    for (let i = 0, at = offset; i < length; i++, at += stride) {
      if (nulls[i] !== 0) {
        out[at] = 0;
        continue;
      }
      const from = offsets[i]!;
      const to = ends === null ? offsets[i + 1]! : ends[i]!;
      let id = candidates[i]!;
      if (id < 0 || !this.#equals(id, data, from, to)) {
        id = absent === null ? this.insert(data, from, to, hashes[i]!) : this.find(data, from, to, hashes[i]!);
        if (id < 0) absent![i] = 1;
      }
      out[at] = id;
    }
  }

  /** The first entry of each hash, -1 if there is none. */
  #findCandidates(length: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    const hashes = this.#hashes;
    const candidates = this.#candidates;
    for (let i = 0; i < length; i++) {
      const hash = hashes[i]!;
      let at = (hash & mask) << 1;
      let entry = slots[at]!;
      while (entry !== 0 && slots[at + 1] !== hash) {
        at = (at + 2) & ((mask << 1) | 1);
        entry = slots[at]!;
      }
      candidates[i] = entry - 1;
    }
  }

  /** Touches the bytes that will be compared. */
  #fetchCandidates(length: number): void {
    const offsets = this.#offsets;
    const own = this.#data;
    const candidates = this.#candidates;
    let touched = 0;
    for (let i = 0; i < length; i++) {
      const id = candidates[i]!;
      if (id >= 0) touched ^= own[offsets[id]!]!;
    }
    this.touched = touched;
  }

  /** Takes the next number for something that is not a byte string (the NULL group). */
  reserve(): number {
    return this.#append(this.#data, 0, 0);
  }

  #equals(id: number, data: Uint8Array, from: number, to: number): boolean {
    const start = this.#offsets[id]!;
    const length = to - from;
    if (this.#offsets[id + 1]! - start !== length) return false;
    const own = this.#data;
    for (let i = 0; i < length; i++) if (own[start + i] !== data[from + i]) return false;
    return true;
  }

  #append(data: Uint8Array, from: number, to: number): number {
    const id = this.#size++;
    if (id + 1 >= this.#offsets.length) {
      const offsets = new Int32Array(2 * this.#offsets.length);
      offsets.set(this.#offsets);
      this.#offsets = offsets;
    }
    const start = this.#offsets[id]!;
    const end = start + to - from;
    if (end > DATA_BYTES_MAX) throw programLimitExceeded('the distinct keys of a join or grouping exceed 2 GB');
    if (end > this.#data.length) {
      const grown = new Uint8Array(Math.min(DATA_BYTES_MAX, Math.max(end, 2 * this.#data.length)));
      grown.set(this.#data);
      this.#data = grown;
    }
    for (let i = from, o = start; i < to; i++, o++) this.#data[o] = data[i]!;
    this.#offsets[id + 1] = end;
    return id;
  }

  #grow(): void {
    const old = this.#slots;
    const capacity = 2 * (this.#mask + 1);
    this.#slots = new Int32Array(2 * capacity);
    this.#mask = capacity - 1;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0) continue;
      let slot = old[i + 1]! & this.#mask;
      while (this.#slots[2 * slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[2 * slot] = old[i]!;
      this.#slots[2 * slot + 1] = old[i + 1]!;
    }
  }
}

/** Four bytes at a step, mixed as in MurmurHash3 (public domain, A. Appleby). */
function hashBytes(data: Uint8Array, from: number, to: number): number {
  let h = (to - from) | 0;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    let k = data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24);
    k = Math.imul(k, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (; i < to; i++) tail = (tail << 8) | data[i]!;
  h ^= Math.imul((tail << 15) | (tail >>> 17), 0x1b873593);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
