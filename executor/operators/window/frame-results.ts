/** Results of a state that is read again and again while its frame moves; rows with the same frame share one. */
import type { Column } from '../../../core/batch.ts';
import { concatColumns, gather } from '../../../core/column.ts';
import { columnBytes } from '../../../core/column-bytes.ts';

/** Results put together at a time. */
const RESULTS = 4096;

export class FrameResults {
  readonly #results: Column[] = [];
  readonly #indices: Int32Array;
  #recent: Column[] = [];
  #count = 0;
  /** Of the results so far. */
  bytes = 0;

  constructor(rows: number) {
    this.#indices = new Int32Array(rows);
  }

  /** A column of one row. True now and then: time to give way to others. */
  add(result: Column): boolean {
    this.bytes += columnBytes(result);
    this.#recent.push(result);
    this.#count++;
    if (this.#recent.length < RESULTS) return false;
    this.#together();
    return true;
  }

  /** The row has the newest result. */
  assign(row: number): void {
    this.#indices[row] = this.#count - 1;
  }

  /** By row. */
  finish(): Column {
    this.#together();
    return gather(concatColumns(this.#results), this.#indices, this.#indices.length);
  }

  #together(): void {
    if (this.#recent.length > 0) this.#results.push(concatColumns(this.#recent));
    this.#recent = [];
  }
}
