/**
 * The statement that the net runs for each batch: expressions over columns that are shipped as one array parameter each.
 * A value whose type has no binary form here travels as text and is cast row by row. Columns that a projection only passes
 * through are not part of it: they stay at home.
 */
import { CATALOG_SITE } from '../../algebra/rel.ts';
import type { Input, Project, ProjectItem, RelColumn } from '../../algebra/rel.ts';
import type { ColumnId, ParamScalar } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import type { SqlText } from '../sql/precedence.ts';
import { atom } from '../sql/precedence.ts';
import { shippedAs } from './net-rows.ts';
import { PostgresWriter } from './postgres-writer.ts';
import type { ServerInfo } from './server-info.ts';
import type { SourceNames } from './source-names.ts';

export interface NetStatement {
  readonly text: string;
  /** $1, $2, …: parameters of the user's statement; the arrays of shipped columns follow, or the number of rows if none is. */
  readonly parameters: readonly ParamScalar[];
  /** Positions of the shipped columns in the input. */
  readonly shipped: readonly number[];
  /** What is computed, in the order of the result. */
  readonly computed: readonly ProjectItem[];
}

/** The catalog's database is made with these properties. */
export const CATALOG_INFO: ServerInfo = {
  versionNum: 180_000,
  encoding: 'UTF8',
  ordersByCodePoint: true,
  casing: { kind: 'same' },
  classes: { kind: 'same' },
  signatures: new Set(),
};

export const NET_NAMES: SourceNames = { site: CATALOG_SITE, defaultSchema: 'public' };

export const passesThrough = ({ column, expr }: ProjectItem): boolean => expr.kind === 'column' && expr.column === column.id;

export class NetWriter extends PostgresWriter {
  private readonly columns: readonly RelColumn[];

  constructor(input: Input) {
    super(NET_NAMES, CATALOG_INFO);
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
        ? `generate_series(1, $${base + 1}::int4) AS rows (n)`
        : `unnest(${arrays.join(', ')}) WITH ORDINALITY AS rows (${[...names, 'n'].join(', ')})`;
    const text = `SELECT ${exprs.join(', ')} FROM ${rows} ORDER BY rows.n`;
    return { text, parameters: this.parameters, shipped, computed };
  }

  protected override column(id: ColumnId): SqlText {
    const i = this.columns.findIndex((column) => column.id === id);
    assert(i >= 0, `column ${id} is not shipped`);
    const { type } = this.columns[i]!;
    const value = atom(`rows.c${i}`);
    return shippedAs(type).oid === type.oid ? value : this.cast(value, { ...type, typmod: -1 });
  }
}
