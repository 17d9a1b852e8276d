/** One list per group, in order of arrival, over entries numbered 0, 1, 2 …: what array_agg and string_agg keep. */
import { grownInt32 } from './accumulator.ts';

export class GroupLists {
  #first = new Int32Array(16).fill(-1);
  #last = new Int32Array(16);
  #next = new Int32Array(64);
  #size = 0;

  get bytes(): number {
    return 2 * this.#first.byteLength + this.#next.byteLength;
  }

  reserve(groups: number): void {
    const before = this.#first.length;
    this.#first = grownInt32(this.#first, groups);
    this.#first.fill(-1, before);
    this.#last = grownInt32(this.#last, groups);
  }

  isEmpty(group: number): boolean {
    return this.#first[group]! < 0;
  }

  /** Adds the next entry to a group's list; answers its number. */
  append(group: number): number {
    const entry = this.#size++;
    this.#next = grownInt32(this.#next, this.#size);
    this.#next[entry] = -1;
    if (this.#first[group]! < 0) this.#first[group] = entry;
    else this.#next[this.#last[group]!] = entry;
    this.#last[group] = entry;
    return entry;
  }

  /** The group's entries; -1 ends: `for (let e = lists.first(g); e >= 0; e = lists.next(e))`. */
  first(group: number): number {
    return this.#first[group]!;
  }
  next(entry: number): number {
    return this.#next[entry]!;
  }
}
