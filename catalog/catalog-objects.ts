/**
 * What the catalog holds of some objects: one statement, one JSON document. Types come with those they are made of, relations
 * with their columns' types and collations.
 */
import { FIRST_USER_OID } from './oid-cache.ts';
import { ORDERING } from './operator-order.ts';

type ObjectKind = 'relations' | 'types' | 'functions' | 'operators' | 'collations';

/** A domain with a check in whose place the catalog has one that raises. */
export const IS_REFUSED = `definition LIKE '%tributary.refuse_domain(%'`;

/** The functions that make values of a source's range type (and its multirange's) came with it. */
const SITE_OF_RANGE_FUNCTION = `(SELECT y.site FROM pg_depend d JOIN pg_range r ON d.refobjid IN (r.rngtypid, r.rngmultitypid)
  JOIN tributary.mirror_user_type y ON y.oid = r.rngtypid
  WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i' LIMIT 1)`;

/** `among`: the condition that an object's OID, in `column`, is asked for. */
export const catalogObjectsSql = (among: (column: string, kind: ObjectKind) => string): string => `
WITH RECURSIVE rel AS (SELECT * FROM tributary.mirror WHERE ${among('oid', 'relations')}),
att AS (SELECT a.* FROM pg_attribute a JOIN rel ON rel.oid = a.attrelid WHERE a.attnum > 0),
typ (oid) AS (
  SELECT oid FROM pg_type WHERE ${among('oid', 'types')}
  UNION SELECT atttypid FROM att WHERE NOT attisdropped
  UNION SELECT unnest(p.proallargtypes) FROM pg_proc p JOIN tributary.mirror_function m ON m.oid = p.oid WHERE ${among('p.oid', 'functions')}
  UNION SELECT part FROM typ JOIN pg_type t ON t.oid = typ.oid CROSS JOIN LATERAL
    (VALUES (t.typelem), (t.typbasetype) UNION ALL SELECT atttypid FROM pg_attribute WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped) v(part) WHERE part <> 0)
SELECT json_build_object(
  'relations', (SELECT coalesce(json_agg(json_build_object('oid', rel.oid::int8, 'site', site, 'definition', definition, 'estimatedRows', estimated_rows,
      'stale', stale, 'columns', (SELECT json_agg(json_build_object('name', attname, 'type', atttypid::int8, 'typmod', atttypmod,
         'collation', attcollation::int8, 'notNull', attnotnull, 'dropped', attisdropped) ORDER BY attnum) FROM att WHERE attrelid = rel.oid))), '[]') FROM rel),
  'types', (SELECT coalesce(json_agg(json_build_object('oid', t.oid::int8, 'schema', n.nspname, 'name', typname, 'kind', typtype, 'element', typelem::int8,
      'isArray', typsubscript = 'array_subscript_handler'::regproc, 'base', typbasetype::int8, 'baseTypmod', typtypmod, 'collation', typcollation::int8,
      'refused', CASE WHEN typtype = 'd' THEN (SELECT y.site FROM tributary.mirror_user_type y WHERE y.oid = t.oid AND ${IS_REFUSED}) END,
      'ofTable', EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c'),
      'fields', CASE WHEN typtype = 'c' AND t.oid >= ${FIRST_USER_OID} THEN (SELECT json_agg(json_build_object('name', attname, 'type', atttypid::int8,
         'typmod', atttypmod, 'collation', attcollation::int8, 'attribute', attnum) ORDER BY attnum) FROM pg_attribute WHERE attrelid = typrelid AND attnum > 0 AND NOT attisdropped) END,
      'labels', CASE WHEN typtype = 'e' THEN (SELECT json_agg(json_build_object('oid', oid::int8, 'label', enumlabel) ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid) END)), '[]')
    FROM typ JOIN pg_type t ON t.oid = typ.oid JOIN pg_namespace n ON n.oid = typnamespace),
  'functions', (SELECT coalesce(json_agg(json_build_object('oid', p.oid::int8, 'schema', n.nspname, 'name', proname, 'kind', prokind,
      'args', (SELECT coalesce(json_agg(CASE an.nspname WHEN 'pg_catalog' THEN '' ELSE an.nspname || '.' END || at.typname ORDER BY ord), '[]')
               FROM unnest(proargtypes) WITH ORDINALITY a(arg, ord) JOIN pg_type at ON at.oid = arg JOIN pg_namespace an ON an.oid = at.typnamespace),
      'volatility', provolatile, 'strict', proisstrict, 'leakproof', proleakproof, 'set', proretset, 'aggregate', aggkind,
      'site', coalesce(m.site, ${SITE_OF_RANGE_FUNCTION}), 'columns', CASE WHEN m.oid IS NOT NULL THEN (SELECT json_agg(arg::int8 ORDER BY ord) FROM unnest(proallargtypes) WITH ORDINALITY a(arg, ord) WHERE proargmodes[ord] IN ('o', 't')) END)), '[]')
    FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
      LEFT JOIN tributary.mirror_function m ON m.oid = p.oid WHERE ${among('p.oid', 'functions')}),
  'operators', (SELECT coalesce(json_agg(json_build_object('oid', o.oid::int8, 'schema', n.nspname, 'name', oprname, 'kind', oprkind, 'fn', oprcode::oid::int8,
      'commutator', oprcom::int8, 'negator', oprnegate::int8, 'hash', oprcanhash, 'ordering', ${ORDERING})), '[]')
    FROM pg_operator o JOIN pg_namespace n ON n.oid = oprnamespace WHERE ${among('o.oid', 'operators')}),
  'collations', (SELECT coalesce(json_agg(json_build_object('oid', c.oid::int8, 'name', collname, 'schema', n.nspname, 'provider', collprovider,
      'locale', coalesce(colllocale, collcollate), 'deterministic', collisdeterministic)), '[]')
    FROM pg_collation c JOIN pg_namespace n ON n.oid = collnamespace
    WHERE ${among('c.oid', 'collations')} OR c.oid IN (SELECT attcollation FROM att) OR c.oid IN (SELECT typcollation FROM typ JOIN pg_type USING (oid)))
)::text AS answer`;

/**
 * For a session that has made some of them in its transaction, which nobody else sees. It reads nothing but the catalog, and
 * needs to read all of it.
 */
export const DESCRIBE_OBJECTS = `
CREATE OR REPLACE FUNCTION tributary.describe_objects(relations oid[], types oid[], functions oid[], operators oid[], collations oid[]) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$${catalogObjectsSql((column, kind) => `${column} = ANY (describe_objects.${kind})`)}$$;
`;

export const describeObjectsSql = (wanted: Readonly<Record<ObjectKind, readonly number[]>>): string => {
  const list = (kind: ObjectKind): string => `'{${wanted[kind].join(',')}}'::pg_catalog.oid[]`;
  return `SELECT tributary.describe_objects(${list('relations')}, ${list('types')}, ${list('functions')}, ${list('operators')}, ${list('collations')})`;
};
