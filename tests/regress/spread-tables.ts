/**
 * Other placements of a query's tables: the gateway has the source twice, and every second table that a query names is
 * taken from the second one, so that joins and what follows them run at the gateway.
 */
import { parseSync } from 'libpg-query';
import type pg from 'pg';
import { run } from '../support/differential.ts';
import { FIRST_SOURCE, SECOND_SOURCE } from './regress-world.ts';

export const OTHER_PLACEMENTS = ['two sources', 'two sources, nothing pushed'] as const;
export type OtherPlacement = (typeof OTHER_PLACEMENTS)[number];

export interface SpreadQuery {
  /** Names of a source's tables in the query; those of which several stand there count as often. */
  readonly tables: number;
  readonly sql: string;
}

/** Reads what `sql` names in the search path of `session`. undefined: no query, or one that cannot be asked again. */
export async function spreadTables(sql: string, session: pg.Client): Promise<SpreadQuery | undefined> {
  const mentions = tableMentions(sql);
  if (!mentions || mentions.length === 0) return undefined;
  const { rows } = await run(
    session,
    `SELECT n.nspname::text FROM unnest($1::text[]) WITH ORDINALITY AS mention(name, at)
     LEFT JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(pg_catalog.quote_ident(name))
     LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ORDER BY at`,
    [mentions.map(({ name }) => name)],
  );
  const ofSource = new RegExp(`^${FIRST_SOURCE}(?=\\.|$)`);
  const found = mentions.flatMap((mention, i) => {
    const schema = rows[i]?.[0] ?? '';
    return ofSource.test(schema) ? [{ at: mention.at, schema: schema.replace(ofSource, SECOND_SOURCE) }] : [];
  });
  let spread = sql;
  for (const { at, schema } of found.filter((_, i) => i % 2 === 1).reverse())
    spread = `${spread.slice(0, at)}"${schema}".${spread.slice(at)}`;
  return { tables: found.length, sql: spread };
}

interface Mention {
  readonly name: string;
  readonly at: number;
}

/** Unqualified names of tables, in their order. undefined: the statement locks rows, or is no query. */
export function tableMentions(sql: string): readonly Mention[] | undefined {
  const statement = parsed(sql);
  if (!statement || !('SelectStmt' in statement)) return undefined;
  const bytes = Buffer.from(sql);
  const mentions: Mention[] = [];
  const named = new Set<string>();
  let locks = false;
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const each of node) visit(each);
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'RangeVar') {
        const { relname, schemaname, location } = value as { relname: string; schemaname?: string; location: number };
        if (schemaname === undefined) mentions.push({ name: relname, at: bytes.subarray(0, location).toString().length });
      } else if (key === 'CommonTableExpr') named.add((value as { ctename: string }).ctename);
      else if (key === 'lockingClause') locks = true;
      visit(value);
    }
  };
  visit(statement);
  if (locks) return undefined;
  return mentions.filter(({ name }) => !named.has(name)).sort((a, b) => a.at - b.at);
}

function parsed(sql: string): object | undefined {
  try {
    return parseSync(sql).stmts?.[0]?.stmt;
  } catch (error) {
    if (error instanceof Error && 'sqlDetails' in error) return undefined;
    throw error;
  }
}
