/** Aggregate calls, by the type of their value; what depends on the order of the input has an ORDER BY. */
import { ORDERED_TYPES, type SqlTypeName } from './types.ts';

export interface AggregateProduction {
  readonly sql: string;
  readonly type: SqlTypeName;
  /** Its last digits depend on the order of its input: never compared or grouped on. */
  readonly inexact?: boolean;
}

const MIN_MAX: readonly SqlTypeName[] = [
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'text',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'interval',
  'int4[]',
  'text[]',
  'bytea',
];

const MODES: readonly SqlTypeName[] = ['int4', 'numeric', 'text', 'date', 'timestamp', 'bool'];

export const AGGREGATES: readonly AggregateProduction[] = [
  { sql: 'count(*)', type: 'int8' },
  ...ORDERED_TYPES.flatMap((type): AggregateProduction[] => [
    { sql: `count({${type}})`, type: 'int8' },
    { sql: `count(DISTINCT {${type}})`, type: 'int8' },
  ]),
  ...MIN_MAX.flatMap((type): AggregateProduction[] => [
    { sql: `min({${type}})`, type },
    { sql: `max({${type}})`, type },
  ]),
  { sql: 'sum({int2})', type: 'int8' },
  { sql: 'sum({int4})', type: 'int8' },
  { sql: 'sum(DISTINCT {int4})', type: 'int8' },
  { sql: 'sum({int8})', type: 'numeric' },
  { sql: 'sum({numeric})', type: 'numeric' },
  { sql: 'sum(DISTINCT {numeric})', type: 'numeric' },
  { sql: 'sum({interval~})', type: 'interval' },
  { sql: 'avg({int2})', type: 'numeric' },
  { sql: 'avg({int4})', type: 'numeric' },
  { sql: 'avg({int8})', type: 'numeric' },
  { sql: 'avg({numeric})', type: 'numeric' },
  { sql: 'avg(DISTINCT {int4})', type: 'numeric' },
  { sql: 'sum({float8~})', type: 'float8', inexact: true },
  { sql: 'avg({float8~})', type: 'float8', inexact: true },
  { sql: 'stddev({int4~})', type: 'numeric' },
  { sql: 'var_pop({numeric~})', type: 'numeric' },
  { sql: 'bool_and({bool})', type: 'bool' },
  { sql: 'bool_or({bool})', type: 'bool' },
  { sql: 'every({bool})', type: 'bool' },
  { sql: 'bit_and({int4})', type: 'int4' },
  { sql: 'bit_or({int8})', type: 'int8' },
  { sql: "string_agg({text#1}, ',' ORDER BY {text#1})", type: 'text' },
  { sql: "string_agg(DISTINCT {text#1}, '|' ORDER BY {text#1} DESC)", type: 'text' },
  { sql: 'string_agg({text#1}, {text#2} ORDER BY {text#1} DESC NULLS LAST, {text#2})', type: 'text' },
  { sql: 'array_agg({int4#1} ORDER BY {int4#1})', type: 'int4[]' },
  { sql: 'array_agg(DISTINCT {int4#1} ORDER BY {int4#1} DESC NULLS LAST)', type: 'int4[]' },
  { sql: 'array_agg({int4#1} ORDER BY {text#2}, {int4#1} NULLS FIRST)', type: 'int4[]' },
  { sql: 'array_agg({text#1} ORDER BY {text#1} DESC)', type: 'text[]' },
  { sql: 'array_agg(DISTINCT {text#1} ORDER BY {text#1})', type: 'text[]' },
  { sql: 'jsonb_agg({int4#1} ORDER BY {int4#1})', type: 'jsonb' },
  { sql: 'jsonb_agg({text#1} ORDER BY {text#1} DESC)', type: 'jsonb' },
  { sql: 'jsonb_agg_strict({text#1} ORDER BY {text#1})', type: 'jsonb' },
  { sql: "jsonb_object_agg(coalesce({text#1}, '-'), {int4#2} ORDER BY {text#1}, {int4#2})", type: 'jsonb' },
  { sql: 'json_agg({timestamp#1} ORDER BY {timestamp#1})::text', type: 'text' },
  { sql: 'json_object_agg(coalesce({int4#1}, 0), {text#2} ORDER BY {int4#1}, {text#2})::text', type: 'text' },
  ...MODES.flatMap((type): AggregateProduction[] => [
    { sql: `mode() WITHIN GROUP (ORDER BY {${type}})`, type },
    { sql: `percentile_disc(0.5) WITHIN GROUP (ORDER BY {${type}} DESC)`, type },
  ]),
  { sql: 'percentile_cont(0.25) WITHIN GROUP (ORDER BY {float8~})', type: 'float8' },
  { sql: 'percentile_cont(0.75) WITHIN GROUP (ORDER BY {int4} DESC)', type: 'float8' },
  { sql: 'percentile_disc(ARRAY[0, 0.3, 1]) WITHIN GROUP (ORDER BY {int4})', type: 'int4[]' },
  { sql: 'rank(2) WITHIN GROUP (ORDER BY {int4})', type: 'int8' },
  { sql: "dense_rank('b') WITHIN GROUP (ORDER BY {text} DESC)", type: 'int8' },
  { sql: 'percent_rank(1.5) WITHIN GROUP (ORDER BY {numeric})', type: 'float8' },
  { sql: 'cume_dist(3) WITHIN GROUP (ORDER BY {int4} NULLS FIRST)', type: 'float8' },
  { sql: 'regr_count({float8~}, {float8~})', type: 'int8' },
  { sql: 'stddev_samp({numeric~})', type: 'numeric' },
  { sql: 'variance({int8})', type: 'numeric' },
  { sql: 'bit_xor({int4})', type: 'int4' },
];
