/**
 * Exact sums of integers, one per group, without a BigInt in the common case. A sum is three limbs of 32 bits kept in
 * doubles: adding a 64-bit word adds its low half to the first and its high half to the second, which stays exact for
 * 2^21 additions; before that, carries move up. Values beyond 64 bits go to a map of BigInts beside.
 */
import { grownFloat64 } from './accumulator.ts';

const TWO_32 = 4294967296;
const ADDITIONS_MAX = 1 << 20;

export class ExactSums {
  #low = new Float64Array(16);
  #high = new Float64Array(16);
  #top = new Float64Array(16);
  #counts = new Float64Array(16);
  readonly #long = new Map<number, bigint>();
  /** Additions any group may have seen since carries were last moved. */
  #additions = 0;

  get bytes(): number {
    return 4 * this.#low.byteLength + 64 * this.#long.size;
  }

  reserve(groups: number): void {
    this.#low = grownFloat64(this.#low, groups);
    this.#high = grownFloat64(this.#high, groups);
    this.#top = grownFloat64(this.#top, groups);
    this.#counts = grownFloat64(this.#counts, groups);
  }

  count(group: number): number {
    return this.#counts[group]!;
  }
  get counts(): Float64Array {
    return this.#counts;
  }

  addInt32(values: Int32Array, valid: Uint8Array | null, groups: Int32Array, length: number): void {
    this.#makeRoom(length);
    const low = this.#low;
    const counts = this.#counts;
    if (valid === null) {
      for (let i = 0; i < length; i++) {
        const g = groups[i]!;
        low[g]! += values[i]!;
        counts[g]!++;
      }
      return;
    }
    for (let i = 0; i < length; i++) {
      if (((valid[i >> 3]! >> (i & 7)) & 1) === 0) continue;
      const g = groups[i]!;
      low[g]! += values[i]!;
      counts[g]!++;
    }
  }

  /** `words`: two per value, low first. */
  addInt64(words: Int32Array, valid: Uint8Array | null, groups: Int32Array, length: number): void {
    this.#makeRoom(length);
    const low = this.#low;
    const high = this.#high;
    const counts = this.#counts;
    if (valid === null && fitInt32(words, length)) {
      for (let i = 0; i < length; i++) {
        const g = groups[i]!;
        low[g]! += words[2 * i]!;
        counts[g]!++;
      }
      return;
    }
    for (let i = 0; i < length; i++) {
      if (valid !== null && ((valid[i >> 3]! >> (i & 7)) & 1) === 0) continue;
      const g = groups[i]!;
      low[g]! += words[2 * i]! >>> 0;
      high[g]! += words[2 * i + 1]!;
      counts[g]!++;
    }
  }

  /** One safe integer. */
  addNumber(value: number, group: number): void {
    this.#makeRoom(1);
    const upper = Math.floor(value / TWO_32);
    this.#low[group]! += value - upper * TWO_32;
    this.#high[group]! += upper;
    this.#counts[group]!++;
  }

  addBigInt(value: bigint, group: number): void {
    this.#long.set(group, (this.#long.get(group) ?? 0n) + value);
    this.#counts[group]!++;
  }

  removeInt32(values: Int32Array, valid: Uint8Array | null, groups: Int32Array, length: number): void {
    this.#makeRoom(length);
    for (let i = 0; i < length; i++) {
      if (valid !== null && ((valid[i >> 3]! >> (i & 7)) & 1) === 0) continue;
      const g = groups[i]!;
      this.#low[g]! -= values[i]!;
      this.#counts[g]!--;
    }
  }

  removeInt64(words: Int32Array, valid: Uint8Array | null, groups: Int32Array, length: number): void {
    this.#makeRoom(length);
    for (let i = 0; i < length; i++) {
      if (valid !== null && ((valid[i >> 3]! >> (i & 7)) & 1) === 0) continue;
      const g = groups[i]!;
      this.#low[g]! -= words[2 * i]! >>> 0;
      this.#high[g]! -= words[2 * i + 1]!;
      this.#counts[g]!--;
    }
  }

  removeNumber(value: number, group: number): void {
    this.addNumber(-value, group);
    this.#counts[group]! -= 2;
  }

  removeBigInt(value: bigint, group: number): void {
    this.addBigInt(-value, group);
    this.#counts[group]! -= 2;
  }

  /** The sum when it is a safe integer. */
  safeTotal(group: number): number | undefined {
    if (this.#long.has(group) || this.#top[group] !== 0) return undefined;
    const high = this.#high[group]!;
    const low = this.#low[group]!;
    // Both addends and the sum below 2^53: then nothing was rounded.
    if (high >= 0x100000 || high <= -0x100000 || low >= 2 ** 52 || low <= -(2 ** 52)) return undefined;
    return high * TWO_32 + low;
  }

  total(group: number): bigint {
    const safe = this.safeTotal(group);
    if (safe !== undefined) return BigInt(safe);
    const limbs = (BigInt(this.#top[group]!) << 64n) + (BigInt(this.#high[group]!) << 32n) + BigInt(this.#low[group]!);
    return limbs + (this.#long.get(group) ?? 0n);
  }

  #makeRoom(additions: number): void {
    this.#additions += additions;
    if (this.#additions <= ADDITIONS_MAX) return;
    this.#additions = additions;
    const low = this.#low;
    const high = this.#high;
    const top = this.#top;
    for (let g = 0; g < low.length; g++) {
      const carry = Math.floor(low[g]! / TWO_32);
      low[g]! -= carry * TWO_32;
      const sum = high[g]! + carry;
      const over = Math.floor(sum / TWO_32);
      high[g] = sum - over * TWO_32;
      top[g]! += over;
    }
  }
}

function fitInt32(words: Int32Array, length: number): boolean {
  let differ = 0;
  for (let i = 0; i < length; i++) differ |= words[2 * i + 1]! ^ (words[2 * i]! >> 31);
  return differ === 0;
}
