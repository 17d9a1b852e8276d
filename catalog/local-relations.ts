/**
 * Relations of the catalog server itself (PostgreSQL's catalogs, local and temporary tables, views over them) that a query
 * names beside mirrors. They are read on the session's own backend, since nobody else sees what its transaction has made,
 * and given to the analysis as mirrors are: as tables of the site `tributary`.
 */
import { z } from 'zod';
import type { CatalogLookup, MirroredColumn, MirroredRelation } from '../algebra/catalog-lookup.ts';
import { CATALOG_SITE } from '../algebra/rel.ts';
import { withCollation, withTypmod } from '../core/sql-type.ts';
import type { SqlType } from '../core/sql-type.ts';
import { attributeRows } from './mirror/mirrored-relation.ts';

const localRow = z.object({
  oid: z.number(),
  schema: z.string(),
  name: z.string(),
  rows: z.number(),
  key: z.array(z.string()).nullable(),
  columns: attributeRows,
});
type LocalRow = z.infer<typeof localRow>;

const oidList = (oids: Iterable<number>): string => `'{${[...oids].join(',')}}'::pg_catalog.oid[]`;

/** A query of one JSON document, for readLocalRelations. It runs under the user's search path: every name is qualified. */
export const localRelationsSql = (oids: Iterable<number>): string => `
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('oid', c.oid::pg_catalog.int8, 'schema', n.nspname, 'name', c.relname,
  'rows', c.reltuples,
  'key', (SELECT pg_catalog.json_agg(a.attname) FROM pg_catalog.pg_constraint k
          JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.=) ANY (k.conkey)
          WHERE k.conrelid OPERATOR(pg_catalog.=) c.oid AND k.contype OPERATOR(pg_catalog.=) 'p' AND NOT k.condeferrable),
  'columns', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'type', a.atttypid::pg_catalog.int8,
                'typmod', a.atttypmod, 'collation', a.attcollation::pg_catalog.int8, 'notNull', a.attnotnull AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid OPERATOR(pg_catalog.=) c.oid AND NOT k.convalidated), 'dropped', a.attisdropped) ORDER BY a.attnum)
              FROM pg_catalog.pg_attribute a WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0))), '[]')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.=) ANY (${oidList(oids)})`;

/** `answer`: the one value of that query. */
export async function readLocalRelations(answer: string, lookup: CatalogLookup): Promise<readonly MirroredRelation[]> {
  const rows = z.array(localRow).parse(JSON.parse(answer));
  const columns = rows.flatMap((row) => row.columns ?? []).filter((column) => !column.dropped);
  await lookup.ensure({
    relations: [],
    types: columns.map((column) => column.type),
    functions: [],
    operators: [],
    collations: columns.map((column) => column.collation),
  });
  return rows.map((row) => localRelation(row, lookup));
}

function localRelation(row: LocalRow, lookup: CatalogLookup): MirroredRelation {
  const typeOf = (column: { readonly type: number; readonly typmod: number; readonly collation: number }): SqlType => {
    const type = withTypmod(lookup.type(column.type), column.typmod);
    return type.collation === 'none' ? type : withCollation(type, lookup.collation(column.collation));
  };
  return {
    table: {
      site: CATALOG_SITE,
      mirrorOid: row.oid,
      schema: row.schema,
      name: row.name,
      keys: row.key === null ? [] : [row.key],
    },
    columns: (row.columns ?? []).map((column): MirroredColumn | undefined =>
      column.dropped ? undefined : { name: column.name, sourceName: column.name, type: typeOf(column), notNull: column.notNull },
    ),
    // -1: never counted.
    estimatedRows: row.rows < 0 ? undefined : row.rows,
  };
}

/** A lookup that knows these relations as well. */
export function withLocalRelations(lookup: CatalogLookup, local: readonly MirroredRelation[]): CatalogLookup {
  if (local.length === 0) return lookup;
  const byOid = new Map(local.map((relation) => [relation.table.mirrorOid, relation]));
  return {
    ensure: (oids) => lookup.ensure({ ...oids, relations: [...oids.relations].filter((oid) => !byOid.has(oid)) }),
    mirror: (oid) => byOid.get(oid) ?? lookup.mirror(oid),
    type: (oid) => lookup.type(oid),
    domain: (oid) => lookup.domain(oid),
    function: (oid) => lookup.function(oid),
    operator: (oid) => lookup.operator(oid),
    collation: (oid) => lookup.collation(oid),
    enumLabel: (oid) => lookup.enumLabel(oid),
    sourceFunctions: () => lookup.sourceFunctions(),
    constantTexts: (constants) => lookup.constantTexts(constants),
  };
}

/** A relation and as whom the statement reads it: 0 is the current user, else the owner of the view it is read through. */
export interface LocalRead {
  readonly relation: number;
  readonly checkAsUser: number;
}

/**
 * An SQL expression of type text: NULL when the session's backend may read these as the statement means it; else what stands
 * in the way, for an error. A fragment runs as the session's user and under its search path: what a view shows by its owner's
 * rights or policies it cannot read, and operators are written by name.
 */
export function localObstacle(reads: readonly LocalRead[]): string {
  const owned = reads.filter((read) => read.checkAsUser !== 0);
  return `CASE WHEN NOT ((pg_catalog.current_schemas(true))[1:2] OPERATOR(pg_catalog.&&) ARRAY['pg_catalog'::pg_catalog.name])
    OR ((pg_catalog.current_schemas(true))[1] OPERATOR(pg_catalog.<>) 'pg_catalog' AND (pg_catalog.current_schemas(true))[1] OPERATOR(pg_catalog.!~~) 'pg\\_temp%')
  THEN 'a search_path in which pg_catalog is not first, with tables or functions of the catalog,'
  ELSE (SELECT pg_catalog.format('"%s", which a view of another role reads by rights of its own, together with tables of sources', c.relname)
    FROM ROWS FROM (pg_catalog.unnest(${oidList(owned.map((read) => read.relation))}), pg_catalog.unnest(${oidList(owned.map((read) => read.checkAsUser))})) AS t (relation, owner)
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relation
    WHERE t.owner OPERATOR(pg_catalog.<>) (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) current_user)
      AND (c.relrowsecurity OR 'security_invoker=true' OPERATOR(pg_catalog.=) ANY (coalesce(c.reloptions, '{}'))
           OR NOT pg_catalog.has_table_privilege(c.oid, 'SELECT'))
    LIMIT 1) END`;
}
