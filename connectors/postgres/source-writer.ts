/**
 * Fragments for a PostgreSQL source, with the relations that are shipped there: each is a WITH query over one array parameter
 * per column, in front of the statement. Nothing is written at the source, so that a read-only replica takes it too, and its
 * planner sees how many rows there are.
 */
import type { Input, Rel } from '../../algebra/rel.ts';
import { shippedInputs } from '../../algebra/transform.ts';
import type { SqlType, TypeKind } from '../../core/sql-type.ts';
import { isTextKind } from '../../core/sql-type.ts';
import { uniqueNames } from '../sql/fragment-shapes.ts';
import { atom } from '../sql/precedence.ts';
import type { WrittenSql } from '../sql/sql-writer.ts';
import { shippedAs } from './net-rows.ts';
import { CaseIndexWriter } from './case-index-writer.ts';

export interface SourceSql extends WrittenSql {
  /** For each there follow, behind the parameters, an array per column, or its number of rows where there is none. */
  readonly inputs: readonly Input[];
}

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

/** Why values of a type do not get to a source as they are; undefined: they do. */
export function notShipped(type: SqlType, major: number, encoding: string): string | undefined {
  if (!SHIPPED.has(type.kind) || type.domain !== undefined) return `values of type ${type.name} are not shipped`;
  if (type.kind === 'numeric' && major < INFINITE_NUMERIC_SINCE) return `PostgreSQL ${major} has no infinite numeric`;
  if (!isTextKind(type.kind)) return undefined;
  if (encoding !== 'UTF8') return `text in encoding ${encoding}`;
  return type.collation === 'default' || type.collation === 'C' ? undefined : 'text of a collation of its own is not shipped';
}

const WITH = /^WITH (RECURSIVE )?/;

export class SourceWriter extends CaseIndexWriter {
  override statement(fragment: Rel): SourceSql {
    const inputs = shippedInputs(fragment);
    const written = super.statement(fragment);
    if (inputs.length === 0) return { ...written, inputs };
    let position = written.parameters.length;
    const tables = inputs.map((input) => {
      const rows = this.rows(input, position);
      position += Math.max(1, input.columns.length);
      return `${this.shippedName(input)} AS (${rows})`;
    });
    const own = WITH.exec(written.text);
    const rest = own ? `, ${written.text.slice(own[0].length)}` : ` ${written.text}`;
    return { ...written, text: `WITH ${own?.[1] ?? ''}${tables.join(', ')}${rest}`, inputs };
  }

  protected override shippedName(input: Input): string {
    return `shipped_${input.index + 1}`;
  }

  private rows({ columns }: Input, before: number): string {
    if (columns.length === 0) return `SELECT FROM pg_catalog.generate_series(1, $${before + 1}::int8)`;
    const names = uniqueNames(columns.map((column) => column.name));
    const arrays = columns.map(({ type }, i) => `pg_catalog.unnest($${before + 1 + i}::${this.typeName(shippedAs(type))}[])`);
    const values = columns.map(
      ({ type }, i) => `${this.writtenCollation(atom(`r.c${i}`), type).text} AS ${this.quote(names[i]!)}`,
    );
    const list = columns.map((_, i) => `c${i}`).join(', ');
    return `SELECT ${values.join(', ')} FROM ${arrays.length === 1 ? arrays[0]! : `ROWS FROM (${arrays.join(', ')})`} AS r (${list})`;
  }
}
