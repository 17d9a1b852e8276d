/**
 * The dialect of a PostgreSQL source: the base writer's, plus collations where the source's default would order or classify
 * text differently, and the source's own names for its types and functions.
 */
import type { FunctionRef, Scalar } from '../../algebra/scalar.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';
import { isTextKind } from '../../core/sql-type.ts';
import { splitQualifiedName } from '../sql/identifiers.ts';
import type { SqlText } from '../sql/precedence.ts';
import { SqlWriter } from '../sql/sql-writer.ts';
import { followsCasing, followsClasses } from './function-rules.ts';
import type { ServerInfo } from './server-info.ts';
import type { SourceNames } from './source-names.ts';
import { sourceSchemaOf } from './source-names.ts';

const hasOwnOrder = (collation: Collation): boolean => typeof collation === 'object';

export class PostgresWriter extends SqlWriter {
  private readonly names: SourceNames;
  private readonly info: ServerInfo | undefined;

  constructor(names: SourceNames, info: ServerInfo | undefined) {
    super();
    this.names = names;
    this.info = info;
  }

  override typeName(type: SqlType): string {
    if (type.kind === 'array' && type.element) {
      const element = type.typmod >= 0 ? { ...type.element, typmod: type.typmod } : type.element;
      return `${this.typeName(element)}[]`;
    }
    const [schema, name] = splitQualifiedName(type.name);
    const own = name === undefined ? undefined : sourceSchemaOf(this.names, schema!);
    return own === undefined ? super.typeName(type) : `${this.quote(own)}.${this.quote(name!)}`;
  }

  protected override functionName(fn: FunctionRef): string {
    const own = sourceSchemaOf(this.names, fn.schema);
    return own === undefined ? super.functionName(fn) : `${this.quote(own)}.${this.quote(fn.name)}`;
  }

  protected override collate(sql: SqlText, collation: Collation, expr: Scalar): SqlText {
    const text = isTextKind(expr.type.kind) || (expr.type.kind === 'array' && isTextKind(expr.type.element!.kind));
    const isName = expr.type.kind === 'name' || expr.type.element?.kind === 'name';
    if (!text || isName || hasOwnOrder(collation) || this.info === undefined || this.info.ordersByCodePoint) return sql;
    return this.withCollation(sql, '"C"');
  }

  protected override dependsOnCharacterClasses(fn: FunctionRef): boolean {
    return followsCasing(fn) || followsClasses(fn);
  }

  protected override collateForClasses(sql: SqlText, collation: Collation, fn: FunctionRef): SqlText {
    if (collation === 'C') return this.withCollation(sql, '"C"');
    const rules = followsClasses(fn) ? this.info?.classes : this.info?.casing;
    return rules?.kind === 'collation' && !hasOwnOrder(collation) ? this.withCollation(sql, rules.name) : sql;
  }
}
