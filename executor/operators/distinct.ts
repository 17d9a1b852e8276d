/** The first of every set of equal rows, NULLs being equal. Streams: a row comes out when it is first seen. */
import type { DistinctPlan } from '../../algebra/plan.ts';
import type { Batch } from '../../core/batch.ts';
import { gatherBatch } from '../../core/column.ts';
import type { Execution } from '../execution.ts';
import { KeyTable } from './keys/key-table.ts';
import { keyKind } from './keys/key-types.ts';
import { Operator } from './operator.ts';

export class DistinctOperator extends Operator {
  readonly #input: Operator;
  readonly #execution: Execution;
  readonly #table: KeyTable;

  constructor(plan: DistinctPlan, input: Operator, execution: Execution) {
    super([input], execution.environment.memory.account('DISTINCT'));
    this.#input = input;
    this.#execution = execution;
    this.#table = new KeyTable(
      plan.columns.map((column) => keyKind(column.type)),
      'group',
    );
  }

  override async next(): Promise<Batch | null> {
    for (;;) {
      await this.#execution.pace();
      const batch = await this.#input.next();
      if (batch === null) return null;
      const ids = new Int32Array(batch.length);
      const before = this.#table.size;
      this.#table.insert(batch.columns, batch.length, ids);
      this.account!.set(this.#table.bytes);
      const rows = this.#table.firstRows(ids, batch.length, before);
      if (rows.length > 0) return rows.length === batch.length ? batch : gatherBatch(batch, rows, rows.length);
    }
  }
}
