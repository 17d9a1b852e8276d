/**
 * Defaults of PostgreSQL's own functions for arguments a call leaves out (its parser leaves them to the planner): all
 * constants. Those of functions made by users are known to the catalog server only.
 */
import type { FunctionRef, Scalar } from '../../algebra/scalar.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { sqlType } from '../../core/sql-type.ts';

type Default = readonly [kind: 'int4' | 'float8' | 'bool' | 'text' | 'jsonb', value: number | boolean | string];

const zero: Default = ['int4', 0];
const yes: Default = ['bool', true];
const not: Default = ['bool', false];
const noVariables: Default = ['jsonb', '{}'];
const composed: Default = ['text', 'NFC'];

/** Of the last arguments. */
const defaults: Record<string, readonly Default[]> = {
  'make_interval(int4,int4,int4,int4,int4,int4,float8)': [zero, zero, zero, zero, zero, zero, ['float8', 0]],
  'jsonb_set(jsonb,_text,jsonb,bool)': [yes],
  'jsonb_set_lax(jsonb,_text,jsonb,bool,text)': [yes, ['text', 'use_json_null']],
  'jsonb_insert(jsonb,_text,jsonb,bool)': [not],
  'json_strip_nulls(json,bool)': [not],
  'json_populate_record(anyelement,json,bool)': [not],
  'json_populate_recordset(anyelement,json,bool)': [not],
  'jsonb_strip_nulls(jsonb,bool)': [not],
  'parse_ident(text,bool)': [yes],
  'normalize(text,text)': [composed],
  'is_normalized(text,text)': [composed],
};
for (const name of ['exists', 'match', 'query', 'query_array', 'query_first']) {
  for (const suffix of ['', '_tz']) defaults[`jsonb_path_${name}${suffix}(jsonb,jsonpath,jsonb,bool)`] = [noVariables, not];
}

/** The value of argument `index` of `arity`; undefined: there is no default, or none we know. */
export function defaultArgument(fn: FunctionRef, index: number, arity: number): Scalar | undefined {
  const known = fn.schema === 'pg_catalog' ? defaults[fn.signature] : undefined;
  const found = known?.[index - (arity - known.length)];
  if (found === undefined) return undefined;
  const [kind, value] = found;
  const type: SqlType = sqlType(kind);
  return { kind: 'const', value, type };
}
