/**
 * A source's functions as declarations in the catalog: names, arguments and results that PostgreSQL resolves calls by, and a
 * body that raises. Whoever calls one elsewhere than at its source (a default, a trigger, a statement of the catalog's own)
 * gets that error. Refreshed after the relations, by difference; what users granted on one survives its being made anew.
 *
 * Omitted arguments are left to the source: a default here only says that there is one.
 */
import type { SourceFunction, SourceFunctionType } from '../../algebra/source-function.ts';
import { SqlError } from '../../core/sql-error.ts';
import type { AdminConnection } from '../admin-connection.ts';
import { qualifiedName, quoteName, quoteText } from '../quote.ts';
import { OWNER_ROLE } from '../reserved-names.ts';
import { createSchema } from './ddl.ts';
import { relationKey } from './definition.ts';
import type { MirrorDefinitions } from './definition.ts';
import { HIDE_OWNERSHIP } from './guard.ts';
import { keepStatements, restoreKeepsakes } from './keepsake.ts';
import { catalogSchemaName } from './names.ts';
import { OPAQUE_TYPE } from '../../core/sql-type.ts';
import { COUNT_CHANGE, storeSchema } from './store.ts';

interface FunctionDefinition {
  readonly sourceSchema: string;
  readonly schema: string;
  /** Quoted name and argument types: what DROP FUNCTION takes. */
  readonly identity: string;
  /** After CREATE [OR REPLACE] FUNCTION. */
  readonly declaration: string;
  readonly comment: string | undefined;
}

interface Site {
  readonly name: string;
  readonly defaultSchema: string;
}
type KnownTypes = Pick<MirrorDefinitions, 'typeName'>;

const MAX_BYTES = 63;
const keyOf = (definition: { readonly sourceSchema: string; readonly identity: string }): string =>
  relationKey(definition.sourceSchema, definition.identity);
const nameOf = (definition: FunctionDefinition): string => `function ${definition.sourceSchema}.${definition.identity}`;

/** What could not be declared, for the operator. */
export async function refreshFunctions(
  connection: AdminConnection,
  site: Site,
  functions: readonly SourceFunction[],
  types: KnownTypes,
): Promise<readonly string[]> {
  const wanted = defineFunctions(site, functions, types);
  const rows = await connection.rows<{ source_schema: string; schema: string; identity: string; definition: string; oid: number }>(
    `SELECT f.source_schema, n.nspname AS schema, f.identity, f.definition, f.oid FROM tributary.mirror_function f
     JOIN pg_proc p ON p.oid = f.oid JOIN pg_namespace n ON n.oid = p.pronamespace WHERE f.site = $1`, [site.name],
  ); // prettier-ignore
  const stored = new Map(rows.map((row) => [relationKey(row.source_schema, row.identity), row]));
  const missing = [...wanted].filter(([key, definition]) => stored.get(key)?.definition !== definition.declaration);
  const gone = [...stored].filter(([key]) => !wanted.has(key));
  if (missing.length + gone.length === 0) return [];
  const problems: string[] = [];
  const attempt = async (what: string, sql: string): Promise<boolean> => {
    try {
      await connection.run(sql);
      return true;
    } catch (error) {
      if (!(error instanceof SqlError) || /^(08|57P)/.test(error.code)) throw error;
      problems.push(`${what}: ${error.message}`);
      return false;
    }
  };
  for (const [, row] of gone) {
    const keepsake = keepStatements(site.name, row.source_schema, row.identity, await grantsOn(connection, row.oid));
    const what = `function ${row.source_schema}.${row.identity}`;
    await attempt(what, `${keepsake}${dropFunction(row.schema, row.identity)}${forgetFunction(row.oid)}`);
  }
  const usable = await usableSchemas(connection, site, missing.map(([, definition]) => definition), attempt); // prettier-ignore
  const made: FunctionDefinition[] = [];
  const fresh = missing.filter(([key, { schema }]) => usable.has(schema) && !stored.has(key)).map(([, definition]) => definition);
  const together = fresh.map((definition) => createFunction(site.name, definition)).join('') + HIDE_OWNERSHIP;
  // One that PostgreSQL refuses must not take the others with it.
  if (fresh.length > 0 && (await connection.succeeds(together))) made.push(...fresh);
  else {
    for (const definition of fresh) {
      if (await attempt(nameOf(definition), createFunction(site.name, definition) + HIDE_OWNERSHIP)) made.push(definition);
    }
  }
  for (const [key, definition] of missing) {
    const before = stored.get(key);
    if (!before) continue;
    if (await connection.succeeds(createFunction(site.name, definition, true) + HIDE_OWNERSHIP)) continue;
    const keepsake = keepStatements(site.name, before.source_schema, before.identity, await grantsOn(connection, before.oid));
    const remake = `${keepsake}${dropFunction(before.schema, before.identity)}${forgetFunction(before.oid)}${createFunction(site.name, definition)}${HIDE_OWNERSHIP}`;
    if (await attempt(nameOf(definition), remake)) made.push(definition);
  }
  const restored = made.map(({ sourceSchema, identity }) => ({ sourceSchema, sourceName: identity }));
  problems.push(...(await restoreKeepsakes(connection, site.name, restored)));
  await connection.run(COUNT_CHANGE);
  return problems;
}

async function usableSchemas(
  connection: AdminConnection,
  site: Site,
  definitions: readonly FunctionDefinition[],
  attempt: (what: string, sql: string) => Promise<boolean>,
): Promise<ReadonlySet<string>> {
  const rows = await connection.rows<{ name: string }>('SELECT name FROM tributary.mirror_schema WHERE site = $1', [site.name]);
  const usable = new Set(rows.map(({ name }) => name));
  for (const { schema, sourceSchema } of definitions) {
    if (usable.has(schema)) continue;
    const sql = createSchema(schema) + storeSchema(site.name, sourceSchema, schema) + HIDE_OWNERSHIP;
    if (await attempt(`schema ${sourceSchema}`, sql)) usable.add(schema);
  }
  return usable;
}

function createFunction(site: string, definition: FunctionDefinition, replace = false): string {
  const name = `${quoteName(definition.schema)}.${definition.identity}`;
  const comment = definition.comment === undefined ? 'NULL' : quoteText(definition.comment);
  return (
    `CREATE ${replace ? 'OR REPLACE ' : ''}FUNCTION ${definition.declaration};` +
    `ALTER FUNCTION ${name} OWNER TO ${OWNER_ROLE};COMMENT ON FUNCTION ${name} IS ${comment};` +
    'INSERT INTO tributary.mirror_function (oid, site, source_schema, identity, definition) ' +
    `VALUES (${quoteText(name)}::regprocedure::oid, ${quoteText(site)}, ${quoteText(definition.sourceSchema)}, ` +
    `${quoteText(definition.identity)}, ${quoteText(definition.declaration)}) ` +
    'ON CONFLICT (oid) DO UPDATE SET definition = EXCLUDED.definition;'
  );
}

const dropFunction = (schema: string, identity: string): string =>
  `SET LOCAL lock_timeout = '50ms';DROP FUNCTION ${quoteName(schema)}.${identity};`;
const forgetFunction = (oid: number): string => `DELETE FROM tributary.mirror_function WHERE oid = ${oid};`;

/** Statements that give a new function of the same name the privileges of this one. */
async function grantsOn(connection: AdminConnection, oid: number): Promise<string[]> {
  const rows = await connection.rows<{ statement: string }>(
    `SELECT format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', oid::regprocedure) AS statement FROM pg_proc WHERE oid = $1 AND proacl IS NOT NULL
     UNION ALL
     SELECT format('GRANT EXECUTE ON FUNCTION %s TO %s%s', p.oid::regprocedure, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                   CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
     FROM pg_proc p, aclexplode(p.proacl) a WHERE p.oid = $1 AND a.grantee <> p.proowner`,
    [oid],
  );
  return rows.map((row) => row.statement);
}

function defineFunctions(
  site: Site,
  functions: readonly SourceFunction[],
  types: KnownTypes,
): ReadonlyMap<string, FunctionDefinition> {
  const definitions = new Map<string, FunctionDefinition>();
  for (const fn of functions) {
    const definition = defineFunction(site, fn, types);
    // Two that differ in what the catalog cannot tell apart (a domain, its type): the first is called.
    if (definition && !definitions.has(keyOf(definition))) definitions.set(keyOf(definition), definition);
  }
  return definitions;
}

/** Undefined for one with an argument of a type that the catalog does not have. */
function defineFunction(site: Site, fn: SourceFunction, types: KnownTypes): FunctionDefinition | undefined {
  const argumentTypes = fn.arguments.map(({ type }) => typeName(type, types));
  if (argumentTypes.includes(OPAQUE_TYPE) || Buffer.byteLength(fn.name) > MAX_BYTES) return undefined;
  const schema = catalogSchemaName(site.name, fn.schema, site.defaultSchema);
  const columnNames = fn.columns?.map(({ name }, i) => name || `column${i + 1}`) ?? [];
  const args = fn.arguments.map(({ name, variadic, hasDefault }, i) => {
    const words = [variadic ? 'VARIADIC' : '', name === '' || columnNames.includes(name) ? '' : quoteName(name)];
    return [...words.filter((word) => word !== ''), argumentTypes[i]!, ...(hasDefault ? ['DEFAULT NULL'] : [])].join(' ');
  });
  const columns = (fn.columns ?? []).map(({ type }, i) => `${quoteName(columnNames[i]!)} ${typeName(type, types)}`);
  let result: string;
  if (fn.columns === null) result = ` RETURNS ${fn.returnsSet ? 'SETOF ' : ''}${typeName(fn.result, types)}`;
  else if (fn.returnsSet) result = ` RETURNS TABLE (${columns.join(', ')})`;
  else {
    args.push(...columns.map((column) => `OUT ${column}`));
    result = '';
  }
  const identity = `${quoteName(fn.name)}(${argumentTypes.join(', ')})`;
  const message = `function ${qualifiedName(fn.schema, fn.name)} away from source "${site.name}" is not supported`;
  const body = `BEGIN RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = ${quoteText(message)}; END`;
  return {
    sourceSchema: fn.schema,
    schema,
    identity,
    declaration:
      `${qualifiedName(schema, fn.name)}(${args.join(', ')})${result} LANGUAGE plpgsql ${fn.volatility.toUpperCase()} ` +
      `${fn.strict ? 'STRICT ' : ''}AS ${quoteText(body)}`,
    comment: fn.comment,
  };
}

function typeName(type: SourceFunctionType, types: KnownTypes): string {
  return type.kind === 'pseudo' ? `pg_catalog.${quoteName(type.name)}` : (types.typeName(type) ?? OPAQUE_TYPE);
}

/** Statements that take away the declarations over these types, which are declared anew by the next refresh of functions. */
export async function dropFunctionsOver(connection: AdminConnection, site: string, types: readonly string[]): Promise<string> {
  const rows = await connection.rows<{ oid: number; source_schema: string; schema: string; identity: string }>(
    `SELECT f.oid, f.source_schema, n.nspname AS schema, f.identity FROM tributary.mirror_function f
     JOIN pg_proc p ON p.oid = f.oid JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE f.site = $1 AND EXISTS (SELECT FROM unnest($2::regtype[]) u(type) JOIN pg_type t ON t.oid = u.type JOIN pg_depend d
       ON d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray))`,
    [site, types],
  );
  const statements: string[] = [];
  for (const row of rows) {
    statements.push(keepStatements(site, row.source_schema, row.identity, await grantsOn(connection, row.oid)));
    statements.push(dropFunction(row.schema, row.identity) + forgetFunction(row.oid));
  }
  return statements.join('');
}
