/**
 * Which windows DuckDB evaluates as PostgreSQL 18 does: functions, arguments, frames. Part of its capabilities; every function
 * and frame let through here is run over edge values against PostgreSQL by tests/connectors/duckdb/windows.test.ts.
 */
import type { FrameBound, Window, WindowFrame } from '../../algebra/rel.ts';
import type { Scalar, WindowCall } from '../../algebra/scalar.ts';
import type { Verdict } from '../../algebra/site.ts';
import type { SqlType } from '../../core/sql-type.ts';

const exact: Verdict = { verdict: 'exact' };
const no = (reason: string): Verdict => ({ verdict: 'no', reason });

/** Beside the aggregates of the capability table, which all run over windows as well; `only`: under which condition. */
export const duckdbWindowFunctions: readonly { readonly signature: string; readonly only?: string }[] = [
  ...['row_number()', 'rank()', 'percent_rank()', 'cume_dist()'].map((signature) => ({ signature })),
  { signature: 'dense_rank()', only: 'with PARTITION BY or ORDER BY' },
  { signature: 'ntile(int4)', only: 'of a positive constant' },
  ...['lag', 'lead'].flatMap((name) => [
    { signature: `${name}(anyelement)`, only: 'of a column' },
    { signature: `${name}(anyelement,int4)`, only: 'of a column, by a constant' },
    { signature: `${name}(anycompatible,int4,anycompatible)`, only: 'of columns that are not numeric, by a constant' },
  ]),
  ...['first_value', 'last_value'].map((name) => ({ signature: `${name}(anyelement)`, only: 'of a column' })),
  { signature: 'nth_value(anyelement,int4)', only: 'of a column, by a positive constant' },
];
const FUNCTIONS: ReadonlySet<string> = new Set(duckdbWindowFunctions.map(({ signature }) => signature));

/** Offsets of frames and of lag beyond this come to the edge of DuckDB's row numbers. */
const OFFSET_MAX = 2 ** 31;

/** `values`: whether values of a type pass through DuckDB unchanged. `aggregate`: its verdict for GROUP BY. */
export function windowVerdict(
  rel: Window,
  values: (type: SqlType) => Verdict,
  aggregate: (call: WindowCall) => Verdict,
): Verdict {
  for (const bound of [rel.frame.start, rel.frame.end]) {
    const reason = boundReason(bound, rel.frame.mode);
    if (reason !== undefined) return no(reason);
  }
  if (isInverted(rel.frame)) return no('DuckDB counts rows in a frame that ends before it begins');
  for (const { call } of rel.functions) {
    const verdict = call.fn.kind === 'aggregate' ? aggregateVerdict(call, aggregate) : functionVerdict(call, rel, values);
    if (verdict.verdict !== 'exact') return verdict;
  }
  return exact;
}

function boundReason(bound: FrameBound, mode: Window['frame']['mode']): string | undefined {
  if (!('offset' in bound)) return undefined;
  if (mode === 'range') return 'DuckDB overflows where a RANGE offset passes the end of a type';
  return isBetween(bound.offset, 0, OFFSET_MAX) ? undefined : 'frame offsets that are not constant';
}

/** Constant offsets, judged before. */
function isInverted({ start, end }: WindowFrame): boolean {
  if (!('offset' in start) || !('offset' in end) || start.kind !== end.kind) return false;
  const [from, to] = [start.offset, end.offset].map((offset) => (offset.kind === 'const' ? Number(offset.value) : 0));
  return start.kind === 'preceding' ? from! < to! : from! > to!;
}

function aggregateVerdict(call: WindowCall, aggregate: (call: WindowCall) => Verdict): Verdict {
  // DuckDB evaluates them for rows that the filter turns down as well.
  if (call.filter && !call.args.every(isPlain)) return no('computed arguments beside a FILTER');
  return aggregate(call);
}

function functionVerdict(call: WindowCall, { partition, order }: Window, values: (type: SqlType) => Verdict): Verdict {
  const { name, schema, signature } = call.fn;
  if (schema !== 'pg_catalog' || !FUNCTIONS.has(signature)) return no(`${signature} is not proven equal on DuckDB`);
  // Over rows that a semi join lets through, it ends the process: DuckDB 1.5.6.
  if (name === 'dense_rank' && partition.length === 0 && order.length === 0) return no('dense_rank over all rows');
  const [value, number, fallback] = call.args;
  if (name === 'ntile') return isBetween(value, 1, OFFSET_MAX) ? exact : no('ntile of what is not constant');
  if (value === undefined) return exact;
  // PostgreSQL evaluates them only for the rows that are looked at.
  if (!isPlain(value) || (fallback && !isPlain(fallback))) return no(`${name} of an expression that is not a column`);
  if (fallback?.type.kind === 'numeric') return no(`the display scale of ${name} with a default`);
  if (number && !isBetween(number, name === 'nth_value' ? 1 : -OFFSET_MAX, OFFSET_MAX))
    return no(`${name} by a number that is not constant`);
  return values(call.type);
}

const isPlain = (expr: Scalar): boolean => expr.kind === 'column' || expr.kind === 'const';

const isBetween = (expr: Scalar | undefined, least: number, most: number): boolean =>
  expr?.kind === 'const' && expr.value !== null && Number(expr.value) >= least && Number(expr.value) <= most;
