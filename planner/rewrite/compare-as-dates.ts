/**
 * Rule compare-as-dates: a date compared with a constant timestamp is a comparison of dates. Sources index and prune by it,
 * and DuckDB evaluates it exactly where it would not the mixed one.
 *
 *   d <= timestamp '1998-09-02 00:00'      →  d <= date '1998-09-02'
 *   d <  timestamp '1998-09-02 12:00'      →  d <= date '1998-09-02'
 *
 * A date stands for its midnight, so this is arithmetic; infinite dates keep their place at the ends. Not for infinite
 * constants, not for `=` with a time of day (left to the mixed operator, which is false), and not for timestamptz, whose
 * midnight depends on the session's time zone.
 */
import type { Rel } from '../../algebra/rel.ts';
import { commuted, comparisonOf, type Comparison } from '../../algebra/comparisons.ts';
import type { CallScalar, Scalar } from '../../algebra/scalar.ts';
import { rewriteAllScalars } from '../../algebra/transform.ts';
import { TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY } from '../../core/datum.ts';
import { sqlType } from '../../core/sql-type.ts';

const MIXED = /^(?:date_(lt|le|gt|ge|eq|ne)_timestamp\(date,timestamp\)|timestamp_(lt|le|gt|ge|eq|ne)_date\(timestamp,date\))$/;
const MICROS_PER_DAY = 86_400_000_000n;

export const compareAsDates = (rel: Rel): Rel => rewriteAllScalars(rel, (expr) => (expr.kind === 'call' ? asDates(expr) : expr));

function asDates(call: CallScalar): Scalar {
  const match = MIXED.exec(call.fn.signature);
  if (!match) return call;
  const dateFirst = match[1] !== undefined;
  const written = (match[1] ?? match[2]) as Comparison;
  const comparison = dateFirst ? written : commuted(written);
  const date = call.args[dateFirst ? 0 : 1]!;
  const constant = call.args[dateFirst ? 1 : 0]!;
  if (constant.kind !== 'const' || constant.value === null) return call;
  const micros = BigInt(constant.value as number | bigint);
  if (micros === TIMESTAMP_INFINITY || micros === TIMESTAMP_MINUS_INFINITY) return call;
  const timeOfDay = ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
  const day = Number((micros - timeOfDay) / MICROS_PER_DAY);
  const sharpened = timeOfDay === 0n ? comparison : afterMidnight(comparison);
  if (sharpened === undefined) return call;
  const value: Scalar = { kind: 'const', value: day, type: sqlType('date'), location: constant.location };
  return { ...call, ...comparisonOf(sharpened, 'date'), args: [date, value] };
}

/** The comparison of dates that says the same when the constant is later than its day's midnight. */
function afterMidnight(comparison: Comparison): Comparison | undefined {
  switch (comparison) {
    case 'lt':
    case 'le':
      return 'le';
    case 'gt':
    case 'ge':
      return 'gt';
    case 'eq':
    case 'ne':
      return undefined;
  }
}
