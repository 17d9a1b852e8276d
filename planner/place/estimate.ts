/**
 * Row estimates for placement and build sides. Textbook selectivities over table sizes; a wrong one costs time, never an
 * answer.
 */
import { outputColumns, type Rel, type Scan } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn, visitRel } from '../../algebra/transform.ts';
import type { Statistics } from '../../algebra/statistics.ts';
import { unreachable } from '../../core/assert.ts';

const UNKNOWN_TABLE_ROWS = 10_000;
const EQUALITY_NON_KEY = 0.02;
const RANGE = 0.3;
const PATTERN = 0.1;
const OTHER = 0.5;

/** Groups that so many rows fall into by so many columns. */
const groupRows = (rows: number, columns: number): number => (columns === 0 ? 1 : Math.min(rows, Math.pow(rows, 0.75) * columns));

export class Estimator {
  readonly #statistics: Statistics;
  readonly #rows = new WeakMap<Rel, number>();

  constructor(statistics: Statistics) {
    this.#statistics = statistics;
  }

  /** Estimated output rows, at least 1. */
  rows(rel: Rel): number {
    let rows = this.#rows.get(rel);
    if (rows === undefined) {
      rows = Math.max(1, this.#compute(rel));
      this.#rows.set(rel, rows);
    }
    return rows;
  }

  /** Rows of an inner join of two inputs under these conditions. */
  joinRows(left: Rel, right: Rel, on: readonly Scalar[]): number {
    return this.rows(left) * this.rows(right) * on.reduce((product, c) => product * this.#joinSelectivity(c, left, right), 1);
  }

  #compute(rel: Rel): number {
    switch (rel.kind) {
      case 'scan':
        return this.#statistics.rows(rel.table) ?? UNKNOWN_TABLE_ROWS;
      case 'values':
        return rel.rows.length;
      case 'ctescan':
        return 1_000;
      case 'filter':
        return this.rows(rel.input) * rel.conjuncts.reduce((product, c) => product * this.#selectivity(c, rel.input), 1);
      case 'project':
      case 'window':
      case 'sort':
      case 'fence':
        return this.rows(rel.input);
      case 'projectset':
        return this.rows(rel.input) * 10;
      case 'recursive':
        return this.rows(rel.seed) * 10;
      case 'input':
        return 1_000;
      case 'distinct':
        return this.rows(rel.input) * 0.5;
      case 'limit': {
        const limit = rel.limit?.kind === 'const' && rel.limit.value !== null ? Number(rel.limit.value) : Infinity;
        return Math.min(limit, this.rows(rel.input));
      }
      case 'aggregate':
        return (rel.sets ?? [rel.groups]).reduce((rows, { length }) => rows + groupRows(this.rows(rel.input), length), 0);
      case 'setop':
        return rel.op === 'union' ? this.rows(rel.left) + this.rows(rel.right) : this.rows(rel.left) * 0.5;
      case 'with':
        return this.rows(rel.body);
      case 'join': {
        const joined = this.joinRows(rel.left, rel.right, rel.on);
        switch (rel.type) {
          case 'inner':
            return joined;
          case 'left':
            return Math.max(this.rows(rel.left), joined);
          case 'right':
            return Math.max(this.rows(rel.right), joined);
          case 'full':
            return Math.max(this.rows(rel.left), this.rows(rel.right), joined);
          case 'semi':
            return Math.min(this.rows(rel.left), joined);
          case 'anti':
            return this.rows(rel.left) * 0.3;
          default:
            return unreachable(rel.type);
        }
      }
      default:
        return unreachable(rel);
    }
  }

  #selectivity(conjunct: Scalar, input: Rel): number {
    switch (conjunct.kind) {
      case 'and':
        return conjunct.args.reduce((product, arg) => product * this.#selectivity(arg, input), 1);
      case 'or':
        return Math.min(
          1,
          conjunct.args.reduce((sum, arg) => sum + this.#selectivity(arg, input), 0),
        );
      case 'not':
        return 1 - Math.min(0.9, this.#selectivity(conjunct.arg, input));
      case 'nulltest':
        return conjunct.negated ? 0.95 : 0.05;
      case 'arraycompare':
        return conjunct.array.kind === 'array'
          ? Math.min(0.5, conjunct.array.elements.length * this.#equality(conjunct.left, input))
          : 0.1;
      case 'call':
        switch (conjunct.operator?.name) {
          case '=':
            return this.#equality(conjunct, input);
          case '<':
          case '<=':
          case '>':
          case '>=':
            return RANGE;
          case '~~':
          case '~~*':
          case '~':
          case '~*':
            return PATTERN;
          default:
            return OTHER;
        }
      default:
        return OTHER;
    }
  }

  #equality(expr: Scalar, input: Rel): number {
    for (const column of columnsIn(expr)) {
      const rows = this.#keyRows(input, column);
      if (rows !== undefined) return 1 / rows;
    }
    return EQUALITY_NON_KEY;
  }

  #joinSelectivity(conjunct: Scalar, left: Rel, right: Rel): number {
    if (conjunct.kind !== 'call' || conjunct.operator?.name !== '=') return this.#selectivity(conjunct, left);
    const distinct = [...columnsIn(conjunct)].map((column) => {
      const side = outputColumns(left).some((c) => c.id === column) ? left : right;
      return this.#keyRows(side, column) ?? Math.max(10, this.#baseRows(side, column) * 0.1);
    });
    return 1 / Math.max(1, ...distinct);
  }

  /** Rows of the table whose single-column key this column is. */
  #keyRows(rel: Rel, column: ColumnId): number | undefined {
    const scan = scanOf(rel, column);
    if (!scan) return undefined;
    const name = scan.columns.find((c) => c.id === column)!.sourceName;
    const isKey = scan.table.keys.some((key) => key.length === 1 && key[0] === name);
    return isKey ? Math.max(1, this.rows(scan)) : undefined;
  }

  #baseRows(rel: Rel, column: ColumnId): number {
    const scan = scanOf(rel, column);
    return scan ? this.rows(scan) : this.rows(rel);
  }
}

function scanOf(rel: Rel, column: ColumnId): Scan | undefined {
  let found: Scan | undefined;
  visitRel(rel, (node) => {
    if (node.kind === 'scan' && node.columns.some((c) => c.id === column)) found = node;
  });
  return found;
}
