/** Function and operator calls of an analysed tree → CallScalar; the exact integer widenings of constants are done at once. */
import type { CallScalar, FunctionRef, OperatorRef, Scalar } from '../../algebra/scalar.ts';
import { ageFromToday } from './age-today.ts';
import type { Analysis } from './analysis.ts';
import { collationFor, PG_COLLATION_FOR } from './collation-for.ts';
import { defaultArgument } from './default-arguments.ts';
import type { ExpressionConverter } from './expressions.ts';
import { rowTypeOfCall } from './row-types.ts';
import type { ExpressionContext } from './scope.ts';
import { COERCE_EXPLICIT_CAST, COERCE_IMPLICIT_CAST, flag, integer, nodes } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

/** The operator of an OpExpr-like node and the function behind it (which the parser may leave to be looked up). */
export function operatorFunction(
  analysis: Analysis,
  node: TreeNode,
): { readonly operator: OperatorRef; readonly fn: FunctionRef } {
  const operator = analysis.lookup.operator(integer(node, 'opno'));
  return { operator, fn: analysis.lookup.function(integer(node, 'opfuncid') || operator.functionOid) };
}

export function convertOperatorCall(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  if (flag(node, 'opretset')) throw analysis.unsupported('set-returning operator', node);
  const { operator, fn } = operatorFunction(analysis, node);
  const args = converter.all(nodes(node, 'args'), context);
  const call: CallScalar = {
    kind: 'call',
    fn,
    operator,
    args,
    type: analysis.type(integer(node, 'opresulttype'), -1, integer(node, 'opcollid')),
    inputCollation: analysis.collation(integer(node, 'inputcollid')),
    form: 'operator',
    location: analysis.location(node),
  };
  return rowTypeOfCall(call, args);
}

/** FUNCEXPR: calls as written, explicit and implicit casts by function. */
export function convertCall(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const fn = analysis.lookup.function(integer(node, 'funcid'));
  if (flag(node, 'funcretset')) {
    if (!context.sets) throw analysis.unsupported(`set-returning function ${fn.name} in ${context.clause}`, node);
    return context.sets.add(convertPlainCall(converter, node, fn, context));
  }
  return convertPlainCall(converter, node, fn, context);
}

/** The call alone, of a set-returning function too. */
export function convertPlainCall(
  converter: ExpressionConverter,
  node: TreeNode,
  fn: FunctionRef,
  context: ExpressionContext,
): Scalar {
  const { analysis } = converter;
  const convert = (arg: TreeNode): Scalar => converter.convert(arg, context);
  const args = positionalArguments(analysis, nodes(node, 'args'), fn, node, (arg) =>
    fn.oid === PG_TYPEOF ? ofItsDomain(analysis, convert(arg), arg) : convert(arg),
  );
  const format = integer(node, 'funcformat');
  const isCast = format === COERCE_EXPLICIT_CAST || format === COERCE_IMPLICIT_CAST;
  const call: CallScalar = {
    kind: 'call',
    fn,
    args,
    type: analysis.type(integer(node, 'funcresulttype'), isCast ? lengthCoercionTypmod(args) : -1, integer(node, 'funccollid')),
    inputCollation: analysis.collation(integer(node, 'inputcollid')),
    form: format === COERCE_EXPLICIT_CAST ? 'explicit-cast' : format === COERCE_IMPLICIT_CAST ? 'implicit-cast' : 'function',
    ...(flag(node, 'funcvariadic') ? { variadic: true } : {}),
    location: analysis.location(node),
  };
  if (isCast) return widenedConstant(call);
  return call.fn.oid === PG_COLLATION_FOR ? collationFor(call, node) : ageFromToday(rowTypeOfCall(call, args));
}

const PG_TYPEOF = 1619;
const TYPE_FIELDS = [
  'vartype',
  'resulttype',
  'funcresulttype',
  'casetype',
  'coalescetype',
  'minmaxtype',
  'consttype',
  'paramtype',
];

/** Within a query a value of a domain is one of its base type: where the domain matters it is cast to it again. */
function ofItsDomain(analysis: Analysis, arg: Scalar, node: TreeNode): Scalar {
  const field = TYPE_FIELDS.find((name) => node[name] !== undefined && node[name] !== null);
  const domain = field === undefined ? undefined : analysis.lookup.domain(integer(node, field));
  if (domain === undefined || node.tag === 'COERCETODOMAIN') return arg;
  const { name, site } = domain;
  return {
    kind: 'cast',
    how: 'domain',
    arg,
    type: arg.type,
    domain: name,
    ...(site === undefined ? {} : { site }),
    explicit: true,
  };
}

/** Named arguments put in place, omitted ones with their defaults. */
function positionalArguments(
  analysis: Analysis,
  args: readonly TreeNode[],
  fn: FunctionRef,
  node: TreeNode,
  convert: (arg: TreeNode) => Scalar,
): readonly Scalar[] {
  const positional: Scalar[] = [];
  for (const [index, arg] of args.entries()) {
    if (arg.tag === 'NAMEDARGEXPR') positional[integer(arg, 'argnumber')] = convert(arg['arg'] as TreeNode);
    else positional[index] = convert(arg);
  }
  const declared = arity(fn);
  for (let index = 0; index < Math.max(declared, positional.length); index++) {
    if (positional[index] !== undefined) continue;
    // Who has the function knows the defaults of the last arguments.
    if (fn.schema !== 'pg_catalog' && index >= positional.length) break;
    const value = defaultArgument(fn, index, declared);
    if (value === undefined) throw analysis.unsupported(`default argument of function ${fn.name}`, node);
    positional[index] = value;
  }
  return positional;
}

/** Declared arguments, counted in the signature `name(type,type)`. */
function arity(fn: FunctionRef): number {
  const inside = fn.signature.slice(fn.signature.indexOf('(') + 1, -1);
  return inside === '' ? 0 : inside.split(',').length;
}

/** exprIsLengthCoercion(): a cast whose second of two or three arguments is a constant int4 gives that as typmod. */
function lengthCoercionTypmod(args: readonly Scalar[]): number {
  const second = args[1];
  if (args.length > 3 || second?.kind !== 'const' || second.type.kind !== 'int4') return -1;
  return typeof second.value === 'number' ? second.value : -1;
}

const WIDENINGS = new Set([
  'int4(int2)',
  'int8(int2)',
  'int8(int4)',
  'float8(int2)',
  'float8(int4)',
  'numeric(int2)',
  'numeric(int4)',
  'numeric(int8)',
]);

/** `bigint_column > 5` holds int8(5): exact for every value, so the constant takes the type. */
function widenedConstant(call: CallScalar): Scalar {
  const arg = call.args[0];
  if (call.args.length !== 1 || arg?.kind !== 'const' || call.fn.schema !== 'pg_catalog' || !WIDENINGS.has(call.fn.signature)) {
    return call;
  }
  const { value } = arg;
  const { type } = call;
  const location = call.location ?? arg.location;
  if (value === null) return { kind: 'const', value, type, location };
  if (typeof value !== 'number' && typeof value !== 'bigint') return call;
  const widened = type.kind === 'numeric' ? ({ kind: 'finite', unscaled: BigInt(value), scale: 0 } as const) : value;
  return { kind: 'const', value: widened, type, location };
}
