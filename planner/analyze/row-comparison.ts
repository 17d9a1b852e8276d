/**
 * `(a, b) < (c, d)` → logic over its columns, so that any site can take it, join by it, and use an index on the first:
 *
 *   a <= c AND (a < c OR b < d)            where nothing in b, d can raise
 *   CASE WHEN a = c THEN b < d ELSE a < c END    otherwise: PostgreSQL looks no further than the first difference
 *
 * Both are NULL exactly where PostgreSQL meets a NULL before a difference. Comparisons by `=` and `<>`, and IS DISTINCT FROM,
 * come from the parser as ANDs and ORs already.
 */
import type { CallScalar, Scalar } from '../../algebra/scalar.ts';
import { isVolatile } from '../../algebra/transform.ts';
import { assert } from '../../core/assert.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';
import type { ExpressionConverter } from './expressions.ts';
import { cannotRaise } from './safe-functions.ts';
import type { ExpressionContext } from './scope.ts';
import { integer, integers, nodes } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

const BOOL = sqlType('bool');

/** CompareType of the nodes that reach us. */
const LESS = 1;
const LESS_OR_EQUAL = 2;

interface Pair {
  readonly left: Scalar;
  readonly right: Scalar;
  /** Of the operator as the tree names it. */
  readonly operator: number;
  readonly collation: number;
}

export function convertRowComparison(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  const operators = integers(node, 'opnos');
  const collations = integers(node, 'inputcollids');
  const lefts = converter.all(nodes(node, 'largs'), context);
  const rights = converter.all(nodes(node, 'rargs'), context);
  if ([...lefts, ...rights].some(isVolatile)) throw analysis.unsupported('row comparison of volatile functions', node);
  const type = integer(node, 'cmptype');
  const descends = type !== LESS && type !== LESS_OR_EQUAL;
  const pairs = operators.map((operator, i): Pair => ({
    operator,
    left: lefts[i]!,
    right: rights[i]!,
    collation: collations[i]!,
  }));
  const from = (i: number): Scalar => {
    const pair = pairs[i]!;
    if (i === pairs.length - 1) return compare(analysis, pair, pair.operator);
    const ordering = analysis.lookup.operator(pair.operator).ordering;
    if (ordering === undefined) throw analysis.unsupported('row comparison by an operator without an order', node);
    const strict = compare(analysis, pair, descends ? ordering.greater : ordering.less);
    const rest = from(i + 1);
    if (!cannotRaise(rest)) {
      const when = compare(analysis, pair, ordering.equal);
      return { kind: 'case', branches: [{ when, then: rest }], otherwise: strict, type: BOOL };
    }
    const weak = compare(analysis, pair, descends ? ordering.greaterOrEqual : ordering.lessOrEqual);
    const either: Scalar = { kind: 'or', args: [strict, rest], type: BOOL };
    return { kind: 'and', args: [weak, either], type: BOOL };
  };
  assert(pairs.length > 0, 'a comparison of empty rows');
  return { ...from(0), location: analysis.location(node) };
}

function compare(analysis: Analysis, { left, right, collation }: Pair, oid: number): CallScalar {
  const operator = analysis.lookup.operator(oid);
  return {
    kind: 'call',
    fn: analysis.lookup.function(operator.functionOid),
    operator,
    args: [left, right],
    type: BOOL,
    inputCollation: analysis.collation(collation),
    form: 'operator',
  };
}
