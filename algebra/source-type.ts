/** A type that users of a source defined, as the catalog will make it; enums are listed for themselves (site.ts). */
import type { SourceColumn } from './site.ts';

export type SourceType = { readonly schema: string; readonly name: string } & (
  | { readonly kind: 'composite'; readonly fields: readonly SourceField[] }
  | {
      readonly kind: 'domain';
      readonly base: SourceColumn['type'];
      /** Of code points; undefined: the base type's. */
      readonly collation?: 'C' | undefined;
      /** The name of the constraint; '' where it has none. */
      readonly notNull?: string;
      /** In the order in which they are checked. */
      readonly checks: readonly SourceCheck[];
    }
  | {
      readonly kind: 'range';
      readonly subtype: SourceColumn['type'];
      readonly collation?: 'C' | undefined;
      /** Of pg_catalog; undefined: the subtype's default. */
      readonly operatorClass?: string | undefined;
      /** In the same schema; undefined where the source's version has none. */
      readonly multirange?: string | undefined;
    }
);

export interface SourceField {
  readonly name: string;
  readonly type: SourceColumn['type'];
  readonly collation?: 'C' | undefined;
}

export interface SourceCheck {
  readonly name: string;
  /** Over VALUE; types of the same schema are written without it, all else comes with PostgreSQL. null: only the source can tell. */
  readonly expression: string | null;
}
