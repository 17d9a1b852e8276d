/**
 * Casts that are no function calls. Between types we carry in the same form a relabelling keeps the value; to PostgreSQL
 * bit and varbit, regclass and oid are the same bytes as well, to us they may be different texts, so such a cast stays one,
 * for a source that has the types.
 */
import type { Scalar } from '../../algebra/scalar.ts';
import { OPAQUE_TYPE, type SqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';
import type { ExpressionConverter } from './expressions.ts';
import type { ExpressionContext } from './scope.ts';
import { child, COERCE_EXPLICIT_CALL, COERCE_IMPLICIT_CAST, integer } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

const STRINGS: ReadonlySet<SqlType['kind']> = new Set(['text', 'varchar', 'bpchar']);

/** Whether a value keeps its form when PostgreSQL relabels it from one type to the other. */
export function sameForm(from: SqlType, to: SqlType): boolean {
  if (from.oid === to.oid) return true;
  if (from.kind === 'array' && to.kind === 'array') return sameForm(from.element!, to.element!);
  return STRINGS.has(from.kind) && STRINGS.has(to.kind);
}

const isOpaque = (type: SqlType): boolean => (type.element ?? type).kind === 'opaque';

export function convertRelabel(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const arg = converter.convert(child(node, 'arg'), context);
  const type = analysis.type(integer(node, 'resulttype'), integer(node, 'resulttypmod'), integer(node, 'resultcollid'));
  const location = analysis.location(node);
  const keepsForm = sameForm(arg.type, type);
  if (!keepsForm && !isOpaque(arg.type) && !isOpaque(type)) {
    throw analysis.unsupported(`cast from ${arg.type.name} to ${type.name}`, node);
  }
  if (arg.kind === 'const' && (keepsForm || arg.value === null))
    return { kind: 'const', value: arg.value, type, location: arg.location ?? location };
  const explicit = integer(node, 'relabelformat') !== COERCE_IMPLICIT_CAST;
  return { kind: 'cast', how: 'relabel', arg, type, explicit, location };
}

/** Through the text of a value. */
export function convertIoCast(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const arg = converter.convert(child(node, 'arg'), context);
  const type = analysis.type(integer(node, 'resulttype'), -1, integer(node, 'resultcollid'));
  const form = integer(node, 'coerceformat');
  if (form === COERCE_EXPLICIT_CALL && arg.type.name === OPAQUE_TYPE) throw fieldOrCast(analysis, type.name, node);
  return { kind: 'cast', how: 'io', arg, type, explicit: form !== COERCE_IMPLICIT_CAST, location: analysis.location(node) };
}

/** `(v).name`, `name(v)`: of a row, which v may be at its source, they ask for a field or a function and never are a cast. */
const fieldOrCast = (analysis: Analysis, name: string, node: TreeNode): Error =>
  analysis.unsupported(`${name} as a field or function of a value whose type only its source knows`, node);

function beforeImplicitCasts(expr: Scalar): Scalar {
  if (expr.kind === 'cast' && !expr.explicit) return beforeImplicitCasts(expr.arg);
  return expr.kind === 'call' && expr.form === 'implicit-cast' ? beforeImplicitCasts(expr.args[0]!) : expr;
}

/** The value as it is, if the domain's constraints allow it. */
export function convertDomainCast(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const value = converter.convert(child(node, 'arg'), context);
  const domain = analysis.lookup.domain(integer(node, 'resulttype'));
  if (domain === undefined) throw analysis.unsupported('cast to a domain', node);
  const form = integer(node, 'coercionformat');
  const explicit = form !== COERCE_IMPLICIT_CAST;
  const location = analysis.location(node);
  // The casts on the way to the domain's base type are implicit whatever the form.
  if (form === COERCE_EXPLICIT_CALL && beforeImplicitCasts(value).type.name === OPAQUE_TYPE)
    throw fieldOrCast(analysis, domain.name, node);
  // A text becomes a domain over varchar without a relabelling in between.
  const base = analysis.type(integer(node, 'resulttype'), integer(node, 'resulttypmod'), integer(node, 'resultcollid'));
  const arg: Scalar =
    value.type.oid === base.oid || !sameForm(value.type, base)
      ? value
      : { kind: 'cast', how: 'relabel', arg: value, type: base, explicit, location };
  return {
    kind: 'cast',
    how: 'domain',
    arg,
    type: arg.type,
    domain: domain.name,
    ...(domain.site === undefined ? {} : { site: domain.site }),
    explicit,
    location,
  };
}

export function convertArrayCast(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const arg = converter.convert(child(node, 'arg'), context);
  const elementCast = converter.convert(child(node, 'elemexpr'), { ...context, insideArrayCast: true });
  const type = analysis.type(integer(node, 'resulttype'), integer(node, 'resulttypmod'), integer(node, 'resultcollid'));
  const explicit = integer(node, 'coerceformat') !== COERCE_IMPLICIT_CAST;
  return { kind: 'cast', how: 'array', arg, type, explicit, elementCast, location: analysis.location(node) };
}
