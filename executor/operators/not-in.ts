/**
 * Null-aware anti join: NOT IN. A left row comes out only when its comparison with every right row is FALSE; one TRUE or
 * one NULL bars it. The comparison is the AND of all keys and conditions, so it is FALSE as soon as one of them is.
 *
 * One key and nothing else is the common case and needs no pairs: a match bars; a NULL on the right bars everybody; a
 * left NULL is barred by any row. Several keys or conditions: per key column both sides are numbered, a pair is FALSE
 * where both numbers are known and differ; what remains is asked of the conditions.
 */
import type { HashJoinPlan, NestedLoopPlan } from '../../algebra/plan.ts';
import type { RelColumn } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import type { Batch, Column } from '../../core/batch.ts';
import { BATCH_ROWS, isNull } from '../../core/batch.ts';
import { concatBatches, emptyBatch, gather, gatherBatch } from '../../core/column.ts';
import type { Execution } from '../execution.ts';
import { batchBytes } from '../../core/column-bytes.ts';
import { Projection } from './evaluation.ts';
import { rowsWhere } from './join-output.ts';
import { KeyTable } from './keys/key-table.ts';
import { joinKeyKind } from './keys/key-types.ts';
import { Operator, positionsOf } from './operator.ts';

const NULL_CODE = -1;
const ABSENT_CODE = -2;

/** Pairs looked at between two looks at the clock. */
const PAIRS_PER_TURN = 1_000_000;

export class NotInOperator extends Operator {
  readonly #execution: Execution;
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #leftKeys: Projection;
  readonly #rightKeys: Projection;
  readonly #tables: readonly KeyTable[];
  readonly #conditions: PairConditions | null;
  readonly #rightColumns: readonly RelColumn[];
  readonly #output: readonly number[];
  #built = false;
  #rightRows = 0;
  #build: Batch = { length: 0, columns: [] };
  /** Per key, per right row. */
  #rightCodes: readonly Int32Array[] = [];
  #rightHasNull = false;

  constructor(plan: HashJoinPlan | NestedLoopPlan, left: Operator, right: Operator, execution: Execution) {
    super([right, left], execution.environment.memory.account('NOT IN'));
    assert(plan.type === 'anti', 'null-aware joins are anti joins');
    this.#execution = execution;
    this.#left = left;
    this.#right = right;
    this.#rightColumns = plan.right.columns;
    this.#output = positionsOf(plan.columns, plan.left.columns);
    const [leftKeys, rightKeys] = plan.kind === 'hashjoin' ? [plan.leftKeys, plan.rightKeys] : [[], []];
    const conditions = plan.kind === 'hashjoin' ? plan.residual : plan.on;
    this.#leftKeys = new Projection(leftKeys, plan.left.columns, execution);
    this.#rightKeys = new Projection(rightKeys, plan.right.columns, execution);
    this.#tables = leftKeys.map((key, i) => {
      const kind = joinKeyKind(key.type, rightKeys[i]!.type);
      assert(kind !== undefined, `hash join of ${key.type.name} with ${rightKeys[i]!.type.name}`);
      return new KeyTable([kind], 'reject');
    });
    this.#conditions = conditions.length === 0 ? null : new PairConditions(conditions, plan, execution);
  }

  override async next(): Promise<Batch | null> {
    if (!this.#built) await this.#readRight();
    for (;;) {
      await this.#execution.pace();
      const batch = await this.#left.next();
      if (batch === null) return null;
      const columns = this.#output.map((position) => batch.columns[position]!);
      if (this.#rightRows === 0) return { length: batch.length, columns };
      const rows = rowsWhere(await this.#barred(batch), batch.length, 0);
      if (rows.length > 0) return gatherBatch({ length: batch.length, columns }, rows, rows.length);
    }
  }

  async #readRight(): Promise<void> {
    this.#right.start();
    this.#left.start();
    const batches: Batch[] = [];
    const codes: Int32Array[][] = this.#tables.map(() => []);
    let bytes = 0;
    for (let batch = await this.#right.next(); batch !== null; batch = await this.#right.next()) {
      await this.#execution.pace();
      await this.#rightKeys.ready();
      this.#rightRows += batch.length;
      const keys = this.#rightKeys.columns(batch);
      for (let k = 0; k < keys.length; k++) {
        const ids = new Int32Array(batch.length).fill(NULL_CODE);
        this.#tables[k]!.insert([keys[k]!], batch.length, ids);
        this.#rightHasNull ||= ids.includes(NULL_CODE);
        codes[k]!.push(ids);
        bytes += ids.byteLength;
      }
      if (this.#conditions !== null) {
        batches.push(batch);
        bytes += batchBytes(batch);
      }
      this.account!.set(bytes + this.#tables.reduce((sum, table) => sum + table.bytes, 0));
    }
    await this.#right.close();
    this.#rightCodes = codes.map((parts) => concatInt32(parts, this.#rightRows));
    this.#build = batches.length > 0 ? concatBatches(batches) : emptyBatch(this.#rightColumns.map((column) => column.type));
    this.#built = true;
  }

  /** flags[row] = 1 for the rows that do not come out. */
  async #barred(batch: Batch): Promise<Uint8Array> {
    const barred = new Uint8Array(batch.length);
    await this.#leftKeys.ready();
    const keys = this.#leftKeys.columns(batch);
    const codes = keys.map((column, k) => this.#leftCodes(column, k));
    if (codes.length === 1 && this.#conditions === null) {
      const only = codes[0]!;
      for (let i = 0; i < batch.length; i++) barred[i] = this.#rightHasNull || only[i] !== ABSENT_CODE ? 1 : 0;
      return barred;
    }
    if (this.#conditions === null) await this.#barByKeys(codes, barred);
    else await this.#barByConditions(batch, codes, this.#conditions, barred);
    return barred;
  }

  #leftCodes(column: Column, key: number): Int32Array {
    const ids = new Int32Array(column.length);
    this.#tables[key]!.find([column], column.length, ids);
    for (let i = 0; i < ids.length; i++) if (ids[i]! < 0) ids[i] = isNull(column, i) ? NULL_CODE : ABSENT_CODE;
    return ids;
  }

  async #barByKeys(codes: readonly Int32Array[], barred: Uint8Array): Promise<void> {
    let pairs = 0;
    for (let l = 0; l < barred.length; l++) {
      if (!this.#rightHasNull && codes.some((code) => code[l] === ABSENT_CODE)) continue;
      for (let r = 0; r < this.#rightRows; r++) {
        pairs++;
        if (!this.#isFalse(codes, l, r)) {
          barred[l] = 1;
          break;
        }
      }
      if (pairs > PAIRS_PER_TURN) {
        await this.#execution.pace();
        pairs = 0;
      }
    }
  }

  async #barByConditions(
    batch: Batch,
    codes: readonly Int32Array[],
    conditions: PairConditions,
    barred: Uint8Array,
  ): Promise<void> {
    await conditions.ready();
    const left = new Int32Array(BATCH_ROWS);
    const right = new Int32Array(BATCH_ROWS);
    let count = 0;
    const flush = async (): Promise<void> => {
      const maybe = conditions.notFalse(batch, this.#build, left, right, count);
      for (let i = 0; i < count; i++) if (maybe[i] !== 0) barred[left[i]!] = 1;
      count = 0;
      await this.#execution.pace();
    };
    for (let l = 0; l < batch.length; l++) {
      for (let r = 0; r < this.#rightRows && barred[l] === 0; r++) {
        if (this.#isFalse(codes, l, r)) continue;
        left[count] = l;
        right[count++] = r;
        if (count === BATCH_ROWS) await flush();
      }
    }
    if (count > 0) await flush();
  }

  #isFalse(codes: readonly Int32Array[], l: number, r: number): boolean {
    for (let k = 0; k < codes.length; k++) {
      const a = codes[k]![l]!;
      const b = this.#rightCodes[k]![r]!;
      if (a !== NULL_CODE && b !== NULL_CODE && a !== b) return true;
    }
    return false;
  }
}

/** Conditions over pairs, with their third value. */
class PairConditions {
  readonly #projection: Projection;
  readonly #left: readonly number[];
  readonly #right: readonly number[];

  constructor(conditions: readonly Scalar[], plan: HashJoinPlan | NestedLoopPlan, execution: Execution) {
    const used = new Set<ColumnId>();
    for (const condition of conditions) columnsIn(condition, used);
    const positions = (columns: readonly RelColumn[]): number[] =>
      columns.flatMap((column, i) => (used.has(column.id) ? [i] : []));
    this.#left = positions(plan.left.columns);
    this.#right = positions(plan.right.columns);
    const columns = [...this.#left.map((i) => plan.left.columns[i]!), ...this.#right.map((i) => plan.right.columns[i]!)];
    this.#projection = new Projection(conditions, columns, execution);
  }

  ready(): Promise<void> {
    return this.#projection.ready();
  }

  notFalse(leftBatch: Batch, rightBatch: Batch, left: Int32Array, right: Int32Array, count: number): Uint8Array {
    const columns = [
      ...this.#left.map((i) => gather(leftBatch.columns[i]!, left, count)),
      ...this.#right.map((i) => gather(rightBatch.columns[i]!, right, count)),
    ];
    const answer = new Uint8Array(count).fill(1);
    for (const column of this.#projection.columns({ length: count, columns })) {
      assert(column.layout === 'bool', 'a condition is boolean');
      for (let i = 0; i < count; i++) if (column.values[i] === 0 && !isNull(column, i)) answer[i] = 0;
    }
    return answer;
  }
}

function concatInt32(parts: readonly Int32Array[], length: number): Int32Array {
  const all = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
