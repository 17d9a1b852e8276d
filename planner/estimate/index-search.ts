/**
 * How an index of a table finds the rows of a filter: by all conditions that it can be searched for, one of them of its first
 * column.
 */
import type { Scan } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import type { TableStatistics } from '../../algebra/statistics.ts';
import { columnsIn } from '../../algebra/transform.ts';
import { elementMeasures, selectivity, type ColumnFacts } from './selectivity.ts';

export interface IndexedRows {
  readonly lookUps: number;
  readonly rows: number;
  /** How closely the table is stored in its order, -1 to 1. */
  readonly correlation: number;
}

/** Of the index that leaves the fewest of `rows`; undefined: there is none. */
export function indexSearch(
  scan: Scan,
  table: TableStatistics,
  conjuncts: readonly Scalar[],
  rows: number,
  factsOf: (column: ColumnId) => ColumnFacts,
): IndexedRows | undefined {
  if (table.indexes.length === 0) return undefined;
  const nameOf = (column: ColumnId): string | undefined => scan.columns.find(({ id }) => id === column)?.sourceName;
  const searches = conjuncts.flatMap((conjunct) => {
    const search = searchOf(conjunct);
    return search ? [{ conjunct, name: nameOf(search.column), lookUps: search.lookUps }] : [];
  });
  const found = table.indexes.flatMap((columns) => {
    const first = searches.filter(({ name }) => name === columns[0]);
    if (first.length === 0) return [];
    const own = searches.filter(({ name }) => name !== undefined && columns.includes(name));
    const part = selectivity(
      own.map(({ conjunct }) => conjunct),
      factsOf,
    );
    // Of several columns less closely (selfuncs.c: btcostestimate).
    const correlation = (table.columns.get(columns[0]!)?.correlation ?? 0) * (columns.length > 1 ? 0.75 : 1);
    const lookUps = Math.min(...first.map((search) => search.lookUps));
    return [{ lookUps, rows: rows * part, correlation }];
  });
  return found.length === 0 ? undefined : found.reduce((best, one) => (one.rows < best.rows ? one : best));
}

interface IndexSearch {
  readonly column: ColumnId;
  /** Values that are looked up one by one; a range is one. */
  readonly lookUps: number;
}

/** The column that a condition compares with values, as it is, so that an index on it finds the rows. */
function searchOf(conjunct: Scalar): IndexSearch | undefined {
  if (conjunct.kind === 'arraycompare') {
    const isIn = conjunct.quantifier === 'any' && conjunct.operator.name === '=';
    const column = isIn && columnsIn(conjunct.array).size === 0 ? bareColumn(conjunct.left) : undefined;
    return column === undefined ? undefined : { column, lookUps: elementMeasures(conjunct.array).length };
  }
  if (conjunct.kind !== 'call' || !SEARCHING.has(conjunct.operator?.name ?? '')) return undefined;
  const [left, right] = conjunct.args;
  if (!left || !right) return undefined;
  const column = columnsIn(right).size === 0 ? bareColumn(left) : columnsIn(left).size === 0 ? bareColumn(right) : undefined;
  return column === undefined ? undefined : { column, lookUps: 1 };
}

const SEARCHING: ReadonlySet<string> = new Set(['=', '<', '<=', '>', '>=']);

const bareColumn = (expr: Scalar): ColumnId | undefined => {
  const inner = expr.kind === 'cast' && expr.how === 'relabel' ? expr.arg : expr;
  return inner.kind === 'column' ? inner.column : undefined;
};
