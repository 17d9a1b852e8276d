/**
 * Structural identity of relations: two with the same key and nothing volatile in them stand for the same rows, column for
 * column, whatever ids and names their columns have. For what looks for a relation asked for twice.
 */
import { plainValue } from './scalar-key.ts';
import type { Rel } from './rel.ts';

/** Fields that hold lists of column ids. */
const ID_LISTS: ReadonlySet<string> = new Set(['leftColumns', 'rightColumns', 'seedColumns', 'stepColumns', 'sets', 'of']);

/** Ids become numbers in the order in which they appear. The caller sees to volatile functions and samples. */
export function relKey(rel: Rel): string {
  const numbers = new Map<number, number>();
  const numberOf = (id: number): string => {
    let number = numbers.get(id);
    if (number === undefined) numbers.set(id, (number = numbers.size));
    return `#${number}`;
  };
  const numbered = (value: unknown): unknown =>
    typeof value === 'number' ? numberOf(value) : Array.isArray(value) ? value.map(numbered) : value;
  return JSON.stringify(rel, function (this: unknown, field: string, value: unknown): unknown {
    if (ID_LISTS.has(field)) return numbered(value);
    if ((field === 'column' || field === 'id') && typeof value === 'number') return numberOf(value);
    // A column's name is for people.
    if (field === 'name' && typeof this === 'object' && this !== null && 'id' in this && 'type' in this) return undefined;
    return plainValue(field, value);
  });
}
