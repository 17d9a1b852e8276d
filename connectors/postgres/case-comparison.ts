/**
 * Which comparisons of lower(x) or upper(x) an index at a source may answer by spellings (case-spellings.ts): with a constant,
 * a parameter, or a list of either kind.
 */
import type { CallScalar, FunctionRef, ParamScalar, Scalar } from '../../algebra/scalar.ts';
import { isVolatile, someScalar } from '../../algebra/transform.ts';
import type { Datum } from '../../core/datum.ts';
import type { Collation } from '../../core/sql-type.ts';
import { changesCollation } from '../sql/scalar-writer.ts';
import { spelledArray } from './case-spellings.ts';
import type { CaseSpellings, Spellings } from './case-spellings.ts';
import type { CaseFunction } from './pg-c-utf8-casing.ts';

export interface CaseComparison {
  /** lower(x) or upper(x) */
  readonly call: CallScalar;
  /** The spellings of constants, or the parameter whose spellings are wanted. */
  readonly to: readonly Datum[] | ParamScalar;
  readonly known: Spellings;
}

/** Of `sides[0] = sides[1]`, or `sides[0] = ANY (sides[1])`. */
export function caseComparison(
  fn: FunctionRef,
  collation: Collation,
  sides: readonly Scalar[],
  spellings: CaseSpellings | undefined,
): CaseComparison | undefined {
  // A collation of its own may be nondeterministic.
  const comparesBytes = fn.schema === 'pg_catalog' && fn.signature === 'texteq(text,text)' && typeof collation !== 'object';
  if (spellings === undefined || !comparesBytes) return undefined;
  const at = sides.findIndex(mayBeIndexed);
  const call = sides[at];
  const known = call?.kind === 'call' ? spellings[call.fn.name as CaseFunction] : undefined;
  if (call?.kind !== 'call' || known === undefined) return undefined;
  const to = withoutRelabel(sides[1 - at]!);
  if (to.kind === 'param') return { call, to, known };
  const value = constantTexts(to);
  const found = value === null ? undefined : spelledArray(value, known)?.elements;
  return found === undefined || found.length === 0 ? undefined : { call, to: found, known };
}

/**
 * Of text in the catalog's default collation. At the source that is the database's default or pg_c_utf8, whose function makes
 * the constant itself, which is one of its spellings.
 */
const mayBeIndexed = (expr: Scalar): boolean =>
  expr.kind === 'call' &&
  expr.fn.schema === 'pg_catalog' &&
  /^(?:lower|upper)\(text\)$/.test(expr.fn.signature) &&
  expr.inputCollation === 'default' &&
  someScalar(expr, (node) => node.kind === 'column') &&
  !someScalar(expr, (node) => node.kind === 'subquery') &&
  !isVolatile(expr);

const withoutRelabel = (expr: Scalar): Scalar =>
  expr.kind === 'cast' && expr.how === 'relabel' && !changesCollation(expr) ? expr.arg : expr;

/** A text, or several as an array; null where they are not all constants. */
function constantTexts(expr: Scalar): Datum {
  if (expr.kind === 'const') return expr.value;
  if (expr.kind !== 'array' || expr.nested) return null;
  const constants = expr.elements.filter((element) => element.kind === 'const');
  if (constants.length < expr.elements.length) return null;
  return { dims: [constants.length], lowerBounds: [1], elements: constants.map(({ value }) => value) };
}
