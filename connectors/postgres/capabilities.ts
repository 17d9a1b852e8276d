/**
 * What a PostgreSQL source evaluates exactly as PostgreSQL 18 with code-point order would. It is the same program, so every
 * built-in function it has counts, save those that depend on more than arguments and passed settings: locale, encoding,
 * clock, session. Unproven means no, with a reason for EXPLAIN.
 */
import { mixesCollations, SEVERAL_COLLATIONS } from '../../algebra/collations.ts';
import type { Rel, Window } from '../../algebra/rel.ts';
import type { AggregateCall, CastScalar, FunctionRef, Scalar } from '../../algebra/scalar.ts';
import type { Capabilities, Verdict } from '../../algebra/site.ts';
import { relInputs, returnsSet, scalarParts } from '../../algebra/transform.ts';
import type { Datum } from '../../core/datum.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';
import { holdsRows, isBuiltinCollation, isTextKind } from '../../core/sql-type.ts';
import { splitQualifiedName } from '../sql/identifiers.ts';
import { domainType, elementOf } from '../sql/type-names.ts';
import { changesCollation } from '../sql/scalar-writer.ts';
import { caseComparison } from './case-comparison.ts';
import {
  comparesForEquality,
  comparesValues,
  dependsOnSettingsOnly,
  followsCasing,
  followsClasses,
  needsCollation,
  readsTemplates,
  TEMPLATE_FIELDS_SINCE,
} from './function-rules.ts';
import type { CharacterRules, ServerInfo } from './server-info.ts';
import { notShipped } from './source-writer.ts';
import { sourceSchemaOf } from './source-names.ts';
import type { SourceNames } from './source-names.ts';

const EXACT: Verdict = { verdict: 'exact' };
const no = (reason: string): Verdict => ({ verdict: 'no', reason });

export class PostgresCapabilities implements Capabilities {
  private readonly names: SourceNames;
  private readonly info: ServerInfo;
  private readonly runsVolatile: boolean;

  /** `runsVolatile`: functions of its own that are volatile, too; for whole statements only. */
  constructor(names: SourceNames, info: ServerInfo, runsVolatile = false) {
    this.names = names;
    this.info = info;
    this.runsVolatile = runsVolatile;
  }

  scalar(expr: Scalar): Verdict {
    if (expr.type.kind === 'composite' && !this.knowsRow(expr)) return no('row values are made at home');
    // What needs one of them raises there as it does here.
    if (mixesCollations(expr) && !(expr.kind === 'call' && needsCollation(expr.fn))) return no(SEVERAL_COLLATIONS);
    switch (expr.kind) {
      case 'const':
      case 'param':
        return holdsRows(expr.type) ? no('row values are made at home') : this.type(expr.type);
      case 'call': {
        const superset = expr.operator && this.superset(expr.fn, expr.inputCollation, expr.args);
        if (superset) return superset;
        const verdict = this.function(expr.fn, expr.inputCollation, expr.args);
        return verdict.verdict === 'exact' && expr.form !== 'function' ? this.castResult(expr.form, expr.type) : verdict;
      }
      case 'cast':
        return this.cast(expr);
      case 'distinct':
      case 'nullif':
        return this.function(expr.equality, expr.inputCollation, [expr.left, expr.right]);
      case 'arraycompare': {
        const sides = [expr.left, expr.array];
        const superset = expr.quantifier === 'any' && this.superset(expr.fn, expr.inputCollation, sides);
        return superset || this.function(expr.fn, expr.inputCollation, sides);
      }
      case 'greatest':
      case 'least':
        return this.order([expr.type]) ?? this.text(expr.args, expr.inputCollation);
      case 'array':
      case 'subscript':
        return this.type(expr.type);
      case 'subquery':
        for (const { fn, inputCollation } of expr.comparisons ?? []) {
          const verdict = this.function(fn, inputCollation, expr.left!);
          if (verdict.verdict !== 'exact') return verdict;
        }
        return EXACT;
      case 'native':
        return expr.since > this.major ? no(`PostgreSQL ${this.major} has no ${expr.name}`) : this.text(expr.args, 'default');
      case 'row':
        return EXACT;
      case 'field':
        return expr.arg.kind === 'row' ? no('row values are made at home') : EXACT;
      default:
        return EXACT;
    }
  }

  aggregate(call: AggregateCall): Verdict {
    const sorted = call.orderBy.map((key) => key.expr);
    const refused = this.order(typesOf(call.distinct ? [...sorted, ...call.args] : sorted));
    return refused ?? this.function(call.fn, call.inputCollation, [...call.args, ...(call.direct ?? []), ...sorted]);
  }

  operator(rel: Rel): Verdict {
    if (rel.kind === 'sort') {
      const refused = this.order(typesOf(rel.keys));
      if (refused) return refused;
      const key = rel.keys.find((k) => isTextKind(k.type.kind));
      return key && this.info.encoding !== 'UTF8' ? no(`order of text in encoding ${this.info.encoding}`) : EXACT;
    }
    if (rel.kind === 'projectset') {
      const isKnown = (call: Scalar): boolean =>
        returnsSet(call) && (call.kind === 'native' || (call.variadic !== true && call.fn.schema === 'pg_catalog'));
      const isOther = rel.functions.some(({ call }) => !this.isOwn(call) && !isKnown(call));
      return isOther ? no('functions in FROM that return no set, and those of its own, are evaluated at home') : EXACT;
    }
    if (rel.kind === 'recursive')
      return hasWith(rel.step) ? no('a recursive step with WITH queries is evaluated at home') : EXACT;
    if (rel.kind === 'window') return this.window(rel);
    if (rel.kind !== 'input') return EXACT;
    const reasons = rel.columns.map(({ type }) => notShipped(type, this.info));
    const reason = reasons.find((one) => one !== undefined);
    return reason === undefined ? EXACT : no(reason);
  }

  /** A value of a composite type that users of the source made; of others it might know less, or in another order. */
  private knowsRow({ type }: Scalar): boolean {
    return type.ofTable !== true && this.type(type).verdict === 'exact' && !OWN_ROW.test(type.name);
  }

  private window({ functions, order, frame }: Window): Verdict {
    const refused = this.order(typesOf(order));
    if (refused) return refused;
    const key = order.find(({ type }) => isTextKind(type.kind));
    if (key && this.info.encoding !== 'UTF8') return no(`order of text in encoding ${this.info.encoding}`);
    const compared = [frame.start, frame.end].flatMap((bound) => ('inRange' in bound && bound.inRange ? [bound.inRange] : []));
    const verdicts = [
      ...functions.map(({ call }) => this.function(call.fn, call.inputCollation, call.args)),
      ...compared.map((fn) => this.function(fn, 'none', [])),
    ];
    return verdicts.find(({ verdict }) => verdict !== 'exact') ?? EXACT;
  }

  private isOwn(call: Scalar): boolean {
    return call.kind === 'call' && call.form === 'function' && call.fn.site === this.names.site;
  }

  private function(fn: FunctionRef, collation: Collation, args: readonly Scalar[]): Verdict {
    if (fn.site === this.names.site) {
      // It may write, and must run as often as it is written: only a whole statement leaves that to the source.
      return fn.volatility === 'volatile' && !this.runsVolatile
        ? no(`${fn.signature}, a volatile function of ${fn.site}`)
        : EXACT;
    }
    if (fn.site !== undefined) return no(`${fn.signature} is a function of ${fn.site}`);
    if (fn.schema !== 'pg_catalog') return no(`${fn.signature} is a function of the catalog server`);
    if (fn.volatility === 'volatile') return no(`${fn.name} is volatile`);
    if (fn.volatility === 'stable' && !dependsOnSettingsOnly(fn)) return no(`${fn.name} depends on the session`);
    if (!this.info.signatures.has(fn.signature)) return no(`PostgreSQL ${this.major} has no ${fn.signature}`);
    if (this.major < TEMPLATE_FIELDS_SINCE && readsTemplates(fn)) return no(`PostgreSQL ${this.major} reads other templates`);
    if (collation !== 'C' && !isPlainPattern(fn, args[1])) {
      const rules = followsClasses(fn) ? this.info.classes : followsCasing(fn) ? this.info.casing : undefined;
      if (rules && !usable(rules, collation)) return no(differs(fn.name));
    }
    if (comparesForEquality(fn)) return this.equality(args);
    return (comparesValues(fn) && this.order(typesOf(args))) || this.text(args, collation);
  }

  /** Why such values are not put in order there: of the texts in them no COLLATE can be said. */
  private order(types: readonly SqlType[]): Verdict | undefined {
    const type = this.info.ordersByCodePoint ? undefined : types.find(hidesText);
    return type && no(`order of ${type.name} under this database's collation`);
  }

  /** Where lower() and upper() do not go, what is asked of them may: as what their own make of it, and more. */
  private superset(fn: FunctionRef, collation: Collation, sides: readonly Scalar[]): Verdict | undefined {
    if (this.info.casing.kind !== 'different') return undefined;
    const comparison = caseComparison(fn, collation, sides, this.info.spellings);
    if (comparison === undefined) return undefined;
    const { name } = comparison.call.fn;
    return { verdict: 'superset', reason: differs(name), reads: comparison.call.args };
  }

  /** Characters are compared and counted as in UTF-8 only where the database is in UTF-8. */
  private text(args: readonly Scalar[], _collation: Collation): Verdict {
    const { encoding } = this.info;
    return encoding !== 'UTF8' && args.some((arg) => isTextKind(arg.type.kind)) ? no(`text in encoding ${encoding}`) : EXACT;
  }

  /** Equal bytes are equal text in any encoding, as long as both sides can be written in it. */
  private equality(args: readonly Scalar[]): Verdict {
    if (this.info.encoding === 'UTF8') return EXACT;
    const foreign = (expr: Scalar): boolean =>
      expr.kind === 'param' || (expr.kind === 'const' && isForeign(expr.value)) || scalarParts(expr).some(foreign);
    return args.some(foreign) ? no(`text in encoding ${this.info.encoding}`) : EXACT;
  }

  private castResult(form: 'operator' | 'explicit-cast' | 'implicit-cast', type: SqlType): Verdict {
    return form === 'operator' ? EXACT : this.type(type);
  }

  /** Through text the accepted spellings matter, and those have grown with the versions. */
  private cast(expr: CastScalar): Verdict {
    if (expr.how === 'domain') return this.domain(expr);
    if (expr.elementCast) {
      const element = this.scalar(expr.elementCast);
      if (element.verdict !== 'exact') return element;
    }
    if (expr.how === 'io' && isTextKind(expr.arg.type.kind)) {
      const since = SPELLINGS_SINCE[expr.type.kind];
      if (since !== undefined && this.major < since)
        return no(`PostgreSQL ${this.major} reads other spellings of ${expr.type.name}`);
    }
    const { collation } = expr.type;
    if (typeof collation === 'object' && !isBuiltinCollation(collation) && changesCollation(expr))
      return no(`collation "${collation.name}" is not one of PostgreSQL's own`);
    // Numbers of objects mean something else there when they were looked up here; written out they are only numbers.
    if (expr.how === 'io' && expr.arg.kind === 'const' && WRITTEN_NUMBERS.has(expr.type.name)) return EXACT;
    return this.type(expr.type);
  }

  /** Its constraints may compare text, or look for classes of characters. */
  private domain(expr: CastScalar): Verdict {
    const { ordersByCodePoint, classes, casing } = this.info;
    const isText = isTextKind((expr.type.element ?? expr.type).kind) || expr.type.kind === 'composite';
    if (isText && !(ordersByCodePoint && classes.kind === 'same' && casing.kind === 'same'))
      return no(`the constraints of domain ${expr.domain!} under this database's locale`);
    return this.type(domainType(expr.domain!));
  }

  /** A type whose name the source knows with the same meaning. */
  private type(type: SqlType): Verdict {
    if (type.kind === 'array' && type.element) return this.type(elementOf(type));
    const [schema] = splitQualifiedName(type.name);
    if (this.major < 14 && type.name.endsWith('multirange')) return no(`PostgreSQL ${this.major} has no ${type.name}`);
    if (schema === 'pg_catalog' && !OBJECT_NUMBERS.test(type.name)) return EXACT;
    return sourceSchemaOf(this.names, schema!) !== undefined ? EXACT : no(`type ${type.name} is not known at the source`);
  }

  private get major(): number {
    return Math.floor(this.info.versionNum / 10_000);
  }
}

const typesOf = (typed: readonly { readonly type: SqlType }[]): readonly SqlType[] => typed.map(({ type }) => type);

const hidesText = ({ kind, element, fields }: SqlType): boolean =>
  kind === 'jsonb' ||
  (element !== undefined && hidesText(element)) ||
  (fields ?? []).some(({ type }) => isTextKind(type.kind) || hidesText(type));

const differs = (name: string): string => `${name} of non-ASCII text differs in this database's locale`;

/** Text, or an array with a text, that is not ASCII. */
const isForeign = (value: Datum): boolean =>
  typeof value === 'string'
    ? Buffer.byteLength(value) !== value.length
    : value !== null && typeof value === 'object' && 'elements' in value && value.elements.some(isForeign);

const hasWith = (rel: Rel): boolean => rel.kind === 'with' || relInputs(rel).some(hasWith);

/** A case-sensitive pattern without classes means the same under any locale: ranges and dots go by code point. */
const isPlainPattern = (fn: FunctionRef, pattern: Scalar | undefined): boolean =>
  /^(?:text|bpchar|name)regex(?:eq|ne)$/.test(fn.name) &&
  pattern?.kind === 'const' &&
  typeof pattern.value === 'string' &&
  !/\\[a-z]|\[[:.=]|^\*\*\*|\(\?/i.test(pattern.value);

/** A named collation is the source's own and means what it means there. */
const usable = (rules: CharacterRules, collation: Collation): boolean =>
  typeof collation === 'object' || rules.kind !== 'different';

const OWN_ROW = /^pg_catalog\./;
const OBJECT_NUMBERS = /\.(?:reg\w+|oid|oidvector|xid8?|cid|tid)$/;
const WRITTEN_NUMBERS = new Set(['oid', 'xid', 'xid8', 'cid', 'tid'].map((name) => `pg_catalog.${name}`));

const SPELLINGS_SINCE: Readonly<Partial<Record<SqlType['kind'], number>>> = {
  int2: 16,
  int4: 16,
  int8: 16,
  numeric: 16,
  interval: 17,
};
