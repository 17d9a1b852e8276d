/**
 * Expressions evaluated for chosen rows only: a window function's argument may raise for rows that no frame asks for. Rows
 * are handed to the compiled code in batches of ordinary size.
 */
import type { RelColumn } from '../../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../../algebra/scalar.ts';
import { columnsIn } from '../../../algebra/transform.ts';
import type { Batch, Column } from '../../../core/batch.ts';
import { BATCH_ROWS } from '../../../core/batch.ts';
import { concatColumns, gather, nullColumn } from '../../../core/column.ts';
import type { Execution } from '../../execution.ts';
import { Projection } from '../evaluation.ts';

export class RowExpressions {
  readonly #exprs: readonly Scalar[];
  readonly #positions: readonly number[];
  readonly #projection: Projection;
  readonly #execution: Execution;

  constructor(exprs: readonly Scalar[], input: readonly RelColumn[], execution: Execution) {
    const used = new Set<ColumnId>();
    for (const expr of exprs) columnsIn(expr, used);
    this.#exprs = exprs;
    this.#positions = input.flatMap((column, i) => (used.has(column.id) ? [i] : []));
    this.#projection = new Projection(
      exprs,
      this.#positions.map((i) => input[i]!),
      execution,
    );
    this.#execution = execution;
  }

  /** A column per expression, as long as `rows`. */
  async at(batch: Batch, rows: Int32Array): Promise<readonly Column[]> {
    if (this.#exprs.length === 0) return [];
    if (rows.length === 0) return this.#exprs.map((expr) => nullColumn(expr.type, 0));
    await this.#projection.ready();
    const parts: Column[][] = this.#exprs.map(() => []);
    for (let from = 0; from < rows.length; from += BATCH_ROWS) {
      await this.#execution.pace();
      const some = rows.subarray(from, from + BATCH_ROWS);
      const columns = this.#positions.map((position) => gather(batch.columns[position]!, some, some.length));
      const results = this.#projection.columns({ length: some.length, columns });
      results.forEach((column, i) => parts[i]!.push(column));
    }
    return parts.map((columns) => concatColumns(columns));
  }

  /** The first expression at the given row for each row of the output; NULL where that is -1. */
  async pick(batch: Batch, rows: Int32Array): Promise<Column> {
    const asked = rows.filter((row) => row >= 0);
    const [values] = await this.at(batch, asked);
    if (asked.length === rows.length) return values!;
    const indices = new Int32Array(rows.length);
    let next = 0;
    for (let i = 0; i < rows.length; i++) indices[i] = rows[i]! < 0 ? -1 : next++;
    return gather(values!, indices, indices.length);
  }
}

export function allRows(length: number): Int32Array {
  const rows = new Int32Array(length);
  for (let row = 0; row < length; row++) rows[row] = row;
  return rows;
}
