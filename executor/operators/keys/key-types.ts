/**
 * Which types can be keys of a hash table away from PostgreSQL, and how the two sides of a join's `=` meet. The answer is a
 * KeyKind: two values of the same kind are equal in SQL exactly when their canonical words (key-words.ts) are.
 */
import { isCodePointOrder } from '../../../core/sql-type.ts';
import type { SqlType, TypeKind } from '../../../core/sql-type.ts';

export type KeyKind =
  /** One word: int2, int4, date, bool. */
  | 'int32'
  /** Two words: int8, time, timestamp, timestamptz; takes int32 columns too. */
  | 'int64'
  | 'float'
  | 'numeric'
  /** Text, bytea, enum: by their bytes. */
  | 'bytes'
  /** char(n): by its bytes without trailing blanks. */
  | 'bpchar'
  /** By its text, numbers without the zeros at their ends. */
  | 'jsonb'
  | 'uuid'
  | 'interval'
  /** Row values: field by field. */
  | 'row'
  | ArrayKeyKind;

/** Arrays: by their binary form, or element by element where equal elements may differ in it. */
export type ArrayKeyKind =
  'array' | 'array of float' | 'array of numeric' | 'array of bpchar' | 'array of jsonb' | 'array of interval' | 'array of row';

/** Undefined, or why `=` of this type cannot be evaluated here. */
export function whyNotKey(type: SqlType): string | undefined {
  if (type.kind === 'json' || type.kind === 'opaque') return `equality of ${type.name} is PostgreSQL's alone`;
  if (type.kind === 'composite') return whyNotRowKey(type.fields!.map((field) => field.type));
  if (type.kind === 'array') return type.element && whyNotKey(type.element);
  if (!isCodePointOrder(type.collation) && typeof type.collation === 'object' && !type.collation.deterministic) {
    return `collation "${type.collation.name}" is nondeterministic`;
  }
  return undefined;
}

/** A row's binary form tells what its fields are, but not what is in rows and arrays within it. */
function whyNotRowKey(fields: readonly SqlType[]): string | undefined {
  const nested = fields.find(({ kind }) => kind === 'composite' || kind === 'array');
  if (nested) return `equality of rows with a column of type ${nested.name}`;
  return fields.map(whyNotKey).find((reason) => reason !== undefined);
}

/** The type must have passed whyNotKey. */
export function keyKind(type: SqlType): KeyKind {
  switch (type.kind) {
    case 'bool':
    case 'int2':
    case 'int4':
    case 'date':
      return 'int32';
    case 'int8':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 'int64';
    case 'float4':
    case 'float8':
      return 'float';
    case 'numeric':
      return 'numeric';
    case 'bpchar':
    case 'jsonb':
      return type.kind;
    case 'uuid':
      return 'uuid';
    case 'interval':
      return 'interval';
    case 'array':
      return arrayKind(type.element);
    case 'composite':
      return 'row';
    case 'text':
    case 'varchar':
    case 'name':
    case 'bytea':
    case 'enum':
    case 'json':
    case 'opaque':
      return 'bytes';
  }
}

function arrayKind(element: SqlType | undefined): ArrayKeyKind {
  switch (element?.kind) {
    case 'float4':
    case 'float8':
      return 'array of float';
    case 'numeric':
    case 'bpchar':
    case 'jsonb':
    case 'interval':
      return `array of ${element.kind}`;
    case 'composite':
      return 'array of row';
    default:
      return 'array';
  }
}

/** Rows of other columns are not unequal: comparing them is an error. */
const haveSameFields = ({ fields: left }: SqlType, { fields: right }: SqlType): boolean =>
  left?.length === right?.length && (left ?? []).every((field, i) => field.type.oid === right![i]!.type.oid);

const families: readonly (readonly TypeKind[])[] = [
  ['int2', 'int4', 'int8'],
  ['float4', 'float8'],
  ['text', 'varchar', 'name'],
];

/** The kind under which `left = right` compares; undefined when no hash join of ours evaluates it. */
export function joinKeyKind(left: SqlType, right: SqlType): KeyKind | undefined {
  if (whyNotKey(left) !== undefined || whyNotKey(right) !== undefined) return undefined;
  if (left.kind === right.kind) {
    if ((left.kind === 'enum' || left.kind === 'array') && left.oid !== right.oid) return undefined;
    if (!haveSameFields(left.element ?? left, right.element ?? right)) return undefined;
    return keyKind(left);
  }
  if (!families.some((family) => family.includes(left.kind) && family.includes(right.kind))) return undefined;
  const a = keyKind(left);
  return a === keyKind(right) ? a : 'int64';
}
