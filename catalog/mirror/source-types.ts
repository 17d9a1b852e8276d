/**
 * The types a source names, as the catalog server understands them: one round trip for all spellings of a listing. A
 * spelling the catalog does not know, or whose type no column can have, is missing from the answer: carried as text.
 */
import type { SourceSchema } from '../../algebra/site.ts';
import type { AdminConnection } from '../admin-connection.ts';
import { quoteName, quoteText } from '../quote.ts';
import { partsOf } from './user-types.ts';

export interface ResolvedType {
  /** Canonical, qualified, with typmod: safe to put into a statement. */
  readonly sql: string;
  /** It has a default B-tree operator class: keys over it can be shown. */
  readonly indexable: boolean;
  readonly collatable: boolean;
}

/** Types of contrib modules that come with the server: type → extension, made on first use. */
const CONTRIB_TYPES: Readonly<Record<string, string>> = {
  citext: 'citext', hstore: 'hstore', ltree: 'ltree', lquery: 'ltree', ltxtquery: 'ltree', cube: 'cube', seg: 'seg',
  ean13: 'isn', isbn: 'isn', isbn13: 'isn', ismn: 'isn', ismn13: 'isn', issn: 'isn', issn13: 'isn', upc: 'isn',
}; // prettier-ignore

export async function resolveTypes(connection: AdminConnection, source: SourceSchema): Promise<Map<string, ResolvedType>> {
  const spellings = new Set<string>();
  for (const { columns } of source.relations) {
    for (const { type } of columns) if (type.kind === 'builtin') spellings.add(type.sql);
  }
  for (const fn of source.functions ?? []) {
    const types = [...fn.arguments, ...(fn.columns ?? [])].map(({ type }) => type);
    for (const type of [...types, fn.result]) if (type.kind === 'builtin') spellings.add(type.sql);
  }
  for (const type of source.types ?? []) for (const part of partsOf(type)) if (part.kind === 'builtin') spellings.add(part.sql);
  const resolved = await resolve(connection, [...spellings]);
  const contrib = [...spellings].filter((spelling) => !resolved.has(spelling) && contribName(spelling) in CONTRIB_TYPES);
  if (contrib.length > 0) {
    for (const extension of new Set(contrib.map((spelling) => CONTRIB_TYPES[contribName(spelling)]!))) {
      await connection.run(`CREATE EXTENSION IF NOT EXISTS ${quoteName(extension)} SCHEMA public`);
    }
    const inPublic = await resolve(connection, contrib.map(publicSpelling));
    for (const spelling of contrib) {
      const found = inPublic.get(publicSpelling(spelling));
      if (found) resolved.set(spelling, found);
    }
  }
  return resolved;
}

const contribName = (spelling: string): string => spelling.replace(/^.*\./, '').replace(/(\[\])+$/, '');
const publicSpelling = (spelling: string): string => `public.${spelling.replace(/^.*\./, '')}`;

interface ResolvedRow {
  readonly spelling: string;
  readonly sql: string;
  readonly indexable: boolean;
  readonly collatable: boolean;
}

async function resolve(connection: AdminConnection, spellings: readonly string[]): Promise<Map<string, ResolvedType>> {
  if (spellings.length === 0) return new Map();
  try {
    const rows = await connection.rows<ResolvedRow>(
      `SELECT s.spelling, format_type(t.oid, to_regtypemod(s.spelling)) AS sql, t.typcollation <> 0 AS collatable,
              t.typtype IN ('e', 'r', 'm') OR EXISTS (
                SELECT FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod AND a.amname = 'btree'
                LEFT JOIN pg_cast c ON c.castsource = base.oid AND c.casttarget = o.opcintype AND c.castmethod = 'b' AND c.castcontext = 'i'
                WHERE o.opcdefault AND (o.opcintype = base.oid OR c.oid IS NOT NULL)) AS indexable
       FROM unnest(ARRAY[${spellings.map(quoteText).join(',')}]::text[]) s(spelling)
       JOIN pg_type t ON t.oid = to_regtype(s.spelling)
       JOIN pg_type base ON base.oid = CASE WHEN t.typbasetype <> 0 THEN t.typbasetype WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
       WHERE t.typtype IN ('b', 'd', 'e', 'r', 'm') AND t.typname <> 'unknown'`,
    );
    return new Map(rows.map(({ spelling, sql, indexable, collatable }) => [spelling, { sql, indexable, collatable }]));
  } catch (error) {
    // A spelling that is no SQL at all fails the whole list; alone it is only unknown.
    if (spellings.length === 1) return new Map();
    const half = Math.ceil(spellings.length / 2);
    const [left, right] = [await resolve(connection, spellings.slice(0, half)), await resolve(connection, spellings.slice(half))];
    if (left.size + right.size === 0 && (await connection.rows('SELECT 1').catch(() => [])).length === 0) throw error;
    return new Map([...left, ...right]);
  }
}
