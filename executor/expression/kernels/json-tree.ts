/** jsonb as a tree, read from its text and written back to it, for functions that change or compare it. */
import type { Numeric } from '../../../core/datum.ts';
import { quoteJson } from '../../../core/json-text.ts';
import { compareNumeric } from '../../../core/numeric.ts';
import { formatNumeric, parseNumeric } from '../../../core/numeric-text.ts';
import { compareStrings } from '../compare.ts';
import type { Span } from './json-scan.ts';
import { elementsOf, kindOf, membersOf, stringOf, wholeOf } from './json-scan.ts';

export type JsonNode =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: Numeric }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly elements: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonNode> };

export const readJsonb = (text: string): JsonNode => read(text, wholeOf(text));

function read(text: string, span: Span): JsonNode {
  const kind = kindOf(text, span);
  switch (kind) {
    case 'null':
      return { kind };
    case 'boolean':
      return { kind, value: text[span.from] === 't' };
    case 'number':
      return { kind, value: parseNumeric(text.slice(span.from, span.to)) };
    case 'string':
      return { kind, value: stringOf(text, span) };
    case 'array':
      return { kind, elements: Array.from(elementsOf(text, span), (element) => read(text, element)) };
    case 'object':
      return { kind, members: new Map(Array.from(membersOf(text, span), ({ key, value }) => [key, read(text, value)])) };
  }
}

/** Keys by length in bytes, then by bytes. */
export function sortedKeys(members: ReadonlyMap<string, JsonNode>): readonly string[] {
  const keys = [...members.keys()].map((key) => ({ key, bytes: Buffer.from(key, 'utf8') }));
  keys.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
  return keys.map(({ key }) => key);
}

export function writeJsonb(node: JsonNode): string {
  switch (node.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(node.value);
    case 'number':
      return formatNumeric(node.value);
    case 'string':
      return quoteJson(node.value);
    case 'array':
      return `[${node.elements.map(writeJsonb).join(', ')}]`;
    case 'object':
      return `{${sortedKeys(node.members)
        .map((key) => `${quoteJson(key)}: ${writeJsonb(node.members.get(key)!)}`)
        .join(', ')}}`;
  }
}

/** From the least to the greatest (jsonb.h). */
const KIND_ORDER: readonly JsonNode['kind'][] = ['null', 'string', 'number', 'boolean', 'array', 'object'];

/**
 * The order of jsonb's B-tree: by kind; arrays and objects by their size first, strings and keys by code points. Numbers of
 * different scales are equal.
 */
export function compareNodes(a: JsonNode, b: JsonNode): number {
  if (a.kind === 'boolean' && b.kind === 'boolean') return Number(a.value) - Number(b.value);
  if (a.kind === 'string' && b.kind === 'string') return compareStrings(a.value, b.value);
  if (a.kind === 'number' && b.kind === 'number') return compareNumeric(a.value, b.value);
  if (a.kind === 'array' && b.kind === 'array') {
    let order = a.elements.length - b.elements.length;
    for (let i = 0; order === 0 && i < a.elements.length; i++) order = compareNodes(a.elements[i]!, b.elements[i]!);
    return order;
  }
  if (a.kind === 'object' && b.kind === 'object') return compareMembers([...a.members], [...b.members]);
  return KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind);
}

type Members = readonly (readonly [string, JsonNode])[];

/** In the order in which jsonb keeps them. */
function compareMembers(a: Members, b: Members): number {
  let order = a.length - b.length;
  for (let i = 0; order === 0 && i < a.length; i++) {
    order = compareStrings(a[i]![0], b[i]![0]) || compareNodes(a[i]![1], b[i]![1]);
  }
  return order;
}

/** The same of whole values: at the top an empty array comes before every scalar, as PostgreSQL has kept it for old indexes. */
export function compareJsonb(a: JsonNode, b: JsonNode): number {
  if (isEmptyArray(a) && isScalar(b)) return -1;
  return isEmptyArray(b) && isScalar(a) ? 1 : compareNodes(a, b);
}

export const isScalar = (node: JsonNode): boolean => node.kind !== 'array' && node.kind !== 'object';
const isEmptyArray = (node: JsonNode): boolean => node.kind === 'array' && node.elements.length === 0;
