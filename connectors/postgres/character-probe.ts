/**
 * Questions that tell whether a server knows characters as PostgreSQL 18's builtin `pg_c_utf8` does, and its answers.
 * Case: upper and lower of every code point of the planes that have letters with case. Classes: every class of a regular
 * expression, and initcap's idea of a word, over the planes that have characters. A test asks our own PostgreSQL again and
 * prints the references when they no longer hold. Casing: where a database's default differs, all of it (case-spellings.ts).
 */

/** Planes 0 and 1 without NUL and surrogates. */
const CASED = `(i BETWEEN 1 AND 55295 OR i BETWEEN 57344 AND 131071)`;

export const CASE_PROBE = (collate: string): string => `
  SELECT md5(string_agg(upper(chr(i)${collate}) || lower(chr(i)${collate}), '' ORDER BY i)) AS hash
  FROM generate_series(1, 131071) AS g (i) WHERE ${CASED}`;

/** Which characters the database's default changes to what; the sigma that ends a word may be one of its own. */
const changed = (name: string): string => `
  SELECT '${name}', chr(i), ${name}(chr(i)) FROM generate_series(1, 131071) AS g (i) WHERE ${CASED} AND ${name}(chr(i)) <> chr(i)`;
export const CASING_PROBE = `
  SELECT * FROM (${changed('lower')} UNION ALL ${changed('upper')} UNION ALL SELECT 'lower', 'Σ', right(lower('aΣ'), 1))
    AS changed (function, character, mapped)`;

const CLASSES = ['alpha', 'digit', 'upper', 'lower', 'space', 'punct', 'graph', 'print', 'cntrl'];

/** One string per block of 256 code points and class: what is left of the block when the class is removed. */
export const CLASS_PROBE = (collate: string): string => `
  SELECT md5(string_agg(${[
    ...CLASSES.map((name) => `regexp_replace(block${collate}, '[[:${name}:]]', '', 'g')`),
    `regexp_replace(block${collate}, '\\w', '', 'g')`,
    `initcap(words${collate})`,
  ].join(" || '/' || ")}, '' ORDER BY b)) AS hash
  FROM (SELECT i / 256 AS b, string_agg(chr(i), '' ORDER BY i) AS block, string_agg('a' || chr(i) || 'a', '' ORDER BY i) AS words
    FROM generate_series(1, 262143) AS g (i) WHERE i NOT BETWEEN 55296 AND 57343 GROUP BY i / 256) AS blocks`;

export const CASE_REFERENCE = 'f5c836c2fc7056950f58d537b50de5f9';
export const CLASS_REFERENCE = 'b9559afaa6841f3e7830bac8db61d77b';
