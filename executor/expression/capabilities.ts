/**
 * What the executor computes exactly: asked by the planner for every expression that stays at home. What is accepted here
 * compiles and gives PostgreSQL's answer; everything else is refused at plan time by name.
 */
import { unreachable } from '../../core/assert.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import type { Verdict } from '../../algebra/site.ts';
import { visitScalar } from '../../algebra/transform.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';
import { isCodePointOrder, isTextKind } from '../../core/sql-type.ts';
import { isComparable } from './compare.ts';
import { ioCastRefusal } from './io-cast.ts';
import type { CollationNeed, KernelArgument } from './kernel.ts';
import { kernelFor } from './registry.ts';
import { similarToRegexIfValid } from './regex/similar.ts';
import { formOf } from './value.ts';

const exact: Verdict = { verdict: 'exact' };
const no = (reason: string): Verdict => ({ verdict: 'no', reason });

/** Judges this node alone: its parts are judged by the caller. */
export function localScalarVerdict(expr: Scalar): Verdict {
  switch (expr.kind) {
    case 'column':
    case 'const':
    case 'param':
    case 'caseoperand':
    case 'and':
    case 'or':
    case 'not':
    case 'nulltest':
    case 'booltest':
    case 'case':
    case 'coalesce':
    case 'row':
      return exact;
    case 'array':
      return expr.type.kind === 'array' ? exact : no(`an array of type ${expr.type.name}`);
    case 'field':
      return expr.arg.type.kind === 'composite' ? exact : no(`a field of a value of type ${expr.arg.type.name}`);
    case 'subscript': {
      const { kind, name } = expr.container.type;
      return kind === 'array' ? exact : no(`the subscript of ${name}`);
    }
    case 'call':
      if (expr.fn.site !== undefined) return no(`the function ${expr.fn.signature} away from source ${expr.fn.site}`);
      // Any other variadic function is given an array, as a declared argument.
      if (expr.variadic === true && /\b_?any\)$/.test(expr.fn.signature)) return no(`VARIADIC in a call of ${expr.fn.name}`);
      if (isUndecided(expr.inputCollation, expr.args) && needsCollation(expr.fn.signature))
        return no(`${expr.fn.signature} over several collations`);
      return functionVerdict(expr.fn.signature, expr.args.map(argumentOf), expr.inputCollation);
    case 'cast':
      return castVerdict(expr);
    case 'distinct':
    case 'nullif':
      if (isUndecided(expr.inputCollation, [expr.left, expr.right]))
        return no(`${expr.equality.signature} over several collations`);
      return functionVerdict(expr.equality.signature, [expr.left, expr.right], expr.inputCollation);
    case 'arraycompare': {
      const element = expr.array.type.element;
      if (element === undefined) return no(`ANY over ${expr.array.type.name}`);
      if (!expr.fn.strict) return no(`ANY or ALL with ${expr.fn.signature}`);
      return functionVerdict(expr.fn.signature, [expr.left, { type: element }], expr.inputCollation);
    }
    case 'greatest':
    case 'least':
      if (!isComparable(expr.type)) return no(`the order of ${expr.type.name}`);
      if (isUndecided(expr.inputCollation, [expr])) return no(`${expr.kind} over several collations`);
      return isCodePointOrder(expr.inputCollation) ? exact : no(`order under ${collationName(expr.inputCollation)}`);
    case 'subquery':
      for (const [i, comparison] of (expr.comparisons ?? []).entries()) {
        if (isUndecided(comparison.inputCollation, [expr.left![i]!]))
          return no(`${comparison.fn.signature} over several collations`);
        const verdict = functionVerdict(comparison.fn.signature, [expr.left![i]!], comparison.inputCollation);
        if (verdict.verdict === 'no') return verdict;
      }
      return exact;
    case 'native':
      return no(expr.name);
    default:
      return unreachable(expr);
  }
}

/** PostgreSQL raises 42P22 where texts of several collations are compared. */
export const isUndecided = (collation: Collation, compared: readonly { readonly type: SqlType }[]): boolean =>
  collation === 'none' && compared.some(({ type }) => isTextKind(type.kind));

const ARRAY_PARAMETER = /^any(?:compatible)?array$/;

/** A relabelled constant is one too, and what SIMILAR TO makes of its pattern. */
function argumentOf(arg: Scalar): KernelArgument {
  if (arg.kind === 'const') return { type: arg.type, constant: arg.value };
  if (arg.kind === 'call' && arg.fn.name === 'similar_to_escape') {
    const texts = arg.args.map((part) => argumentOf(part).constant);
    const regex = texts.every((text) => typeof text === 'string') ? similarToRegexIfValid(...(texts as [string])) : undefined;
    if (regex !== undefined) return { type: arg.type, constant: regex };
  }
  if (arg.kind === 'cast' && arg.how === 'relabel') return { ...argumentOf(arg.arg), type: arg.type };
  return { type: arg.type };
}

function functionVerdict(signature: string, args: readonly KernelArgument[], collation: Collation): Verdict {
  const kernel = kernelFor(signature);
  if (kernel === undefined) return no(`the function ${signature}`);
  const refusal = kernel.refusal?.(args, collation);
  if (refusal !== undefined) return no(refusal);
  const declared = signature.slice(signature.indexOf('(') + 1, -1).split(',');
  for (const [i, { type }] of args.entries()) {
    // An array of elements that are only carried is itself carried as text.
    const isWanted = ARRAY_PARAMETER.test(declared[i] ?? '');
    if (type.kind === 'array' ? !isComparable(type) : isWanted) return no(`${signature} over ${type.name}`);
  }
  if (/^record_(?:eq|ne|lt|le|gt|ge)\(/.test(signature) && !areComparableRows(args.map((arg) => arg.type)))
    return no(`${signature} over rows of these columns`);
  return fits(kernel.collation, collation) ? exact : no(`${signature} under ${collationName(collation)}`);
}

/** Of the same types, all of which have an order. */
const areComparableRows = ([left, right]: readonly SqlType[]): boolean =>
  left?.kind === 'composite' &&
  right?.kind === 'composite' &&
  isComparable(left) &&
  left.fields!.length === right.fields!.length &&
  left.fields!.every((field, i) => field.type.oid === right.fields![i]!.type.oid);

function needsCollation(signature: string): boolean {
  const kernel = kernelFor(signature);
  return kernel !== undefined && kernel.collation !== 'none';
}

function fits(need: CollationNeed, collation: Collation): boolean {
  switch (need) {
    case 'none':
      return true;
    case 'equality':
      return typeof collation === 'string' || collation.deterministic;
    case 'order':
      return isCodePointOrder(collation);
    default:
      return unreachable(need);
  }
}

const collationName = (collation: Collation): string =>
  `collation "${typeof collation === 'string' ? collation : collation.name}"`;

function castVerdict(expr: Extract<Scalar, { kind: 'cast' }>): Verdict {
  const from = expr.arg.type;
  const to = expr.type;
  switch (expr.how) {
    case 'relabel':
      if (from.kind === 'opaque' || to.kind === 'opaque')
        return from.oid === to.oid ? exact : no(`the cast from ${from.name} to ${to.name}`);
      if (from.kind === 'array' && to.kind === 'array')
        return castVerdict({ ...expr, arg: { ...expr.arg, type: from.element! }, type: to.element! });
      return formOf(from.kind) === formOf(to.kind) && from.kind !== 'array'
        ? exact
        : no(`the cast from ${from.name} to ${to.name}`);
    case 'io': {
      const refusal = ioCastRefusal(from, to);
      return refusal === undefined ? exact : no(refusal);
    }
    case 'array': {
      let verdict = exact;
      visitScalar(expr.elementCast!, (node) => {
        if (verdict.verdict === 'exact') verdict = localScalarVerdict(node);
      });
      return verdict;
    }
    case 'domain':
      return no(`the cast to domain ${expr.domain!}${expr.site === undefined ? '' : ` away from source ${expr.site}`}`);
    default:
      return unreachable(expr.how);
  }
}
