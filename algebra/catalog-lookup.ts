/**
 * What planner/analyze asks the catalog: the meaning of the OIDs in an analysed tree. Implemented by catalog/.
 */
import type { Collation, SqlType } from '../core/sql-type.ts';
import type { SourceTable } from './rel.ts';
import type { FunctionRef, OperatorRef } from './scalar.ts';

/** A mirror; in a query over mirrors also a relation of the catalog server itself, a table of the site `tributary`. */
export interface MirroredRelation {
  readonly table: SourceTable;
  /** By attnum - 1; undefined for a dropped attribute. */
  readonly columns: readonly (MirroredColumn | undefined)[];
  /** Source's row estimate at the last refresh. */
  readonly estimatedRows: number | undefined;
  /** Why it no longer shows what the source has (a user's view keeps it from changing, …): reading it must fail with this. */
  readonly stale?: string | undefined;
}
export interface MirroredColumn {
  /** As the catalog spells it, and as the source does. */
  readonly name: string;
  readonly sourceName: string;
  readonly type: SqlType;
  readonly notNull: boolean;
}

/** A constant as a tree holds it: its datum in the catalog server's own representation. */
export interface ConstantDatum {
  readonly type: number;
  readonly typmod: number;
  readonly collation: number;
  /** pg_type.typlen, typbyval. */
  readonly length: number;
  readonly byValue: boolean;
  readonly bytes: Uint8Array;
}

export interface KnownDomain {
  /** Qualified. */
  readonly name: string;
  /** The source that alone knows its constraints. */
  readonly site?: string;
}

export interface CatalogLookup {
  /**
   * Loads what is not known yet, so that the calls below can answer without waiting. Given every OID of a tree at once:
   * relations, types, functions, operators, collations.
   */
  ensure(oids: {
    readonly relations: Iterable<number>;
    readonly types: Iterable<number>;
    readonly functions: Iterable<number>;
    readonly operators: Iterable<number>;
    readonly collations: Iterable<number>;
  }): Promise<void>;
  /** The mirror with this OID; undefined: a relation of the catalog server itself. */
  mirror(oid: number): MirroredRelation | undefined;
  /** With typmod -1 and the type's own default collation. */
  /** For a domain, the type that it is over. */
  type(oid: number): SqlType;
  /** undefined: it is no domain. */
  domain(oid: number): KnownDomain | undefined;
  function(oid: number): FunctionRef;
  /** The OIDs of all that are a source's, and of domains that only a source knows all of. */
  sourceFunctions(): Promise<ReadonlySet<number>>;
  operator(oid: number): OperatorRef;
  collation(oid: number): Collation;
  /** The label of an enum value as constants in trees name it: the OID of its pg_enum row, loaded with the enum type. */
  enumLabel(oid: number): string | undefined;
  /** What the types' output functions say of them, in order; dates in ISO style. */
  constantTexts(constants: readonly ConstantDatum[]): Promise<readonly string[]>;
}
