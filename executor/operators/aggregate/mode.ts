/**
 * mode() WITHIN GROUP (ORDER BY …): the most frequent value, of several the first in that order. Fed in order by
 * call-input.ts, so that equal values of a group follow each other; NULLs do not count.
 */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { columnFromDatums, readDatum } from '../../../core/column.ts';
import type { Datum } from '../../../core/datum.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { KeyTable } from '../keys/key-table.ts';
import { keyKind } from '../keys/key-types.ts';
import type { Accumulator } from './accumulator.ts';
import { grownFloat64, grownInt32 } from './accumulator.ts';

export class ModeAccumulator implements Accumulator {
  readonly #type: SqlType;
  readonly #table: KeyTable;
  /** Per group: the number of the value whose run it is, and how long that is so far. */
  #running = new Int32Array(16).fill(-1);
  #length = new Float64Array(16);
  /** The longest run so far, and the first value of the one at hand and of the longest. */
  #longest = new Float64Array(16);
  readonly #first: Datum[] = [];
  readonly #modes: Datum[] = [];

  constructor(type: SqlType) {
    this.#type = type;
    this.#table = new KeyTable([keyKind(type)], 'group');
  }

  get bytes(): number {
    return this.#table.bytes + this.#running.byteLength + 2 * this.#length.byteLength + 32 * this.#modes.length;
  }

  reserve(groups: number): void {
    const before = this.#running.length;
    this.#running = grownInt32(this.#running, groups);
    this.#running.fill(-1, before);
    this.#length = grownFloat64(this.#length, groups);
    this.#longest = grownFloat64(this.#longest, groups);
    while (this.#modes.length < groups) {
      this.#modes.push(null);
      this.#first.push(null);
    }
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = args[0]!;
    const ids = new Int32Array(length);
    this.#table.insert([column], length, ids);
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const g = groups[i]!;
      if (this.#running[g] !== ids[i]) {
        this.#running[g] = ids[i]!;
        this.#length[g] = 0;
        this.#first[g] = readDatum(column, this.#type, i);
      }
      const run = ++this.#length[g]!;
      if (run <= this.#longest[g]!) continue;
      this.#longest[g] = run;
      this.#modes[g] = this.#first[g]!;
    }
  }

  finish(groups: number): Column {
    return columnFromDatums(this.#type, this.#modes.slice(0, groups));
  }
}
