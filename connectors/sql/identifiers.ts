/**
 * Names as SQL text. An identifier is left bare only when every PostgreSQL since 12 reads it back unchanged; whatever else
 * it holds (capitals, spaces, quotes, key words) travels in double quotes. No name reaches SQL text by another way.
 */

export { quoteIdentifier, quoteString } from '../../core/quoting.ts';

/** Splits a schema-qualified SQL name (`pg_catalog.int4`, `"shop.sales".mood`) into its unquoted parts. */
export function splitQualifiedName(name: string): readonly string[] {
  const parts: string[] = [];
  for (const match of name.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)) parts.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
  return parts;
}
