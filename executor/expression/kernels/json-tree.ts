/** jsonb as a tree, read from its text and written back to it, for functions that change or compare it. */
import type { Numeric } from '../../../core/datum.ts';
import { quoteJson, sortedKeys } from '../../../core/json-text.ts';
import { formatNumeric, parseNumeric } from '../../../core/numeric-text.ts';
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
      return { kind, elements: readElements(text, span) };
    case 'object':
      return { kind, members: readMembers(text, span) };
  }
}

function readElements(text: string, span: Span): readonly JsonNode[] {
  const elements: JsonNode[] = [];
  for (const element of elementsOf(text, span)) elements.push(read(text, element));
  return elements;
}

function readMembers(text: string, span: Span): ReadonlyMap<string, JsonNode> {
  const members = new Map<string, JsonNode>();
  for (const { key, value } of membersOf(text, span)) members.set(key, read(text, value));
  return members;
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

export const isScalar = (node: JsonNode): boolean => node.kind !== 'array' && node.kind !== 'object';
