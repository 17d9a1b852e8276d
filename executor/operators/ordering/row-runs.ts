/**
 * Where rows that come sorted begin to differ from the row before: the first rows of groups and of sets of equal rows. NULLs
 * are equal. For types whose equal values are the same bytes (core/identical-values.ts), of whatever order.
 */
import { assert } from '../../../core/assert.ts';
import type { Batch, Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { concatColumns, sliceColumn } from '../../../core/column.ts';
import { equalSpans } from '../../expression/compare.ts';

export class RowRuns {
  readonly #positions: readonly number[];
  /** The key of the last row seen, a column each. */
  #last: readonly Column[] | null = null;

  /** `positions`: of the columns that count, among a batch's. */
  constructor(positions: readonly number[]) {
    this.#positions = positions;
  }

  /** The rows of the next batch that begin a run, ascending. */
  starts(batch: Batch): Int32Array {
    const { length } = batch;
    const keys = this.#positions.map((position) => batch.columns[position]!);
    const changed = new Uint8Array(length);
    for (const key of keys) markChanges(key, changed);
    if (this.#last === null || differ(this.#last, keys)) changed[0] = 1;
    this.#last = keys.map((key) => sliceColumn(key, length - 1, length));
    const rows = new Int32Array(length);
    let count = 0;
    for (let i = 0; i < length; i++) if (changed[i] === 1) rows[count++] = i;
    return rows.subarray(0, count);
  }
}

/** Whether one row is another than the first of these. */
const differ = (last: readonly Column[], keys: readonly Column[]): boolean =>
  last.some((before, k) => {
    const changed = new Uint8Array(2);
    markChanges(concatColumns([before, sliceColumn(keys[k]!, 0, 1)]), changed);
    return changed[1] === 1;
  });

/** Sets what is not set yet where a row's value is another than that before; the first row is left alone. */
function markChanges(column: Column, into: Uint8Array): void {
  const { length } = column;
  // What lies under a NULL says nothing.
  const changed = column.valid === null ? into : new Uint8Array(length);
  switch (column.layout) {
    case 'bool':
    case 'int32': {
      const { values } = column;
      for (let i = 1; i < length; i++) if (values[i] !== values[i - 1]) changed[i] = 1;
      break;
    }
    case 'int64': {
      const { words } = column;
      for (let i = 1; i < length; i++) {
        if (words[2 * i] !== words[2 * i - 2] || words[2 * i + 1] !== words[2 * i - 1]) changed[i] = 1;
      }
      break;
    }
    case 'fixed16': {
      const { data } = column;
      for (let i = 1; i < length; i++) {
        if (!equalSpans(data, 16 * i - 16, 16 * i, data, 16 * i, 16 * i + 16)) changed[i] = 1;
      }
      break;
    }
    case 'bytes': {
      const { data, offsets } = column;
      for (let i = 1; i < length; i++) {
        if (!equalSpans(data, offsets[i - 1]!, offsets[i]!, data, offsets[i]!, offsets[i + 1]!)) changed[i] = 1;
      }
      break;
    }
    default:
      assert(false, `equal values of layout ${column.layout} may differ`);
  }
  if (column.valid === null) return;
  for (let i = 1; i < length; i++) {
    const missing = isNull(column, i);
    if (missing !== isNull(column, i - 1) || (!missing && changed[i] === 1)) into[i] = 1;
  }
}
