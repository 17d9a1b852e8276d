/**
 * What the net evaluates: every expression of PostgreSQL's own functions and types, row by row, and operators over them. Left out is what reads more
 * than its arguments and the settings that are passed on: clocks, the session, the catalog, other locales.
 */
import { mixesCollations, SEVERAL_COLLATIONS } from '../../algebra/collations.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { Rel, Window } from '../../algebra/rel.ts';
import type { AggregateCall, CastScalar, FunctionRef, Scalar } from '../../algebra/scalar.ts';
import type { Capabilities, Verdict } from '../../algebra/site.ts';
import { returnsSet } from '../../algebra/transform.ts';
import { unreachable } from '../../core/assert.ts';
import { isBuiltinCollation, isTextKind } from '../../core/sql-type.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';
import { splitQualifiedName } from '../sql/identifiers.ts';
import { changesCollation } from '../sql/scalar-writer.ts';
import { domainType, elementOf } from '../sql/type-names.ts';
import { dependsOnSettingsOnly, needsCollation } from './function-rules.ts';

const EXACT: Verdict = { verdict: 'exact' };
const no = (reason: string): Verdict => ({ verdict: 'no', reason });

/** Stable beside those that a source may evaluate: they print or compare values under the same settings. */
const STABLE =
  /^(?:jsonb_path_\w+_tz|timestamptz_\w+|timetz_\w+|textanycat|anytextcat|jsonb?_object|jsonb?_to_record(?:set)?|convert_(?:from|to)|jsonb?_(?:object_)?agg(?:_unique)?(?:_strict)?|money|numeric)$/;

/** Reading one of these from text may mean reading the clock: 'now', 'today'. */
const READS_CLOCK =
  /^pg_catalog\.(?:date|time|timetz|timestamp|timestamptz|tsrange|tstzrange|daterange|tsmultirange|tstzmultirange|datemultirange)$/;

const TEXT_SEARCH_NAMES = /^pg_catalog\.reg(?:config|dictionary)$/;

/** Types whose text means something only under a search path or a session: numbers of objects, rows without a name. */
const BOUND_TYPES =
  /^pg_catalog\.(?:_?reg\w+|_?record|unknown|any\w*|cstring|internal|void|trigger|refcursor|txid_snapshot|pg_snapshot)$/;

/** What is the gateway's own, or a session's. */
const GATEWAYS_SCHEMAS = /^(?:tributary|pg_.*)$/;

/** PostgreSQL's own collations are known to the catalog server. */
export const collationVerdict = (collation: Collation): Verdict =>
  typeof collation === 'object' && !isBuiltinCollation(collation)
    ? no(`collation "${collation.name}" is its source's alone`)
    : EXACT;

export class NetCapabilities implements Capabilities {
  scalar(expr: Scalar): Verdict {
    if (mixesCollations(expr)) return no(SEVERAL_COLLATIONS);
    switch (expr.kind) {
      case 'column':
        return this.shipped(expr.type);
      case 'const':
      case 'param':
      case 'array':
      case 'subscript':
      case 'native':
        return this.type(expr.type);
      case 'call': {
        const verdict = this.function(expr.fn, expr.inputCollation);
        return verdict.verdict === 'exact' ? this.type(expr.type) : verdict;
      }
      case 'cast':
        return this.cast(expr);
      case 'distinct':
      case 'nullif':
        return this.function(expr.equality, expr.inputCollation);
      case 'arraycompare':
        return this.function(expr.fn, expr.inputCollation);
      case 'greatest':
      case 'least':
        if (expr.inputCollation === 'none' && isTextKind(expr.type.kind)) return no(SEVERAL_COLLATIONS);
        return collationVerdict(expr.inputCollation);
      case 'subquery':
        return no('a subquery');
      case 'row':
        return expr.type.ofTable === true ? no('rows of tables') : EXACT;
      case 'field':
        return isKnownThere(expr.arg.type) ? EXACT : no('row values');
      default:
        return EXACT;
    }
  }

  aggregate(call: AggregateCall): Verdict {
    const verdict = this.function(call.fn, call.inputCollation);
    return verdict.verdict === 'exact' ? this.type(call.type) : verdict;
  }

  /** Inputs may hold columns of any type: only those that the operator itself compares or makes count. */
  operator(rel: Rel): Verdict {
    switch (rel.kind) {
      case 'input':
      case 'join':
      case 'limit':
      case 'project':
      case 'filter':
      case 'values':
        return EXACT;
      case 'sort':
        return this.all(rel.keys);
      case 'distinct':
        return this.all(outputColumns(rel));
      case 'setop':
        return this.all(rel.columns);
      case 'aggregate':
        return this.all(rel.groups);
      case 'projectset':
        return first(rel.functions, ({ call, columns, definition }) => {
          if (!returnsSet(call) || (call.kind === 'call' && call.variadic === true))
            return no('a function in FROM that returns no set');
          const readsText = definition !== undefined || call.kind === 'native';
          const types = readsText ? first(columns, ({ type }) => this.definedType(type)) : EXACT;
          return types.verdict === 'exact' && call.kind === 'call' ? this.own(call.fn, call.inputCollation) : types;
        });
      case 'window':
        return this.window(rel);
      case 'scan':
      case 'with':
      case 'ctescan':
      case 'recursive':
      case 'fence':
        return no(`${rel.kind} is not sent to the catalog server`);
      default:
        return unreachable(rel);
    }
  }

  /** Of a column that a function reads from text. */
  private definedType(type: SqlType): Verdict {
    const { name } = type.kind === 'array' && type.element ? type.element : type;
    return READS_CLOCK.test(name) ? no(`reading text as ${name} may read the clock`) : this.type(type);
  }

  private window(rel: Window): Verdict {
    const keys = this.all([...rel.partition, ...rel.order]);
    if (keys.verdict !== 'exact') return keys;
    const bounds = [rel.frame.start, rel.frame.end].flatMap((bound) =>
      'inRange' in bound && bound.inRange ? [this.function(bound.inRange, 'none')] : [],
    );
    const calls = rel.functions.map(({ call }) => this.function(call.fn, call.inputCollation));
    return first([...bounds, ...calls], (verdict) => verdict);
  }

  private all(columns: readonly { readonly type: SqlType }[]): Verdict {
    return first(columns, ({ type }) => this.shipped(type));
  }

  private function(fn: FunctionRef, collation: Collation): Verdict {
    return fn.returnsSet ? no(`${fn.name} returns a set`) : this.own(fn, collation);
  }

  private own(fn: FunctionRef, collation: Collation): Verdict {
    if (fn.site !== undefined) return no(`${fn.signature} is a function of ${fn.site}`);
    if (fn.schema !== 'pg_catalog') return no(`${fn.signature} is a function of the catalog server`);
    if (fn.volatility === 'volatile') return no(`${fn.name} is volatile`);
    if (fn.volatility === 'stable' && !dependsOnSettingsOnly(fn) && !STABLE.test(fn.name))
      return no(`${fn.name} depends on the session`);
    // Text that has none because several met has lost them on the way here: PostgreSQL raises 42P22.
    if (collation === 'none' && needsCollation(fn)) return no(`${fn.signature} over several collations`);
    return collationVerdict(collation);
  }

  private cast(expr: CastScalar): Verdict {
    if (expr.site !== undefined) return no(`domain ${expr.domain!} has constraints that only ${expr.site} knows`);
    if (expr.how === 'domain') return this.type(domainType(expr.domain!));
    if (changesCollation(expr)) return collationVerdict(expr.type.collation);
    if (expr.elementCast) {
      const element = this.scalar(expr.elementCast);
      if (element.verdict !== 'exact') return element;
    }
    if (expr.how === 'io' && isTextKind(expr.arg.type.kind) && READS_CLOCK.test(expr.type.name))
      return no(`the cast from ${expr.arg.type.name} to ${expr.type.name} may read the clock`);
    // A constant of these arrives as its name: the catalog's own.
    if (expr.how === 'io' && expr.arg.kind === 'const' && TEXT_SEARCH_NAMES.test(expr.type.name)) return EXACT;
    return this.type(expr.type);
  }

  /** A source's collation is not known there. */
  private shipped(type: SqlType): Verdict {
    const verdict = collationVerdict(type.collation);
    return verdict.verdict === 'exact' ? this.type(type) : verdict;
  }

  private type(type: SqlType): Verdict {
    return isKnownThere(type) ? EXACT : no(`values of type ${type.name}`);
  }
}

/** Whether a value of this type can be had from its text there. */
export function isKnownThere(type: SqlType): boolean {
  if (type.kind === 'array' && type.element) return isKnownThere(elementOf(type));
  if (type.ofTable === true) return false;
  const [schema] = splitQualifiedName(type.name);
  return schema === 'pg_catalog' ? !BOUND_TYPES.test(type.name) : !GATEWAYS_SCHEMAS.test(schema!);
}

function first<T>(items: readonly T[], judge: (item: T) => Verdict): Verdict {
  return items.map(judge).find(({ verdict }) => verdict !== 'exact') ?? EXACT;
}
