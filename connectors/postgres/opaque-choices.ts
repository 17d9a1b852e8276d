/**
 * ORs over a shipped relation and another one, hidden from PostgreSQL's planner by `IS TRUE`. From `s.n = 'x' AND t.m = 'y' OR s.n
 * = 'y' AND t.m = 'x'` it takes that s.n is one of two (extract_restriction_or_clauses), and filters by that once more what our
 * planner filtered before it shipped it. Of shipped values it knows nothing: it expects a row in a hundred to be left, and
 * plans nested loops over what is still there.
 */
import { outputColumns, type Rel } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn, mapRelInputs, shippedInputs } from '../../algebra/transform.ts';
import { sqlType } from '../../core/sql-type.ts';

export function withOpaqueChoices(fragment: Rel): Rel {
  const inputs = shippedInputs(fragment).map((input) => new Set(outputColumns(input).map(({ id }) => id)));
  return inputs.length === 0 ? fragment : hidden(fragment, inputs);
}

type Columns = ReadonlySet<ColumnId>;

function hidden(rel: Rel, inputs: readonly Columns[]): Rel {
  const below = mapRelInputs(rel, (input) => hidden(input, inputs));
  if (below.kind === 'join') return { ...below, on: below.on.map((condition) => opaque(condition, inputs)) };
  if (below.kind === 'filter') return { ...below, conjuncts: below.conjuncts.map((condition) => opaque(condition, inputs)) };
  return below;
}

function opaque(condition: Scalar, inputs: readonly Columns[]): Scalar {
  if (condition.kind !== 'or') return condition;
  const read = [...columnsIn(condition)];
  const spans = inputs.some((input) => read.some((id) => input.has(id)) && !read.every((id) => input.has(id)));
  return spans ? { kind: 'booltest', arg: condition, test: 'true', negated: false, type: sqlType('bool') } : condition;
}
