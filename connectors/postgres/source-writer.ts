/** Fragments for a PostgreSQL source, with the relations that are shipped there, and which can be. */
import type { Rel } from '../../algebra/rel.ts';
import type { SqlType, TypeKind } from '../../core/sql-type.ts';
import { isTextKind } from '../../core/sql-type.ts';
import { CaseIndexWriter } from './case-index-writer.ts';
import { withOpaqueChoices } from './opaque-choices.ts';
import type { ServerInfo } from './server-info.ts';
import type { ShippedSql } from './shipped-writer.ts';

/** Kinds whose binary form is the value, whole and the same at every version. */
const SHIPPED: ReadonlySet<TypeKind> = new Set<TypeKind>([
  'bool',
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'text',
  'varchar',
  'bpchar',
  'bytea',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
]);
/** Before, numeric had no infinities. */
const INFINITE_NUMERIC_SINCE = 14;

/** Why values of a type do not get to a PostgreSQL as they are; undefined: they do. */
export function notShipped(
  type: SqlType,
  { versionNum, encoding }: Pick<ServerInfo, 'versionNum' | 'encoding'>,
): string | undefined {
  const major = Math.floor(versionNum / 10_000);
  if (!SHIPPED.has(type.kind) || type.domain !== undefined) return `values of type ${type.name} are not shipped`;
  if (type.kind === 'numeric' && major < INFINITE_NUMERIC_SINCE) return `PostgreSQL ${major} has no infinite numeric`;
  if (!isTextKind(type.kind)) return undefined;
  if (encoding !== 'UTF8') return `text in encoding ${encoding}`;
  return type.collation === 'default' || type.collation === 'C' ? undefined : 'text of a collation of its own is not shipped';
}

export class SourceWriter extends CaseIndexWriter {
  override statement(fragment: Rel): ShippedSql {
    return this.withShipped(fragment, super.statement(withOpaqueChoices(fragment)));
  }
}
