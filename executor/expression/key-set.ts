/** The distinct values of a constant list, ready to be looked up: by key, and texts also by their bytes. */
import type { Datum, Interval, Numeric } from '../../core/datum.ts';
import { numericKey } from '../../core/numeric-key.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { equalSpans, intervalSpan, withoutBlanks } from './compare.ts';
import { latin1 } from './convert.ts';
import type { Key } from './value-keys.ts';

/** Keys as keyCode (value-keys.ts) writes them. */
export function keyOf(type: SqlType, datum: Exclude<Datum, null>): Key {
  switch (type.kind) {
    case 'numeric':
      return numericKey(datum as Numeric);
    case 'bpchar':
      return withoutBlanks(datum as string);
    case 'bytea':
    case 'uuid':
      return latin1(datum as Uint8Array);
    case 'interval':
      return intervalSpan(datum as Interval);
    default:
      return datum as Key;
  }
}

export type KeySet =
  | { readonly kind: 'keys'; readonly keys: ReadonlySet<Key> }
  | { readonly kind: 'bytes'; readonly keys: ReadonlySet<Key>; readonly set: ByteStringSet };

export function keySetOf(type: SqlType, elements: readonly Datum[]): KeySet {
  const keys = new Set<Key>();
  for (const element of elements) if (element !== null) keys.add(keyOf(type, element));
  if (type.kind !== 'text' && type.kind !== 'varchar' && type.kind !== 'name') return { kind: 'keys', keys };
  return { kind: 'bytes', keys, set: new ByteStringSet([...keys] as string[]) };
}

/** Strings found by their UTF-8 bytes, open addressing. */
export class ByteStringSet {
  readonly #slots: (Buffer | undefined)[];
  readonly #mask: number;

  constructor(texts: readonly string[]) {
    let size = 8;
    while (size < texts.length * 3) size *= 2;
    this.#slots = Array.from({ length: size });
    this.#mask = size - 1;
    for (const text of texts) {
      const bytes = Buffer.from(text, 'utf8');
      let at = hashSpan(bytes, 0, bytes.length) & this.#mask;
      while (this.#slots[at] !== undefined) at = (at + 1) & this.#mask;
      this.#slots[at] = bytes;
    }
  }

  has(data: Uint8Array, from: number, to: number): boolean {
    for (let at = hashSpan(data, from, to) & this.#mask; ; at = (at + 1) & this.#mask) {
      const candidate = this.#slots[at];
      if (candidate === undefined) return false;
      if (equalSpans(candidate, 0, candidate.length, data, from, to)) return true;
    }
  }
}

/** FNV-1a with a final mix. */
export function hashSpan(data: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ data[i]!, 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
