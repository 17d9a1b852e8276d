/**
 * Aggregates that can be computed in two steps and still be PostgreSQL's to the last digit: counts, sums of integers and
 * numeric (their display scale is the greatest that was added, whatever the order), and those to which a value seen twice is
 * a value seen once. Sums of floats depend on their order; min and max of values that are equal and not the same, on whose
 * turn it is.
 */
import type { AggregateCall, FunctionRef, Scalar } from '../../algebra/scalar.ts';
import { sqlType } from '../../core/sql-type.ts';
import { aggregateCall, asInt8, asNumeric, product, SUM_INT8, SUM_NUMERIC } from './builtin-calls.ts';
import { hasIdenticalValues } from '../../core/identical-values.ts';

/** count: of rows or values. once: a value counts once, however often it is there. */
type Decomposition = 'count' | 'sum' | 'once';

const KINDS: ReadonlyMap<string, Decomposition> = new Map<string, Decomposition>([
  ['count()', 'count'],
  ['count(any)', 'count'],
  ...['int2', 'int4', 'int8', 'numeric'].map((type): [string, Decomposition] => [`sum(${type})`, 'sum']),
  ...['bool_and', 'bool_or', 'every'].map((name): [string, Decomposition] => [`${name}(bool)`, 'once']),
  ...['bit_and', 'bit_or'].flatMap((name) =>
    ['int2', 'int4', 'int8'].map((type): [string, Decomposition] => [`${name}(${type})`, 'once']),
  ),
]);

const isExtreme = ({ name }: FunctionRef): boolean => name === 'min' || name === 'max';

/** Undefined: only over the rows themselves. */
export function decompositionOf(call: AggregateCall): Decomposition | undefined {
  const { fn, args } = call;
  if (fn.schema !== 'pg_catalog' || fn.aggregateKind !== 'normal' || call.orderBy.length > 0 || call.variadic) return undefined;
  if (isExtreme(fn)) return args.length === 1 && hasIdenticalValues(args[0]!.type) ? 'once' : undefined;
  const kind = KINDS.get(fn.signature);
  return kind !== 'once' && call.distinct ? undefined : kind;
}

/** An aggregate over partial results, and what becomes of its value. */
export interface Combination {
  readonly call: AggregateCall;
  readonly finish: (value: Scalar) => Scalar;
}

const unchanged = (value: Scalar): Scalar => value;
const ZERO: Scalar = { kind: 'const', value: 0, type: sqlType('int8') };
const asCount = (value: Scalar): Scalar => ({ kind: 'coalesce', args: [asInt8(value), ZERO], type: sqlType('int8') });

/** `partial`: what the call itself gave for each group; `filter`: the part of its own that is asked only now. */
export function combine(call: AggregateCall, partial: Scalar, filter: Scalar | null): Combination {
  switch (decompositionOf(call)) {
    case 'once':
      return { call: { ...call, args: [partial], filter }, finish: unchanged };
    case 'count':
      return { call: aggregateCall(SUM_INT8, [partial], filter), finish: asCount };
    default:
      return partial.type.kind === 'int8'
        ? { call: aggregateCall(SUM_INT8, [partial], filter), finish: asInt8 }
        : { call: aggregateCall(SUM_NUMERIC, [partial], filter), finish: unchanged };
  }
}

/** The call over rows each of which stands for so many (an int8, one at least); undefined: it cannot be. */
export function overMultiples(call: AggregateCall, multiplicity: () => Scalar): Combination | undefined {
  const { args, filter } = call;
  if (call.distinct || (call.fn.schema === 'pg_catalog' && isExtreme(call.fn))) return { call, finish: unchanged };
  switch (decompositionOf(call)) {
    case 'once':
      return { call, finish: unchanged };
    case 'count': {
      const [arg] = args;
      // A row of NULLs is a value.
      if (arg?.type.kind === 'composite' || arg?.type.kind === 'opaque') return undefined;
      return { call: aggregateCall(SUM_INT8, [multiplicity()], countedIf(arg, filter)), finish: asCount };
    }
    case 'sum': {
      const [arg] = args;
      const isSmall = arg!.type.kind === 'int2' || arg!.type.kind === 'int4';
      return isSmall
        ? { call: aggregateCall(SUM_INT8, [product(asInt8(arg!), multiplicity())], filter), finish: asInt8 }
        : { call: aggregateCall(SUM_NUMERIC, [product(asNumeric(arg!), multiplicity())], filter), finish: unchanged };
    }
    case undefined:
      return undefined;
  }
}

/** What keeps the rows that count(arg) FILTER (WHERE filter) counts. */
function countedIf(arg: Scalar | undefined, filter: Scalar | null): Scalar | null {
  if (arg === undefined || (arg.kind === 'const' && arg.value !== null)) return filter;
  const type = sqlType('bool');
  const isThere: Scalar = { kind: 'nulltest', arg, negated: true, type };
  return filter === null ? isThere : { kind: 'and', args: [filter, isThere], type };
}
