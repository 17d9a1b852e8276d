/** Looking into json and jsonb: `->`, `->>`, `#>`, `#>>`, lengths, types, `?`, `?|`, `?&` (jsonfuncs.c, jsonb_op.c). */
import type { PgArray } from '../../../core/datum.ts';
import { invalidParameterValue } from '../../../core/sql-error.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { apply, applyNullable } from '../kernel.ts';
import type { Span } from './json-scan.ts';
import { checkEscapes, elementAt, elementsOf, kindOf, membersOf, stringOf, wholeOf } from './json-scan.ts';

type Find = (text: string, whole: Span) => Span | undefined;

/** Of equal keys the last one. */
function member(text: string, object: Span, key: string): Span | undefined {
  let found: Span | undefined;
  for (const { key: name, value } of membersOf(text, object)) if (name === key) found = value;
  return found;
}

/** A whole number as C's strtol reads it, nothing after it. */
function pathIndex(step: string): number | undefined {
  if (!/^[ \t\n\v\f\r]*[+-]?\d+$/.test(step)) return undefined;
  const index = Number(step);
  return Math.abs(index) > 0x7fffffff ? undefined : index;
}

/** Equal keys are tried all: the last one that leads to the end counts. */
function descend(text: string, value: Span, path: readonly string[], depth: number): Span | undefined {
  const step = path[depth];
  if (step === undefined) return value;
  if (text[value.from] === '[') {
    const index = pathIndex(step);
    const element = index === undefined ? undefined : elementAt(text, value, index);
    return element && descend(text, element, path, depth + 1);
  }
  let found: Span | undefined;
  for (const { key, value: child } of membersOf(text, value)) {
    if (key === step) found = descend(text, child, path, depth + 1) ?? found;
  }
  return found;
}

const asJson = (text: string, found: Span | undefined): string | null => (found ? text.slice(found.from, found.to) : null);
function asText(text: string, found: Span | undefined): string | null {
  if (found === undefined) return null;
  const kind = kindOf(text, found);
  if (kind === 'null') return null;
  return kind === 'string' ? stringOf(text, found) : text.slice(found.from, found.to);
}

type Result = (text: string, found: Span | undefined) => string | null;

function look(isText: boolean, find: Find, text: string, result: Result): string | null {
  if (isText) checkEscapes(text);
  return result(text, find(text, wholeOf(text)));
}

/** `json`: kept as text, with what jsonb no longer has. */
const field = (json: boolean, result: Result): Kernel =>
  applyNullable((text: string, key: string) => look(json, (t, whole) => member(t, whole, key), text, result));

/** A scalar jsonb is an array of itself inside, and so has an element. */
const element = (json: boolean, result: Result): Kernel =>
  applyNullable((text: string, index: number) =>
    look(
      json,
      (t, whole) => {
        const kind = kindOf(t, whole);
        if (json || kind === 'array' || kind === 'object') return elementAt(t, whole, index);
        return index === 0 || index === -1 ? whole : undefined;
      },
      text,
      result,
    ),
  );

const path = (json: boolean, result: Result): Kernel =>
  applyNullable((text: string, steps: PgArray) => {
    if (steps.elements.includes(null)) return null;
    return look(json, (t, whole) => descend(t, whole, steps.elements as readonly string[], 0), text, result);
  });

function lengthOf(text: string): number {
  const whole = wholeOf(text);
  const kind = kindOf(text, whole);
  if (kind === 'object') throw invalidParameterValue('cannot get array length of a non-array');
  if (kind !== 'array') throw invalidParameterValue('cannot get array length of a scalar');
  let count = 0;
  for (const _ of elementsOf(text, whole)) count++;
  return count;
}

const typeOf = (text: string): string => kindOf(text, wholeOf(text));

/** Keys of an object, strings of an array, a string itself. */
function namesIn(text: string): ReadonlySet<string> {
  const whole = wholeOf(text);
  const names = new Set<string>();
  for (const { key } of membersOf(text, whole)) names.add(key);
  for (const span of [...elementsOf(text, whole), whole]) if (kindOf(text, span) === 'string') names.add(stringOf(text, span));
  return names;
}
const wanted = (array: PgArray): readonly string[] => array.elements.filter((name): name is string => name !== null);

export const jsonAccessKernels: KernelTable = {
  'json_object_field(json,text)': field(true, asJson),
  'json_object_field_text(json,text)': field(true, asText),
  'json_array_element(json,int4)': element(true, asJson),
  'json_array_element_text(json,int4)': element(true, asText),
  'json_extract_path(json,_text)': path(true, asJson),
  'json_extract_path_text(json,_text)': path(true, asText),
  'jsonb_object_field(jsonb,text)': field(false, asJson),
  'jsonb_object_field_text(jsonb,text)': field(false, asText),
  'jsonb_array_element(jsonb,int4)': element(false, asJson),
  'jsonb_array_element_text(jsonb,int4)': element(false, asText),
  'jsonb_extract_path(jsonb,_text)': path(false, asJson),
  'jsonb_extract_path_text(jsonb,_text)': path(false, asText),
  'json_array_length(json)': apply(lengthOf),
  'jsonb_array_length(jsonb)': apply(lengthOf),
  'json_typeof(json)': apply(typeOf),
  'jsonb_typeof(jsonb)': apply(typeOf),
  'jsonb_exists(jsonb,text)': apply((text: string, name: string) => namesIn(text).has(name)),
  'jsonb_exists_any(jsonb,_text)': apply((text: string, names: PgArray) => {
    const found = namesIn(text);
    return wanted(names).some((name) => found.has(name));
  }),
  'jsonb_exists_all(jsonb,_text)': apply((text: string, names: PgArray) => {
    const found = namesIn(text);
    return wanted(names).every((name) => found.has(name));
  }),
};
