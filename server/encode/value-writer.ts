/** What a row encoder asks of the writer of one column. Writers are made once per result and bound to each batch's column. */
import type { Column } from '../../core/batch.ts';
import type { Output } from './output.ts';

export interface ValueWriter {
  /** Most bytes a value takes, when there is such a bound; 0: the writer reserves for itself. */
  readonly bound: number;
  /** Before the rows of a batch; the column has the layout the writer was made for. */
  bind(column: Column): void;
  /** Writes the value (not NULL, without its length word) at `at` and answers the end position. */
  write(output: Output, row: number, at: number): number;
}

/** A column's typed arrays, for writers of one layout. */
export type ColumnOf<L extends Column['layout']> = Extract<Column, { layout: L }>;
