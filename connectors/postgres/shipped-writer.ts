/**
 * Relations that are shipped to a PostgreSQL with a statement: each is a WITH query over one array parameter per column, in
 * front of the query that the fragment is. Nothing is written there, so that a read-only replica takes it, a user's transaction
 * shows no trace of it, and the planner there sees how many rows there are.
 */
import type { Input, Rel } from '../../algebra/rel.ts';
import { shippedInputs } from '../../algebra/transform.ts';
import { uniqueNames } from '../sql/fragment-shapes.ts';
import { atom } from '../sql/precedence.ts';
import type { WrittenSql } from '../sql/sql-writer.ts';
import { shippedAs } from './net-rows.ts';
import { PostgresWriter } from './postgres-writer.ts';

const WITH = /^WITH (RECURSIVE )?/;

export interface ShippedSql extends WrittenSql {
  /** For each there follow, behind the parameters, an array per column, or its number of rows where there is none. */
  readonly inputs: readonly Input[];
}

export class ShippedWriter extends PostgresWriter {
  /** What was written for a fragment, with what is shipped in front. */
  protected withShipped(fragment: Rel, written: WrittenSql): ShippedSql {
    const inputs = shippedInputs(fragment);
    if (inputs.length === 0) return { ...written, inputs };
    const { text, parameters } = written;
    let position = parameters.length;
    const tables = inputs.map((input) => {
      const rows = this.rows(input, position);
      position += Math.max(1, input.columns.length);
      return `${this.shippedName(input)} AS (${rows})`;
    });
    const own = WITH.exec(text);
    const rest = own ? `, ${text.slice(own[0].length)}` : ` ${text}`;
    return { ...written, text: `WITH ${own?.[1] ?? ''}${tables.join(', ')}${rest}`, inputs };
  }

  protected override shippedName(input: Input): string {
    return `shipped_${input.index + 1}`;
  }

  private rows({ columns }: Input, before: number): string {
    if (columns.length === 0) return `SELECT FROM pg_catalog.generate_series(1, $${before + 1}::int8)`;
    const names = uniqueNames(columns.map((column) => column.name));
    const arrays = columns.map(({ type }, i) => `pg_catalog.unnest($${before + 1 + i}::${this.typeName(shippedAs(type))}[])`);
    const values = columns.map(({ type }, i) => {
      const text = `r.c${i}`;
      const value = shippedAs(type).oid === type.oid ? text : `${text}::${this.typeName({ ...type, typmod: -1 })}`;
      return `${this.writtenCollation(atom(value), type).text} AS ${this.quote(names[i]!)}`;
    });
    const list = columns.map((_, i) => `c${i}`).join(', ');
    return `SELECT ${values.join(', ')} FROM ${arrays.length === 1 ? arrays[0]! : `ROWS FROM (${arrays.join(', ')})`} AS r (${list})`;
  }
}
