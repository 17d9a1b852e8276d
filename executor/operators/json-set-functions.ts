/** Elements, members and keys of json and jsonb as sets of rows, by signature. */
import type { Datum } from '../../core/datum.ts';
import { invalidParameterValue } from '../../core/sql-error.ts';
import type { JsonKind, Span } from '../expression/kernels/json-scan.ts';
import { elementsOf, kindOf, membersOf, stringOf, wholeOf } from '../expression/kernels/json-scan.ts';

type Rows = (args: readonly Datum[]) => Iterable<readonly Datum[]>;

const textOf = (text: string, span: Span): string => text.slice(span.from, span.to);

/** The value as `->>` gives it. */
function plain(text: string, span: Span): string | null {
  const kind = kindOf(text, span);
  return kind === 'null' ? null : kind === 'string' ? stringOf(text, span) : textOf(text, span);
}

function requireKind(text: string, wanted: 'array' | 'object', name: string): Span {
  const whole = wholeOf(text);
  const kind = kindOf(text, whole);
  if (kind === wanted) return whole;
  throw invalidParameterValue(misfit(name, kind));
}

/** Each function has words of its own (jsonfuncs.c). */
function misfit(name: string, kind: JsonKind): string {
  const what = kind === 'object' ? 'an object' : kind === 'array' ? 'an array' : 'a scalar';
  if (name.startsWith('jsonb_array_elements')) return `cannot extract elements from ${what}`;
  if (name.startsWith('jsonb_each')) return `cannot call ${name} on a non-object`;
  if (name.startsWith('json_each')) return `cannot deconstruct ${kind === 'array' ? 'an array as an object' : what}`;
  return `cannot call ${name} on ${kind === 'object' ? 'a non-array' : what}`;
}

const elements = (name: string, read: (text: string, span: Span) => string | null): Rows =>
  function* (args) {
    const text = args[0] as string;
    for (const element of elementsOf(text, requireKind(text, 'array', name))) yield [read(text, element)];
  };

const members = (name: string, read: (text: string, span: Span) => string | null): Rows =>
  function* (args) {
    const text = args[0] as string;
    for (const { key, value } of membersOf(text, requireKind(text, 'object', name))) yield [key, read(text, value)];
  };

const keys = (name: string): Rows =>
  function* (args) {
    const text = args[0] as string;
    for (const { key } of membersOf(text, requireKind(text, 'object', name))) yield [key];
  };

export const jsonSetFunctions: Readonly<Record<string, Rows>> = Object.fromEntries(
  ['json', 'jsonb'].flatMap((type): [string, Rows][] => [
    [`${type}_array_elements(${type})`, elements(`${type}_array_elements`, textOf)],
    [`${type}_array_elements_text(${type})`, elements(`${type}_array_elements_text`, plain)],
    [`${type}_each(${type})`, members(`${type}_each`, textOf)],
    [`${type}_each_text(${type})`, members(`${type}_each_text`, plain)],
    [`${type}_object_keys(${type})`, keys(`${type}_object_keys`)],
  ]),
);
