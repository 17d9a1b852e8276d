/**
 * Comparisons of lower(x) or upper(x) for an index of the source's own: where collateForClasses names a collation, which such
 * an index does not have, a second condition beside the exact one that it finds (case-spellings.ts).
 *
 * Invariant: the second is true where the first is, and NULL only where that is NULL, so it may stand anywhere.
 */
import type { ArrayCompareScalar, CallScalar, FunctionRef, OperatorRef, Scalar } from '../../algebra/scalar.ts';
import { isVolatile, someScalar } from '../../algebra/transform.ts';
import type { Datum } from '../../core/datum.ts';
import type { Collation } from '../../core/sql-type.ts';
import { arrayTypeOf, sqlType } from '../../core/sql-type.ts';
import { quoteString } from '../sql/identifiers.ts';
import { AND, atLeast, atom, COMPARISON } from '../sql/precedence.ts';
import type { SqlText } from '../sql/precedence.ts';
import { changesCollation } from '../sql/scalar-writer.ts';
import { caseFunction, isSpelled, spelledArray } from './case-spellings.ts';
import type { CaseSpellings, OtherSpellings, SpelledParameter } from './case-spellings.ts';
import { PostgresWriter } from './postgres-writer.ts';
import type { ServerInfo } from './server-info.ts';
import type { SourceNames } from './source-names.ts';

const TEXTS = arrayTypeOf(sqlType('text'))!;

export class CaseIndexWriter extends PostgresWriter {
  private readonly spellings: CaseSpellings;

  constructor(names: SourceNames, info: ServerInfo | undefined) {
    super(names, info);
    this.spellings = info?.spellings ?? {};
  }

  protected override infix(fn: FunctionRef, operator: OperatorRef, args: readonly Scalar[], collation: Collation): SqlText {
    const exact = super.infix(fn, operator, args, collation);
    const [left, right] = args;
    return comparesBytes(fn, collation) ? this.withSpelled(exact, left!, right!) : exact;
  }

  protected override arrayCompare(expr: ArrayCompareScalar): SqlText {
    const exact = super.arrayCompare(expr);
    return expr.quantifier === 'any' && comparesBytes(expr.fn, expr.inputCollation)
      ? this.withSpelled(exact, expr.left, expr.array)
      : exact;
  }

  /** The exact one first: where there is no index, it decides alone for most rows. */
  private withSpelled(exact: SqlText, left: Scalar, right: Scalar): SqlText {
    const spelled = this.spelled(left, right) ?? this.spelled(right, left);
    return spelled ? { text: `${atLeast(exact, AND + 1)} AND ${atLeast(spelled, AND + 1)}`, precedence: AND } : exact;
  }

  private spelled(call: Scalar, to: Scalar): SqlText | undefined {
    if (call.kind !== 'call' || !mayBeIndexed(call)) return undefined;
    const name = caseFunction(call.fn);
    const others = name && this.spellings[name];
    const list = others && this.list(withoutRelabel(to), others);
    if (list === undefined) return undefined;
    return { text: `${this.functionName(call.fn)}(${this.scalar(call.args[0]!).text}) ${list}`, precedence: COMPARISON };
  }

  /** What follows the call: for a parameter, whatever its value, one more with the spellings of that. */
  private list(to: Scalar, others: OtherSpellings): string | undefined {
    if (to.kind === 'param') return `= ANY (${this.spelledParameter({ ...to, type: TEXTS, spellings: others }).text})`;
    const value = constantTexts(to);
    const elements = value === null ? [] : (spelledArray(value, others)?.elements ?? []);
    const texts = elements.map((text) => (text === null ? 'NULL' : quoteString(text as string)));
    if (texts.length === 0) return undefined;
    return texts.length === 1 ? `= ${texts[0]!}` : `IN (${texts.join(', ')})`;
  }

  private spelledParameter(param: SpelledParameter): SqlText {
    let position = this.parameters.findIndex(
      (known) => known.index === param.index && isSpelled(known) && known.spellings === param.spellings,
    );
    if (position < 0) position = this.parameters.push(param) - 1;
    return this.cast(atom(`$${position + 1}`), TEXTS);
  }
}

/** A collation of its own may be nondeterministic. */
const comparesBytes = ({ schema, signature }: FunctionRef, collation: Collation): boolean =>
  schema === 'pg_catalog' && signature === 'texteq(text,text)' && typeof collation !== 'object';

/**
 * Of text in the catalog's default collation. At the source that is the database's default or pg_c_utf8, whose function makes
 * the constant itself, which is one of its spellings.
 */
const mayBeIndexed = ({ args: [arg], inputCollation }: CallScalar): boolean =>
  inputCollation === 'default' &&
  someScalar(arg!, (node) => node.kind === 'column') &&
  !someScalar(arg!, (node) => node.kind === 'subquery') &&
  !isVolatile(arg!);

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
