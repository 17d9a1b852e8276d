/** What is known of PostgreSQL's functions beyond their signature: which depend on more than their arguments. */
import type { FunctionRef } from '../../algebra/scalar.ts';

/** upper, lower and what compares through them: they follow the collation's case mapping. */
const CASING = /^(?:upper|lower|casefold|texticlike|texticnlike|bpchariclike|bpcharicnlike|nameiclike|nameicnlike|strpos_ci)$/;
/** Regular expressions, SIMILAR TO and initcap: they follow its character classes (and its case mapping). */
const CLASSES = /^(?:initcap|(?:text|bpchar|name)(?:ic)?regex(?:eq|ne)|regexp_.*|similar_.*)$/;

export const followsCasing = (fn: FunctionRef): boolean => fn.schema === 'pg_catalog' && CASING.test(fn.name);

export const followsClasses = (fn: FunctionRef): boolean =>
  fn.schema === 'pg_catalog' &&
  (CLASSES.test(fn.name) || (fn.name === 'substring' && fn.signature.startsWith('substring(text,text')));

const TEXT_COMPARISON = /^(?:text|bpchar)_?(?:lt|le|gt|ge|eq|ne)$/;

/** Those that raise 42P22 where their texts have several collations. */
export const needsCollation = (fn: FunctionRef): boolean =>
  TEXT_COMPARISON.test(fn.name) || ((followsCasing(fn) || followsClasses(fn)) && fn.signature.includes('(text'));

/**
 * Stable functions that depend on nothing but the settings every fragment runs under (TimeZone, DateStyle, IntervalStyle,
 * extra_float_digits, bytea_output; lc_* are C): anything else stable reads a clock, a session or a catalog.
 */
const DEPENDS_ON_SETTINGS_ONLY =
  /^(?:date|timestamp)_(?:eq|ne|lt|le|gt|ge|cmp)_timestamptz$|^timestamptz_(?:eq|ne|lt|le|gt|ge|cmp)_(?:date|timestamp)$|^timestamptz_(?:pl|mi)_interval$|^interval_pl_timestamptz$|^(?:date_trunc|date_part|extract|date_add|date_subtract|timestamptz|timestamp|date|time|timetz|to_char|to_date|to_timestamp|timezone|overlaps|in_range|concat|concat_ws|format|array_to_string|to_json|to_jsonb|jsonb?_populate_record(?:set)?|row_to_json|array_to_json|json_build_array|json_build_object|jsonb_build_array|jsonb_build_object|make_timestamptz|quote_literal|quote_nullable|json_agg|jsonb_agg|json_object_agg|jsonb_object_agg|string_agg|array_agg)$/;

/** Servers before 13 read some fields of templates (FF1 … FF6, SSSSS) as plain text. */
export const TEMPLATE_FIELDS_SINCE = 13;
export const readsTemplates = (fn: FunctionRef): boolean =>
  fn.schema === 'pg_catalog' && /^(?:to_char|to_date|to_timestamp)\(.+,text\)$/.test(fn.signature);

export const dependsOnSettingsOnly = (fn: FunctionRef): boolean => DEPENDS_ON_SETTINGS_ONLY.test(fn.name);

/** Functions whose answer is about characters or their bytes, so that a database in another encoding answers otherwise. */
export const comparesForEquality = (fn: FunctionRef): boolean => /^(?:text|bpchar|name)(?:eq|ne)(?:text|name)?$/.test(fn.name);

/** Functions that ask which of several values of jsonb, arrays or rows comes first. */
export const comparesValues = (fn: FunctionRef): boolean =>
  /^(?:jsonb|array|record)_(?:lt|le|gt|ge|cmp|larger|smaller)$|^bt(?:array|record)cmp$|^(?:min|max|array_sort|width_bucket)$/.test(
    fn.name,
  );
