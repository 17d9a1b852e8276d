/** xorshift128 from a fixed seed: quick, and the same everywhere, so every machine makes the same benchmark data. */
export class Random {
  #a: number;
  #b = 0x6d2b79f5;
  #c = 0x9e3779b9;
  #d = 0x85ebca6b;
  constructor(seed: number) {
    this.#a = seed | 0 || 1;
    for (let i = 0; i < 20; i++) this.#next();
  }
  #next(): number {
    let t = this.#d;
    const s = this.#a;
    this.#d = this.#c;
    this.#c = this.#b;
    this.#b = s;
    t ^= t << 11;
    t ^= t >>> 8;
    this.#a = t ^ s ^ (s >>> 19);
    return this.#a >>> 0;
  }
  /** Uniform in [low, high]. */
  between(low: number, high: number): number {
    return low + (this.#next() % (high - low + 1));
  }
  pick<T>(items: readonly T[]): T {
    return items[this.#next() % items.length]!;
  }
}
