/**
 * Equality join: the right side's keys are numbered in a table, its rows listed per number; a left row's candidates are
 * the rows under its key's number. NULL keys have no number and never match, unless the plan says that NULLs match.
 */
import type { HashJoinPlan } from '../../algebra/plan.ts';
import { assert } from '../../core/assert.ts';
import type { Batch } from '../../core/batch.ts';
import { BATCH_ROWS } from '../../core/batch.ts';
import type { Execution } from '../execution.ts';
import { Projection } from './evaluation.ts';
import { JoinOperator } from './join.ts';
import { rowsWhere } from './join-output.ts';
import { KeyCollector } from './keys/key-collector.ts';
import { KeyTable } from './keys/key-table.ts';
import { joinKeyKind } from './keys/key-types.ts';
import type { Operator } from './operator.ts';

export class HashJoinOperator extends JoinOperator {
  readonly #leftKeys: Projection;
  readonly #rightKeys: Projection;
  readonly #table: KeyTable;
  readonly #needsRows: boolean;
  /** Key number of every right row, batch by batch, until the rows are listed. */
  #rightIds: Int32Array[] = [];
  /** Rows of key k: rows[starts[k] … starts[k + 1]); null when no key has two rows: then rowOf[k]. */
  #starts: Int32Array | null = null;
  #rows = new Int32Array(0);
  /** Key numbers of the left batch, and where the enumeration of its pairs stands. */
  #ids = new Int32Array(BATCH_ROWS);
  #length = 0;
  #row = 0;
  #within = 0;
  /** Keys for the source of the left side; null: nobody wants them any more. */
  #collector: KeyCollector | null;

  constructor(plan: HashJoinPlan, left: Operator, right: Operator, execution: Execution) {
    super(plan, left, right, plan.residual, execution);
    assert(!plan.nullAware, 'NOT IN has an operator of its own');
    const kinds = plan.leftKeys.map((key, i) => {
      const kind = joinKeyKind(key.type, plan.rightKeys[i]!.type);
      assert(kind !== undefined, `hash join of ${key.type.name} with ${plan.rightKeys[i]!.type.name}`);
      return kind;
    });
    this.#leftKeys = new Projection(plan.leftKeys, plan.left.columns, execution);
    this.#rightKeys = new Projection(plan.rightKeys, plan.right.columns, execution);
    this.#table = new KeyTable(kinds, plan.nullsMatch === true ? 'group' : 'reject');
    this.#needsRows = this.needsPairs;
    this.#collector = plan.keyFilter ? new KeyCollector(plan.keyFilter, plan.rightKeys[plan.keyFilter.key]!.type) : null;
  }

  /** Its keys may yet go to the source of its left side, which has not begun. */
  get isCollectingKeys(): boolean {
    return this.#collector !== null;
  }

  /** A key of NULL is in the table only where it matches. */
  protected override get canMatch(): boolean {
    return this.#table.size > 0;
  }

  protected override tableBytes(): number {
    const ids = this.#rightIds.reduce((sum, part) => sum + part.byteLength, 0);
    return this.#table.bytes + ids + this.#rows.byteLength + (this.#starts?.byteLength ?? 0) + (this.#collector?.bytes ?? 0);
  }

  protected override async take(batch: Batch): Promise<void> {
    await this.#rightKeys.ready();
    const ids = new Int32Array(batch.length).fill(-1);
    const columns = this.#rightKeys.columns(batch);
    const known = this.#table.size;
    this.#table.insert(columns, batch.length, ids);
    if (this.#collector !== null) {
      // From rows with a combination of keys that is new.
      const { key } = (this.plan as HashJoinPlan).keyFilter!;
      this.#collector.add(columns[key]!, this.#table.firstRows(ids, batch.length, known));
      if (this.#collector.isTooMany) {
        this.#sendKeys(this.plan as HashJoinPlan);
        this.startLeft();
      }
    }
    if (this.#needsRows) this.#rightIds.push(ids);
  }

  /** Lists rows by key, by counting. */
  protected override finishBuild(): void {
    this.#table.freeze();
    this.#sendKeys(this.plan as HashJoinPlan);
    if (!this.#needsRows) return;
    const keys = this.#table.size;
    const starts = new Int32Array(keys + 1);
    let valid = 0;
    for (const ids of this.#rightIds) {
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i]!;
        if (id < 0) continue;
        starts[id + 1]!++;
        valid++;
      }
    }
    const rows = new Int32Array(valid);
    if (valid === keys) {
      let row = 0;
      for (const ids of this.#rightIds) {
        for (let i = 0; i < ids.length; i++, row++) if (ids[i]! >= 0) rows[ids[i]!] = row;
      }
    } else {
      for (let k = 0; k < keys; k++) starts[k + 1]! += starts[k]!;
      const next = starts.slice();
      let row = 0;
      for (const ids of this.#rightIds) {
        for (let i = 0; i < ids.length; i++, row++) {
          const id = ids[i]!;
          if (id >= 0) rows[next[id]!++] = row;
        }
      }
      this.#starts = starts;
    }
    this.#rows = rows;
    this.#rightIds = [];
  }

  #sendKeys({ keyFilter }: HashJoinPlan): void {
    if (this.#collector === null) return;
    const { values, ...sent } = this.#collector.found();
    this.#collector = null;
    this.keysSent = sent;
    this.execution.keyFilters.settle(keyFilter!, { values, ...sent });
  }

  async #lookUp(batch: Batch): Promise<void> {
    await this.#leftKeys.ready();
    if (this.#ids.length < batch.length) this.#ids = new Int32Array(batch.length);
    this.#table.find(this.#leftKeys.columns(batch), batch.length, this.#ids);
  }

  protected override async selectLeft(batch: Batch): Promise<Int32Array | null> {
    if (this.#needsRows) return null;
    await this.#lookUp(batch);
    const matched = new Uint8Array(batch.length);
    for (let i = 0; i < batch.length; i++) matched[i] = this.#ids[i]! >= 0 ? 1 : 0;
    return rowsWhere(matched, batch.length, this.plan.type === 'semi' ? 1 : 0);
  }

  protected override async probe(batch: Batch): Promise<void> {
    await this.#lookUp(batch);
    this.#length = batch.length;
    this.#row = 0;
    this.#within = 0;
  }

  protected override pairs(left: Int32Array, right: Int32Array): number {
    return this.#starts === null ? this.#uniquePairs(left, right) : this.#manyPairs(left, right, this.#starts);
  }

  #uniquePairs(left: Int32Array, right: Int32Array): number {
    const ids = this.#ids;
    const rows = this.#rows;
    const capacity = left.length;
    let count = 0;
    let row = this.#row;
    const end = Math.min(this.#length, row + capacity);
    for (; row < end; row++) {
      const id = ids[row]!;
      if (id < 0) continue;
      left[count] = row;
      right[count++] = rows[id]!;
    }
    this.#row = row;
    // No pair among these rows, but rows left: the caller takes 0 for the end.
    return count === 0 && row < this.#length ? this.#uniquePairs(left, right) : count;
  }

  #manyPairs(left: Int32Array, right: Int32Array, starts: Int32Array): number {
    const ids = this.#ids;
    const rows = this.#rows;
    const capacity = left.length;
    let count = 0;
    let row = this.#row;
    let within = this.#within;
    while (row < this.#length && count < capacity) {
      const id = ids[row]!;
      if (id < 0) {
        row++;
        continue;
      }
      const from = starts[id]! + within;
      const to = Math.min(starts[id + 1]!, from + capacity - count);
      for (let at = from; at < to; at++) {
        left[count] = row;
        right[count++] = rows[at]!;
      }
      if (to === starts[id + 1]) {
        row++;
        within = 0;
      } else within += to - from;
    }
    this.#row = row;
    this.#within = within;
    return count;
  }
}
