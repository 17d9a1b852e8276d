/**
 * The statements by which the net evaluates a whole operator: each shipped relation becomes a temporary table, filled batch
 * by batch, and the fragment a query over these tables. Column types the catalog server does not know lie there as text.
 */
import type { Input, Rel } from '../../algebra/rel.ts';
import { shippedInputs } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { CatalogWriter } from './catalog-writer.ts';
import { atom } from '../sql/precedence.ts';
import { uniqueNames } from '../sql/fragment-shapes.ts';
import type { WrittenSql } from '../sql/sql-writer.ts';
import { isKnownThere } from './net-capabilities.ts';
import { shippedAs } from './net-rows.ts';

/** One shipped relation at the net. */
export interface NetTable {
  readonly input: Input;
  readonly name: string;
  readonly create: string;
  /** Parameters: an array per column, or the number of rows where there is none. */
  readonly insert: string;
}

export interface NetRelations {
  readonly tables: readonly NetTable[];
  readonly query: WrittenSql;
}

/** `name`: unique on the connection. */
export function writeRelations(fragment: Rel, name: string): NetRelations {
  const inputs = shippedInputs(fragment);
  const tableName = (index: number): string => `pg_temp.${name}${index === 0 ? '' : `_${index}`}`;
  const tables = inputs.map((input, index) => new NetTableWriter().table(input, tableName(index)));
  return { tables, query: new NetRelationWriter(tableName).statement(fragment) };
}

class NetRelationWriter extends CatalogWriter {
  private readonly nameOf: (index: number) => string;

  constructor(nameOf: (index: number) => string) {
    super('net');
    this.nameOf = nameOf;
  }

  protected override shippedName(input: Input): string {
    return this.nameOf(input.index);
  }
}

class NetTableWriter extends CatalogWriter {
  constructor() {
    super('net');
  }

  table(input: Input, name: string): NetTable {
    assert(input.columns.length <= 1_600, 'more columns than a table has');
    const names = uniqueNames(input.columns.map((column) => column.name)).map((column) => this.quote(column));
    const types = input.columns.map((column) => this.typeName(liesAs(column.type)));
    const defined = input.columns.map((column, i) => this.writtenCollation(atom(`${names[i]!} ${types[i]!}`), column.type).text);
    const create = `CREATE TEMPORARY TABLE ${name} (${defined.join(', ')})`;
    if (names.length === 0)
      return { input, name, create, insert: `INSERT INTO ${name} SELECT FROM generate_series(1, $1::int4)` };
    const arrays = input.columns.map((column, i) => `$${i + 1}::${this.typeName(shippedAs(column.type))}[]`);
    const values = types.map((type, i) => `r.c${i}::${type}`);
    const insert = `INSERT INTO ${name} SELECT ${values.join(', ')} FROM unnest(${arrays.join(', ')}) AS r (${types.map((_, i) => `c${i}`).join(', ')})`;
    return { input, name, create, insert };
  }
}

const liesAs = (type: SqlType): SqlType => (isKnownThere(type) ? { ...type, typmod: -1 } : shippedAs(type));
