/** Comparison of jsonb: `=`, `<` and their kin, `@>`, `<@`; casts of jsonb scalars to SQL types (jsonb_op.c, jsonb.c). */
import type { Datum, Numeric } from '../../../core/datum.ts';
import { jsonbKey } from '../../../core/jsonb-key.ts';
import { compareNumeric, numericToInt64 } from '../../../core/numeric.ts';
import { numericToFloat32, numericToFloat64 } from '../../../core/numeric-float.ts';
import { invalidParameterValue } from '../../../core/sql-error.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { apply, applyNullable } from '../kernel.ts';
import type { JsonNode } from './json-tree.ts';
import { isScalar, readJsonb } from './json-tree.ts';
import { compareJsonb } from './jsonb-order.ts';

/** One of them is a scalar. */
function areEqual(a: JsonNode, b: JsonNode): boolean {
  if (a.kind === 'number') return b.kind === 'number' && compareNumeric(a.value, b.value) === 0;
  return a.kind === b.kind && (!('value' in a) || !('value' in b) || a.value === b.value);
}

/** Every part of `part` is found at the same place of `whole`; places in arrays do not matter. */
function contains(whole: JsonNode, part: JsonNode): boolean {
  if (part.kind === 'object') {
    if (whole.kind !== 'object') return false;
    return [...part.members].every(([key, value]) => {
      const own = whole.members.get(key);
      if (own === undefined || own.kind !== value.kind) return false;
      return isScalar(value) ? areEqual(own, value) : contains(own, value);
    });
  }
  if (part.kind !== 'array' || whole.kind !== 'array') return false;
  return part.elements.every((element) =>
    isScalar(element)
      ? whole.elements.some((own) => areEqual(own, element))
      : whole.elements.some((own) => !isScalar(own) && contains(own, element)),
  );
}

/** At the top an array contains a scalar that is one of its elements. */
function containsText(whole: string, part: string): boolean {
  const a = readJsonb(whole);
  const b = readJsonb(part);
  if (!isScalar(b)) return contains(a, b);
  if (isScalar(a)) return areEqual(a, b);
  return a.kind === 'array' && a.elements.some((element) => areEqual(element, b));
}

const equal = (a: string, b: string): boolean => a === b || jsonbKey(a) === jsonbKey(b);

const kinds = { boolean: 'boolean', number: 'numeric', string: 'string', array: 'array', object: 'object' } as const;

/** A jsonb scalar of the wanted kind; null for null. */
const castTo = (kind: 'boolean' | 'number', type: string, convert: (value: never) => Datum): Kernel =>
  applyNullable((text: string) => {
    const node = readJsonb(text);
    if (node.kind === 'null') return null;
    if (node.kind !== kind) throw invalidParameterValue(`cannot cast jsonb ${kinds[node.kind]} to type ${type}`);
    return convert(node.value as never);
  });

const toInteger = (type: 'smallint' | 'integer' | 'bigint'): Kernel =>
  castTo('number', type, (value: Numeric) => numericToInt64(value, type));

export const jsonbValueKernels: KernelTable = {
  'jsonb_contains(jsonb,jsonb)': apply(containsText),
  'jsonb_contained(jsonb,jsonb)': apply((part: string, whole: string) => containsText(whole, part)),
  'jsonb_eq(jsonb,jsonb)': apply(equal),
  'jsonb_ne(jsonb,jsonb)': apply((a: string, b: string) => !equal(a, b)),
  'jsonb_lt(jsonb,jsonb)': apply((a: string, b: string) => compareJsonb(a, b) < 0),
  'jsonb_le(jsonb,jsonb)': apply((a: string, b: string) => compareJsonb(a, b) <= 0),
  'jsonb_gt(jsonb,jsonb)': apply((a: string, b: string) => compareJsonb(a, b) > 0),
  'jsonb_ge(jsonb,jsonb)': apply((a: string, b: string) => compareJsonb(a, b) >= 0),
  'bool(jsonb)': castTo('boolean', 'boolean', (value: boolean) => value),
  'numeric(jsonb)': castTo('number', 'numeric', (value: Numeric) => value),
  'int2(jsonb)': toInteger('smallint'),
  'int4(jsonb)': toInteger('integer'),
  'int8(jsonb)': toInteger('bigint'),
  'float4(jsonb)': castTo('number', 'real', numericToFloat32),
  'float8(jsonb)': castTo('number', 'double precision', numericToFloat64),
};
