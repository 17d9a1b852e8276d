/**
 * Rule split-averages: a source whose avg() is not PostgreSQL's to the last digit can still sum and count; the division is
 * done at home.
 *
 *   Aggregate k, avg(x)                   Project k, numeric_div(s, n)
 *   └─ shop                       →       └─ Aggregate k, s = sum(x), n = count(x)    ← a fragment of shop
 *                                            └─ shop
 *
 * Exact because PostgreSQL defines avg over integers and numeric as numeric_div(sum, count); NULL when nothing was counted,
 * as sum is. Not for DISTINCT (sum and count would each have to see the same distinct values: they do, but only in one
 * pass) and not for floats.
 */
import { printAggregate } from '../../algebra/print-scalar.ts';
import type { Aggregate, Project, ProjectItem, RelColumn } from '../../algebra/rel.ts';
import type { AggregateCall, FunctionRef, Scalar } from '../../algebra/scalar.ts';
import type { ColumnId, OperatorRef } from '../../algebra/scalar.ts';
import { sqlType, type SqlType } from '../../core/sql-type.ts';

const builtin = (oid: number, name: string, signature: string, kind: FunctionRef['kind'], strict: boolean): FunctionRef => ({
  oid,
  schema: 'pg_catalog',
  name,
  signature,
  kind,
  volatility: 'immutable',
  strict,
  leakproof: false,
  returnsSet: false,
  ...(kind === 'aggregate' ? { aggregateKind: 'normal' } : {}),
});

/** OIDs from pg_proc.dat and pg_operator.dat: fixed for built-in objects. */
const sums: ReadonlyMap<string, { fn: FunctionRef; type: SqlType }> = new Map([
  ['avg(int2)', { fn: builtin(2109, 'sum', 'sum(int2)', 'aggregate', false), type: sqlType('int8') }],
  ['avg(int4)', { fn: builtin(2108, 'sum', 'sum(int4)', 'aggregate', false), type: sqlType('int8') }],
  ['avg(int8)', { fn: builtin(2107, 'sum', 'sum(int8)', 'aggregate', false), type: sqlType('numeric') }],
  ['avg(numeric)', { fn: builtin(2114, 'sum', 'sum(numeric)', 'aggregate', false), type: sqlType('numeric') }],
]);
const count = builtin(2147, 'count', 'count(any)', 'aggregate', false);
const divide = builtin(1727, 'numeric_div', 'numeric_div(numeric,numeric)', 'function', true);
const toNumeric = builtin(1781, 'numeric', 'numeric(int8)', 'function', true);
const divideOperator: OperatorRef = {
  oid: 1761,
  schema: 'pg_catalog',
  name: '/',
  position: 'infix',
  functionOid: 1727,
  commutator: 0,
  negator: 0,
  canHash: false,
};

const ref = (column: RelColumn): Scalar => ({ kind: 'column', column: column.id, type: column.type });

const asNumeric = (expr: Scalar): Scalar =>
  expr.type.kind === 'numeric'
    ? expr
    : { kind: 'call', fn: toNumeric, args: [expr], type: sqlType('numeric'), inputCollation: 'none', form: 'implicit-cast' };

/** The same for calls that compute the same. */
const key = (call: AggregateCall): string => `${call.fn.oid} ${printAggregate(call, (column) => `#${column}`)}`;

const isSplittable = (call: AggregateCall): boolean => sums.has(call.fn.signature) && !call.distinct;

/** The aggregate with its averages split, or undefined when it has none that can be. */
export function splitAverages(rel: Aggregate, nextColumn: () => ColumnId): Project | undefined {
  if (!rel.aggregates.some(({ call }) => isSplittable(call))) return undefined;
  const aggregates: { column: RelColumn; call: AggregateCall }[] = [];
  const items: ProjectItem[] = rel.groups.map((column) => ({ column, expr: ref(column) }));
  for (const { column, call } of rel.aggregates) {
    const sum = isSplittable(call) ? sums.get(call.fn.signature) : undefined;
    if (!sum) {
      aggregates.push({ column, call });
      items.push({ column, expr: ref(column) });
      continue;
    }
    const add = (name: string, fn: FunctionRef, type: SqlType): RelColumn => {
      const part = { ...call, fn, type };
      const known = aggregates.find((other) => key(other.call) === key(part));
      if (known) return known.column;
      const column: RelColumn = { id: nextColumn(), name, type };
      aggregates.push({ column, call: part });
      return column;
    };
    const total = add('sum', sum.fn, sum.type);
    const counted = add('count', count, sqlType('int8'));
    const expr: Scalar = {
      kind: 'call',
      fn: divide,
      operator: divideOperator,
      args: [asNumeric(ref(total)), asNumeric(ref(counted))],
      type: column.type,
      inputCollation: 'none',
      form: 'operator',
    };
    items.push({ column, expr });
  }
  for (const { column } of rel.masks ?? []) items.push({ column, expr: ref(column) });
  return { kind: 'project', input: { ...rel, aggregates }, items };
}
