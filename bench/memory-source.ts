/** Plans over rows that are in memory: what the executor takes for them, and no source. */
import type { Plan } from '../algebra/plan.ts';
import type { Rel, RelColumn } from '../algebra/rel.ts';
import type { AggregateCall, ColumnId, FunctionRef, Scalar } from '../algebra/scalar.ts';
import type { SiteTransaction } from '../algebra/site.ts';
import type { Batch, Column } from '../core/batch.ts';
import { BATCH_ROWS } from '../core/batch.ts';
import type { SqlType } from '../core/sql-type.ts';
import { executePlan } from '../executor/execute.ts';
import { MemoryBudget } from '../executor/memory/memory-budget.ts';

/** A source of generated rows: batches are made once and read again. */
const tables = new Map<string, readonly Batch[]>();
const transaction: SiteTransaction = {
  query: (fragment: Rel) => {
    const batches = fragment.kind === 'scan' ? tables.get(fragment.table.name)! : [];
    let at = 0;
    return Promise.resolve({ next: () => Promise.resolve(batches[at++] ?? null), close: () => Promise.resolve() });
  },
  end: () => Promise.resolve(),
};

function int64s(length: number, value: (row: number) => number): { values: BigInt64Array; words: Int32Array } {
  const values = new BigInt64Array(length);
  const words = new Int32Array(values.buffer);
  for (let i = 0; i < length; i++) {
    const v = value(i);
    words[2 * i] = v | 0;
    words[2 * i + 1] = Math.floor(v / 4294967296);
  }
  return { values, words };
}

function texts(length: number, value: (row: number) => string): Column {
  const data = Buffer.from(Array.from({ length }, (_, i) => value(i)).join(''), 'utf8');
  const offsets = new Int32Array(length + 1);
  for (let i = 0; i < length; i++) offsets[i + 1] = offsets[i]! + Buffer.byteLength(value(i));
  return { layout: 'bytes', length, valid: null, offsets, data };
}

type Maker = (from: number, length: number) => Column;
export const mixed = (row: number): number => Math.imul(row, 0x9e3779b1) >>> 0;
export const int8Of =
  (value: (row: number) => number): Maker =>
  (from, length) => ({
    layout: 'int64',
    length,
    valid: null,
    ...int64s(length, (i) => value(from + i)),
  });
export const int4Of =
  (value: (row: number) => number): Maker =>
  (from, length) => ({
    layout: 'int32',
    length,
    valid: null,
    values: Int32Array.from({ length }, (_, i) => value(from + i)),
  });
export const numericOf =
  (value: (row: number) => number): Maker =>
  (from, length) => ({
    layout: 'decimal',
    scale: 2,
    length,
    valid: null,
    ...int64s(length, (i) => value(from + i)),
  });
export const textOf =
  (value: (row: number) => string): Maker =>
  (from, length) =>
    texts(length, (i) => value(from + i));

export function makeTable(name: string, rows: number, makers: readonly Maker[]): void {
  const batches: Batch[] = [];
  for (let from = 0; from < rows; from += BATCH_ROWS) {
    const length = Math.min(BATCH_ROWS, rows - from);
    batches.push({ length, columns: makers.map((make) => make(from, length)) });
  }
  tables.set(name, batches);
}

let ids = 1;
export const column = (type: SqlType): RelColumn => ({ id: ids++ as ColumnId, name: 'c', type });
export const ref = (of: RelColumn): Scalar => ({ kind: 'column', column: of.id, type: of.type });
export const node = (columns: readonly RelColumn[]) => ({ id: ids++, columns, estimatedRows: 1 });
export const scan = (name: string, columns: readonly RelColumn[]): Plan => ({
  ...node(columns),
  kind: 'remote',
  site: 'memory',
  fragment: {
    kind: 'scan',
    table: { site: 'memory', mirrorOid: 0, schema: '', name, keys: [] },
    columns: columns.map((c) => ({ ...c, sourceName: c.name })),
  },
});
/** CPU time: what other processes do to the wall clock is not ours. */
export async function measure(plan: Plan): Promise<{ ms: number; rows: number }> {
  const started = process.cpuUsage();
  const stream = executePlan(
    { root: plan, subplans: [] },
    {
      transactions: () => transaction,
      params: [],
      settings: {
        timeZone: 'UTC',
        dateStyle: 'ISO, MDY',
        intervalStyle: 'postgres',
        extraFloatDigits: 1,
        byteaOutput: 'hex',
        xmlBinary: 'base64',
      },
      signal: new AbortController().signal,
      memory: new MemoryBudget(8 * 2 ** 30),
    },
  );
  let rows = 0;
  for (let batch = await stream.next(); batch !== null; batch = await stream.next()) rows += batch.length;
  await stream.close();
  const { user, system } = process.cpuUsage(started);
  return { ms: (user + system) / 1000, rows };
}

export const functionRef = (signature: string, kind: FunctionRef['kind']): FunctionRef => ({
  oid: 0,
  schema: 'pg_catalog',
  name: signature.slice(0, signature.indexOf('(')),
  signature,
  kind,
  volatility: 'immutable',
  strict: kind === 'function',
  leakproof: false,
  returnsSet: false,
});

export const aggregate = (signature: string, type: SqlType, ...args: Scalar[]): AggregateCall => ({
  fn: functionRef(signature, 'aggregate'),
  args,
  type,
  distinct: false,
  filter: null,
  orderBy: [],
  inputCollation: 'none',
});
