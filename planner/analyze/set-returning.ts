/**
 * Set-returning functions of a select list → ProjectSets, as PostgreSQL nests them: a call over no other is in the lowest,
 * one over results of a level in the next; calls of one level run in lockstep. They come after grouping and under the
 * projection, hence under DISTINCT, ORDER BY and LIMIT.
 */
import type { ProjectSet, Rel, RelColumn } from '../../algebra/rel.ts';
import type { CallScalar, ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';
import { rowType } from './row-types.ts';
import type { SetCalls } from './scope.ts';

/** What a function in FROM, and a SELECT without FROM, reads: one row without columns. */
export const ONE_ROW: Rel = { kind: 'values', columns: [], rows: [[]] };

/** The columns of built-in functions that return rows. */
export const PAIR_COLUMNS: Readonly<Record<string, readonly SqlType[]>> = {
  'json_each(json)': [sqlType('text'), sqlType('json')],
  'jsonb_each(jsonb)': [sqlType('text'), sqlType('jsonb')],
  'json_each_text(json)': [sqlType('text'), sqlType('text')],
  'jsonb_each_text(jsonb)': [sqlType('text'), sqlType('text')],
};
const PAIR_NAMES = ['key', 'value'];

export class SelectListSets implements SetCalls {
  readonly #analysis: Analysis;
  readonly #levels: ProjectSet['functions'][number][][] = [];
  readonly #levelOf = new Map<ColumnId, number>();

  constructor(analysis: Analysis) {
    this.#analysis = analysis;
  }

  add(call: Scalar): Scalar {
    assert(call.kind === 'call', 'a set is returned by a function');
    const read = new Set<ColumnId>();
    columnsIn(call, read);
    let level = 0;
    for (const column of read) level = Math.max(level, (this.#levelOf.get(column) ?? -1) + 1);
    if (isComposite(call)) return this.#addPairs(call, level);
    const column = this.#analysis.column(call.fn.name, call.type);
    (this.#levels[level] ??= []).push({ call, columns: [column] });
    this.#levelOf.set(column.id, level);
    return { kind: 'column', column: column.id, type: column.type, location: call.location };
  }

  /** A function that returns pairs: each is a row value, or NULL where the set is exhausted before the others; no pair lacks its key. */
  #addPairs(call: CallScalar, level: number): Scalar {
    const types = call.fn.schema === 'pg_catalog' ? PAIR_COLUMNS[call.fn.signature] : undefined;
    if (types === undefined) throw this.#analysis.unsupported(`set-returning function ${call.fn.name} in the select list`);
    const columns = types.map((type, i) => this.#analysis.column(PAIR_NAMES[i]!, type));
    (this.#levels[level] ??= []).push({ call, columns });
    for (const { id } of columns) this.#levelOf.set(id, level);
    const fields = columns.map(({ id, type }): Scalar => ({ kind: 'column', column: id, type, location: call.location }));
    const type = rowType(
      call.type,
      columns.map((column) => ({ name: column.name, type: column.type })),
    );
    const when: Scalar = { kind: 'nulltest', arg: fields[0]!, negated: true, type: sqlType('bool') };
    const then: Scalar = { kind: 'row', fields, names: PAIR_NAMES, type };
    return { kind: 'case', branches: [{ when, then }], otherwise: { kind: 'const', value: null, type }, type };
  }

  apply(input: Rel): Rel {
    return this.#levels.reduce<Rel>((rel, functions) => ({ kind: 'projectset', input: rel, functions, ordinality: null }), input);
  }

  /**
   * With `positions`, of each level, the innermost first: where a row stands in its set. PostgreSQL sorts before it expands
   * sets; sorting expanded rows by their positions as well keeps each set in its own order.
   */
  applyInOrder(input: Rel): { readonly rel: Rel; readonly positions: readonly RelColumn[] } {
    const positions = this.#levels.map(() => this.#analysis.column('position', sqlType('int8'), true));
    const rel = this.#levels.reduce<Rel>(
      (below, functions, i) => ({ kind: 'projectset', input: below, functions, ordinality: positions[i]! }),
      input,
    );
    return { rel, positions };
  }
}

export const isComposite = ({ type }: Scalar): boolean => type.kind === 'opaque' && type.name === 'pg_catalog.record';
