/**
 * The dialect of a PostgreSQL source: the base writer's, plus collations where the source's default would order or classify
 * text differently, and the source's own names for its types and functions.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { CastScalar, FunctionRef, Scalar } from '../../algebra/scalar.ts';
import { volatileCallsOf } from '../../algebra/transform.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';
import { isTextKind } from '../../core/sql-type.ts';
import { splitQualifiedName } from '../sql/identifiers.ts';
import type { SqlText } from '../sql/precedence.ts';
import { domainType, elementOf } from '../sql/type-names.ts';
import { changesCollation } from '../sql/scalar-writer.ts';
import { SqlWriter } from '../sql/sql-writer.ts';
import type { WrittenSql } from '../sql/sql-writer.ts';
import { followsCasing, followsClasses } from './function-rules.ts';
import type { ServerInfo } from './server-info.ts';
import type { SourceNames } from './source-names.ts';
import { sourceSchemaOf } from './source-names.ts';

/** COLLATE "C" of text ordered so already: the source may know the text under another name of that order (POSIX). */
const saysCollation = ({ how, explicit, arg, type }: CastScalar): boolean =>
  how === 'relabel' && explicit && arg.type.oid === type.oid && type.collation === 'C';

const hasOwnOrder = (collation: Collation): boolean => typeof collation === 'object';

export class PostgresWriter extends SqlWriter {
  private readonly names: SourceNames;
  private readonly info: ServerInfo | undefined;
  private callsOwnFunctions = false;

  constructor(names: SourceNames, info: ServerInfo | undefined) {
    super();
    this.names = names;
    this.info = info;
  }

  override statement(rel: Rel): WrittenSql {
    const written = super.statement(rel);
    if (!this.callsOwnFunctions) return written;
    return { ...written, callsOwnFunctions: true, ...(volatileCallsOf(rel).length > 0 ? { runsOnce: true } : {}) };
  }

  override typeName(type: SqlType): string {
    if (type.kind === 'array' && type.element) {
      return `${this.typeName(elementOf(type))}[]`;
    }
    const [schema, name] = splitQualifiedName(type.name);
    const own = name === undefined ? undefined : sourceSchemaOf(this.names, schema!);
    return own === undefined ? super.typeName(type) : `${this.quote(own)}.${this.quote(name!)}`;
  }

  protected override functionName(fn: FunctionRef): string {
    const own = sourceSchemaOf(this.names, fn.schema);
    if (own !== undefined) this.callsOwnFunctions = true;
    return own === undefined ? super.functionName(fn) : `${this.quote(own)}.${this.quote(fn.name)}`;
  }

  protected override collate(sql: SqlText, collation: Collation, expr: Scalar): SqlText {
    const text = isTextKind(expr.type.kind) || (expr.type.kind === 'array' && isTextKind(expr.type.element!.kind));
    const isName = expr.type.kind === 'name' || expr.type.element?.kind === 'name';
    // None was found: PostgreSQL raises 42P22 once it needs one, and so does the source.
    if (!text || isName || hasOwnOrder(collation) || collation === 'none') return sql;
    // A column's own collation stands unless another is written.
    const isOrderedSo = this.info === undefined || this.info.ordersByCodePoint;
    if (isOrderedSo && !hasOwnOrder(expr.type.collation)) return sql;
    return this.withCollation(sql, '"C"');
  }

  protected override dependsOnCharacterClasses(fn: FunctionRef): boolean {
    return followsCasing(fn) || followsClasses(fn);
  }

  protected override collateForClasses(sql: SqlText, collation: Collation, fn: FunctionRef, expr: Scalar): SqlText {
    if (collation === 'C') return changesCollation(expr) ? sql : this.withCollation(sql, '"C"');
    if (hasOwnOrder(collation)) return sql;
    const rules = followsClasses(fn) ? this.info?.classes : this.info?.casing;
    if (rules?.kind === 'collation') return this.withCollation(sql, rules.name);
    return expr.type.collation === 'default' || expr.type.collation === 'none' ? sql : this.withCollation(sql, '"default"');
  }

  /** The text as it is, and the collation by name: what is above goes by it, also through a derived table. */
  protected override castNode(expr: CastScalar): SqlText {
    // What its constraints call may need the source's own search path.
    if (expr.site !== undefined) this.callsOwnFunctions = true;
    if (expr.how === 'domain') return this.cast(this.scalar(expr.arg), domainType(expr.domain!));
    if (!changesCollation(expr) && !saysCollation(expr)) return super.castNode(expr);
    const isSame = expr.arg.type.oid === expr.type.oid && expr.arg.type.typmod === expr.type.typmod;
    return this.withCollation(isSame ? this.scalar(expr.arg) : super.castNode(expr), this.collationName(expr.type.collation));
  }

  protected override writtenCollation(sql: SqlText, type: SqlType): SqlText {
    const { kind } = type.element ?? type;
    const isText = kind === 'text' || kind === 'varchar' || kind === 'bpchar';
    const isOwn = hasOwnOrder(type.collation) || (isText && type.collation === 'C');
    if (!isOwn) return sql;
    return this.withCollation(sql, this.collationName(type.collation));
  }

  private collationName(collation: Collation): string {
    return typeof collation === 'object' ? `pg_catalog.${this.quote(collation.name)}` : this.quote(collation);
  }
}
