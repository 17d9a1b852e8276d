/**
 * regr_*, corr and covar_* of pairs of float8 (y, x): Youngs and Cramer's sums, updated step by step as PostgreSQL does
 * (float8_regr_accum in float.c), so that the last digits agree for the same order of rows. A pair with a NULL does not count.
 */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { floatOverflow } from '../../../core/sql-error.ts';
import type { Accumulator } from './accumulator.ts';
import { columnOf, grownFloat64, validWhere } from './accumulator.ts';
import { int64Column } from './count.ts';

const isInfinite = (value: number): boolean => value === Infinity || value === -Infinity;

interface Sums {
  readonly n: number;
  readonly x: number;
  readonly xx: number;
  readonly y: number;
  readonly yy: number;
  readonly xy: number;
}
/** What comes of the sums of a group with a pair at least; null is NULL. */
type Result = (sums: Sums) => number | null;

export const regressionResults: Readonly<Record<string, Result>> = {
  regr_sxx: ({ xx }) => xx,
  regr_syy: ({ yy }) => yy,
  regr_sxy: ({ xy }) => xy,
  regr_avgx: ({ n, x }) => x / n,
  regr_avgy: ({ n, y }) => y / n,
  covar_pop: ({ n, xy }) => xy / n,
  covar_samp: ({ n, xy }) => (n < 2 ? null : xy / (n - 1)),
  corr: ({ xx, yy, xy }) => (xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy)),
  regr_r2: ({ xx, yy, xy }) => (xx === 0 ? null : yy === 0 ? 1 : (xy * xy) / (xx * yy)),
  regr_slope: ({ xx, xy }) => (xx === 0 ? null : xy / xx),
  regr_intercept: ({ n, x, xx, y, xy }) => (xx === 0 ? null : (y - (x * xy) / xx) / n),
};

export class RegressionAccumulator implements Accumulator {
  readonly #result: Result;
  #n = new Float64Array(16);
  #x = new Float64Array(16);
  #xx = new Float64Array(16);
  #y = new Float64Array(16);
  #yy = new Float64Array(16);
  #xy = new Float64Array(16);

  constructor(result: Result) {
    this.#result = result;
  }

  get bytes(): number {
    return 6 * this.#n.byteLength;
  }

  reserve(groups: number): void {
    this.#n = grownFloat64(this.#n, groups);
    this.#x = grownFloat64(this.#x, groups);
    this.#xx = grownFloat64(this.#xx, groups);
    this.#y = grownFloat64(this.#y, groups);
    this.#yy = grownFloat64(this.#yy, groups);
    this.#xy = grownFloat64(this.#xy, groups);
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const ys = columnOf(args[0], 'float64');
    const xs = columnOf(args[1], 'float64');
    for (let i = 0; i < length; i++) {
      if (!isNull(ys, i) && !isNull(xs, i)) this.#addPair(groups[i]!, xs.values[i]!, ys.values[i]!);
    }
  }

  #addPair(g: number, x: number, y: number): void {
    const before = this.#n[g]!;
    const n = before + 1;
    const [xBefore, yBefore] = [this.#x[g]!, this.#y[g]!];
    const [sumX, sumY] = [xBefore + x, yBefore + y];
    this.#n[g] = n;
    this.#x[g] = sumX;
    this.#y[g] = sumY;
    if (before === 0) {
      const [odd, oddY] = [!Number.isFinite(x), !Number.isFinite(y)];
      if (odd) this.#xx[g] = NaN;
      if (oddY) this.#yy[g] = NaN;
      if (odd || oddY) this.#xy[g] = NaN;
      return;
    }
    const deviationX = x * n - sumX;
    const deviationY = y * n - sumY;
    const scale = 1 / (n * before);
    const xx = this.#xx[g]! + deviationX * deviationX * scale;
    const yy = this.#yy[g]! + deviationY * deviationY * scale;
    const xy = this.#xy[g]! + deviationX * deviationY * scale;
    // Infinite sums of finite values are an overflow, of infinite ones no number.
    const finiteX = !isInfinite(xBefore) && !isInfinite(x);
    const finiteY = !isInfinite(yBefore) && !isInfinite(y);
    const overflows =
      ((isInfinite(sumX) || isInfinite(xx)) && finiteX) ||
      ((isInfinite(sumY) || isInfinite(yy)) && finiteY) ||
      (isInfinite(xy) && finiteX && finiteY);
    if (overflows) throw floatOverflow();
    this.#xx[g] = isInfinite(xx) ? NaN : xx;
    this.#yy[g] = isInfinite(yy) ? NaN : yy;
    this.#xy[g] = isInfinite(xy) ? NaN : xy;
  }

  finish(groups: number): Column {
    const values = new Float64Array(groups);
    const has = new Uint8Array(groups);
    for (let g = 0; g < groups; g++) {
      const n = this.#n[g]!;
      if (n === 0) continue;
      const sums = { n, x: this.#x[g]!, xx: this.#xx[g]!, y: this.#y[g]!, yy: this.#yy[g]!, xy: this.#xy[g]! };
      const result = this.#result(sums);
      if (result === null) continue;
      has[g] = 1;
      values[g] = result;
    }
    return { layout: 'float64', length: groups, valid: validWhere(has, groups), values };
  }
}

/** regr_count: how many pairs. */
export class PairCountAccumulator implements Accumulator {
  #counts = new Float64Array(16);

  get bytes(): number {
    return this.#counts.byteLength;
  }

  reserve(groups: number): void {
    this.#counts = grownFloat64(this.#counts, groups);
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const [y, x] = [args[0]!, args[1]!];
    for (let i = 0; i < length; i++) if (!isNull(y, i) && !isNull(x, i)) this.#counts[groups[i]!]!++;
  }

  finish(groups: number): Column {
    return int64Column(groups, null, (g) => this.#counts[g]!);
  }
}
