/**
 * What the session's own backend evaluates for a fragment: it is the PostgreSQL whose answer is asked for, in the user's own
 * session, so everything that reads, functions of users and of the session included. Left out is what may be evaluated
 * another number of times than written (volatile functions), and what only a source has.
 */
import { mixesCollations, SEVERAL_COLLATIONS } from '../../algebra/collations.ts';
import type { Rel } from '../../algebra/rel.ts';
import type { AggregateCall, FunctionRef, Scalar } from '../../algebra/scalar.ts';
import type { Capabilities, Verdict } from '../../algebra/site.ts';
import { relInputs, returnsSet } from '../../algebra/transform.ts';
import { holdsRows } from '../../core/sql-type.ts';
import { CATALOG_INFO } from './catalog-writer.ts';
import { notShipped } from './source-writer.ts';

const EXACT: Verdict = { verdict: 'exact' };
const no = (reason: string): Verdict => ({ verdict: 'no', reason });

export class LocalCapabilities implements Capabilities {
  scalar(expr: Scalar): Verdict {
    if (mixesCollations(expr)) return no(SEVERAL_COLLATIONS);
    switch (expr.kind) {
      case 'call':
      case 'arraycompare':
        return functionVerdict(expr.fn);
      case 'cast':
        if (expr.site !== undefined) return no(`domain ${expr.domain!} has constraints that only ${expr.site} knows`);
        return expr.elementCast ? this.scalar(expr.elementCast) : EXACT;
      case 'distinct':
      case 'nullif':
        return functionVerdict(expr.equality);
      case 'param':
        return holdsRows(expr.type) ? no('row values are made at home') : EXACT;
      case 'row':
      case 'field':
      case 'subscript':
      case 'native':
        return no(expr.kind === 'native' ? expr.name : `a ${expr.kind} expression`);
      default:
        return EXACT;
    }
  }

  aggregate(call: AggregateCall): Verdict {
    return functionVerdict(call.fn);
  }

  operator(rel: Rel): Verdict {
    switch (rel.kind) {
      case 'projectset': {
        const isOther = rel.functions.some(({ call }) => !returnsSet(call) || (call.kind === 'call' && call.variadic === true));
        return isOther ? no('functions in FROM that return no set are evaluated at home') : EXACT;
      }
      case 'recursive':
        return hasWith(rel.step) ? no('a recursive step with WITH queries is evaluated at home') : EXACT;
      case 'input': {
        const reason = rel.columns.map(({ type }) => notShipped(type, CATALOG_INFO)).find((one) => one !== undefined);
        return reason === undefined ? EXACT : no(reason);
      }
      case 'window': {
        const volatile = rel.functions.find(({ call }) => functionVerdict(call.fn).verdict !== 'exact');
        return volatile ? functionVerdict(volatile.call.fn) : EXACT;
      }
      default:
        return EXACT;
    }
  }
}

function functionVerdict(fn: FunctionRef): Verdict {
  if (fn.site !== undefined) return no(`${fn.signature} is a function of ${fn.site}`);
  return fn.volatility === 'volatile' ? no(`${fn.name} is volatile`) : EXACT;
}

const hasWith = (rel: Rel): boolean => rel.kind === 'with' || relInputs(rel).some(hasWith);
