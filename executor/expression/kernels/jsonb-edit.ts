/** jsonb changed: `||`, `-`, `#-`, jsonb_set, jsonb_insert, jsonb_strip_nulls, jsonb_pretty (jsonfuncs.c). */
import type { Datum, PgArray } from '../../../core/datum.ts';
import { quoteJson, sortedKeys } from '../../../core/json-text.ts';
import { invalidParameterValue, sqlError } from '../../../core/sql-error.ts';
import type { KernelTable } from '../kernel.ts';
import { apply } from '../kernel.ts';
import type { JsonNode } from './json-tree.ts';
import { elementsOf, kindOf, membersOf, stringOf, wholeOf } from './json-scan.ts';
import { isScalar, readJsonb, writeJsonb } from './json-tree.ts';

const array = (elements: readonly JsonNode[]): JsonNode => ({ kind: 'array', elements });
const object = (members: Iterable<readonly [string, JsonNode]>): JsonNode => ({ kind: 'object', members: new Map(members) });

/** Objects are merged, anything else is elements of one array. */
function concatenate(first: string, second: string): string {
  const a = readJsonb(first);
  const b = readJsonb(second);
  if (a.kind === 'object' && b.kind === 'object') return writeJsonb(object([...a.members, ...b.members]));
  const elements = (node: JsonNode): readonly JsonNode[] => (node.kind === 'array' ? node.elements : [node]);
  return writeJsonb(array([...elements(a), ...elements(b)]));
}

function container(text: string, what: string): Extract<JsonNode, { kind: 'array' | 'object' }> {
  const node = readJsonb(text);
  if (node.kind === 'array' || node.kind === 'object') return node;
  throw invalidParameterValue(`cannot ${what} scalar`);
}

/** Members of these keys, and elements that are these strings. What is left is copied: parts of jsonb's text are such text. */
function without(text: string, names: ReadonlySet<Datum>): string {
  const whole = wholeOf(text);
  const left: string[] = [];
  switch (kindOf(text, whole)) {
    case 'object':
      for (const { key, value } of membersOf(text, whole))
        if (!names.has(key)) left.push(`${quoteJson(key)}: ${text.slice(value.from, value.to)}`);
      return `{${left.join(', ')}}`;
    case 'array':
      for (const element of elementsOf(text, whole)) {
        const isNamed = kindOf(text, element) === 'string' && names.has(stringOf(text, element));
        if (!isNamed) left.push(text.slice(element.from, element.to));
      }
      return `[${left.join(', ')}]`;
    default:
      throw invalidParameterValue('cannot delete from scalar');
  }
}

function withoutElement(text: string, index: number): string {
  const node = container(text, 'delete from');
  if (node.kind === 'object') throw invalidParameterValue('cannot delete from object using integer index');
  const at = index < 0 ? node.elements.length + index : index;
  return writeJsonb(array(node.elements.filter((_, i) => i !== at)));
}

function flat(path: PgArray): readonly Datum[] {
  if (path.dims.length > 1) throw sqlError('2202E', 'wrong number of array subscripts');
  return path.elements;
}

/** What happens at the end of a path. */
type Change = 'delete' | 'replace' | 'create' | 'insert before' | 'insert after';

class PathChange {
  private readonly path: readonly Datum[];
  private readonly change: Change;
  private readonly value: JsonNode;
  private readonly adds: boolean;

  constructor(path: readonly Datum[], change: Change, value: JsonNode) {
    this.path = path;
    this.change = change;
    this.value = value;
    this.adds = change !== 'delete' && change !== 'replace';
  }

  at(node: JsonNode, level: number): JsonNode {
    const step = this.path[level] as string | null;
    if (step === null) throw sqlError('22004', `path element at position ${level + 1} is null`);
    if (node.kind === 'array') return this.inArray(node.elements, step, level);
    return node.kind === 'object' ? this.inObject(node.members, step, level) : node;
  }

  private isLast(level: number): boolean {
    return level === this.path.length - 1;
  }

  private inObject(members: ReadonlyMap<string, JsonNode>, key: string, level: number): JsonNode {
    const changed = new Map(members);
    const current = members.get(key);
    if (!this.isLast(level)) {
      if (current !== undefined) changed.set(key, this.at(current, level + 1));
    } else if (current === undefined) {
      if (this.adds) changed.set(key, this.value);
    } else if (this.change === 'delete') {
      changed.delete(key);
    } else {
      if (this.change.startsWith('insert')) {
        throw invalidParameterValue('cannot replace existing key', {
          hint: 'Try using the function jsonb_set to replace key value.',
        });
      }
      changed.set(key, this.value);
    }
    return { kind: 'object', members: changed };
  }

  private inArray(elements: readonly JsonNode[], step: string, level: number): JsonNode {
    const index = Number(step);
    if (!/^[ \t\n\v\f\r]*[+-]?\d+$/.test(step) || index > 2147483647 || index < -2147483648) {
      throw sqlError('22P02', `path element at position ${level + 1} is not an integer: "${step}"`);
    }
    const at = index < 0 ? elements.length + index : index;
    const current = elements[at];
    if (current === undefined) {
      if (!this.adds || !this.isLast(level)) return array(elements);
      return array(at < 0 ? [this.value, ...elements] : [...elements, this.value]);
    }
    const replacement = this.isLast(level) ? this.replacementOf(current) : [this.at(current, level + 1)];
    return array([...elements.slice(0, at), ...replacement, ...elements.slice(at + 1)]);
  }

  private replacementOf(current: JsonNode): readonly JsonNode[] {
    switch (this.change) {
      case 'delete':
        return [];
      case 'replace':
      case 'create':
        return [this.value];
      case 'insert before':
        return [this.value, current];
      case 'insert after':
        return [current, this.value];
    }
  }
}

function changed(text: string, path: PgArray, change: Change, value: string): string {
  const steps = flat(path);
  const node = container(text, change === 'delete' ? 'delete path in' : 'set path in');
  const size = node.kind === 'array' ? node.elements.length : node.members.size;
  if (steps.length === 0 || (size === 0 && (change === 'delete' || change === 'replace'))) return text;
  return writeJsonb(new PathChange(steps, change, readJsonb(value)).at(node, 0));
}

function withoutNulls(node: JsonNode, inArrays: boolean): JsonNode {
  if (node.kind === 'array') {
    const kept = inArrays ? node.elements.filter((element) => element.kind !== 'null') : node.elements;
    return array(kept.map((element) => withoutNulls(element, inArrays)));
  }
  if (node.kind !== 'object') return node;
  const members = [...node.members].filter(([, value]) => value.kind !== 'null');
  return object(members.map(([key, value]) => [key, withoutNulls(value, inArrays)]));
}

/** One line per member or element, four blanks per level. */
function pretty(node: JsonNode, indent: string): string {
  if (isScalar(node)) return writeJsonb(node);
  const inner = `${indent}    `;
  const items =
    node.kind === 'array'
      ? node.elements.map((element) => pretty(element, inner))
      : node.kind === 'object'
        ? sortedKeys(node.members).map((key) => `${quoteJson(key)}: ${pretty(node.members.get(key)!, inner)}`)
        : [];
  const [open, close] = node.kind === 'array' ? '[]' : '{}';
  const lines = items.map((item) => `\n${inner}${item}`).join(',');
  return `${open}${lines}\n${indent}${close}`;
}

export const jsonbEditKernels: KernelTable = {
  'jsonb_concat(jsonb,jsonb)': apply(concatenate),
  'jsonb_delete(jsonb,text)': apply((text: string, name: string) => without(text, new Set([name]))),
  'jsonb_delete(jsonb,int4)': apply(withoutElement),
  'jsonb_delete(jsonb,_text)': apply((text: string, names: PgArray) =>
    without(text, new Set(flat(names).filter((name) => name !== null))),
  ),
  'jsonb_delete_path(jsonb,_text)': apply((text: string, path: PgArray) => changed(text, path, 'delete', 'null')),
  'jsonb_set(jsonb,_text,jsonb,bool)': apply((text: string, path: PgArray, value: string, creates: boolean) =>
    changed(text, path, creates ? 'create' : 'replace', value),
  ),
  'jsonb_insert(jsonb,_text,jsonb,bool)': apply((text: string, path: PgArray, value: string, after: boolean) =>
    changed(text, path, after ? 'insert after' : 'insert before', value),
  ),
  'jsonb_strip_nulls(jsonb,bool)': apply((text: string, inArrays: boolean) =>
    writeJsonb(withoutNulls(readJsonb(text), inArrays)),
  ),
  'jsonb_pretty(jsonb)': apply((text: string) => pretty(readJsonb(text), '')),
};
