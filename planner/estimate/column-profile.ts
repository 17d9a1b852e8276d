/**
 * One column's statistics, ready to be asked: what part of the rows equals a value, or lies below it. Frequent values are
 * counted one by one, the rest by the histogram, whose parts hold equally many rows each.
 */
import type { ColumnStatistics } from '../../algebra/statistics.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { measureOfText, type Measure } from './measure.ts';

/** So many bounds of a histogram can stand for a sample of the rows. */
const SAMPLE_MIN = 20;

export class ColumnProfile {
  readonly nullFraction: number;
  readonly distinct: number;
  readonly common: readonly { readonly measure: Measure | undefined; readonly text: string; readonly fraction: number }[];
  /** Smallest and largest value; undefined when that is not known. */
  readonly range: readonly [Measure, Measure] | undefined;
  readonly #fractions: ReadonlyMap<Measure | undefined, number>;
  readonly #bounds: readonly Measure[];
  readonly #boundTexts: readonly string[];
  /** Part of the rows that are neither NULL nor one of the frequent values. */
  readonly #rest: number;

  constructor(statistics: ColumnStatistics, type: SqlType) {
    this.nullFraction = statistics.nullFraction;
    this.distinct = Math.max(1, statistics.distinct);
    this.common = statistics.common.map(({ text, fraction }) => ({ measure: measureOfText(type, text), text, fraction }));
    // Of several with one measure the most frequent, which comes first.
    this.#fractions = new Map(this.common.map(({ measure, fraction }) => [measure, fraction] as const).reverse());
    const bounds = statistics.histogram.map((text) => measureOfText(type, text));
    this.#bounds = bounds.every((bound) => bound !== undefined) ? bounds : [];
    this.#boundTexts = statistics.histogram;
    const frequent = statistics.common.reduce((sum, { fraction }) => sum + fraction, 0);
    this.#rest = Math.max(0, 1 - statistics.nullFraction - frequent);
    this.range = this.#bounds.length === 0 && this.#rest > 0.01 ? undefined : rangeOf([...this.#bounds, ...this.#frequent()]);
  }

  /** Part of the rows with this value; `undefined`: some value that is not known yet. */
  equal(value: Measure | undefined): number {
    if (value === undefined) return (1 - this.nullFraction) / this.distinct;
    const fraction = this.#fractions.get(value);
    if (fraction !== undefined) return fraction;
    const others = Math.max(1, this.distinct - this.common.length);
    return this.#isPossible(value) ? this.#rest / others : 0;
  }

  /** Part of the rows with a value below (`inclusive`: or equal); undefined: there is no order to go by. */
  below(value: Measure, inclusive: boolean): number | undefined {
    const [first] = this.#bounds;
    if (first === undefined && this.common.length === 0) return this.nullFraction === 1 ? 0 : undefined;
    let part = 0;
    for (const { measure, fraction } of this.common) {
      if (measure === undefined) return undefined;
      if (measure < value || (inclusive && measure === value)) part += fraction;
    }
    return part + this.#rest * this.#restBelow(value);
  }

  /** Means of the values and of their squares, NULL apart; undefined: they are no numbers, or not known. */
  moments(): { readonly mean: number; readonly square: number } | undefined {
    let [weight, sum, squares] = [0, 0, 0];
    const add = (part: number, mean: number, square: number): void => {
      weight += part;
      sum += part * mean;
      squares += part * square;
    };
    for (const { measure, fraction } of this.common) {
      if (typeof measure !== 'number') return undefined;
      add(fraction, measure, measure ** 2);
    }
    const bounds = this.#bounds;
    for (let i = 1; i < bounds.length; i++) {
      const [from, to] = [bounds[i - 1], bounds[i]];
      if (typeof from !== 'number' || typeof to !== 'number') return undefined;
      add(this.#rest / (bounds.length - 1), (from + to) / 2, (from ** 2 + from * to + to ** 2) / 3);
    }
    return weight > 0 && Number.isFinite(squares) ? { mean: sum / weight, square: squares / weight } : undefined;
  }

  /** Part of the rows whose text passes; undefined: too little is known. */
  matching(test: (text: string) => boolean): number | undefined {
    const sample = this.#boundTexts.length >= SAMPLE_MIN ? this.#boundTexts : undefined;
    if (this.#rest > 0.1 && sample === undefined) return undefined;
    const frequent = this.common.reduce((sum, { text, fraction }) => (test(text) ? sum + fraction : sum), 0);
    if (sample === undefined) return frequent;
    // Half a text: what no sampled one matches is rare, not impossible.
    const part = Math.max(0.5, sample.filter(test).length) / sample.length;
    return frequent + this.#rest * part;
  }

  /** Rows can have it at all, for all we know. */
  #isPossible(value: Measure): boolean {
    if (this.range === undefined || typeof this.range[0] !== typeof value) return true;
    return value >= this.range[0] && value <= this.range[1];
  }

  #frequent(): readonly Measure[] {
    return this.common.map(({ measure }) => measure).filter((measure) => measure !== undefined);
  }

  #restBelow(value: Measure): number {
    const bounds = this.#bounds;
    const parts = bounds.length - 1;
    if (parts < 1) return 0.5;
    if (value <= bounds[0]!) return 0;
    if (value >= bounds[parts]!) return 1;
    let low = 0;
    let high = parts;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (bounds[middle]! <= value) low = middle;
      else high = middle;
    }
    const [from, to] = [bounds[low]!, bounds[high]!];
    const within =
      typeof from === 'number' && typeof to === 'number' && typeof value === 'number' && Number.isFinite(to - from) && to > from
        ? (value - from) / (to - from)
        : 0.5;
    return (low + within) / parts;
  }
}

function rangeOf(measures: readonly Measure[]): readonly [Measure, Measure] | undefined {
  if (measures.length === 0) return undefined;
  return [measures.reduce((a, b) => (b < a ? b : a)), measures.reduce((a, b) => (b > a ? b : a))];
}
