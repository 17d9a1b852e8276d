/**
 * age(x) is age(CURRENT_DATE, x): said so, only CURRENT_DATE depends on the session, which evaluates it once, and the rest
 * can be computed wherever x is.
 */
import type { CallScalar, FunctionRef, Scalar } from '../../algebra/scalar.ts';
import { sqlType } from '../../core/sql-type.ts';
import { sessionValue } from './session-values.ts';

const builtin = (oid: number, name: string, args: string, volatility: FunctionRef['volatility']): FunctionRef => ({
  oid,
  schema: 'pg_catalog',
  name,
  signature: `${name}(${args})`,
  kind: 'function',
  volatility,
  strict: true,
  leakproof: false,
  returnsSet: false,
});

/** By the function of one argument: that of two, and the cast of a date to its arguments' type. */
const BY_SIGNATURE = new Map(
  (
    [
      ['timestamp', 2058, 2024, 'immutable'],
      ['timestamptz', 1199, 1174, 'stable'],
    ] as const
  ).map(([type, ageOid, castOid, castVolatility]) => [
    `age(${type})`,
    {
      type: sqlType(type),
      age: builtin(ageOid, 'age', `${type},${type}`, 'immutable'),
      cast: builtin(castOid, type, 'date', castVolatility),
    },
  ]),
);

export function ageFromToday(call: CallScalar): CallScalar {
  const known = call.fn.schema === 'pg_catalog' ? BY_SIGNATURE.get(call.fn.signature) : undefined;
  if (known === undefined) return call;
  const today: Scalar = {
    kind: 'call',
    fn: known.cast,
    args: [sessionValue('current_date', sqlType('date'))],
    type: known.type,
    inputCollation: 'none',
    form: 'explicit-cast',
  };
  return { ...call, fn: known.age, args: [today, ...call.args] };
}
