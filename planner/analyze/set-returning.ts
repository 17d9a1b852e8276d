/**
 * Set-returning functions of a select list → ProjectSets, as PostgreSQL nests them: a call over no other is in the lowest,
 * one over results of a level in the next; calls of one level run in lockstep. They come after grouping and under the
 * projection, hence under DISTINCT, ORDER BY and LIMIT.
 */
import type { ProjectSet, Rel, RelColumn } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';
import type { SetCalls } from './scope.ts';

/** What a function in FROM, and a SELECT without FROM, reads: one row without columns. */
export const ONE_ROW: Rel = { kind: 'values', columns: [], rows: [[]] };

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
    if (isComposite(call)) throw this.#analysis.unsupported(`set-returning function ${call.fn.name} in the select list`);
    const column = this.#analysis.column(call.fn.name, call.type);
    (this.#levels[level] ??= []).push({ call, columns: [column] });
    this.#levelOf.set(column.id, level);
    return { kind: 'column', column: column.id, type: column.type, location: call.location };
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
