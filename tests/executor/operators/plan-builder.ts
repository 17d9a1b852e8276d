/** Small plans for tests: tables of Datums, columns by name, calls by signature. */
import type { AggregateCall, ColumnId, ConstScalar, FunctionRef, Scalar } from '../../../algebra/scalar.ts';
import type { Plan, PlanMetrics, QueryPlan, RemoteQuery, SessionSettings, Subplan } from '../../../algebra/plan.ts';
import type { RelColumn } from '../../../algebra/rel.ts';
import type { Batch, BatchStream } from '../../../core/batch.ts';
import { columnFromDatums, readDatum } from '../../../core/column.ts';
import type { Datum, Numeric } from '../../../core/datum.ts';
import { isTextKind, sqlType } from '../../../core/sql-type.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { executePlan } from '../../../executor/execute.ts';
import { MemoryBudget } from '../../../executor/memory/memory-budget.ts';
import { FakeSite } from '../../support/fake-site.ts';
import type { FakeTable } from '../../support/fake-site.ts';

export const int4 = sqlType('int4');
export const int8 = sqlType('int8');
export const text = sqlType('text');
export const numericType = sqlType('numeric');
export const float8 = sqlType('float8');
export const bool = sqlType('bool');

let nextColumn = 1;
let nextPlan = 1;
export const planId = (): number => nextPlan++;

export const column = (name: string, type: SqlType): RelColumn => ({ id: nextColumn++ as ColumnId, name, type });
export const ref = (of: RelColumn): Scalar => ({ kind: 'column', column: of.id, type: of.type });
export const constant = (type: SqlType, value: Datum): ConstScalar => ({ kind: 'const', type, value });
export const decimal = (unscaled: bigint, scale: number): Numeric => ({ kind: 'finite', unscaled, scale });

export const functionRef = (signature: string, kind: FunctionRef['kind'] = 'function'): FunctionRef => ({
  oid: 0,
  schema: 'pg_catalog',
  name: signature.slice(0, signature.indexOf('(')),
  signature,
  kind,
  volatility: 'immutable',
  strict: true,
  leakproof: false,
  returnsSet: false,
});

export const call = (signature: string, type: SqlType, ...args: Scalar[]): Scalar => ({
  kind: 'call',
  fn: functionRef(signature),
  args,
  type,
  inputCollation: 'none',
  form: 'function',
});

export const aggregateCall = (
  signature: string,
  type: SqlType,
  args: readonly Scalar[],
  more: Partial<AggregateCall> = {},
): AggregateCall => ({
  fn: functionRef(signature, 'aggregate'),
  args,
  type,
  distinct: false,
  filter: null,
  orderBy: [],
  // As the analyser derives it: that of the first text among them.
  inputCollation: args.find((arg) => isTextKind(arg.type.kind))?.type.collation ?? 'none',
  ...more,
});

export type Row = readonly Datum[];

export function batchesOf(types: readonly SqlType[], rows: readonly Row[], batchRows = 7): Batch[] {
  const batches: Batch[] = [];
  for (let from = 0; from < rows.length; from += batchRows) {
    const part = rows.slice(from, from + batchRows);
    batches.push({
      length: part.length,
      columns: types.map((type, c) =>
        columnFromDatums(
          type,
          part.map((row) => row[c]!),
        ),
      ),
    });
  }
  return batches;
}

export function remote(table: string, columns: readonly RelColumn[]): RemoteQuery {
  return {
    kind: 'remote',
    id: planId(),
    columns,
    estimatedRows: 1,
    site: 'fake',
    fragment: {
      kind: 'scan',
      table: { site: 'fake', mirrorOid: 0, schema: 'public', name: table, keys: [] },
      columns: columns.map((c) => ({ ...c, sourceName: c.name })),
    },
  };
}

export const node = (columns: readonly RelColumn[]): { id: number; columns: readonly RelColumn[]; estimatedRows: number } => ({
  id: planId(),
  columns,
  estimatedRows: 1,
});

export const settings: SessionSettings = {
  timeZone: 'UTC',
  dateStyle: 'ISO, MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  xmlBinary: 'base64',
};

export interface RunOptions {
  readonly subplans?: readonly Subplan[];
  readonly signal?: AbortSignal;
  readonly metrics?: PlanMetrics;
  readonly memory?: MemoryBudget;
  readonly params?: readonly Datum[];
  readonly mayPlanAgain?: () => boolean;
}

export function open(root: Plan, site: FakeSite, options: RunOptions = {}): BatchStream {
  const plan: QueryPlan = { root, subplans: options.subplans ?? [] };
  return executePlan(plan, {
    transactions: () => site.transaction,
    params: options.params ?? [],
    settings,
    signal: options.signal ?? new AbortController().signal,
    memory: options.memory ?? new MemoryBudget(1 << 30),
    ...(options.metrics ? { metrics: options.metrics } : {}),
    ...(options.mayPlanAgain ? { mayPlanAgain: options.mayPlanAgain } : {}),
  });
}

export function rowsOf(batch: Batch, columns: readonly RelColumn[]): Row[] {
  if (batch.columns.length !== columns.length) throw new Error(`${batch.columns.length} columns, not ${columns.length}`);
  for (const own of batch.columns)
    if (own.length !== batch.length) throw new Error(`a column of ${own.length} rows in a batch of ${batch.length}`);
  return Array.from({ length: batch.length }, (_, i) => batch.columns.map((own, c) => readDatum(own, columns[c]!.type, i)));
}

/** All rows; checks what every stream promises: no empty batch, none too long, everything closed and released. */
export async function run(
  root: Plan,
  tables: Readonly<Record<string, FakeTable>> | FakeSite,
  options: RunOptions = {},
): Promise<Row[]> {
  const site = tables instanceof FakeSite ? tables : new FakeSite(tables);
  const memory = options.memory ?? new MemoryBudget(1 << 30);
  const stream = open(root, site, { ...options, memory });
  const rows: Row[] = [];
  try {
    for (let batch = await stream.next(); batch !== null; batch = await stream.next()) {
      if (batch.length === 0 || batch.length > 65_535) throw new Error(`a batch of ${batch.length} rows`);
      rows.push(...rowsOf(batch, root.columns));
    }
  } finally {
    await stream.close();
  }
  if (site.open !== 0) throw new Error(`${site.open} streams left open`);
  if (memory.usedBytes !== 0) throw new Error(`${memory.usedBytes} bytes not released`);
  return rows;
}

/** For comparing bags of rows. */
export const show = (row: Row): string =>
  JSON.stringify(row, (_, value: unknown) =>
    typeof value === 'bigint'
      ? `${value}n`
      : typeof value === 'number' && !Number.isFinite(value)
        ? String(value)
        : Object.is(value, -0)
          ? '-0'
          : value,
  );
export const bag = (rows: readonly Row[]): string[] => rows.map(show).sort();

/** A small generator of pseudo-random integers (mulberry32). */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
