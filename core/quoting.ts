/**
 * Names and strings as SQL text, as quote_identifier and quote_literal of PostgreSQL write them: for everything sent to a
 * source, and for the functions of these names.
 */

/** PostgreSQL's key words that are not "unreserved" (its appendix C): a bare identifier must be none of them. */
const KEY_WORDS = new Set(
  (
    'all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char ' +
    'character check coalesce collate collation column concurrently constraint create cross current_catalog current_date ' +
    'current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do ' +
    'else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike ' +
    'in initially inner inout int integer intersect interval into is isnull join json json_array json_arrayagg json_exists ' +
    'json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like ' +
    'limit localtime localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset ' +
    'on only or order out outer overlaps overlay placing position precision primary real references returning right row ' +
    'select session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to ' +
    'trailing treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes ' +
    'xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable'
  ).split(' '),
);

const PLAIN = /^[a-z_][a-z0-9_]*$/;

export const quoteIdentifier = (name: string): string =>
  PLAIN.test(name) && !KEY_WORDS.has(name) ? name : `"${name.replaceAll('"', '""')}"`;

/** A string as a literal that means the same under either setting of standard_conforming_strings. */
export function quoteString(value: string): string {
  const quoted = value.replaceAll("'", "''");
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}
