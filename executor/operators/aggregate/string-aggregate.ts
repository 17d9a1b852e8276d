/**
 * string_agg(text, text) and (bytea, bytea). NULL values are left out; the delimiter before a value is the one of its own
 * row, a NULL delimiter is none, the first value's is not used.
 */
import type { BytesColumn, Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { BytesBuilder } from '../../../core/column-builder.ts';
import { programLimitExceeded } from '../../../core/sql-error.ts';
import type { Accumulator } from './accumulator.ts';
import { columnOf, grownBytes, grownInt32 } from './accumulator.ts';
import { GroupLists } from './group-lists.ts';

/** PostgreSQL's limit of a value (MaxAllocSize). */
const VALUE_BYTES_MAX = 0x3fff_ffff;
const ARENA_BYTES_MAX = 0x7fff_ffff;

export class StringAggregate implements Accumulator {
  readonly #lists = new GroupLists();
  /** Where each entry ends in the arena; it begins where the one before ends. */
  #ends = new Int32Array(64);
  #arena = new Uint8Array(1024);
  #used = 0;

  get bytes(): number {
    return this.#lists.bytes + this.#ends.byteLength + this.#arena.byteLength;
  }

  reserve(groups: number): void {
    this.#lists.reserve(groups);
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const values = columnOf(args[0], 'bytes');
    const delimiters = columnOf(args[1], 'bytes');
    for (let i = 0; i < length; i++) {
      if (isNull(values, i)) continue;
      const group = groups[i]!;
      if (!this.#lists.isEmpty(group) && !isNull(delimiters, i)) this.#copy(delimiters, i);
      this.#copy(values, i);
      const entry = this.#lists.append(group);
      this.#ends = grownInt32(this.#ends, entry + 1);
      this.#ends[entry] = this.#used;
    }
  }

  finish(groups: number): Column {
    const builder = new BytesBuilder();
    for (let g = 0; g < groups; g++) {
      if (this.#lists.isEmpty(g)) {
        builder.appendNull();
        continue;
      }
      let size = 0;
      for (let e = this.#lists.first(g); e >= 0; e = this.#lists.next(e)) size += this.#ends[e]! - this.#start(e);
      if (size > VALUE_BYTES_MAX) throw programLimitExceeded('a string_agg result exceeds 1 GB');
      const value = new Uint8Array(size);
      let at = 0;
      for (let e = this.#lists.first(g); e >= 0; e = this.#lists.next(e)) {
        const part = this.#arena.subarray(this.#start(e), this.#ends[e]!);
        value.set(part, at);
        at += part.length;
      }
      builder.appendBytes(value, 0, size);
    }
    return builder.finish();
  }

  #start(entry: number): number {
    return entry === 0 ? 0 : this.#ends[entry - 1]!;
  }

  #copy(column: BytesColumn, row: number): void {
    const from = column.offsets[row]!;
    const to = column.offsets[row + 1]!;
    const end = this.#used + to - from;
    if (end > ARENA_BYTES_MAX) throw programLimitExceeded('the values of a string_agg exceed 2 GB');
    this.#arena = grownBytes(this.#arena, end);
    for (let i = from, o = this.#used; i < to; i++, o++) this.#arena[o] = column.data[i]!;
    this.#used = end;
  }
}
