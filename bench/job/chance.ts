/**
 * Chance with weights and with skew. By products and comparisons of doubles alone, which come out the same everywhere; what
 * is raised to a power by the mathematics library might not.
 */
import { Random } from '../random.ts';

const STEPS = 1 << 30;

export class Chance extends Random {
  /** Uniform in [0, 1). */
  fraction(): number {
    return this.between(0, STEPS - 1) / STEPS;
  }
  /** True in `percent` of a hundred cases. */
  percent(percent: number): boolean {
    return this.fraction() * 100 < percent;
  }
  /** An index below `count`: the first is the most frequent, the more so the greater `power` (1: all alike). */
  skewed(count: number, power: number): number {
    const fraction = this.fraction();
    let product = 1;
    for (let i = 0; i < power; i++) product *= fraction;
    return Math.floor(product * count);
  }
  /** An index, each as often as its weight says. */
  weighted(weights: readonly number[]): number {
    let left = this.fraction() * weights.reduce((sum, weight) => sum + weight, 0);
    for (const [i, weight] of weights.entries()) {
      left -= weight;
      if (left < 0) return i;
    }
    return weights.length - 1;
  }
}
