/**
 * The statement for an operator whose inputs are shipped to the session's backend: each of them is a WITH query over one array
 * parameter per column, in front of the query that the fragment is.
 */
import type { Input, Rel } from '../../algebra/rel.ts';
import type { ParamScalar } from '../../algebra/scalar.ts';
import { shippedInputs } from '../../algebra/transform.ts';
import { atom } from '../sql/precedence.ts';
import { uniqueNames } from '../sql/fragment-shapes.ts';
import { CatalogWriter } from './catalog-writer.ts';
import { shippedAs } from './net-rows.ts';

export interface WrittenShipped {
  readonly text: string;
  /** $1, $2, …: parameters of the user's statement. For each input there follow an array per column, or its number of rows. */
  readonly parameters: readonly ParamScalar[];
  readonly inputs: readonly Input[];
}

const WITH = /^WITH (RECURSIVE )?/;

export class SessionRelationWriter extends CatalogWriter {
  constructor() {
    super('session');
  }

  shippedStatement(fragment: Rel): WrittenShipped {
    const inputs = shippedInputs(fragment);
    const { text, parameters } = this.statement(fragment);
    let position = parameters.length;
    const tables = inputs.map((input) => {
      const rows = this.rows(input, position);
      position += Math.max(1, input.columns.length);
      return `${this.shippedName(input)} AS (${rows})`;
    });
    const own = WITH.exec(text);
    const rest = own ? `, ${text.slice(own[0].length)}` : ` ${text}`;
    return { text: `WITH ${own?.[1] ?? ''}${tables.join(', ')}${rest}`, parameters, inputs };
  }

  protected override shippedName(input: Input): string {
    return `tributary_rows_${input.index}`;
  }

  private rows(input: Input, before: number): string {
    if (input.columns.length === 0) return `SELECT FROM ${this.builtIn('generate_series')}(1, $${before + 1}::int8)`;
    const names = uniqueNames(input.columns.map((column) => column.name));
    const arrays = input.columns.map(({ type }, i) => `$${before + 1 + i}::${this.typeName(shippedAs(type))}[]`);
    const values = input.columns.map(({ type }, i) => {
      const text = `r.c${i}`;
      const value = shippedAs(type).oid === type.oid ? text : `${text}::${this.typeName({ ...type, typmod: -1 })}`;
      return `${this.writtenCollation(atom(value), type).text} AS ${this.quote(names[i]!)}`;
    });
    return `SELECT ${values.join(', ')} FROM ${this.unnested(arrays)} AS r (${input.columns.map((_, i) => `c${i}`).join(', ')})`;
  }
}
