/**
 * What the session's own backend evaluates of rows that are shipped to it: all that the net does, and what users made
 * (functions, aggregates, types, operators), volatile functions, and those that read the session or the catalog. It is the
 * PostgreSQL whose answer is asked for; EXECUTE and everything inside a function are for it to check.
 */
import { mixesCollations, SEVERAL_COLLATIONS } from '../../algebra/collations.ts';
import type { Rel } from '../../algebra/rel.ts';
import type { AggregateCall, FunctionRef, Scalar } from '../../algebra/scalar.ts';
import type { Capabilities, Verdict } from '../../algebra/site.ts';
import { outputColumns } from '../../algebra/rel.ts';
import { returnsSet } from '../../algebra/transform.ts';
import { isTextKind } from '../../core/sql-type.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';
import { changesCollation } from '../sql/scalar-writer.ts';
import { needsCollation } from './function-rules.ts';
import { collationVerdict, NetCapabilities } from './net-capabilities.ts';

const EXACT: Verdict = { verdict: 'exact' };
const no = (reason: string): Verdict => ({ verdict: 'no', reason });

/** Pseudo-types, whose values have no text that could be read again. */
const UNREADABLE = /^pg_catalog\.(?:_?record|unknown|any\w*|cstring|internal|trigger|event_trigger)$/;
/** Numbers of objects at the source: the names that stand for them mean something else here, or nothing. */
const OBJECTS = /^pg_catalog\.(?:_?reg\w+|void)$/;

export class SessionCapabilities implements Capabilities {
  private readonly net: Capabilities = new NetCapabilities();

  scalar(expr: Scalar): Verdict {
    const known = this.net.scalar(expr);
    return known.verdict === 'exact' ? known : this.own(expr);
  }

  aggregate(call: AggregateCall): Verdict {
    const known = this.net.aggregate(call);
    if (known.verdict === 'exact') return known;
    const verdict = this.function(call.fn, call.inputCollation, call.args);
    return verdict.verdict === 'exact' ? value(call.type) : verdict;
  }

  operator(rel: Rel): Verdict {
    const known = this.net.operator(rel);
    if (known.verdict === 'exact') return known;
    switch (rel.kind) {
      case 'sort':
        return all(rel.keys);
      case 'distinct':
        return all(outputColumns(rel));
      case 'setop':
        return all(rel.columns);
      case 'aggregate':
        return all(rel.groups);
      case 'projectset':
        return first(rel.functions, ({ call }) =>
          returnsSet(call) && call.kind === 'call' && call.variadic !== true
            ? this.function(call.fn, call.inputCollation, call.args)
            : no('a function in FROM that returns no set'),
        );
      case 'window':
        return first(
          [...rel.partition, ...rel.order],
          ({ type }) => shipped(type),
          rel.functions.map(({ call }) => this.function(call.fn, call.inputCollation, call.args)),
        );
      default:
        return known;
    }
  }

  private own(expr: Scalar): Verdict {
    if (mixesCollations(expr)) return no(SEVERAL_COLLATIONS);
    switch (expr.kind) {
      case 'column':
        return shipped(expr.type);
      case 'const':
      case 'param':
      case 'array':
      case 'subscript':
      case 'native':
        return value(expr.type);
      case 'call': {
        if (expr.fn.returnsSet) return no(`${expr.fn.name} returns a set`);
        const verdict = this.function(expr.fn, expr.inputCollation, expr.args);
        return verdict.verdict === 'exact' ? value(expr.type) : verdict;
      }
      case 'cast': {
        if (expr.site !== undefined) return no(`domain ${expr.domain!} has constraints that only ${expr.site} knows`);
        if (changesCollation(expr)) return collationVerdict(expr.type.collation);
        const element = expr.elementCast ? this.scalar(expr.elementCast) : EXACT;
        return element.verdict === 'exact' ? value(expr.type) : element;
      }
      case 'distinct':
      case 'nullif':
        return this.function(expr.equality, expr.inputCollation, [expr.left, expr.right]);
      case 'arraycompare':
        return this.function(expr.fn, expr.inputCollation, [expr.left]);
      default:
        return this.net.scalar(expr);
    }
  }

  private function(fn: FunctionRef, under: Collation, args: readonly Scalar[]): Verdict {
    if (fn.site !== undefined) return no(`${fn.signature} is a function of ${fn.site}`);
    if (fn.oid === 0) return no(`${fn.signature} is the executor's alone`);
    const texts = args.filter((arg) => isTextKind((arg.type.element ?? arg.type).kind));
    if (under === 'none' && needsCollation(fn)) return no(`${fn.signature} over several collations`);
    // It is the first argument that is given its collation.
    if (fn.schema !== 'pg_catalog' && texts.length > 0) {
      if (under === 'none') return no(`no collation for ${fn.name}`);
      if (under === 'C' && !isTextKind(args[0]!.type.kind)) return no(`collation "C" in ${fn.signature}`);
    }
    return collationVerdict(under);
  }
}

const value = (type: SqlType): Verdict => (UNREADABLE.test(type.name) ? no(`values of type ${type.name}`) : EXACT);

function shipped(type: SqlType): Verdict {
  const verdict = collationVerdict(type.collation);
  if (verdict.verdict !== 'exact') return verdict;
  return OBJECTS.test(type.name) || type.kind === 'composite' ? no(`values of type ${type.name}`) : value(type);
}

const all = (columns: readonly { readonly type: SqlType }[]): Verdict => first(columns, ({ type }) => shipped(type));

function first<T>(items: readonly T[], judge: (item: T) => Verdict, more: readonly Verdict[] = []): Verdict {
  return [...items.map(judge), ...more].find(({ verdict }) => verdict !== 'exact') ?? EXACT;
}
