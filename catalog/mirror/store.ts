/**
 * What the catalog remembers of a source: tables `tributary.mirror`, `mirror_schema`, `mirror_type` (enums), `mirror_user_type`. Read at the start of a
 * refresh, written in the same transaction as the DDL they describe.
 */
import { z } from 'zod';
import type { AdminConnection } from '../admin-connection.ts';
import { qualifiedName, quoteText } from '../quote.ts';
import { relationKey } from './definition.ts';
import type { EnumDefinition, RelationDefinition } from './definition.ts';
import { typeSql } from './user-types.ts';
import type { UserTypeDefinition } from './user-types.ts';

export interface StoredRelation {
  readonly oid: number;
  readonly definition: RelationDefinition;
  /** `definition` as stored. */
  readonly text: string;
  readonly estimatedRows: number | null;
  readonly stale: string | null;
}
export interface StoredMirrors {
  /** By relationKey of the source's names. */
  readonly relations: ReadonlyMap<string, StoredRelation>;
  readonly enums: ReadonlyMap<string, EnumDefinition>;
  /** In the order in which they were made. */
  readonly userTypes: ReadonlyMap<string, UserTypeDefinition>;
  /** Catalog names of its schemas. */
  readonly schemas: ReadonlySet<string>;
}

const text = z.string();
const key = z.object({ name: text, columns: z.array(text), primary: z.boolean() });
const foreignKey = z.object({
  name: text, columns: z.array(text), referencedSchema: text, referencedTable: text, referencedColumns: z.array(text),
  certain: z.exactOptional(z.literal(true)),
}); // prettier-ignore
const column = z.object({
  name: text, sourceName: text, type: text, sourceType: text, notNull: z.boolean(), collation: z.exactOptional(text), comment: z.exactOptional(text),
}); // prettier-ignore
const relationDefinition = z.object({
  sourceSchema: text, sourceName: text, schema: text, name: text, kind: z.enum(['table', 'partitioned', 'foreign', 'view', 'materialized view']),
  comment: z.exactOptional(text), columns: z.array(column), keys: z.array(key), foreignKeys: z.array(foreignKey),
}); // prettier-ignore

const userTypeDefinition = z.object({
  sourceSchema: text, sourceName: text, schema: text, name: text, sql: text, constraints: z.array(z.object({ add: text, drop: text })),
  parts: z.array(text), base: z.exactOptional(text), multirange: z.exactOptional(text),
}); // prettier-ignore

export const parseDefinition = (definition: string): RelationDefinition => relationDefinition.parse(JSON.parse(definition));

export async function loadMirrors(connection: AdminConnection, site: string): Promise<StoredMirrors> {
  const relations = await connection.rows<{ oid: number; definition: string; estimated_rows: number | null; stale: string | null }>(
    'SELECT oid, definition, estimated_rows, stale FROM tributary.mirror WHERE site = $1', [site],
  ); // prettier-ignore
  const enums = await connection.rows<{ source_schema: string; source_name: string; schema: string; name: string; labels: string }>(
    'SELECT source_schema, source_name, schema, name, labels FROM tributary.mirror_type WHERE site = $1', [site],
  ); // prettier-ignore
  const types = await connection.rows<{ definition: string }>(
    'SELECT definition FROM tributary.mirror_user_type WHERE site = $1 ORDER BY oid', [site],
  ); // prettier-ignore
  const schemas = await connection.rows<{ name: string }>('SELECT name FROM tributary.mirror_schema WHERE site = $1', [site]);
  return {
    relations: new Map(
      relations.map((row) => {
        const definition = parseDefinition(row.definition);
        const stored = { oid: row.oid, definition, text: row.definition, estimatedRows: row.estimated_rows, stale: row.stale };
        return [relationKey(definition.sourceSchema, definition.sourceName), stored];
      }),
    ),
    enums: new Map(
      enums.map((row) => [
        relationKey(row.source_schema, row.source_name),
        {
          sourceSchema: row.source_schema, sourceName: row.source_name, schema: row.schema, name: row.name,
          labels: z.array(text).parse(JSON.parse(row.labels)),
        },
      ]),
    ), // prettier-ignore
    userTypes: new Map(
      types.map((row) => {
        const definition = userTypeDefinition.parse(JSON.parse(row.definition));
        return [relationKey(definition.sourceSchema, definition.sourceName), definition];
      }),
    ),
    schemas: new Set(schemas.map((row) => row.name)),
  };
}

const oidOf = (schema: string, name: string): string => `${quoteText(qualifiedName(schema, name))}::regclass::oid`;

/** New rows have no fingerprint: that is how the guard finds them (`UNGUARDED`). */
export function storeRelations(
  site: string,
  relations: readonly RelationDefinition[],
  estimatedRows: (r: RelationDefinition) => number | undefined,
): string {
  const rows = relations.map((relation) =>
    [
      oidOf(relation.schema, relation.name), quoteText(site), quoteText(relation.sourceSchema), quoteText(relation.sourceName),
      quoteText(relation.schema), quoteText(relation.name), quoteText(JSON.stringify(relation)), String(estimatedRows(relation) ?? 'NULL'),
    ].join(','),
  ); // prettier-ignore
  return (
    'INSERT INTO tributary.mirror (oid, site, source_schema, source_name, schema, name, definition, estimated_rows) ' +
    `VALUES ${rows.map((row) => `(${row})`).join(',')};`
  );
}

export const updateRelation = (oid: number, relation: RelationDefinition): string =>
  `UPDATE tributary.mirror SET definition = ${quoteText(JSON.stringify(relation))}, schema = ${quoteText(relation.schema)}, ` +
  `name = ${quoteText(relation.name)}, fingerprint = NULL, stale = NULL WHERE oid = ${oid};`;

export const forgetRelation = (oid: number): string => `DELETE FROM tributary.mirror WHERE oid = ${oid};`;

/** SQL of the mirrors made or altered in this transaction. */
export const UNGUARDED = 'ARRAY(SELECT oid FROM tributary.mirror WHERE fingerprint IS NULL)';

export const storeSchema = (site: string, sourceSchema: string, name: string): string =>
  `INSERT INTO tributary.mirror_schema (oid, site, source_schema, name) ` +
  `SELECT oid, ${quoteText(site)}, ${quoteText(sourceSchema)}, nspname FROM pg_namespace WHERE nspname = ${quoteText(name)};`;

export const storeEnum = (site: string, type: EnumDefinition): string =>
  `INSERT INTO tributary.mirror_type (oid, site, source_schema, source_name, schema, name, labels) ` +
  `VALUES (${quoteText(qualifiedName(type.schema, type.name))}::regtype::oid, ${quoteText(site)}, ${quoteText(type.sourceSchema)}, ` +
  `${quoteText(type.sourceName)}, ${quoteText(type.schema)}, ${quoteText(type.name)}, ${quoteText(JSON.stringify(type.labels))}) ` +
  'ON CONFLICT (site, source_schema, source_name) DO UPDATE SET oid = EXCLUDED.oid, labels = EXCLUDED.labels;';

export const forgetEnum = (site: string, type: EnumDefinition): string =>
  `DELETE FROM tributary.mirror_type WHERE site = ${quoteText(site)} AND source_schema = ${quoteText(type.sourceSchema)} ` +
  `AND source_name = ${quoteText(type.sourceName)};`;

export const storeUserType = (site: string, type: UserTypeDefinition): string =>
  `INSERT INTO tributary.mirror_user_type (oid, site, source_schema, source_name, definition) ` +
  `VALUES (${quoteText(typeSql(type))}::regtype::oid, ${quoteText(site)}, ${quoteText(type.sourceSchema)}, ` +
  `${quoteText(type.sourceName)}, ${quoteText(JSON.stringify(type))}) ` +
  'ON CONFLICT (site, source_schema, source_name) DO UPDATE SET oid = EXCLUDED.oid, definition = EXCLUDED.definition;';

export const forgetUserType = (site: string, type: UserTypeDefinition): string =>
  `DELETE FROM tributary.mirror_user_type WHERE site = ${quoteText(site)} AND source_schema = ${quoteText(type.sourceSchema)} ` +
  `AND source_name = ${quoteText(type.sourceName)};`;

/** Plans over what changed are made anew; now and then the counter's rows become one again, with the same sum. */
export const COUNT_CHANGE = `
INSERT INTO tributary.ddl_change VALUES (1);
WITH folded AS (DELETE FROM tributary.ddl_change WHERE (SELECT count(*) FROM tributary.ddl_change) > 100 RETURNING n)
INSERT INTO tributary.ddl_change SELECT sum(n) FROM folded HAVING count(*) > 0;
`;
