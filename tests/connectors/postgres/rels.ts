/** Small builders of fragments, so that tests read like the relations they mean. */
import type { Rel, RelColumn, ScanColumn, SortKey } from '../../../algebra/rel.ts';
import type { AggregateCall, CallScalar, ColumnId, FunctionRef, OperatorRef, Scalar } from '../../../algebra/scalar.ts';
import type { Datum } from '../../../core/datum.ts';
import { sqlType, withTypmod } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';

let ids = 0;
export const newId = (): ColumnId => ++ids as ColumnId;

export const bool = sqlType('bool');
export const int4 = sqlType('int4');
export const int8 = sqlType('int8');
export const text = sqlType('text');
export const varchar = withTypmod(sqlType('varchar'), 24);
export const numeric = sqlType('numeric');
export const date = sqlType('date');

export const column = (name: string, type: SqlType): RelColumn => ({ id: newId(), name, type });
export const ref = ({ id, type }: RelColumn): Scalar => ({ kind: 'column', column: id, type });
export const constant = (value: Datum, type: SqlType): Scalar => ({ kind: 'const', value, type });
export const param = (index: number, type: SqlType): Scalar => ({ kind: 'param', index, type });

export type Scan = Rel & { readonly kind: 'scan' } & { readonly c: Readonly<Record<string, ScanColumn>> };

export function scan(name: string, columns: Readonly<Record<string, SqlType>>, schema = 'public'): Scan {
  const list = Object.entries(columns).map(([sourceName, type]): ScanColumn => ({ ...column(sourceName, type), sourceName }));
  const c = Object.fromEntries(list.map((entry) => [entry.name, entry]));
  return { kind: 'scan', table: { site: 'shop', mirrorOid: 0, schema, name, keys: [] }, columns: list, c };
}

export function fn(signature: string, more: Partial<FunctionRef> = {}): FunctionRef {
  const name = signature.slice(0, signature.indexOf('('));
  return {
    oid: 0,
    schema: 'pg_catalog',
    name,
    signature,
    kind: 'function',
    volatility: 'immutable',
    strict: true,
    leakproof: false,
    returnsSet: false,
    ...more,
  };
}
export const operator = (name: string): OperatorRef => ({
  oid: 0,
  schema: 'pg_catalog',
  name,
  position: 'infix',
  functionOid: 0,
  commutator: 0,
  negator: 0,
  canHash: true,
});
export const call = (signature: string, type: SqlType, ...args: readonly Scalar[]): CallScalar => ({
  kind: 'call',
  fn: fn(signature),
  args,
  type,
  inputCollation: 'default',
  form: 'function',
});
export const infix = (left: Scalar, name: string, right: Scalar, signature: string, type: SqlType = bool): CallScalar => ({
  ...call(signature, type, left, right),
  operator: operator(name),
  form: 'operator',
});
export const equal = (left: Scalar, right: Scalar): CallScalar =>
  infix(left, '=', right, `${left.type.kind}eq(${left.type.kind},${right.type.kind})`);
export const asText = (arg: Scalar): Scalar => ({ kind: 'cast', how: 'relabel', arg, type: text, explicit: false });

export const filter = (input: Rel, ...conjuncts: readonly Scalar[]): Rel => ({ kind: 'filter', input, conjuncts });
export const project = (input: Rel, ...items: readonly (readonly [RelColumn, Scalar])[]): Rel => ({
  kind: 'project',
  input,
  items: items.map(([to, expr]) => ({ column: to, expr })),
});
export const pass = (...columns: readonly RelColumn[]): readonly (readonly [RelColumn, Scalar])[] =>
  columns.map((c) => [c, ref(c)] as const);
export const join = (
  type: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti',
  left: Rel,
  right: Rel,
  on: readonly Scalar[],
  nullAware = false,
): Rel => ({ kind: 'join', type, left, right, on, nullAware });
export const aggregateCall = (signature: string, type: SqlType, ...args: readonly Scalar[]): AggregateCall => ({
  fn: fn(signature, { kind: 'aggregate' }),
  args,
  distinct: false,
  filter: null,
  orderBy: [],
  inputCollation: 'default',
  type,
});
export const aggregate = (
  input: Rel,
  groups: readonly RelColumn[],
  ...aggregates: readonly (readonly [RelColumn, AggregateCall])[]
): Rel => ({
  kind: 'aggregate',
  input,
  groups,
  aggregates: aggregates.map(([to, aggregated]) => ({ column: to, call: aggregated })),
});
export const sortKey = ({ id, type }: RelColumn, descending = false): SortKey => ({
  column: id,
  type,
  descending,
  nullsFirst: descending,
});
export const sort = (input: Rel, ...keys: readonly SortKey[]): Rel => ({ kind: 'sort', input, keys });
export const limit = (input: Rel, rows: number | null, offset: number | null = null): Rel => ({
  kind: 'limit',
  input,
  limit: rows === null ? null : constant(rows, int8),
  offset: offset === null ? null : constant(offset, int8),
});
