/**
 * The text of constants whose type has no decoder of ours (points, ranges, tsvector, bit strings, …). The catalog server
 * made their datums when it parsed the statement, and deparses them as `'…'::type`; its output functions are the authority.
 *
 * pg_get_expr under another signature does it, as a temporary function: no session but this connection's can call it. It
 * crashes on text that is no tree, so the tree is written here, from numbers alone.
 */
import { assert } from '../core/assert.ts';
import type { ConstantDatum } from '../algebra/catalog-lookup.ts';
import type { AdminConnection } from './admin-connection.ts';
import { quoteText } from './quote.ts';

const DEPARSE = `CREATE OR REPLACE FUNCTION pg_temp.deparse_constant(text, oid) RETURNS text LANGUAGE internal STABLE STRICT AS 'pg_get_expr'`;
const INVALID_SCHEMA_NAME = '3F000';
const UNDEFINED_FUNCTION = '42883';

/** `connection` is a superuser's. */
export async function constantTexts(
  connection: Pick<AdminConnection, 'rows'>,
  constants: readonly ConstantDatum[],
): Promise<readonly string[]> {
  const trees = constants.map((constant) => quoteText(treeOf(constant)));
  const sql = `SELECT pg_temp.deparse_constant(tree, 0) AS text FROM unnest(ARRAY[${trees.join(',')}]::text[]) WITH ORDINALITY u(tree, i) ORDER BY i`;
  const ask = async (): Promise<readonly string[]> =>
    (await connection.rows<{ text: string }>(sql)).map(({ text }) => literalValue(text));
  try {
    return await ask();
  } catch (error) {
    // A new connection has no temporary objects.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== INVALID_SCHEMA_NAME && code !== UNDEFINED_FUNCTION) throw error;
    await connection.rows(DEPARSE);
    return ask();
  }
}

function treeOf({ type, typmod, collation, length, byValue, bytes }: ConstantDatum): string {
  for (const field of [type, typmod, collation, length]) assert(Number.isInteger(field), 'a constant is described by numbers');
  const signed = Array.from(bytes, (byte) => (byte > 127 ? byte - 256 : byte));
  return (
    `{CONST :consttype ${type} :consttypmod ${typmod} :constcollid ${collation} :constlen ${length} :constbyval ${byValue} ` +
    `:constisnull false :location -1 :constvalue ${byValue ? length : bytes.length} [ ${signed.join(' ')} ]}`
  );
}

/** `'it''s'::type`, `B'101'`, `12::type` → the text between. */
function literalValue(deparsed: string): string {
  const quoted = /^B?'((?:[^']|'')*)'/.exec(deparsed)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  const plain = /^\(?([-\w.+]+)\)?(?:::.*)?$/.exec(deparsed)?.[1];
  assert(plain !== undefined, `a constant was deparsed as ${deparsed}`);
  return plain;
}
