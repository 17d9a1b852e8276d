/**
 * SQL of a fragment for the session's own backend. It is read under the user's search path, where a temporary table may be
 * called like a type, so names of PostgreSQL's own are written with their schema.
 */
import type { FunctionRef } from '../../algebra/scalar.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { PostgresWriter } from './postgres-writer.ts';
import type { ServerInfo } from './server-info.ts';

/** The catalog server is PostgreSQL 18 with code-point order; what it has is not asked. */
const CATALOG_SERVER: ServerInfo = {
  versionNum: 180_000,
  encoding: 'UTF8',
  ordersByCodePoint: true,
  casing: { kind: 'same' },
  classes: { kind: 'same' },
  signatures: new Set(),
};

/** No schema of the catalog stands for another one here. */
const NO_SOURCE = { site: '', defaultSchema: '' };

export class LocalWriter extends PostgresWriter {
  constructor() {
    super(NO_SOURCE, CATALOG_SERVER);
  }

  override typeName(type: SqlType): string {
    const name = super.typeName(type);
    const isArray = type.kind === 'array' && type.element !== undefined;
    return isArray || !type.name.startsWith('pg_catalog.') || KEY_WORD.test(name) ? name : `pg_catalog.${name}`;
  }

  protected override functionName(fn: FunctionRef): string {
    const name = super.functionName(fn);
    return fn.schema === 'pg_catalog' ? `pg_catalog.${name}` : name;
  }
}

/** Types that the grammar itself knows. */
const KEY_WORD = /^(?:numeric|varchar|time|timestamp|interval|json)\b/;
