/**
 * STABLE expressions that need no row (`now()`, `current_user`, `current_setting('app.tenant')`, `date_trunc('day', now())`)
 * are evaluated on the session's own backend, once per execution, and travel as constants: a source would answer for its
 * own session and clock. Runs after analysis and before planning, at each execution.
 *
 * The largest such expressions are taken. Where an expression might never be evaluated (branches of CASE, later arguments of
 * COALESCE, AND, OR) only calls that cannot raise are. All of a statement go in one SELECT; values travel as parameters.
 * What remains (a STABLE function of a column or in such a branch) keeps its call: it is up to the sites' capabilities.
 */
import type { Rel } from '../../algebra/rel.ts';
import type { Scalar } from '../../algebra/scalar.ts';
import {
  mapAggregateCall,
  mapRelInputs,
  mapRelScalars,
  mapScalarParts,
  scalarParts,
  someScalar,
} from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import type { Datum } from '../../core/datum.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { AnalyzedQuery } from './analyze-query.ts';
import type { SessionParameter } from './session-sql.ts';
import { isWritable, SessionSqlWriter } from './session-sql.ts';
import { isSessionValue } from './session-values.ts';

/** One SELECT of one row: `$n` are `parameters`, its columns are of `types`. */
export interface SessionQuery {
  readonly sql: string;
  readonly parameters: readonly SessionParameter[];
  readonly types: readonly SqlType[];
}

/** Runs it on the session's backend and gives the row. An error is the statement's error. */
export type SessionEvaluator = (query: SessionQuery) => Promise<readonly Datum[]>;

/** `params`: the statement's bound parameters. */
export async function foldSessionExpressions(
  query: AnalyzedQuery,
  evaluate: SessionEvaluator,
  params: readonly Datum[],
): Promise<AnalyzedQuery> {
  const found = sessionExpressions(query.rel);
  if (found.length === 0) return query;
  const writer = new SessionSqlWriter(params);
  const items = found.map((expr) =>
    expr.type.kind === 'opaque' ? `(${writer.write(expr)})::pg_catalog.text` : writer.write(expr),
  );
  const types = found.map((expr) => (expr.type.kind === 'opaque' ? sqlType('text') : expr.type));
  const values = await evaluate({ sql: `SELECT ${items.join(', ')}`, parameters: writer.parameters, types });
  assert(values.length === found.length, `${values.length} values for ${found.length} session expressions`);
  const constants = new Map<Scalar, Scalar>(
    found.map((expr, index) => [expr, { kind: 'const', value: values[index]!, type: expr.type, location: expr.location }]),
  );
  return { ...query, rel: replaceIn(query.rel, false, (expr) => constants.get(expr) ?? expr) };
}

/** The expressions that depend on session or clock, largest first found, as they stand in the tree. */
export function sessionExpressions(rel: Rel): readonly Scalar[] {
  const found = new Set<Scalar>();
  replaceIn(rel, false, (expr) => {
    found.add(expr);
    return expr;
  });
  return [...found];
}

type Replace = (expr: Scalar) => Scalar;

function replaceIn(rel: Rel, conditional: boolean, replace: Replace): Rel {
  const withInputs = mapRelInputs(rel, (input) => replaceIn(input, conditional, replace));
  if (withInputs.kind === 'aggregate') {
    const aggregates = withInputs.aggregates.map((entry) => {
      const spared = conditional || entry.call.filter !== null;
      const call = mapAggregateCall(entry.call, (expr) => replaceScalar(expr, spared, replace));
      return call === entry.call ? entry : { ...entry, call };
    });
    return aggregates.every((entry, i) => entry === withInputs.aggregates[i]) ? withInputs : { ...withInputs, aggregates };
  }
  return mapRelScalars(withInputs, (expr) => replaceScalar(expr, conditional, replace));
}

function replaceScalar(expr: Scalar, conditional: boolean, replace: Replace): Scalar {
  if (isSessionExpression(expr) && (!conditional || neverRaises(expr))) return replace(expr);
  let part = 0;
  const mapped = mapScalarParts(expr, (inner) => replaceScalar(inner, conditional || isSpared(expr, part++), replace));
  if (mapped.kind !== 'subquery') return mapped;
  const rel = replaceIn(mapped.rel, conditional, replace);
  return rel === mapped.rel ? mapped : { ...mapped, rel };
}

/** Whether the i-th part may be left unevaluated. */
function isSpared(expr: Scalar, index: number): boolean {
  switch (expr.kind) {
    case 'and':
    case 'or':
    case 'coalesce':
      return index > 0;
    case 'case':
      // The operand and the first condition are always evaluated.
      return index > (expr.operand ? 1 : 0);
    default:
      return false;
  }
}

function isSessionExpression(expr: Scalar): boolean {
  let dependsOnSession = false;
  const check = (node: Scalar): boolean => {
    if (!isWritable(node)) return false;
    if (node.kind === 'call') {
      // A source's function is the source's to evaluate.
      if (node.fn.volatility === 'volatile' || node.fn.returnsSet || node.fn.site !== undefined) return false;
      if (node.fn.volatility === 'stable') dependsOnSession = true;
    }
    return scalarParts(node).every(check);
  };
  return check(expr) && dependsOnSession && !someScalar(expr, (node) => node.kind === 'column');
}

const NEVER_RAISE = new Set([
  'now()',
  'transaction_timestamp()',
  'statement_timestamp()',
  'pg_backend_pid()',
  'current_user()',
  'session_user()',
  'getpgusername()',
  'current_database()',
  'current_schema()',
  'current_schemas(bool)',
  'version()',
  'inet_client_addr()',
  'inet_client_port()',
  'inet_server_addr()',
  'inet_server_port()',
]);

function neverRaises(expr: Scalar): boolean {
  if (expr.kind !== 'call') return false;
  const { fn, args } = expr;
  if (isSessionValue(fn)) return true;
  if (!args.every((arg) => arg.kind === 'const')) return false;
  // current_setting(name, missing_ok)
  if (fn.signature === 'current_setting(text,bool)') return args[1]!.kind === 'const' && args[1]!.value === true;
  return fn.schema === 'pg_catalog' && NEVER_RAISE.has(fn.signature);
}
