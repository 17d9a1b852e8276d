/**
 * One grouping set of an aggregation: numbers the groups of the rows that pass by and keeps the group columns of each group's
 * first row. Without group columns there is one group, rows or not.
 */
import type { RelColumn } from '../../../algebra/rel.ts';
import type { ColumnId } from '../../../algebra/scalar.ts';
import { assert } from '../../../core/assert.ts';
import type { Batch, Column } from '../../../core/batch.ts';
import { BATCH_ROWS } from '../../../core/batch.ts';
import { concatColumns, gather } from '../../../core/column.ts';
import { columnBytes } from '../../../core/column-bytes.ts';
import { KeyTable } from '../keys/key-table.ts';
import { keyKind } from '../keys/key-types.ts';

export class GroupingPass {
  readonly #positions: readonly number[];
  /** Null without group columns. */
  readonly #table: KeyTable | null;
  /** Per group column: the values of the groups each batch brought. */
  #keys: Column[][];
  #keyBytes = 0;
  #ids = new Int32Array(BATCH_ROWS);

  constructor(groups: readonly ColumnId[], input: readonly RelColumn[]) {
    this.#positions = groups.map((id) => {
      const position = input.findIndex((column) => column.id === id);
      assert(position >= 0, `group column ${id} is not in the input`);
      return position;
    });
    const kinds = this.#positions.map((position) => keyKind(input[position]!.type));
    this.#table = kinds.length === 0 ? null : new KeyTable(kinds, 'group');
    this.#keys = kinds.map(() => []);
  }

  /** Groups so far. */
  get size(): number {
    return this.#table === null ? 1 : this.#table.size;
  }

  get bytes(): number {
    return (this.#table?.bytes ?? 0) + this.#keyBytes;
  }

  /** The group of every row; until the next call. */
  groupsOf(batch: Batch): Int32Array {
    const { length } = batch;
    if (this.#ids.length < length) this.#ids = new Int32Array(length);
    const ids = this.#ids;
    if (this.#table === null) return ids;
    const before = this.#table.size;
    const columns = this.#positions.map((position) => batch.columns[position]!);
    this.#table.insert(columns, length, ids);
    const rows = this.#table.firstRows(ids, length, before);
    if (rows.length === 0) return ids;
    columns.forEach((column, k) => {
      const part = gather(column, rows, rows.length);
      this.#keyBytes += columnBytes(part);
      this.#keys[k]!.push(part);
    });
    return ids;
  }

  /** The group columns, one row per group; only once, at the end. */
  keys(): readonly Column[] {
    const columns = this.#keys.map((parts) => concatColumns(parts));
    this.#keys = [];
    return columns;
  }
}
