/**
 * What users gave a mirror and the source knows nothing of: grants, policies, row-level security, comments. Taken down when a
 * mirror goes (its table was dropped at the source, or has to be made anew) and given back when it returns.
 */
import type { AdminConnection } from '../admin-connection.ts';
import { quoteText } from '../quote.ts';
import type { StoredRelation } from './store.ts';

/** Statements that restore it all on a table of the same name. */
export async function takeKeepsake(connection: AdminConnection, relation: StoredRelation): Promise<string[]> {
  const rows = await connection.rows<{ statement: string }>(
    `SELECT format('GRANT %s ON TABLE %s TO %s%s', a.privilege_type, c.oid::regclass,
                   CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                   CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS statement
     FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = $1 AND a.grantee <> c.relowner
     UNION ALL
     SELECT format('GRANT %s (%I) ON TABLE %s TO %s%s', a.privilege_type, t.attname, t.attrelid::regclass,
                   CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                   CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
     FROM pg_attribute t, aclexplode(t.attacl) a WHERE t.attrelid = $1 AND t.attnum > 0 AND NOT t.attisdropped
     UNION ALL
     SELECT format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, p.polrelid::regclass,
                   CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                   CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                   (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ') FROM unnest(p.polroles) r),
                   ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
     FROM pg_policy p WHERE p.polrelid = $1
     UNION ALL
     SELECT format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', oid::regclass) FROM pg_class WHERE oid = $1 AND relrowsecurity
     UNION ALL
     SELECT format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', oid::regclass) FROM pg_class WHERE oid = $1 AND relforcerowsecurity
     UNION ALL
     SELECT format('COMMENT ON TABLE %s IS %L', d.objoid::regclass, d.description)
     FROM pg_description d WHERE d.objoid = $1 AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0 AND d.description IS DISTINCT FROM $2
     UNION ALL
     SELECT format('COMMENT ON COLUMN %s.%I IS %L', t.attrelid::regclass, t.attname, d.description)
     FROM pg_description d JOIN pg_attribute t ON t.attrelid = d.objoid AND t.attnum = d.objsubid
     WHERE d.objoid = $1 AND d.classoid = 'pg_class'::regclass AND d.objsubid > 0
       AND d.description IS DISTINCT FROM ($3::jsonb ->> t.attname::text)`,
    [
      relation.oid,
      relation.definition.comment ?? null,
      JSON.stringify(Object.fromEntries(relation.definition.columns.map((column) => [column.name, column.comment ?? null]))),
    ],
  );
  return rows.map((row) => row.statement);
}

/** In one transaction with the DROP. */
export function storeKeepsake(site: string, relation: StoredRelation, statements: readonly string[]): string {
  const { sourceSchema, sourceName } = relation.definition;
  return keepStatements(site, sourceSchema, sourceName, statements);
}

export function keepStatements(site: string, sourceSchema: string, sourceName: string, statements: readonly string[]): string {
  return (
    `INSERT INTO tributary.keepsake (site, source_schema, source_name, statements) VALUES (${quoteText(site)}, ${quoteText(sourceSchema)}, ` +
    `${quoteText(sourceName)}, ${quoteText(JSON.stringify(statements))}) ` +
    'ON CONFLICT (site, source_schema, source_name) DO UPDATE SET statements = EXCLUDED.statements;'
  );
}

/** For every new mirror; what cannot be given back (its role or column is gone) is told. */
export async function restoreKeepsakes(
  connection: AdminConnection,
  site: string,
  relations: readonly { sourceSchema: string; sourceName: string }[],
): Promise<string[]> {
  const lost: string[] = [];
  const kept = await connection.rows<{ source_schema: string; source_name: string; statements: string }>(
    'SELECT source_schema, source_name, statements FROM tributary.keepsake WHERE site = $1', [site],
  ); // prettier-ignore
  for (const { source_schema: schema, source_name: name, statements } of kept) {
    if (!relations.some((relation) => relation.sourceSchema === schema && relation.sourceName === name)) continue;
    for (const statement of JSON.parse(statements) as string[]) {
      await connection
        .run(statement)
        .catch((error: unknown) => lost.push(`${schema}.${name}: could not be restored: ${statement} (${String(error)})`));
    }
    await connection.rows('DELETE FROM tributary.keepsake WHERE site = $1 AND source_schema = $2 AND source_name = $3', [
      site,
      schema,
      name,
    ]);
  }
  return lost;
}
