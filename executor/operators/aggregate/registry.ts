/**
 * The aggregates computed here, by pg_proc signature. What is not listed is refused at plan time. Each entry was compared
 * with PostgreSQL on edge values (tests/executor/operators/aggregates.test.ts).
 */
import type { SessionSettings } from '../../../algebra/plan.ts';
import type { AggregateCall } from '../../../algebra/scalar.ts';
import type { Datum } from '../../../core/datum.ts';
import type { Accumulator } from './accumulator.ts';
import { ArrayAggregate } from './array-aggregate.ts';
import type { BitOperation } from './bits.ts';
import { BitAccumulator, BooleanAccumulator } from './bits.ts';
import { CountAccumulator } from './count.ts';
import { FloatMoments, FloatSum } from './float-moments.ts';
import { BigIntegerSum, IntegerAverage, SmallIntegerSum } from './integer-sum.ts';
import type { HypotheticalRank } from './hypothetical-rank.ts';
import { HypotheticalRankAccumulator } from './hypothetical-rank.ts';
import { IntervalSum } from './interval-sum.ts';
import { jsonAggregate, jsonArrayParts, jsonObjectParts } from './json-aggregate.ts';
import { extremeOf, KeptRow } from './min-max.ts';
import { ModeAccumulator } from './mode.ts';
import { NumericAverage, NumericSum } from './numeric-sum.ts';
import type { Dispersion } from './numeric-variance.ts';
import { NumericVariance } from './numeric-variance.ts';
import { continuousPick, discretePick, PercentileAccumulator } from './percentile.ts';
import { PairCountAccumulator, RegressionAccumulator, regressionResults } from './regression.ts';
import { StringAggregate } from './string-aggregate.ts';

/** `direct`: the values of the direct arguments. */
export type AccumulatorFactory = (call: AggregateCall, direct: readonly Datum[], settings: SessionSettings) => Accumulator;

const factories = new Map<string, AccumulatorFactory>([
  ['count()', () => new CountAccumulator()],
  ['count(any)', () => new CountAccumulator()],
  ['sum(int2)', () => new SmallIntegerSum()],
  ['sum(int4)', () => new SmallIntegerSum()],
  ['sum(int8)', () => new BigIntegerSum()],
  ['sum(numeric)', () => new NumericSum()],
  ['sum(float4)', () => new FloatSum(true)],
  ['sum(float8)', () => new FloatSum(false)],
  ['sum(interval)', () => new IntervalSum('sum')],
  ['avg(int2)', () => new IntegerAverage()],
  ['avg(int4)', () => new IntegerAverage()],
  ['avg(int8)', () => new IntegerAverage()],
  ['avg(numeric)', () => new NumericAverage()],
  ['avg(float4)', () => new FloatMoments('avg')],
  ['avg(float8)', () => new FloatMoments('avg')],
  ['avg(interval)', () => new IntervalSum('avg')],
  ['bool_and(bool)', () => new BooleanAccumulator(0)],
  ['every(bool)', () => new BooleanAccumulator(0)],
  ['bool_or(bool)', () => new BooleanAccumulator(1)],
  ['any_value(anyelement)', (call) => new KeptRow(call.type, null)],
  ['string_agg(text,text)', () => new StringAggregate()],
  ['string_agg(bytea,bytea)', () => new StringAggregate()],
  ['array_agg(anynonarray)', (call) => new ArrayAggregate(call.args[0]!.type, call.type)],
  ['array_agg(anyarray)', (call) => new ArrayAggregate(call.args[0]!.type, call.type)],
]);

const ordered = [
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'text',
  'bpchar',
  'bytea',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'interval',
  'anyenum',
  'anyarray',
  'record',
];
for (const type of ordered) {
  factories.set(`max(${type})`, (call) => extremeOf(call.args[0]!.type, 1));
  factories.set(`min(${type})`, (call) => extremeOf(call.args[0]!.type, -1));
}

const dispersions: readonly (readonly [string, Dispersion])[] = [
  ['var_pop', 'var_pop'],
  ['var_samp', 'var_samp'],
  ['variance', 'var_samp'],
  ['stddev_pop', 'stddev_pop'],
  ['stddev_samp', 'stddev_samp'],
  ['stddev', 'stddev_samp'],
];
for (const [name, what] of dispersions) {
  for (const type of ['int2', 'int4', 'int8', 'numeric']) factories.set(`${name}(${type})`, () => new NumericVariance(what));
  for (const type of ['float4', 'float8']) factories.set(`${name}(${type})`, () => new FloatMoments(what));
}

for (const [name, result] of Object.entries(regressionResults)) {
  factories.set(`${name}(float8,float8)`, () => new RegressionAccumulator(result));
}
factories.set('regr_count(float8,float8)', () => new PairCountAccumulator());

const percentile =
  (pick: typeof discretePick): AccumulatorFactory =>
  (call, [value]) =>
    new PercentileAccumulator(call.orderBy[0]!.expr.type, call.type, value!, pick);
for (const percentiles of ['float8', '_float8']) {
  factories.set(`percentile_disc(${percentiles},anyelement)`, percentile(discretePick));
  factories.set(`percentile_cont(${percentiles},float8)`, percentile(continuousPick));
}
factories.set('mode(anyelement)', (call) => new ModeAccumulator(call.type));

const ranks: readonly HypotheticalRank[] = ['rank', 'dense_rank', 'percent_rank', 'cume_dist'];
for (const rank of ranks) {
  factories.set(`${rank}(any)`, (call, direct) => new HypotheticalRankAccumulator(rank, call.orderBy, direct));
}

for (const binary of [false, true]) {
  const prefix = binary ? 'jsonb' : 'json';
  for (const [suffix, strict] of [
    ['', false],
    ['_strict', true],
  ] as const) {
    factories.set(`${prefix}_agg${suffix}(anyelement)`, jsonAggregate(jsonArrayParts(strict), binary));
    factories.set(`${prefix}_object_agg${suffix}(any,any)`, jsonAggregate(jsonObjectParts(strict, binary), binary));
  }
}

const bitOperations: readonly BitOperation[] = ['and', 'or', 'xor'];
for (const op of bitOperations) {
  for (const type of ['int2', 'int4']) factories.set(`bit_${op}(${type})`, () => new BitAccumulator(op, 1));
  factories.set(`bit_${op}(int8)`, () => new BitAccumulator(op, 2));
}

/** Aggregates whose answer depends on the order of their input. */
const orderSensitive = new Set([
  'string_agg(text,text)',
  'string_agg(bytea,bytea)',
  'array_agg(anynonarray)',
  'array_agg(anyarray)',
]);
export const isJsonAggregate = (signature: string): boolean => /^jsonb?_(?:object_)?agg/.test(signature);
export const isOrderSensitive = (signature: string): boolean => orderSensitive.has(signature) || isJsonAggregate(signature);

export const accumulatorFactory = (signature: string): AccumulatorFactory | undefined => factories.get(signature);
export const registeredAggregates = (): readonly string[] => [...factories.keys()];
