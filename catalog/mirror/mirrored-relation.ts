/** A mirror as the planner sees it, from the catalog's row and the definition stored at the last refresh. */
import { z } from 'zod';
import type { MirroredColumn, MirroredRelation } from '../../algebra/catalog-lookup.ts';
import type { ForeignKey } from '../../algebra/rel.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { RelationDefinition } from './definition.ts';
import { parseDefinition } from './store.ts';

/** Columns as pg_attribute has them, by number, dropped ones too; null: none. */
export const attributeRows = z
  .array(
    z.object({
      name: z.string(), type: z.number(), typmod: z.number(), collation: z.number(), notNull: z.boolean(), dropped: z.boolean(),
    }), // prettier-ignore
  )
  .nullable();

export const mirrorRow = z.object({
  oid: z.number(),
  site: z.string(),
  definition: z.string(),
  estimatedRows: z.number().nullable(),
  stale: z.string().nullable(),
  columns: attributeRows,
});

export function mirrorFromRow(
  row: z.infer<typeof mirrorRow>,
  typeOf: (oid: number, typmod: number, collation: number) => SqlType,
): MirroredRelation {
  const definition = parseDefinition(row.definition);
  const sourceNames = new Map(definition.columns.map((column) => [column.name, column.sourceName]));
  return {
    table: {
      site: row.site,
      mirrorOid: row.oid,
      schema: definition.sourceSchema,
      name: definition.sourceName,
      keys: identifyingKeys(definition),
      ...(definition.foreignKeys.length === 0 ? {} : { foreignKeys: foreignKeys(definition) }),
    },
    columns: (row.columns ?? []).map((column): MirroredColumn | undefined =>
      column.dropped
        ? undefined
        : {
            name: column.name,
            sourceName: sourceNames.get(column.name) ?? column.name,
            type: typeOf(column.type, column.typmod, column.collation),
            notNull: column.notNull,
          },
    ),
    estimatedRows: row.estimatedRows ?? undefined,
    stale: row.stale ?? undefined,
  };
}

/** Keys whose columns are never NULL, by source names: a unique constraint lets NULLs repeat. */
function identifyingKeys(definition: RelationDefinition): string[][] {
  const columns = new Map(definition.columns.map((column) => [column.name, column]));
  return definition.keys
    .map((key) => key.columns.map((name) => columns.get(name)!))
    .filter((key, index) => definition.keys[index]!.primary || key.every((column) => column.notNull))
    .map((key) => key.map((column) => column.sourceName));
}

function foreignKeys(definition: RelationDefinition): ForeignKey[] {
  const sourceNames = new Map(definition.columns.map((column) => [column.name, column.sourceName]));
  return definition.foreignKeys.map((key) => ({
    columns: key.columns.map((name) => sourceNames.get(name)!),
    schema: key.referencedSchema,
    name: key.referencedTable,
    referenced: key.referencedColumns,
    certain: key.certain === true,
  }));
}
