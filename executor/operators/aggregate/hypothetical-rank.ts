/**
 * rank, dense_rank, percent_rank and cume_dist of a row that is not there: rank(3, 'x') WITHIN GROUP (ORDER BY a, b). All rows are
 * kept and sorted at the end together with the one row of direct arguments; what is counted is how many rows of each group come
 * before it, and how many are its peers. NULLs are values like any other.
 */
import type { AggregateCall } from '../../../algebra/scalar.ts';
import { assert, unreachable } from '../../../core/assert.ts';
import type { Column } from '../../../core/batch.ts';
import { columnFromDatums, concatColumns } from '../../../core/column.ts';
import type { Datum } from '../../../core/datum.ts';
import { columnBytes } from '../../../core/column-bytes.ts';
import { KeyTable } from '../keys/key-table.ts';
import { keyKind } from '../keys/key-types.ts';
import { sortRows } from '../ordering/sort-rows.ts';
import type { Accumulator } from './accumulator.ts';
import { int64Column } from './count.ts';

export type HypotheticalRank = 'rank' | 'dense_rank' | 'percent_rank' | 'cume_dist';

export class HypotheticalRankAccumulator implements Accumulator {
  readonly #what: HypotheticalRank;
  readonly #keys: AggregateCall['orderBy'];
  readonly #direct: readonly Datum[];
  readonly #columns: Column[][];
  readonly #groups: Column[] = [];
  #keptBytes = 0;

  constructor(what: HypotheticalRank, keys: AggregateCall['orderBy'], direct: readonly Datum[]) {
    assert(keys.length === direct.length, 'a hypothetical row has as many values as there are sort keys');
    this.#what = what;
    this.#keys = keys;
    this.#direct = direct;
    this.#columns = keys.map(() => []);
  }

  get bytes(): number {
    return this.#keptBytes;
  }

  /** Rows carry their group: there is nothing to keep for a group by itself. */
  reserve(): void {
    return;
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    this.#columns.forEach((parts, i) => {
      parts.push(args[i]!);
      this.#keptBytes += columnBytes(args[i]!);
    });
    this.#groups.push({ layout: 'int32', length, valid: null, values: groups.slice(0, length) });
    this.#keptBytes += 4 * length;
  }

  finish(groups: number): Column {
    // The hypothetical row comes last.
    const columns = this.#keys.map((key, i) =>
      concatColumns([...this.#columns[i]!, columnFromDatums(key.expr.type, [this.#direct[i]!])]),
    );
    const own = concatColumns([...this.#groups, { layout: 'int32', length: 1, valid: null, values: new Int32Array(1) }]);
    assert(own.layout === 'int32', 'groups are int32');
    const { length } = own;
    const orders = this.#keys.map(({ expr, descending, nullsFirst }) => ({ type: expr.type, descending, nullsFirst }));
    const rows = sortRows(columns, orders, length);
    const ids = new Int32Array(length);
    const kinds = this.#keys.map((key) => keyKind(key.expr.type));
    new KeyTable(kinds, 'group').insert(columns, length, ids);
    const hypothetical = ids[length - 1]!;

    const totals = new Float64Array(groups);
    const before = new Float64Array(groups);
    const distinct = new Float64Array(groups);
    const peers = new Float64Array(groups);
    const last = new Int32Array(groups).fill(-1);
    let isBefore = true;
    for (const row of rows) {
      const id = ids[row]!;
      if (id === hypothetical) isBefore = false;
      if (row === length - 1) continue;
      const g = own.values[row]!;
      totals[g]!++;
      if (id === hypothetical) peers[g]!++;
      else if (isBefore) {
        before[g]!++;
        if (last[g] !== id) distinct[g]!++;
        last[g] = id;
      }
    }
    const fraction = (value: (g: number) => number): Column => {
      return {
        layout: 'float64',
        length: groups,
        valid: null,
        values: Float64Array.from({ length: groups }, (_, g) => value(g)),
      };
    };
    switch (this.#what) {
      case 'rank':
        return int64Column(groups, null, (g) => before[g]! + 1);
      case 'dense_rank':
        return int64Column(groups, null, (g) => distinct[g]! + 1);
      case 'percent_rank':
        return fraction((g) => (totals[g] === 0 ? 0 : before[g]! / totals[g]!));
      case 'cume_dist':
        return fraction((g) => (before[g]! + peers[g]! + 1) / (totals[g]! + 1));
      default:
        return unreachable(this.#what);
    }
  }
}
