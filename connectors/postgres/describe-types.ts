/**
 * The types that users defined in a PostgreSQL source: composite, domain, range and multirange types, as the catalog will
 * make them. Left out, so that their columns are carried as what is beneath them or as text: those made of a type that is left
 * out, that sort by a collation that is not by code point, or whose ranges a function of users makes canonical.
 */
import type pg from 'pg';
import type { SourceType } from '../../algebra/source-type.ts';
import { mirroredType } from './describe-column.ts';
import type { TypeRow } from './describe-column.ts';

const USER_SCHEMA = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

const DEFAULT_COLLATION_OID = 100;

/** '' for `own`, which it has without a word, if that goes by code point; C for others that do. */
const collationOf = (collation: string, own: string): string =>
  `(SELECT CASE WHEN ${collation} IN (0, ${own}) AND (${collation} <> ${DEFAULT_COLLATION_OID} OR d.by_code_point) THEN ''
     WHEN l.collname IN ('C', 'POSIX', 'ucs_basic', 'pg_c_utf8') THEN 'C' ELSE 'other' END
    FROM default_collation d LEFT JOIN pg_collation l ON l.oid = ${collation})`;

/** Whether the database's default collation goes by code point. */
const DEFAULT_COLLATION = `
  default_collation AS (SELECT to_jsonb(d) ->> 'datlocprovider' = 'b' OR (datcollate IN ('C', 'POSIX') AND to_jsonb(d) ->> 'datlocprovider' IS DISTINCT FROM 'i') AS by_code_point
    FROM pg_database d WHERE datname = current_database())`;

const COMPOSITES = `WITH ${DEFAULT_COLLATION}
  SELECT t.oid::int8::text AS oid, n.nspname AS schema, t.typname AS name,
    (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'type', a.atttypid::int8::text, 'typmod', a.atttypmod,
       'collation', CASE WHEN l.collname IN ('C', 'POSIX', 'ucs_basic') THEN 'C' WHEN a.attcollation = 0 OR l.collname IN ('default', 'pg_c_utf8') THEN '' ELSE 'other' END) ORDER BY a.attnum), '[]')
     FROM pg_attribute a LEFT JOIN pg_collation l ON l.oid = a.attcollation WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS fields
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_class c ON c.oid = t.typrelid
  WHERE t.typtype = 'c' AND c.relkind = 'c' AND ${USER_SCHEMA}`;

const DOMAIN_SCHEMAS = `
  SELECT DISTINCT n.nspname AS schema FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND ${USER_SCHEMA} ORDER BY 1`;

/**
 * Those of the one schema on the search path, which its own types are written without. A check is told when it is made of
 * nothing but PostgreSQL's own objects (they are pinned: no dependency is recorded), enums of that schema, and the base type.
 */
const DOMAINS = `
  SELECT t.oid::int8::text AS oid, n.nspname AS schema, t.typname AS name, t.typbasetype::int8::text AS base, t.typtypmod AS typmod,
    CASE WHEN t.typnotnull THEN coalesce((SELECT k.conname::text FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'n'), '') END AS not_null,
    CASE WHEN t.typcollation = b.typcollation THEN '' WHEN l.collname IN ('C', 'POSIX', 'ucs_basic') THEN 'C' ELSE 'other' END AS collation,
    (SELECT coalesce(json_agg(json_build_object('name', k.conname, 'expression', CASE WHEN NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_constraint'::regclass AND d.objid = k.oid
          AND NOT (d.refclassid = 'pg_type'::regclass AND d.refobjid = t.oid)
          AND NOT (d.refclassid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type y WHERE y.oid = d.refobjid
            AND (y.typnamespace = t.typnamespace AND (y.typtype = 'e' OR y.oid = b.oid) OR y.oid = b.oid AND position(b.typname IN pg_get_expr(k.conbin, 0)) = 0)))
          AND NOT (d.refclassid = 'pg_class'::regclass AND d.refobjid = b.typrelid AND position(b.typname IN pg_get_expr(k.conbin, 0)) = 0))
      THEN pg_get_expr(k.conbin, 0) END) ORDER BY k.conname), '[]')
     FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') AS checks
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_type b ON b.oid = t.typbasetype
    LEFT JOIN pg_collation l ON l.oid = t.typcollation
  WHERE t.typtype = 'd' AND n.nspname = $1`;

/** A class of operators that users made is none of the catalog's. */
const RANGES = `WITH ${DEFAULT_COLLATION}
  SELECT t.oid::int8::text AS oid, n.nspname AS schema, t.typname AS name, r.rngsubtype::int8::text AS subtype,
    ${collationOf('r.rngcollation', 's.typcollation')} AS collation,
    CASE WHEN o.opcdefault THEN '' WHEN o.opcnamespace = 'pg_catalog'::regnamespace THEN o.opcname ELSE NULL END AS operator_class,
    r.rngcanonical <> 0 AS canonical, m.oid::int8::text AS multirange_oid, m.typname AS multirange
  FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_namespace n ON n.oid = t.typnamespace
    JOIN pg_type s ON s.oid = r.rngsubtype JOIN pg_opclass o ON o.oid = r.rngsubopc
    LEFT JOIN pg_type m ON m.oid = (to_jsonb(r) ->> 'rngmultitypid')::oid AND m.typnamespace = t.typnamespace
  WHERE ${USER_SCHEMA}`;

interface Named {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
}
type Told = '' | 'C' | 'other';
interface CompositeRow extends Named {
  readonly fields: readonly { readonly name: string; readonly type: string; readonly typmod: number; readonly collation: Told }[];
}
interface DomainRow extends Named {
  readonly base: string;
  readonly typmod: number;
  /** The name of that constraint, '' where it has none. */
  readonly not_null: string | null;
  readonly collation: Told;
  readonly checks: readonly { readonly name: string; readonly expression: string | null }[];
}
interface RangeRow extends Named {
  readonly subtype: string;
  readonly collation: Told;
  readonly operator_class: string | null;
  readonly canonical: boolean;
  readonly multirange_oid: string | null;
  readonly multirange: string | null;
}

export interface UserTypes {
  /** Each after those it is made of. */
  readonly types: readonly SourceType[];
  /** All types, these marked as mirrored. */
  readonly rows: ReadonlyMap<string, TypeRow>;
}

export async function describeTypes(client: pg.Client, known: ReadonlyMap<string, TypeRow>): Promise<UserTypes> {
  const composites = (await client.query<CompositeRow>(COMPOSITES)).rows;
  const domains = await describeDomains(client);
  const ranges = (await client.query<RangeRow>(RANGES)).rows;
  const rows = new Map(known);
  const types: SourceType[] = [];
  const open = new Map<string, () => SourceType | null>();
  const isOpen = (oid: string): boolean => open.has(oid) || open.has(rows.get(oid)?.element ?? '');
  for (const row of composites) open.set(row.oid, () => compositeOf(row, rows));
  for (const row of domains) open.set(row.oid, () => domainOf(row, rows));
  for (const row of ranges) open.set(row.oid, () => rangeOf(row, rows));
  const parts = new Map<string, readonly string[]>([
    ...composites.map((row): [string, readonly string[]] => [row.oid, row.fields.map(({ type }) => type)]),
    ...domains.map((row): [string, readonly string[]] => [row.oid, [row.base]]),
    ...ranges.map((row): [string, readonly string[]] => [row.oid, [row.subtype]]),
  ]);
  const multiranges = new Map(ranges.flatMap((row) => (row.multirange_oid === null ? [] : [[row.oid, row.multirange_oid]])));
  const waits = (oid: string): boolean =>
    isOpen(oid) || [...multiranges].some(([range, multi]) => multi === oid && open.has(range));
  // None contains itself: each round finds one that waits for no other.
  while (open.size > 0) {
    const ready = [...open.keys()].filter((oid) => !(parts.get(oid) ?? []).some(waits));
    if (ready.length === 0) break;
    for (const oid of ready) {
      const type = open.get(oid)!();
      open.delete(oid);
      if (type === null) continue;
      types.push(type);
      for (const mirrored of [oid, multiranges.get(oid)]) {
        const row = mirrored === undefined ? undefined : rows.get(mirrored);
        if (row) rows.set(row.oid, { ...row, mirrored: true });
      }
    }
  }
  return { types, rows };
}

async function describeDomains(client: pg.Client): Promise<readonly DomainRow[]> {
  const found: DomainRow[] = [];
  for (const { schema } of (await client.query<{ schema: string }>(DOMAIN_SCHEMAS)).rows) {
    await client.query("SELECT set_config('search_path', quote_ident($1), true)", [schema]);
    found.push(...(await client.query<DomainRow>(DOMAINS, [schema])).rows);
  }
  return found;
}

const told = (collation: Told): { readonly collation?: 'C' } => (collation === 'C' ? { collation } : {});

function compositeOf({ schema, name, fields }: CompositeRow, rows: ReadonlyMap<string, TypeRow>): SourceType | null {
  const described = fields.map((field) => ({
    name: field.name,
    type: mirroredType(field.type, field.typmod, rows),
    ...told(field.collation),
  }));
  if (described.some(({ type }) => type.kind === 'opaque') || fields.some(({ collation }) => collation === 'other')) return null;
  return { kind: 'composite', schema, name, fields: described };
}

function domainOf(row: DomainRow, rows: ReadonlyMap<string, TypeRow>): SourceType | null {
  const base = mirroredType(row.base, row.typmod, rows);
  if (base.kind === 'opaque' || row.collation === 'other') return null;
  const { schema, name, checks } = row;
  return {
    kind: 'domain',
    schema,
    name,
    base,
    ...told(row.collation),
    ...(row.not_null === null ? {} : { notNull: row.not_null }),
    checks,
  };
}

function rangeOf(row: RangeRow, rows: ReadonlyMap<string, TypeRow>): SourceType | null {
  const subtype = mirroredType(row.subtype, -1, rows);
  if (subtype.kind === 'opaque' || row.collation === 'other' || row.canonical || row.operator_class === null) return null;
  const { schema, name, multirange } = row;
  return {
    kind: 'range',
    schema,
    name,
    subtype,
    ...told(row.collation),
    ...(row.operator_class === '' ? {} : { operatorClass: row.operator_class }),
    ...(multirange === null ? {} : { multirange }),
  };
}
