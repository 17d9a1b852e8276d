/**
 * SQL for the catalog server. What the session's own backend reads stands under the user's search path, where a temporary
 * table may be called like a type, so names of PostgreSQL's own are written with their schema there.
 */
import type { FunctionRef, Scalar } from '../../algebra/scalar.ts';
import { isTextKind } from '../../core/sql-type.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';
import type { SqlText } from '../sql/precedence.ts';
import type { ServerInfo } from './server-info.ts';
import { ShippedWriter } from './shipped-writer.ts';

/** PostgreSQL 18 with code-point order: the catalog's database is made with these properties; what it has is not asked. */
export const CATALOG_INFO: ServerInfo = {
  versionNum: 180_000,
  encoding: 'UTF8',
  ordersByCodePoint: true,
  casing: { kind: 'same' },
  classes: { kind: 'same' },
  signatures: new Set(),
};

/** No schema of the catalog stands for another one here. */
const NO_SOURCE = { site: '', defaultSchema: '' };

/** `session`: the user's own backend; `net`: a connection whose search path is PostgreSQL's own schema. */
export type CatalogBackend = 'net' | 'session';

export class CatalogWriter extends ShippedWriter {
  private readonly backend: CatalogBackend;

  constructor(backend: CatalogBackend) {
    super(NO_SOURCE, CATALOG_INFO);
    this.backend = backend;
  }

  override typeName(type: SqlType): string {
    const name = super.typeName(type);
    const isArray = type.kind === 'array' && type.element !== undefined;
    return this.backend === 'net' || isArray || !type.name.startsWith('pg_catalog.') || KEY_WORD.test(name)
      ? name
      : `pg_catalog.${name}`;
  }

  protected override functionName(fn: FunctionRef): string {
    const name = super.functionName(fn);
    return fn.schema === 'pg_catalog' ? this.builtIn(name) : name;
  }

  /** A function of PostgreSQL's own that the writer itself needs. */
  protected builtIn(name: string): string {
    return this.backend === 'net' ? name : `pg_catalog.${name}`;
  }

  /** Arrays side by side as rows. Only the bare word takes several arrays. */
  protected unnested(arrays: readonly string[]): string {
    const calls = arrays.map((array) => `${this.builtIn('unnest')}(${array})`);
    if (calls.length === 1) return calls[0]!;
    return this.backend === 'net' ? `unnest(${arrays.join(', ')})` : `ROWS FROM (${calls.join(', ')})`;
  }

  /** Who knows what a user's function does with its text? */
  protected override dependsOnCharacterClasses(fn: FunctionRef): boolean {
    return fn.schema !== 'pg_catalog' || super.dependsOnCharacterClasses(fn);
  }

  protected override collateForClasses(sql: SqlText, collation: Collation, fn: FunctionRef, expr: Scalar): SqlText {
    return isTextKind(expr.type.kind) ? super.collateForClasses(sql, collation, fn, expr) : sql;
  }
}

/** Types that the grammar itself knows. */
const KEY_WORD = /^(?:numeric|varchar|time|timestamp|interval|json)\b/;
