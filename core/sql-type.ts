/**
 * SQL types as every room sees them. A type is identified by its OID in the catalog server; `kind` says which
 * semantics and which column layout it has. Types are interned values: compare by `oid`/`typmod`, switch on `kind`.
 */

export type TypeKind =
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'float4'
  | 'float8'
  | 'numeric'
  | 'text'
  | 'varchar'
  | 'bpchar'
  | 'name'
  | 'bytea'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'interval'
  | 'uuid'
  | 'json'
  | 'jsonb'
  | 'enum'
  | 'array'
  /** a row value: a record, or of a named composite type whose fields all have a binary form here */
  | 'composite'
  /** carried as text, never computed with: every other type */
  | 'opaque';

/**
 * `C`: code-point order. `default` is C too in our catalog. Anything else orders and compares where it is known: PostgreSQL's
 * own at the net, a source's at the source alone.
 */
export type Collation =
  'none' | 'default' | 'C' | { readonly name: string; readonly oid: number; readonly deterministic: boolean };

export interface CompositeField {
  readonly name: string;
  readonly type: SqlType;
  /** Its attribute number, where dropped columns make that another than its place. */
  readonly attribute?: number;
}

export interface SqlType {
  readonly kind: TypeKind;
  /** OID in the catalog server; for built-in types the same everywhere. */
  readonly oid: number;
  /** PostgreSQL's typmod: varchar(7)=11, numeric(10,3)=655367, -1 = none. */
  readonly typmod: number;
  readonly collation: Collation;
  /** Schema-qualified SQL name without typmod, quoted where needed: `pg_catalog.int4`, `shop.mood`. */
  readonly name: string;
  /** Element type of an array; of an opaque one only when these are rows. */
  readonly element?: SqlType;
  /** Columns of a composite type, dropped ones left out. */
  readonly fields?: readonly CompositeField[];
  /** A composite type that is a table's row. */
  readonly ofTable?: true;
  /** Elements of an array and fields of a row may be of a domain, by its name: the rest is the type that it is over. */
  readonly domain?: string;
  /** Labels of an enum in order. */
  readonly labels?: readonly string[];
}

/** kind, oid, array oid, typlen as in pg_type. */
const builtin: readonly (readonly [TypeKind, string, number, number])[] = [
  ['bool', 'bool', 16, 1000],
  ['bytea', 'bytea', 17, 1001],
  ['name', 'name', 19, 1003],
  ['int8', 'int8', 20, 1016],
  ['int2', 'int2', 21, 1005],
  ['int4', 'int4', 23, 1007],
  ['text', 'text', 25, 1009],
  ['json', 'json', 114, 199],
  ['float4', 'float4', 700, 1021],
  ['float8', 'float8', 701, 1022],
  ['bpchar', 'bpchar', 1042, 1014],
  ['varchar', 'varchar', 1043, 1015],
  ['date', 'date', 1082, 1182],
  ['time', 'time', 1083, 1183],
  ['timestamp', 'timestamp', 1114, 1115],
  ['timestamptz', 'timestamptz', 1184, 1185],
  ['interval', 'interval', 1186, 1187],
  ['numeric', 'numeric', 1700, 1231],
  ['uuid', 'uuid', 2950, 2951],
  ['jsonb', 'jsonb', 3802, 3807],
];

const byOid = new Map<number, SqlType>();
const byKind = new Map<TypeKind, SqlType>();
const arrayByElement = new Map<number, SqlType>();

const collatable = (kind: TypeKind): boolean => kind === 'text' || kind === 'varchar' || kind === 'bpchar' || kind === 'name';

for (const [kind, name, oid, arrayOid] of builtin) {
  const collation: Collation = kind === 'name' ? 'C' : collatable(kind) ? 'default' : 'none';
  const type: SqlType = { kind, oid, typmod: -1, collation, name: `pg_catalog.${name}` };
  const array: SqlType = { kind: 'array', oid: arrayOid, typmod: -1, collation, name: `pg_catalog._${name}`, element: type };
  byOid.set(oid, type);
  byOid.set(arrayOid, array);
  byKind.set(kind, type);
  arrayByElement.set(oid, array);
}

/** The built-in type (or array of one) with this OID; undefined for a type only the catalog knows. */
export const builtinType = (oid: number): SqlType | undefined => byOid.get(oid);

/** The built-in type of a kind: `sqlType('int8')`. */
export function sqlType(kind: Exclude<TypeKind, 'enum' | 'array' | 'composite' | 'opaque'>): SqlType {
  return byKind.get(kind)!;
}

/** The built-in array type over a built-in element. */
export const arrayTypeOf = (element: SqlType): SqlType | undefined => arrayByElement.get(element.oid);

export const withTypmod = (type: SqlType, typmod: number): SqlType => (type.typmod === typmod ? type : { ...type, typmod });

export const withCollation = (type: SqlType, collation: Collation): SqlType =>
  type.collation === collation ? type : { ...type, collation };

/** A row value, or an array of such. */
export const holdsRows = (type: SqlType): boolean => type.kind === 'composite' || type.element?.kind === 'composite';

/** Precision and scale of numeric(p,s), from its typmod; undefined when unconstrained. Scale may be negative (PG 15+). */
export function numericTypmod(typmod: number): { precision: number; scale: number } | undefined {
  if (typmod < 4) return undefined;
  const t = typmod - 4;
  return { precision: (t >> 16) & 0xffff, scale: ((t & 0x7ff) ^ 1024) - 1024 };
}

/** The base type that holds what only a source knows, as text. */
export const OPAQUE_TYPE = 'tributary.opaque';

export const INT8_MAX = 2n ** 63n - 1n;

const INTEGERS: ReadonlySet<TypeKind> = new Set(['int2', 'int4', 'int8']);
export const isSameType = (a: SqlType, b: SqlType): boolean =>
  a.oid === b.oid && a.typmod === b.typmod && a.collation === b.collation;

export const isInteger = ({ kind }: SqlType): boolean => INTEGERS.has(kind);

export const isTextKind = (kind: TypeKind): boolean => collatable(kind);

const FIRST_USER_OID = 16_384;

/** PostgreSQL's own, not one that users or a source gave it. */
export const isBuiltinCollation = (collation: Collation): boolean =>
  typeof collation === 'string' || collation.oid < FIRST_USER_OID;

export const isCodePointOrder = (collation: Collation): boolean =>
  collation === 'C' || collation === 'default' || collation === 'none';
