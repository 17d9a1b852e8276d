/** sum and avg of interval: months, days and µs are summed apart (interval_sum, interval_avg, interval_div in timestamp.c). */
import type { Column } from '../../../core/batch.ts';
import { isNull } from '../../../core/batch.ts';
import { Fixed16Builder } from '../../../core/column-builder.ts';
import type { Interval } from '../../../core/datum.ts';
import { int64 } from '../../../core/datum.ts';
import { INT64_MAX, INT64_MIN } from '../../../core/int64.ts';
import { datetimeOutOfRange } from '../../../core/sql-error.ts';
import type { Accumulator } from './accumulator.ts';
import { columnOf } from './accumulator.ts';

const INT32_MAX = 0x7fffffff;
const INT32_MIN = -0x80000000;
const DAYS_PER_MONTH = 30;
const SECONDS_PER_DAY = 86_400;

interface State {
  count: number;
  infinite: number;
  minusInfinite: number;
  months: number;
  days: number;
  micros: bigint;
}

export class IntervalSum implements Accumulator {
  readonly #what: 'sum' | 'avg';
  readonly #states: State[] = [];

  constructor(what: 'sum' | 'avg') {
    this.#what = what;
  }

  get bytes(): number {
    return 96 * this.#states.length;
  }

  reserve(groups: number): void {
    while (this.#states.length < groups) {
      this.#states.push({ count: 0, infinite: 0, minusInfinite: 0, months: 0, days: 0, micros: 0n });
    }
  }

  add(args: readonly Column[], groups: Int32Array, length: number): void {
    const column = columnOf(args[0], 'fixed16');
    const view = new DataView(column.data.buffer, column.data.byteOffset, column.data.byteLength);
    for (let i = 0; i < length; i++) {
      if (isNull(column, i)) continue;
      const state = this.#states[groups[i]!]!;
      const micros = view.getBigInt64(16 * i, true);
      const days = view.getInt32(16 * i + 8, true);
      const months = view.getInt32(16 * i + 12, true);
      state.count++;
      if (months === INT32_MAX && days === INT32_MAX && micros === INT64_MAX) state.infinite++;
      else if (months === INT32_MIN && days === INT32_MIN && micros === INT64_MIN) state.minusInfinite++;
      else addFinite(state, months, days, micros);
    }
  }

  finish(groups: number): Column {
    const builder = new Fixed16Builder();
    for (let g = 0; g < groups; g++) {
      const state = this.#states[g]!;
      if (state.count === 0) builder.appendNull();
      else builder.appendInterval(this.#result(state));
    }
    return builder.finish();
  }

  #result(state: State): Interval {
    if (state.infinite > 0 && state.minusInfinite > 0) throw datetimeOutOfRange('interval');
    if (state.infinite > 0) return { months: INT32_MAX, days: INT32_MAX, micros: INT64_MAX };
    if (state.minusInfinite > 0) return { months: INT32_MIN, days: INT32_MIN, micros: INT64_MIN };
    if (this.#what === 'sum') return { months: state.months, days: state.days, micros: int64(state.micros) };
    return divided(state, state.count);
  }
}

function addFinite(state: State, months: number, days: number, micros: bigint): void {
  state.months += months;
  state.days += days;
  state.micros += micros;
  const outside = (value: number): boolean => value > INT32_MAX || value < INT32_MIN;
  if (outside(state.months) || outside(state.days) || state.micros > INT64_MAX || state.micros < INT64_MIN) {
    throw datetimeOutOfRange('interval');
  }
}

/** interval_div: fractional months become days of a 30-day month, fractional days time, each rounded to µs. */
function divided(state: State, count: number): Interval {
  const months = Math.trunc(state.months / count);
  let days = Math.trunc(state.days / count);
  const restDays = toMicroPrecision((state.months / count - months) * DAYS_PER_MONTH);
  let restSeconds = toMicroPrecision((state.days / count - days + restDays - Math.trunc(restDays)) * SECONDS_PER_DAY);
  if (Math.abs(restSeconds) >= SECONDS_PER_DAY) {
    const whole = Math.trunc(restSeconds / SECONDS_PER_DAY);
    days += whole;
    restSeconds -= whole * SECONDS_PER_DAY;
  }
  days += Math.trunc(restDays);
  const micros = roundHalfEven(Number(state.micros) / count + restSeconds * 1_000_000);
  return { months, days, micros: int64(BigInt(micros)) };
}

const toMicroPrecision = (value: number): number => roundHalfEven(value * 1_000_000) / 1_000_000;

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
