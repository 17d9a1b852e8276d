/**
 * Comparisons of lower(x) or upper(x) for an index of the source's own (case-spellings.ts). Beside the exact condition, whose
 * collation such an index does not have, stands a second one that it finds; where the exact one cannot be written, the
 * second stands alone, as the superset that the capabilities promise.
 *
 * Invariant: the second is true where the first is, and NULL only where that is NULL, so together they may stand anywhere.
 */
import type { ArrayCompareScalar, FunctionRef, OperatorRef, ParamScalar, Scalar } from '../../algebra/scalar.ts';
import type { Collation } from '../../core/sql-type.ts';
import { arrayTypeOf, sqlType } from '../../core/sql-type.ts';
import { quoteString } from '../sql/identifiers.ts';
import { AND, atLeast, atom, COMPARISON } from '../sql/precedence.ts';
import type { SqlText } from '../sql/precedence.ts';
import { caseComparison } from './case-comparison.ts';
import type { CaseComparison } from './case-comparison.ts';
import { isSpelled } from './case-spellings.ts';
import type { SpelledParameter, Spellings } from './case-spellings.ts';
import type { ServerInfo } from './server-info.ts';
import { ShippedWriter } from './shipped-writer.ts';
import type { SourceNames } from './source-names.ts';

const TEXTS = arrayTypeOf(sqlType('text'))!;

export class CaseIndexWriter extends ShippedWriter {
  private readonly server: ServerInfo | undefined;
  private readonly spellsParameters: boolean;

  /** `spellsParameters` is false for values with too many spellings to be bound. */
  constructor(names: SourceNames, info: ServerInfo | undefined, spellsParameters = true) {
    super(names, info);
    this.server = info;
    this.spellsParameters = spellsParameters;
  }

  protected override infix(fn: FunctionRef, operator: OperatorRef, args: readonly Scalar[], collation: Collation): SqlText {
    const comparison = caseComparison(fn, collation, args, this.server?.spellings);
    const exact = (): SqlText => super.infix(fn, operator, args, collation);
    return comparison ? this.withSpelled(exact, comparison) : exact();
  }

  protected override arrayCompare(expr: ArrayCompareScalar): SqlText {
    const { fn, inputCollation, left, array, quantifier } = expr;
    const exact = (): SqlText => super.arrayCompare(expr);
    const comparison =
      quantifier === 'any' ? caseComparison(fn, inputCollation, [left, array], this.server?.spellings) : undefined;
    return comparison ? this.withSpelled(exact, comparison) : exact();
  }

  /** The exact one first: where there is no index, it decides alone for most rows. */
  private withSpelled(exact: () => SqlText, { call, to, known }: CaseComparison): SqlText {
    const isSuperset = this.server?.casing.kind === 'different';
    if ('kind' in to && !this.spellsParameters) return isSuperset ? atom('true') : exact();
    const before = isSuperset ? '' : `${atLeast(exact(), AND + 1)} AND `;
    // A column that names pg_c_utf8 has that of the server's version, whose spellings are not known.
    const arg = this.scalar(call.args[0]!);
    const own = isSuperset ? this.withCollation(arg, '"default"') : arg;
    const list = 'kind' in to ? this.anyOf({ ...to, type: TEXTS, spellings: known }) : inList(to as readonly (string | null)[]);
    const text = `${before}${this.functionName(call.fn)}(${own.text}) ${list}`;
    return { text, precedence: isSuperset ? COMPARISON : AND };
  }

  /** One more parameter, so that the text does not depend on its value. */
  private anyOf(param: SpelledParameter): string {
    return `= ANY (${this.parameter(param).text})`;
  }

  protected override isSameParameter(one: ParamScalar, other: ParamScalar): boolean {
    const spellings = (param: ParamScalar): Spellings | undefined => (isSpelled(param) ? param.spellings : undefined);
    return super.isSameParameter(one, other) && spellings(one) === spellings(other);
  }
}

function inList(values: readonly (string | null)[]): string {
  const texts = values.map((value) => (value === null ? 'NULL' : quoteString(value)));
  return texts.length === 1 ? `= ${texts[0]!}` : `IN (${texts.join(', ')})`;
}
