/**
 * SQL values as JSON: to_json, to_jsonb, array_to_json, json(b)_build_object and json(b)_build_array (json.c, jsonb.c).
 * jsonb is the canonical form of what json gives.
 */
import type { SessionSettings } from '../../../algebra/plan.ts';
import type { Datum, PgArray, PgRow } from '../../../core/datum.ts';
import { canonicalJsonb, quoteJson } from '../../../core/json-text.ts';
import { invalidParameterValue, sqlError } from '../../../core/sql-error.ts';
import type { SqlType } from '../../../core/sql-type.ts';
import { formatDatum } from '../../../core/text-format.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { datumCode, nullableResult } from '../kernel.ts';
import { opaqueArgument } from './any-text.ts';

/** ISO 8601, whatever DateStyle says. */
function isoText(type: SqlType, value: Exclude<Datum, null>, settings: SessionSettings): string {
  const text = formatDatum(type, value, isoSettings(settings));
  const isoDate = text.replace(' ', 'T');
  if (type.kind === 'date' || !/^-?\d/.test(text)) return text;
  // Zones always show their minutes.
  return type.kind === 'timestamptz' ? isoDate.replace(/([+-]\d\d)(?=$| BC)/, '$1:00') : isoDate;
}

const isoCache = new WeakMap<SessionSettings, SessionSettings>();
function isoSettings(settings: SessionSettings): SessionSettings {
  let iso = isoCache.get(settings);
  if (iso === undefined) isoCache.set(settings, (iso = { ...settings, dateStyle: 'ISO, MDY' }));
  return iso;
}

/** A value as JSON text. */
export function jsonOf(type: SqlType, value: Datum, settings: SessionSettings): string {
  if (value === null) return 'null';
  switch (type.kind) {
    case 'bool':
      return value === true ? 'true' : 'false';
    case 'int2':
    case 'int4':
    case 'int8':
    case 'float4':
    case 'float8':
    case 'numeric': {
      const text = formatDatum(type, value, settings);
      return /^-?\d/.test(text) ? text : `"${text}"`;
    }
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return `"${isoText(type, value, settings)}"`;
    case 'json':
    case 'jsonb':
      return value as string;
    case 'array':
      return jsonArray(type.element!, value as PgArray, settings);
    case 'composite':
      return jsonRow(type, value as PgRow, settings);
    default:
      return quoteJson(formatDatum(type, value, settings));
  }
}

/** composite_to_json */
function jsonRow(type: SqlType, row: PgRow, settings: SessionSettings, separator = ','): string {
  const members = type.fields!.map((field, i) => `${quoteJson(field.name)}:${jsonOf(field.type, row.values[i]!, settings)}`);
  return `{${members.join(separator)}}`;
}

function jsonArray(element: SqlType, { dims, elements }: PgArray, settings: SessionSettings, separator = ','): string {
  let next = 0;
  const write = (depth: number): string => {
    if (depth >= dims.length) return jsonOf(element, elements[next++] ?? null, settings);
    const parts = Array.from({ length: dims[depth]! }, () => write(depth + 1));
    return `[${parts.join(depth === 0 ? separator : ',')}]`;
  };
  return dims.length === 0 ? '[]' : write(0);
}

/** The text of a key, quoted. */
export function jsonKeyOf(type: SqlType, value: Exclude<Datum, null>, settings: SessionSettings): string {
  if (type.kind === 'array' || type.kind === 'composite' || type.kind === 'json' || type.kind === 'jsonb') {
    throw invalidParameterValue('key value must be scalar, not array, composite, or json');
  }
  if (type.kind === 'bool') return value === true ? '"true"' : '"false"';
  const json = jsonOf(type, value, settings);
  return json.startsWith('"') ? json : `"${json}"`;
}

type Build = (types: readonly SqlType[], values: readonly Datum[], settings: SessionSettings) => string;

const buildArray: Build = (types, values, settings) =>
  `[${values.map((value, i) => jsonOf(types[i]!, value, settings)).join(', ')}]`;

const buildObject =
  (binary: boolean): Build =>
  (types, values, settings) => {
    if (values.length % 2 !== 0) {
      throw invalidParameterValue('argument list must have even number of elements', {
        hint: `The arguments of ${binary ? 'jsonb' : 'json'}_build_object() must consist of alternating keys and values.`,
      });
    }
    const members: string[] = [];
    for (let i = 0; i < values.length; i += 2) {
      const key = values[i]!;
      if (key === null) {
        throw binary
          ? invalidParameterValue(`argument ${i + 1}: key must not be null`)
          : sqlError('22004', 'null value not allowed for object key');
      }
      members.push(`${jsonKeyOf(types[i]!, key, settings)} : ${jsonOf(types[i + 1]!, values[i + 1]!, settings)}`);
    }
    return `{${members.join(', ')}}`;
  };

const built = (build: Build, binary: boolean): Kernel => ({
  collation: 'none',
  refusal: opaqueArgument,
  emit: (call) => {
    const { emitter } = call;
    const types = call.args.map((arg) => arg.type);
    const make = (settings: SessionSettings, values: readonly Datum[]): string => {
      const text = build(types, values, settings);
      return binary ? canonicalJsonb(text) : text;
    };
    const values = call.args.map((arg) => datumCode(emitter, arg));
    return nullableResult(call, `${emitter.hoist(make)}(${emitter.hoist(call.settings)}, [${values.join(', ')}])`);
  },
});

const single: Build = ([type], [value], settings) => jsonOf(type!, value!, settings);
const lines: Build = ([type], [value, inLines], settings) =>
  jsonArray(type!.element!, value as PgArray, settings, inLines === true ? ',\n ' : ',');

const row: Build = ([type], [value, inLines], settings) =>
  jsonRow(type!, value as PgRow, settings, inLines === true ? ',\n ' : ',');

export const jsonBuildKernels: KernelTable = {
  'to_json(anyelement)': built(single, false),
  'to_jsonb(anyelement)': built(single, true),
  'array_to_json(anyarray)': built(single, false),
  'array_to_json(anyarray,bool)': built(lines, false),
  'row_to_json(record)': built(row, false),
  'row_to_json(record,bool)': built(row, false),
  'json_build_array()': built(buildArray, false),
  'json_build_array(any)': built(buildArray, false),
  'jsonb_build_array()': built(buildArray, true),
  'jsonb_build_array(any)': built(buildArray, true),
  'json_build_object()': built(buildObject(false), false),
  'json_build_object(any)': built(buildObject(false), false),
  'jsonb_build_object()': built(buildObject(true), true),
  'jsonb_build_object(any)': built(buildObject(true), true),
};
