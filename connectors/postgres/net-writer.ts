/**
 * The statement that the net, or the session's backend in its place, runs for each batch: expressions over columns that are shipped as one array parameter each.
 * A value whose type has no binary form here travels as text and is cast row by row. Columns that a projection only passes
 * through are not part of it: they stay at home.
 */
import type { Input, Project, ProjectItem, RelColumn } from '../../algebra/rel.ts';
import type { ColumnId, ParamScalar } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import type { SqlText } from '../sql/precedence.ts';
import { atom } from '../sql/precedence.ts';
import { CatalogWriter } from './catalog-writer.ts';
import type { CatalogBackend } from './catalog-writer.ts';
import { shippedAs } from './net-rows.ts';

export interface NetStatement {
  readonly text: string;
  /** $1, $2, …: parameters of the user's statement; the arrays of shipped columns follow, or the number of rows if none is. */
  readonly parameters: readonly ParamScalar[];
  /** Positions of the shipped columns in the input. */
  readonly shipped: readonly number[];
  /** What is computed, in the order of the result. */
  readonly computed: readonly ProjectItem[];
}

export const passesThrough = ({ column, expr }: ProjectItem): boolean => expr.kind === 'column' && expr.column === column.id;

export class NetWriter extends CatalogWriter {
  private readonly columns: readonly RelColumn[];

  constructor(input: Input, backend: CatalogBackend = 'net') {
    super(backend);
    this.columns = input.columns;
  }

  batch(project: Project): NetStatement {
    const computed = project.items.filter((item) => !passesThrough(item));
    const read = new Set<ColumnId>();
    for (const { expr } of computed) columnsIn(expr, read);
    const shipped = this.columns.flatMap((column, i) => (read.has(column.id) ? [i] : []));
    const exprs = computed.map(({ expr }) => this.scalar(expr).text);
    const base = this.parameters.length;
    const arrays = shipped.map((i, n) => `$${base + 1 + n}::${this.typeName(shippedAs(this.columns[i]!.type))}[]`);
    const names = shipped.map((i) => `c${i}`);
    const rows =
      shipped.length === 0
        ? `${this.builtIn('generate_series')}(1, $${base + 1}::int4) AS rows (n)`
        : this.collated(shipped, `${this.unnested(arrays)} WITH ORDINALITY AS rows (${[...names, 'n'].join(', ')})`);
    const text = `SELECT ${exprs.join(', ')} FROM ${rows} ORDER BY rows.n`;
    return { text, parameters: this.parameters, shipped, computed };
  }

  /** The rows with the collations of their columns, which those of a subquery have as a table's do: not as if COLLATE stood there. */
  private collated(shipped: readonly number[], rows: string): string {
    const columns = shipped.map((i) => {
      const written = this.writtenCollation(atom(`c${i}`), this.columns[i]!.type).text;
      return written === `c${i}` ? written : `${written} AS c${i}`;
    });
    return columns.some((column) => column.includes(' ')) ? `(SELECT ${columns.join(', ')}, n FROM ${rows}) AS rows` : rows;
  }

  protected override column(id: ColumnId): SqlText {
    const i = this.columns.findIndex((column) => column.id === id);
    assert(i >= 0, `column ${id} is not shipped`);
    const { type } = this.columns[i]!;
    const value = atom(`rows.c${i}`);
    return shippedAs(type).oid === type.oid ? value : this.cast(value, { ...type, typmod: -1 });
  }
}
