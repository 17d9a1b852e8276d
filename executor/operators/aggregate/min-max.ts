/**
 * min and max. Numbers and times keep the value itself; everything else keeps where its best row lies in the argument
 * columns seen, and gathers those rows anew when they have become few among many. Of equal values PostgreSQL keeps the
 * later one, except for char(n).
 */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { concatColumns, gather, nullColumn } from '../../../core/column.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { compareFloats } from '../../expression/compare.ts';
import type { RowComparator } from '../../expression/compare-rows.ts';
import { rowComparator } from '../../expression/compare-rows.ts';
import { columnBytes } from '../../../core/column-bytes.ts';
import type { Accumulator } from './accumulator.ts';
import { columnOf, grownBytes, grownFloat64, grownInt32, validWhere } from './accumulator.ts';

/** `sign`: 1 for max, -1 for min. */
export class Int32Extreme implements Accumulator {
  readonly #sign: 1 | -1;
  #best = new Int32Array(16);
  #has = new Uint8Array(16);

  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }
  get bytes(): number {
    return this.#best.byteLength + this.#has.byteLength;
  }
  reserve(groups: number): void {
    this.#best = grownInt32(this.#best, groups);
    this.#has = grownBytes(this.#has, groups);
  }
  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = columnOf(args[0], 'int32');
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const g = groups[i]!;
      const value = column.values[i]!;
      if (this.#has[g] !== 0 && (this.#sign > 0 ? value <= this.#best[g]! : value >= this.#best[g]!)) continue;
      this.#has[g] = 1;
      this.#best[g] = value;
    }
  }
  finish(groups: number): Column {
    return { layout: 'int32', length: groups, valid: validWhere(this.#has, groups), values: this.#best.slice(0, groups) };
  }
}

export class Int64Extreme implements Accumulator {
  readonly #sign: 1 | -1;
  #low = new Int32Array(16);
  #high = new Int32Array(16);
  #has = new Uint8Array(16);

  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }
  get bytes(): number {
    return 2 * this.#low.byteLength + this.#has.byteLength;
  }
  reserve(groups: number): void {
    this.#low = grownInt32(this.#low, groups);
    this.#high = grownInt32(this.#high, groups);
    this.#has = grownBytes(this.#has, groups);
  }
  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = columnOf(args[0], 'int64');
    const { words } = column;
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const g = groups[i]!;
      const low = words[2 * i]!;
      const high = words[2 * i + 1]!;
      if (this.#has[g] !== 0) {
        const order = high - this.#high[g]! || (low >>> 0) - (this.#low[g]! >>> 0);
        if (order * this.#sign <= 0) continue;
      }
      this.#has[g] = 1;
      this.#low[g] = low;
      this.#high[g] = high;
    }
  }
  finish(groups: number): Column {
    const values = new BigInt64Array(groups);
    const words = new Int32Array(values.buffer);
    for (let g = 0; g < groups; g++) {
      words[2 * g] = this.#low[g]!;
      words[2 * g + 1] = this.#high[g]!;
    }
    return { layout: 'int64', length: groups, valid: validWhere(this.#has, groups), values, words };
  }
}

export class FloatExtreme implements Accumulator {
  readonly #sign: 1 | -1;
  #best = new Float64Array(16);
  #has = new Uint8Array(16);

  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }
  get bytes(): number {
    return this.#best.byteLength + this.#has.byteLength;
  }
  reserve(groups: number): void {
    this.#best = grownFloat64(this.#best, groups);
    this.#has = grownBytes(this.#has, groups);
  }
  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = columnOf(args[0], 'float64');
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const g = groups[i]!;
      const value = column.values[i]!;
      if (this.#has[g] !== 0 && compareFloats(value, this.#best[g]!) * this.#sign < 0) continue;
      this.#has[g] = 1;
      this.#best[g] = value;
    }
  }
  finish(groups: number): Column {
    return { layout: 'float64', length: groups, valid: validWhere(this.#has, groups), values: this.#best.slice(0, groups) };
  }
}

/** Rows kept beyond one per group before they are gathered anew. */
const SLACK_ROWS = 65_536;
/** And columns they may lie in: a running extreme brings one for every row. */
const COLUMNS_MAX = 64;

/** Keeps one row's value per group: `replaces(comparison of the new with the kept)` decides. any_value never replaces. */
export class KeptRow implements Accumulator {
  readonly #type: SqlType;
  readonly #replaces: ((order: number) => boolean) | null;
  #columns: Column[] = [];
  #keptRows = 0;
  #keptBytes = 0;
  /** Index into #columns, -1 = none yet; and the row there. */
  #source = new Int32Array(16).fill(-1);
  #row = new Int32Array(16);
  #groups = 0;

  constructor(type: SqlType, replaces: ((order: number) => boolean) | null) {
    this.#type = type;
    this.#replaces = replaces;
  }

  get bytes(): number {
    return 2 * this.#source.byteLength + this.#keptBytes;
  }

  reserve(groups: number): void {
    const before = this.#source.length;
    this.#source = grownInt32(this.#source, groups);
    this.#source.fill(-1, before);
    this.#row = grownInt32(this.#row, groups);
    this.#groups = groups;
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = args[0]!;
    const own = this.#columns.length;
    const comparators: RowComparator[] = [];
    const source = this.#source;
    const row = this.#row;
    const replaces = this.#replaces;
    let kept = false;
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const g = groups[i]!;
      const at = source[g]!;
      if (at >= 0) {
        if (replaces === null) continue;
        const compare = (comparators[at] ??= rowComparator(this.#type, column, at === own ? column : this.#columns[at]!));
        if (!replaces(compare(i, row[g]!))) continue;
      }
      source[g] = own;
      row[g] = i;
      kept = true;
    }
    if (!kept) return;
    this.#columns.push(column);
    this.#keptRows += length;
    this.#keptBytes += columnBytes(column);
    if (this.#keptRows > 4 * this.#groups + SLACK_ROWS || this.#columns.length > COLUMNS_MAX) this.#compact();
  }

  finish(groups: number): Column {
    if (this.#columns.length === 0) return nullColumn(this.#type, groups);
    return this.#gathered(groups);
  }

  #gathered(groups: number): Column {
    const starts: number[] = [];
    let start = 0;
    for (const column of this.#columns) {
      starts.push(start);
      start += column.length;
    }
    const indices = new Int32Array(groups);
    for (let g = 0; g < groups; g++) indices[g] = this.#source[g]! < 0 ? -1 : starts[this.#source[g]!]! + this.#row[g]!;
    return gather(concatColumns(this.#columns), indices, groups);
  }

  #compact(): void {
    const column = this.#gathered(this.#groups);
    this.#columns = [column];
    this.#keptRows = column.length;
    this.#keptBytes = columnBytes(column);
    for (let g = 0; g < this.#groups; g++) {
      if (this.#source[g]! < 0) continue;
      this.#source[g] = 0;
      this.#row[g] = g;
    }
  }
}

export function extremeOf(type: SqlType, sign: 1 | -1): Accumulator {
  switch (type.kind) {
    case 'int2':
    case 'int4':
    case 'date':
      return new Int32Extreme(sign);
    case 'int8':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return new Int64Extreme(sign);
    case 'float4':
    case 'float8':
      return new FloatExtreme(sign);
    case 'bpchar':
      return new KeptRow(type, (order) => order * sign > 0);
    default:
      return new KeptRow(type, (order) => order * sign >= 0);
  }
}
