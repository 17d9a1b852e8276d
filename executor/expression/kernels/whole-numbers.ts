/** factorial, gcd and lcm of numerics, width_bucket in double precision, pi() (numeric.c, float.c). */
import type { Int64, Numeric } from '../../../core/datum.ts';
import { finite, NAN, ONE, rescale } from '../../../core/numeric.ts';
import { numericOverflow, outOfRange, sqlError } from '../../../core/sql-error.ts';
import type { KernelTable } from '../kernel.ts';
import { apply } from '../kernel.ts';

/** The greatest whose factorial fits a numeric. */
const FACTORIAL_MAX = 32177;

/** The product from `first` to `last`, halves first: bigints multiply best when of one size. */
function product(first: number, last: number): bigint {
  if (last - first < 8) {
    let result = BigInt(first);
    for (let i = first + 1; i <= last; i++) result *= BigInt(i);
    return result;
  }
  const middle = (first + last) >> 1;
  return product(first, middle) * product(middle + 1, last);
}

function factorial(value: Int64): Numeric {
  if (value < 0) throw sqlError('22003', 'factorial of a negative number is undefined');
  if (value <= 1) return ONE;
  if (value > FACTORIAL_MAX) throw numericOverflow();
  return finite(product(2, Number(value)), 0);
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** Both as whole numbers of one scale, and their greatest common divisor; undefined when one is not finite. */
function divided(a: Numeric, b: Numeric): { a: bigint; b: bigint; divisor: bigint; scale: number } | undefined {
  if (a.kind !== 'finite' || b.kind !== 'finite') return undefined;
  const scale = Math.max(a.scale, b.scale);
  const x = magnitude(rescale(a.unscaled, a.scale, scale));
  const y = magnitude(rescale(b.unscaled, b.scale, scale));
  let [divisor, rest] = [x, y];
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
  return { a: x, b: y, divisor, scale };
}

function commonDivisor(a: Numeric, b: Numeric): Numeric {
  const found = divided(a, b);
  return found === undefined ? NAN : finite(found.divisor, found.scale);
}
function commonMultiple(a: Numeric, b: Numeric): Numeric {
  const found = divided(a, b);
  if (found === undefined) return NAN;
  return finite(found.divisor === 0n ? 0n : (found.a / found.divisor) * found.b, found.scale);
}

const wrongBucket = (message: string) => sqlError('2201G', message);

function widthBucket(operand: number, low: number, high: number, count: number): number {
  if (count <= 0) throw wrongBucket('count must be greater than zero');
  if (Number.isNaN(operand) || Number.isNaN(low) || Number.isNaN(high)) {
    throw wrongBucket('operand, lower bound, and upper bound cannot be NaN');
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) throw wrongBucket('lower and upper bounds must be finite');
  if (low === high) throw wrongBucket('lower bound cannot equal upper bound');
  const rising = low < high;
  if (rising ? operand < low : operand > low) return 0;
  if (rising ? operand >= high : operand <= high) {
    if (count === 2147483647) throw outOfRange('integer');
    return count + 1;
  }
  const width = rising ? high - low : low - high;
  // Halved, no difference overflows.
  const factor = Number.isFinite(width) ? 1 : 0.5;
  const [from, to, at] = [low * factor, high * factor, operand * factor];
  const share = rising ? (at - from) / (to - from) : (from - at) / (from - to);
  return Math.min(Math.trunc(count * share), count - 1) + 1;
}

export const wholeNumberKernels: KernelTable = {
  'factorial(int8)': apply(factorial),
  'gcd(numeric,numeric)': apply(commonDivisor),
  'lcm(numeric,numeric)': apply(commonMultiple),
  'width_bucket(float8,float8,float8,int4)': apply(widthBucket),
  'pi()': apply(() => Math.PI),
};
