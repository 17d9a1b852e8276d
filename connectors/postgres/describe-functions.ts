/**
 * The functions of a PostgreSQL source that its role may call, as the catalog will declare them. Left out: aggregates, window
 * functions, procedures, triggers, functions in C over C's own types, and those with an argument of a type that only this
 * source knows: in the catalog it could not be told from any other.
 */
import type pg from 'pg';
import type { SourceFunction, SourceFunctionType } from '../../algebra/source-function.ts';
import { mirroredType } from './describe-column.ts';
import type { TypeRow } from './describe-column.ts';

/** A default that calls something volatile makes the call volatile. What belongs to a range type comes with that. */
const FUNCTIONS = `
  SELECT n.nspname AS schema, p.proname AS name, p.proretset AS returns_set, p.proisstrict AS strict, p.prorettype::int8::text AS result,
    CASE WHEN EXISTS (SELECT FROM regexp_matches(p.proargdefaults::text, ':(?:funcid|opfuncid) (\\d+)', 'g') m
      JOIN pg_proc d ON d.oid = m[1]::oid WHERE d.provolatile = 'v') OR p.proargdefaults::text ~ 'NEXTVALUEEXPR' THEN 'v' ELSE p.provolatile END AS volatility,
    p.pronargdefaults AS defaults, p.provariadic <> 0 AS variadic, obj_description(p.oid, 'pg_proc') AS comment,
    coalesce(p.proallargtypes, p.proargtypes::oid[])::int8[]::text[] AS types, p.proargmodes::text[] AS modes, p.proargnames AS names,
    CASE WHEN t.typtype = 'c' THEN (SELECT json_agg(json_build_object('name', a.attname, 'type', a.atttypid::int8::text, 'typmod', a.atttypmod) ORDER BY a.attnum)
      FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END AS attributes
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_type t ON t.oid = p.prorettype
  WHERE p.prokind = 'f' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
    AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
  ORDER BY n.nspname, p.proname, p.oid`;

interface FunctionRow {
  readonly schema: string;
  readonly name: string;
  readonly returns_set: boolean;
  readonly strict: boolean;
  readonly result: string;
  readonly volatility: 'i' | 's' | 'v';
  /** How many of the last arguments have one. */
  readonly defaults: number;
  readonly variadic: boolean;
  readonly comment: string | null;
  /** With OUT and TABLE ones where `modes` is given. */
  readonly types: readonly string[];
  readonly modes: readonly ('i' | 'o' | 'b' | 'v' | 't')[] | null;
  readonly names: readonly string[] | null;
  readonly attributes: readonly { readonly name: string; readonly type: string; readonly typmod: number }[] | null;
}

const VOLATILITY = { i: 'immutable', s: 'stable', v: 'volatile' } as const;

/** Pseudo-types that a declaration in the catalog may have as well. */
const POLYMORPHIC = /^any(?:element|array|nonarray|enum|range|multirange|compatible\w*)$/;

export async function describeFunctions(client: pg.Client, types: ReadonlyMap<string, TypeRow>): Promise<SourceFunction[]> {
  const { rows } = await client.query<FunctionRow>(FUNCTIONS);
  return rows.flatMap((row) => describeFunction(row, types) ?? []);
}

function describeFunction(row: FunctionRow, types: ReadonlyMap<string, TypeRow>): SourceFunction | null {
  const typeOf = (oid: string, typmod = -1): SourceFunctionType | null => {
    const type = types.get(oid);
    if (type?.kind !== 'p') return mirroredType(oid, typmod, types);
    return type.schema === 'pg_catalog' ? { kind: 'pseudo', name: type.name } : null;
  };
  const args: SourceFunction['arguments'][number][] = [];
  const made: { name: string; type: SourceFunctionType }[] = [];
  for (const [i, oid] of row.types.entries()) {
    const mode = row.modes?.[i] ?? 'i';
    const name = row.names?.[i] ?? '';
    const type = typeOf(oid);
    if (type === null) return null;
    if (mode !== 'o' && mode !== 't') {
      const isKnown = type.kind === 'pseudo' ? POLYMORPHIC.test(type.name) : type.kind !== 'opaque';
      if (!isKnown) return null;
      args.push({ name, type, variadic: mode === 'v', hasDefault: false });
    }
    if (mode === 'o' || mode === 'b' || mode === 't') made.push({ name, type });
  }
  const result = typeOf(row.result);
  if (result === null || (result.kind === 'pseudo' && !/^(?:record|void)$/.test(result.name) && !POLYMORPHIC.test(result.name)))
    return null;
  for (const { name, type, typmod } of row.attributes ?? []) {
    const column = typeOf(type, typmod);
    if (column === null) return null;
    made.push({ name, type: column });
  }
  return {
    schema: row.schema,
    name: row.name,
    arguments: args.map((arg, i) => ({ ...arg, hasDefault: i >= args.length - row.defaults })),
    columns: made.length > 0 || row.attributes !== null ? made : null,
    result,
    returnsSet: row.returns_set,
    volatility: VOLATILITY[row.volatility],
    strict: row.strict,
    comment: row.comment ?? undefined,
  };
}
