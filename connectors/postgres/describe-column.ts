/**
 * One column of a source as the catalog will mirror it: PostgreSQL's own types by name (the catalog decides whether it has
 * them), what users defined by name where the listing tells what it is; else domains by what they are made of, others as opaque.
 */
import type { SourceColumn } from '../../algebra/site.ts';
import { builtinType } from '../../core/sql-type.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import { postgresTypeName } from '../sql/type-names.ts';

export interface ColumnRow {
  readonly relation: string;
  readonly name: string;
  /** OIDs as text: they may exceed an int4. */
  readonly type: string;
  readonly typmod: number;
  readonly source_type: string;
  readonly not_null: boolean;
  readonly comment: string | null;
  readonly collation: string | null;
  readonly deterministic: boolean | null;
  readonly readable: boolean;
}
export interface TypeRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** pg_type.typtype: b base, c composite, d domain, e enum, r range, … */
  readonly kind: string;
  readonly element: string;
  readonly length: number;
  readonly category: string;
  readonly base: string;
  readonly base_typmod: number;
  /** The listing tells what it is made of, so that the catalog has it. */
  readonly mirrored?: true;
}
/** Base, range and multirange types; composite ones are rows of a catalog. */
const OWN_KINDS = new Set(['b', 'r', 'm']);

type Types = ReadonlyMap<string, TypeRow>;

export function describeColumn(row: ColumnRow, types: Types): SourceColumn {
  return {
    name: row.name,
    type: mirroredType(row.type, row.typmod, types),
    sourceType: row.source_type,
    notNull: row.not_null,
    collation: collationOf(row),
    comment: row.comment ?? undefined,
  };
}

/** A domain, or what a chain of domains ends in. */
function withoutDomain(oid: string, typmod: number, types: Types): { readonly oid: string; readonly typmod: number } {
  const type = types.get(oid);
  if (type?.kind !== 'd') return { oid, typmod };
  return withoutDomain(type.base, typmod >= 0 ? typmod : type.base_typmod, types);
}

const isArrayType = (type: TypeRow): boolean =>
  type.kind === 'b' && type.category === 'A' && type.length === -1 && type.element !== '0';

/** A type that the listing tells of, or an array of one. */
function listedType(type: TypeRow | undefined, types: Types): SourceColumn['type'] | undefined {
  if (type === undefined) return undefined;
  if (type.mirrored) return { kind: 'user', schema: type.schema, name: type.name, array: false };
  const element = isArrayType(type) ? types.get(type.element) : undefined;
  return element?.mirrored ? { kind: 'user', schema: element.schema, name: element.name, array: true } : undefined;
}

export function mirroredType(columnOid: string, columnTypmod: number, types: Types): SourceColumn['type'] {
  const listed = listedType(types.get(columnOid), types);
  if (listed !== undefined) return listed;
  const { oid, typmod } = withoutDomain(columnOid, columnTypmod, types);
  const type = types.get(oid);
  if (type === undefined) return { kind: 'opaque' };
  const isArray = isArrayType(type);
  const element = isArray ? withoutDomain(type.element, typmod, types) : { oid, typmod };
  const elementType = types.get(element.oid);
  if (elementType?.kind === 'e') return { kind: 'enum', schema: elementType.schema, name: elementType.name, array: isArray };
  const known = builtinType(Number(element.oid));
  if (known?.kind === 'array') return { kind: 'opaque' };
  const sql = known ? postgresTypeName({ ...known, typmod: element.typmod }) : ownTypeName(elementType, element.typmod);
  if (sql === undefined) return { kind: 'opaque' };
  return { kind: 'builtin', sql: isArray ? `${sql}[]` : sql };
}

/** Of the types without a layout of ours, these have a modifier: a length, a number of digits. */
function ownTypeName(type: TypeRow | undefined, typmod: number): string | undefined {
  if (type?.schema !== 'pg_catalog' || !OWN_KINDS.has(type.kind)) return undefined;
  const name = `pg_catalog.${quoteIdentifier(type.name)}`;
  return typmod < 0 ? name : /^(?:bit|varbit|timetz)$/.test(type.name) ? `${name}(${typmod})` : undefined;
}

/**
 * The database's default counts as the catalog's, which is pg_c_utf8: queries say COLLATE where it is not. What is ordered
 * by code point as well may differ in case mappings and classes: ASCII's in C, full ones in pg_unicode_fast.
 */
function collationOf(row: ColumnRow): SourceColumn['collation'] {
  if (row.collation === null || row.collation === 'pg_c_utf8') return undefined;
  if (ASCII_COLLATIONS.has(row.collation)) return { name: 'C', deterministic: true };
  return { name: row.collation, deterministic: row.deterministic ?? true };
}

const ASCII_COLLATIONS = new Set(['C', 'POSIX', 'ucs_basic']);
