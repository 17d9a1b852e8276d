/**
 * What the local executor evaluates exactly: one more Capabilities beside the sites', asked by planner/place for all that
 * stays at home. A "no" here is the user's 0A000, with the reason as its words.
 */
import { outputColumns } from '../algebra/rel.ts';
import type { Rel, Window } from '../algebra/rel.ts';
import type { AggregateCall } from '../algebra/scalar.ts';
import type { Capabilities, Verdict } from '../algebra/site.ts';
import { columnsIn } from '../algebra/transform.ts';
import { unreachable } from '../core/assert.ts';
import { isCodePointOrder } from '../core/sql-type.ts';
import type { SqlType } from '../core/sql-type.ts';
import { isUndecided, localScalarVerdict } from './expression/capabilities.ts';
import { accumulatorFactory, isJsonAggregate, isOrderSensitive } from './operators/aggregate/registry.ts';
import { whyNoSet } from './operators/set-functions.ts';
import { whyNotKey } from './operators/keys/key-types.ts';
import { whyNotOrdered } from './operators/ordering/order-verdict.ts';
import { asAggregate } from './operators/window/frame-aggregate.ts';
import { reachFactory } from './operators/window/range-reach.ts';
import { rankings } from './operators/window/ranking.ts';
import { valueFunctions } from './operators/window/values.ts';

const EXACT: Verdict = { verdict: 'exact' };
const unless = (reason: string | undefined): Verdict => (reason === undefined ? EXACT : { verdict: 'no', reason });

/** The first reason any of the types gives. */
function firstReason(types: Iterable<SqlType>, why: (type: SqlType) => string | undefined): string | undefined {
  for (const type of types) {
    const reason = why(type);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

const typesOf = (columns: readonly { readonly type: SqlType }[]): readonly SqlType[] => columns.map((column) => column.type);

/** Judges the call alone: its expressions are judged by the caller. */
export function localAggregateVerdict(call: AggregateCall): Verdict {
  const { signature } = call.fn;
  if (accumulatorFactory(signature) === undefined || call.variadic) return unless(`the aggregate ${signature}`);
  const args = typesOf(call.args);
  const extreme = signature.startsWith('min(') || signature.startsWith('max(');
  if (extreme) {
    const reason = firstReason(args, whyNotOrdered);
    if (reason !== undefined) return unless(reason);
    if (isUndecided(call.inputCollation, call.args)) return unless(`${signature} over several collations`);
    if (!isCodePointOrder(call.inputCollation)) return unless(`${signature} under a collation of its own`);
  }
  if (call.direct) {
    if (call.direct.some((expr) => columnsIn(expr).size > 0))
      return unless(`direct arguments of ${call.fn.name} that are not constant`);
    // Equal values are counted as one.
    const counts = call.fn.aggregateKind === 'hypothetical' || call.fn.name === 'mode';
    const reason = counts ? firstReason(typesOf(call.orderBy.map((key) => key.expr)), whyNotKey) : undefined;
    if (reason !== undefined) return unless(reason);
  }
  // Of such types only the text travels, which says nothing of how they become JSON.
  const opaque = isJsonAggregate(signature) ? args.find((type) => (type.element ?? type).kind === 'opaque') : undefined;
  if (opaque) return unless(`${call.fn.name} of ${opaque.name}`);
  if (signature.startsWith('array_agg(') && call.type.kind !== 'array') return unless(`array_agg over ${args[0]!.name}`);
  if (call.distinct) {
    const reason = firstReason(args, whyNotKey) ?? (isOrderSensitive(signature) ? firstReason(args, whyNotOrdered) : undefined);
    if (reason !== undefined) return unless(reason);
  }
  return unless(firstReason(typesOf(call.orderBy.map((key) => key.expr)), whyNotOrdered));
}

function localWindowVerdict(rel: Window): Verdict {
  for (const { call } of rel.functions) {
    const { kind, signature } = call.fn;
    if (kind === 'aggregate') {
      const verdict = localAggregateVerdict(asAggregate(call));
      if (verdict.verdict !== 'exact') return verdict;
    } else if (!rankings.has(signature) && !valueFunctions.has(signature) && signature !== 'ntile(int4)') {
      return unless(`the window function ${signature}`);
    }
  }
  for (const bound of [rel.frame.start, rel.frame.end]) {
    const inRange = 'inRange' in bound ? bound.inRange : undefined;
    if (inRange && reachFactory(inRange.signature) === undefined) return unless(`a RANGE offset by ${inRange.signature}`);
  }
  return unless(firstReason(typesOf(rel.partition), whyNotKey) ?? firstReason(typesOf(rel.order), whyNotOrdered));
}

/** Judges the operator alone: its inputs are here already, its scalars are judged by the caller. */
export function localOperatorVerdict(rel: Rel): Verdict {
  switch (rel.kind) {
    case 'scan':
      return unless(`reading ${rel.table.schema}.${rel.table.name} away from source "${rel.table.site}"`);
    case 'filter':
    case 'project':
    case 'join':
    case 'limit':
    case 'values':
    case 'with':
    case 'ctescan':
    case 'fence':
      return EXACT;
    case 'window':
      return localWindowVerdict(rel);
    case 'projectset':
      return unless(rel.functions.map(({ call }) => whyNoSet(call)).find((reason) => reason !== undefined));
    case 'recursive':
      return rel.all ? EXACT : unless(firstReason(typesOf(rel.columns), whyNotKey));
    case 'input':
      return unless('a shipped relation outside of a fragment');
    case 'aggregate':
      return unless(firstReason(typesOf(rel.groups), whyNotKey));
    case 'sort':
      return unless(firstReason(typesOf(rel.keys), whyNotOrdered));
    case 'distinct':
      return unless(firstReason(typesOf(outputColumns(rel)), whyNotKey));
    case 'setop':
      if (rel.op === 'union' && rel.all) return EXACT;
      return unless(firstReason(typesOf(rel.columns), whyNotKey));
    default:
      return unreachable(rel);
  }
}

export const localCapabilities: Capabilities = {
  scalar: localScalarVerdict,
  aggregate: localAggregateVerdict,
  operator: localOperatorVerdict,
};
