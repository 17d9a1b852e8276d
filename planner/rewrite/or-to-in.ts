/**
 * Rule or-to-in: equalities of one expression with constants, ORed, are one list, as if written with IN.
 *
 *   x = 1 OR x = 2 OR x IN (3, 4)         →  x = ANY ('{1,2,3,4}')
 *   x = 1 OR y > 3 OR x = 2               →  x = ANY ('{1,2}') OR y > 3
 *
 * A list is looked up once, by a hash table at home, and its parts count as exclusive in estimates. With NULLs nothing
 * changes: both forms are true when something is equal, else NULL when x or any of the constants is, else false. The
 * operator, its collation and the constants' type must be one, so sites take the list where they took the OR. An expression
 * that is volatile, or could raise, stays as often as it was written, and no arm moves before one that could raise:
 *   x = 1 OR 10 / (x - 2) > 1 OR x = 2    raises where x is 2
 *
 * After imply-filters, which reads the arms of ORs one by one.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { ArrayCompareScalar, CallScalar, Scalar } from '../../algebra/scalar.ts';
import { plainValue, scalarKey } from '../../algebra/scalar-key.ts';
import { rewriteAllScalars } from '../../algebra/transform.ts';
import type { Datum, PgArray } from '../../core/datum.ts';
import { arrayTypeOf, type SqlType, type TypeKind } from '../../core/sql-type.ts';
import { cannotRaise } from '../analyze/safe-functions.ts';
import { collationKey } from '../place/equality-classes.ts';
import { isLeakproof } from './push-filters.ts';

export const orToIn = (rel: Rel): Rel => rewriteAllScalars(rel, asList);

/** Of these, every site takes a list of constants that takes one of them. */
const LISTED: ReadonlySet<TypeKind> = new Set([
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'text',
  'bpchar',
  'date',
  'timestamp',
  'timestamptz',
  'uuid',
]);

/** What an arm says: its left side is among the values. */
interface Membership {
  readonly arm: CallScalar | ArrayCompareScalar;
  readonly left: Scalar;
  readonly element: SqlType;
  readonly values: readonly Datum[];
}

/** An OR with each left side's equalities as one list, where the first of them stood; any other expression as it is. */
export function asList(expr: Scalar): Scalar {
  if (expr.kind !== 'or' || expr.args.filter(mayBeMembership).length < 2) return expr;
  const arms = expr.args.flatMap((arm) => (arm.kind === 'or' ? arm.args : [arm]));
  const groups = new Map<string | Scalar, Membership[]>();
  let raising = 0;
  for (const arm of arms) {
    const member = membership(arm);
    if (!member && !cannotRaise(arm)) raising++;
    const key = member ? keyOf(member, raising) : arm;
    const group = groups.get(key);
    if (group && member) group.push(member);
    else groups.set(key, member ? [member] : []);
  }
  if (groups.size === arms.length) return expr;
  const args = [...groups].map(([arm, members]) => (typeof arm === 'string' ? listOf(members) : arm));
  return args.length === 1 ? args[0]! : { ...expr, args };
}

const mayBeMembership = ({ kind }: Scalar): boolean => kind === 'call' || kind === 'arraycompare' || kind === 'or';

function membership(arm: Scalar): Membership | undefined {
  if (arm.kind !== 'call' && arm.kind !== 'arraycompare') return undefined;
  const { operator, fn } = arm;
  if (operator?.schema !== 'pg_catalog' || operator.name !== '=' || !fn.strict || fn.volatility !== 'immutable') return undefined;
  const found = arm.kind === 'call' ? ofEquality(arm) : ofList(arm);
  return found && LISTED.has(found.element.kind) && isLeakproof(found.left) ? found : undefined;
}

function ofEquality(arm: CallScalar): Membership | undefined {
  const [first, second] = arm.args;
  if (!first || !second) return undefined;
  if (second.kind === 'const') return { arm, left: first, element: second.type, values: [second.value] };
  if (first.kind !== 'const' || arm.operator!.commutator !== arm.operator!.oid) return undefined;
  return { arm, left: second, element: first.type, values: [first.value] };
}

function ofList(arm: ArrayCompareScalar): Membership | undefined {
  const { left, array, quantifier } = arm;
  const { element } = array.type;
  if (quantifier !== 'any' || array.kind !== 'const' || array.value === null || element === undefined) return undefined;
  const { dims, elements } = array.value as PgArray;
  return dims.length === 1 ? { arm, left, element, values: elements } : undefined;
}

/** The arm itself for what is not the same when asked again. `raising`: arms before it that might raise. */
function keyOf({ arm, left, element }: Membership, raising: number): string | Scalar {
  const key = scalarKey(left);
  return key === undefined ? arm : `${raising} ${arm.fn.oid} ${element.oid} ${collationKey(arm)} ${key}`;
}

function listOf(members: readonly Membership[]): Scalar {
  const [{ arm, left, element }] = members as readonly [Membership];
  const distinct = new Map(members.flatMap(({ values }) => values).map((value) => [JSON.stringify(value, plainValue), value]));
  if (members.length === 1 || (arm.kind === 'call' && distinct.size === 1)) return arm;
  const { fn, inputCollation, type, location } = arm;
  const elements = [...distinct.values()];
  const value: PgArray = { dims: [elements.length], lowerBounds: [1], elements };
  const array: Scalar = { kind: 'const', value, type: arrayTypeOf(element)!, location };
  return { kind: 'arraycompare', quantifier: 'any', fn, operator: arm.operator!, left, array, inputCollation, type, location };
}
