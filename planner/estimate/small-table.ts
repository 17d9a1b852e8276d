/**
 * Tables of a few rows, all of which the statistics hold: a condition is put to them row by row. Which rows are left says
 * how many rows of a large table refer to them: of a hundred countries one may have a third of all films.
 */
import type { Filter, Rel, RelColumn, Scan } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import type { TableStatistics } from '../../algebra/statistics.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { filteredScan, originOf } from './column-origin.ts';
import { ColumnProfile } from './column-profile.ts';
import type { Measure } from './measure.ts';
import { selectivity, type ColumnFacts, type FactsOf } from './selectivity.ts';

type Texts = readonly (string | null)[];

/** What conditions leave of a small table: how much of each row, 0 or 1 where they can be decided. */
interface KeptRows {
  readonly parts: readonly number[];
  /** Of all rows, 0 to 1. */
  readonly part: number;
}

/** The values of a column in the rows that conditions leave, how often each, and how many rows these are. */
interface KeptValues {
  readonly values: ReadonlyMap<Measure, number>;
  readonly rows: number;
}

/** How often what is left of a small table's column is another column's value. */
interface KeptPartners {
  /** Part of all pairs. */
  readonly equal: number;
  /** Part of the other column's rows that have a partner. */
  readonly matched: number;
  /** How many values are left. */
  readonly values: number;
}

export class SmallTables {
  readonly #table: (scan: Scan) => TableStatistics | undefined;
  readonly #facts: (rel: Rel, column: ColumnId) => ColumnFacts;
  readonly #kept = new WeakMap<Filter, KeptRows | undefined>();

  /** `facts`: of columns whose values are not held, and of what refers to a small table. */
  constructor(table: (scan: Scan) => TableStatistics | undefined, facts: (rel: Rel, column: ColumnId) => ColumnFacts) {
    this.#table = table;
    this.#facts = facts;
  }

  /** Undefined: the rows that the conditions are put to are not held. */
  kept(filter: Filter): KeptRows | undefined {
    const { input: scan } = filter;
    if (scan.kind !== 'scan') return undefined;
    if (!this.#kept.has(filter)) {
      const table = this.#table(scan);
      this.#kept.set(filter, table && keptRows(scan, table, filter.conjuncts, (column) => this.#facts(scan, column)));
    }
    return this.#kept.get(filter);
  }

  /** Undefined: its values are not held, or have no measure, or no condition is put to its table. */
  values(rel: Rel, column: ColumnId): KeptValues | undefined {
    const [filter, origin] = [filteredScan(rel, column), originOf(rel, column)];
    const kept = filter && this.kept(filter);
    const table = origin && this.#table(origin.scan);
    if (!kept || kept.part === 0 || !table) return undefined;
    const values = keptValues(kept, origin.column, table);
    return values && { values, rows: kept.part * kept.parts.length };
  }

  /** Undefined: one of the two is not known value by value. */
  partners(small: Rel, others: Rel, column: ColumnId, partner: ColumnId): KeptPartners | undefined {
    const kept = this.values(small, column);
    const { profile } = this.#facts(others, partner);
    if (!kept || !profile || profile.common.length === 0) return undefined;
    let [pairs, matched] = [0, 0];
    for (const [value, rows] of kept.values) {
      const part = profile.equal(value);
      pairs += rows * part;
      matched += Math.min(1, rows) * part;
    }
    return { equal: pairs / kept.rows, matched: Math.min(1, matched), values: kept.values.size };
  }
}

/** `whole`: facts of the table's columns, for those whose values are not held. */
function keptRows(scan: Scan, table: TableStatistics, conjuncts: readonly Scalar[], whole: FactsOf): KeptRows | undefined {
  const { values } = table;
  const [first] = values?.values() ?? [];
  if (values === undefined || first === undefined || first.length === 0) return undefined;
  const columns = new Map(scan.columns.map((column) => [column.id, factsByRow(column, table)] as const));
  const parts = first.map((_, row) => selectivity(conjuncts, (column) => columns.get(column)?.[row] ?? whole(column)));
  return { parts, part: parts.reduce((sum, part) => sum + part, 0) / parts.length };
}

/** How often each value of a column is among the rows left; undefined: its values are not held, or have no measure. */
function keptValues({ parts }: KeptRows, column: ScanColumn, table: TableStatistics): ReadonlyMap<Measure, number> | undefined {
  const kept = new Map<Measure, number>();
  const facts = factsByRow(column, table);
  if (facts === undefined) return undefined;
  for (const [row, part] of parts.entries()) {
    const { profile } = facts[row]!;
    const [value] = profile?.common ?? [];
    if (part === 0 || value === undefined) continue;
    if (value.measure === undefined) return undefined;
    kept.set(value.measure, (kept.get(value.measure) ?? 0) + part);
  }
  return kept;
}

type ScanColumn = RelColumn & { readonly sourceName: string };

const factsOf = new WeakMap<Texts, readonly ColumnFacts[]>();

/** A column's value in each row, as if the row were all of the table; read once. */
function factsByRow(
  { sourceName, type }: ScanColumn,
  { values, columns, rows }: TableStatistics,
): readonly ColumnFacts[] | undefined {
  const texts = values?.get(sourceName);
  if (texts === undefined) return undefined;
  let facts = factsOf.get(texts);
  if (!facts) {
    // Of a value that is not known yet the row may have any.
    const distinct = columns.get(sourceName)?.distinct ?? rows;
    factsOf.set(texts, (facts = texts.map((text) => factsOfValue(text, distinct, type))));
  }
  return facts;
}

function factsOfValue(text: string | null, distinct: number, type: SqlType): ColumnFacts {
  const isNull = Number(text === null);
  const common = text === null ? [] : [{ text, fraction: 1 }];
  const profile = new ColumnProfile({ nullFraction: isNull, distinct, width: 0, common, histogram: [] }, type);
  return { profile, distinct, nullPart: () => isNull };
}
