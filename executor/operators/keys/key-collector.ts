/**
 * What a hash join learns of one of its keys while it reads its build side, for the source of its probe side (KeyFilter): the
 * distinct values as long as there are few, more of them as numbers for a bitmap, and in any case the least and the greatest.
 *
 * A value goes in the type of the column that it is compared with. An integer that does not fit there equals none of its
 * values: it is left out, and the bounds are drawn in to what that type can be.
 */
import type { KeyFilter, KeysSent } from '../../../algebra/plan.ts';
import type { Column } from '../../../core/batch.ts';
import { readDatum } from '../../../core/column.ts';
import { TIMESTAMP_INFINITY, type Datum, type Int64 } from '../../../core/datum.ts';
import type { SqlType, TypeKind } from '../../../core/sql-type.ts';
import { KeyNumbers } from './key-numbers.ts';

/** For the parameters $0, $1 … of the filter's condition in that form. */
export interface FoundKeys extends KeysSent {
  readonly values: readonly Datum[];
}

export class KeyCollector {
  readonly #filter: KeyFilter;
  /** Of the values here. */
  readonly #type: SqlType;
  /** Null once there are too many. */
  #list: Set<Datum> | null = new Set();
  /** Null where nobody asks for them, or once they are no bitmap. */
  #numbers: KeyNumbers | null;
  #bounds: readonly [Int64, Int64] | undefined;

  constructor(filter: KeyFilter, type: SqlType) {
    this.#filter = filter;
    this.#type = type;
    this.#numbers = filter.bitmap ? new KeyNumbers() : null;
  }

  /** There is no form left in which they could go. */
  get isTooMany(): boolean {
    return this.#list === null && this.#numbers === null && this.#filter.range === undefined;
  }

  get bytes(): number {
    return this.#numbers?.bytes ?? 0;
  }

  /** Of these rows, without NULL. */
  add(column: Column, rows: Int32Array): void {
    if (rows.length === 0) return;
    if (this.#list !== null) this.#addToList(this.#list, column, rows);
    if (this.#numbers?.add(column, rows, this.#filter.bitmap!.keysMax) === false) this.#numbers = null;
    if (this.#filter.range ?? this.#filter.bitmap) this.#widen(column, rows);
  }

  #addToList(list: Set<Datum>, column: Column, rows: Int32Array): void {
    for (const row of rows) {
      list.add(readDatum(column, this.#type, row));
      if (list.size <= this.#filter.keysMax) continue;
      this.#list = null;
      return;
    }
  }

  #widen(column: Column, rows: Int32Array): void {
    const [first, last] = extremes(column, rows).map((row) => readDatum(column, this.#type, row) as Int64) as [Int64, Int64];
    const [least, greatest] = this.#bounds ?? [first, last];
    this.#bounds = [first < least ? first : least, last > greatest ? last : greatest];
  }

  found(): FoundKeys {
    const { type, range, bitmap } = this.#filter;
    const bounds = this.#bounds && boundsOf(type.kind, this.#bounds);
    if (bitmap && bounds && this.#numbers && (this.#list?.size ?? Infinity) > bitmap.keysMin) {
      const found = this.#numbers.bitmap(Number(bounds[0]), Number(bounds[1]), bitmap.bitsPerKeyMax);
      if (found !== null) return { keys: found.keys, form: 'bitmap', values: [...bounds, found.bits] };
    }
    if (this.#list !== null) {
      const elements = [...this.#list].filter((key) => fits(type.kind, key));
      const dims = elements.length === 0 ? [] : [elements.length];
      return { keys: this.#list.size, form: 'list', values: [{ dims, lowerBounds: dims.map(() => 1), elements }] };
    }
    if (range === undefined || bounds === undefined) return { keys: 'too many', form: null, values: [] };
    return { keys: 'too many', form: 'range', values: bounds };
  }
}

/** Rows of the least and of the greatest value. */
function extremes(column: Column, rows: Int32Array): readonly [number, number] {
  let [least, greatest] = [rows[0]!, rows[0]!];
  if (column.layout === 'int32') {
    const { values } = column;
    for (const row of rows) {
      if (values[row]! < values[least]!) least = row;
      else if (values[row]! > values[greatest]!) greatest = row;
    }
  } else if (column.layout === 'int64') {
    const { words } = column;
    const isLess = (a: number, b: number): boolean => {
      const high = words[2 * a + 1]! - words[2 * b + 1]!;
      return high === 0 ? words[2 * a]! >>> 0 < words[2 * b]! >>> 0 : high < 0;
    };
    for (const row of rows) {
      if (isLess(row, least)) least = row;
      else if (isLess(greatest, row)) greatest = row;
    }
  }
  return [least, greatest];
}

/** Of integers that others may be compared with. */
const LIMITS: Readonly<Partial<Record<TypeKind, readonly [number, number]>>> = {
  int2: [-0x8000, 0x7fff],
  int4: [-0x8000_0000, 0x7fff_ffff],
};

function fits(kind: TypeKind, key: Datum): boolean {
  const limits = LIMITS[kind];
  return limits === undefined || ((key as Int64) >= limits[0] && (key as Int64) <= limits[1]);
}

/** µs from which on not every source has a calendar: DuckDB's ends 29 years before PostgreSQL's. */
const TIMESTAMP_MAX = 1n << 62n;

/** Bounds that the type has, with all its values between them that lie between these. */
function boundsOf(kind: TypeKind, [least, greatest]: readonly [Int64, Int64]): readonly [Int64, Int64] {
  if (kind === 'timestamp' || kind === 'timestamptz')
    return [least > TIMESTAMP_MAX ? TIMESTAMP_MAX : least, greatest > TIMESTAMP_MAX ? TIMESTAMP_INFINITY : greatest];
  const limits = LIMITS[kind];
  if (limits === undefined) return [least, greatest];
  const [from, to] = limits;
  if (least > to || greatest < from) return [to, from];
  return [least < from ? from : least, greatest > to ? to : greatest];
}
