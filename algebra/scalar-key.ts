/**
 * Structural identity of expressions: two with the same key compute the same value from the same columns. For rewrites that
 * look for an expression said twice; where in the statement it stands does not matter.
 */
import type { Scalar } from './scalar.ts';
import { someScalar } from './transform.ts';

/** The planner asks for the same ones again and again; they do not change. */
const known = new WeakMap<Scalar, { readonly key: string | undefined }>();

/** Undefined for what must not be taken for another of its kind: a subquery, or anything volatile. */
export function scalarKey(expr: Scalar): string | undefined {
  let found = known.get(expr);
  if (found === undefined) known.set(expr, (found = { key: keyOf(expr) }));
  return found.key;
}

function keyOf(expr: Scalar): string | undefined {
  const isUnique = someScalar(
    expr,
    (node) => node.kind === 'subquery' || (node.kind === 'call' && node.fn.volatility === 'volatile'),
  );
  return isUnique ? undefined : JSON.stringify(expr, plainValue);
}

/** For JSON.stringify: what it would lose or mix up, and no places in the statement. */
export function plainValue(field: string, value: unknown): unknown {
  if (field === 'location') return undefined;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return `${Object.is(value, -0) ? '-0' : value}`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value;
}
