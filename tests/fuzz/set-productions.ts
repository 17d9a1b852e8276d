/** Set-returning functions, by the type of their rows; none raises anything. */
import type { SqlTypeName } from './types.ts';

export interface SetProduction {
  readonly sql: string;
  readonly type: SqlTypeName;
}

export const SET_FUNCTIONS: readonly SetProduction[] = [
  { sql: 'generate_series(1, {int4~} % 5)', type: 'int4' },
  { sql: 'generate_series({int4~}, {int4~} + 3)', type: 'int4' },
  { sql: 'generate_series(5, {int4~} % 7, -2)', type: 'int4' },
  { sql: 'generate_series(1.0, round({numeric~}, 1) % 5, 0.75)', type: 'numeric' },
  { sql: "generate_series({timestamp~#1}, {timestamp~#1} + interval '2 days', '1 day')", type: 'timestamp' },
  { sql: 'unnest({int4[]})', type: 'int4' },
  { sql: 'unnest({text[]})', type: 'text' },
  { sql: 'generate_subscripts({int4[]}, 1)', type: 'int4' },
  { sql: "string_to_table({text}, 'a')", type: 'text' },
  { sql: "regexp_split_to_table({text}, '[ab]')", type: 'text' },
  { sql: 'jsonb_array_elements(jsonb_build_array({int4}, {text}, NULL))', type: 'jsonb' },
  { sql: 'jsonb_array_elements_text(to_jsonb({text[]}))', type: 'text' },
  { sql: "jsonb_object_keys(jsonb_build_object('b', {int4}, 'a', 1))", type: 'text' },
  { sql: "regexp_matches({text}, '[a-z]', 'g')", type: 'text[]' },
];
