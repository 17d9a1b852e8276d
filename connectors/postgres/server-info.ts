/**
 * What must be known about a source's server before anything is judged exact there: version, encoding, how it orders and
 * classifies characters, and which functions it has. Asked once per site; what depends on the server alone is shared.
 */
import type pg from 'pg';
import { readSpellings } from './case-spellings.ts';
import type { CaseSpellings, CasingRow } from './case-spellings.ts';
import { CASE_PROBE, CASE_REFERENCE, CLASS_PROBE, CLASS_REFERENCE, CASING_PROBE } from './character-probe.ts';

export interface ServerInfo {
  /** 150018 */
  readonly versionNum: number;
  readonly encoding: string;
  /** The database's default collation orders text by code point. */
  readonly ordersByCodePoint: boolean;
  /** How upper(), lower() and ILIKE come to mean ours: as they are, under a collation's name, or not at all. */
  readonly casing: CharacterRules;
  /** The same for initcap() and the character classes of regular expressions. */
  readonly classes: CharacterRules;
  /** Where `casing` is not the same: in what the database's default differs from ours. */
  readonly spellings?: CaseSpellings;
  /** `int4pl(int4,int4)`, for every function, aggregate and window function of pg_catalog. */
  readonly signatures: ReadonlySet<string>;
}
export type CharacterRules =
  { readonly kind: 'same' } | { readonly kind: 'collation'; readonly name: string } | { readonly kind: 'different' };

const SIGNATURES = `
  SELECT p.proname || '(' || coalesce((SELECT string_agg(t.typname, ',' ORDER BY a.i)
      FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (oid, i) JOIN pg_type t ON t.oid = a.oid), '') || ')' AS signature
  FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace`;

const signaturesByVersion = new Map<string, ReadonlySet<string>>();
type Rules = Pick<ServerInfo, 'casing' | 'classes' | 'spellings'>;
const rulesByServer = new Map<string, Rules>();

interface DatabaseRow {
  readonly version: string;
  readonly version_num: number;
  readonly encoding: string;
  readonly database: {
    readonly datcollate: string;
    readonly datctype: string;
    /** b builtin, c libc, i ICU; absent before version 15. */
    readonly datlocprovider?: string;
    readonly datlocale?: string;
    readonly daticulocale?: string;
    readonly datcollversion?: string;
  };
}

export async function loadServerInfo(client: pg.Client): Promise<ServerInfo> {
  const { rows } = await client.query<DatabaseRow>(`
    SELECT version(), current_setting('server_version_num')::int AS version_num, current_setting('server_encoding') AS encoding,
      (SELECT to_jsonb(d) - 'datacl' FROM pg_database d WHERE d.datname = current_database()) AS database`);
  const { version, version_num: versionNum, encoding, database } = rows[0]!;
  let signatures = signaturesByVersion.get(version);
  if (signatures === undefined) {
    const found = await client.query<{ signature: string }>(SIGNATURES);
    signatures = new Set(found.rows.map((row) => row.signature));
    signaturesByVersion.set(version, signatures);
  }
  const provider = database.datlocprovider ?? 'c';
  const key = JSON.stringify([
    version,
    encoding,
    provider,
    database.datctype,
    database.datlocale,
    database.daticulocale,
    database.datcollversion,
  ]);
  let rules = rulesByServer.get(key);
  if (rules === undefined) {
    const builtin = provider === 'b' && database.datlocale === 'C.UTF-8' && Math.floor(versionNum / 10_000) === 18;
    const icuLocale = provider === 'i' ? (database.datlocale ?? database.daticulocale ?? '') : undefined;
    rules = builtin ? { casing: { kind: 'same' }, classes: { kind: 'same' } } : await probe(client, encoding, icuLocale);
    rulesByServer.set(key, rules);
  }
  const isC = database.datcollate === 'C' || database.datcollate === 'POSIX';
  return { versionNum, encoding, ordersByCodePoint: provider === 'b' || (provider === 'c' && isC), ...rules, signatures };
}

/** Compares what the server says of every character with PostgreSQL 18's own `pg_c_utf8`. */
async function probe(client: pg.Client, encoding: string, icuLocale: string | undefined): Promise<Rules> {
  if (encoding !== 'UTF8') return { casing: { kind: 'different' }, classes: { kind: 'different' } };
  const known = await client.query(
    `SELECT FROM pg_collation WHERE collname = 'pg_c_utf8' AND collnamespace = 'pg_catalog'::regnamespace`,
  );
  const collations = ['', ...(known.rowCount ? ['pg_catalog.pg_c_utf8'] : [])];
  const rules = async (sql: (collate: string) => string, reference: string): Promise<CharacterRules> => {
    for (const name of collations) {
      const { rows } = await client.query<{ hash: string }>(sql(name === '' ? '' : ` COLLATE ${name}`));
      if (rows[0]!.hash === reference) return name === '' ? { kind: 'same' } : { kind: 'collation', name };
    }
    return { kind: 'different' };
  };
  const casing = await rules(CASE_PROBE, CASE_REFERENCE);
  const classes = await rules(CLASS_PROBE, CLASS_REFERENCE);
  if (casing.kind === 'same') return { casing, classes };
  const { rows } = await client.query<CasingRow>(CASING_PROBE);
  return { casing, classes, spellings: readSpellings(rows, icuLocale) };
}
