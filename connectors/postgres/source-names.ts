/**
 * The catalog's schemas ↔ a source's. The catalog shows a source's default schema as `shop` and any other as `shop.sales`
 * (one name with a dot in it); types and functions of a source are named that way in the plan.
 */
export interface SourceNames {
  readonly site: string;
  readonly defaultSchema: string;
}

/** The source's own schema behind a catalog schema; undefined when it is not of this source. */
export function sourceSchemaOf({ site, defaultSchema }: SourceNames, catalogSchema: string): string | undefined {
  if (catalogSchema === site) return defaultSchema;
  return catalogSchema.startsWith(`${site}.`) ? catalogSchema.slice(site.length + 1) : undefined;
}
