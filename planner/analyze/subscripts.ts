/**
 * `a[1]`, `a[2:3]`, `j['key']` of an analysed tree → Scalar. A jsonb subscript is what `#>` gives for the same path, and
 * becomes that; any other container that is no array (a name, a point, an hstore) is a place's that has its type.
 */
import type { Scalar } from '../../algebra/scalar.ts';
import { arrayTypeOf, sqlType } from '../../core/sql-type.ts';
import type { ExpressionConverter } from './expressions.ts';
import { rowTypeFrom } from './row-types.ts';
import type { ExpressionContext } from './scope.ts';
import { asNode, child, integer, list } from './tree-nodes.ts';
import type { TreeNode, TreeValue } from './tree-reader.ts';

/** jsonb #> text[] */
const JSONB_PATH_OPERATOR = 3213;
const JSONB_PATH_FUNCTION = 3217;
const TEXT = sqlType('text');

/** What a subscript of jsonb needs although no statement names it. */
export const subscriptOperators: readonly number[] = [JSONB_PATH_OPERATOR];
export const subscriptFunctions: readonly number[] = [JSONB_PATH_FUNCTION];

export function convertSubscript(converter: ExpressionConverter, node: TreeNode, context: ExpressionContext): Scalar {
  const { analysis } = converter;
  if (node['refassgnexpr'] !== null) throw analysis.unsupported('assignment to an array element', node);
  const container = converter.convert(child(node, 'refexpr'), context);
  const bound = (value: TreeValue | undefined): Scalar | null =>
    value === null || value === undefined ? null : converter.convert(asNode(value, 'subscript'), context);
  const uppers = list(node, 'refupperindexpr').map(bound);
  const lowers = list(node, 'reflowerindexpr').map(bound);
  const location = analysis.location(node) ?? container.location;
  if (container.type.kind === 'jsonb') return jsonbPath(converter, container, uppers as readonly Scalar[], location);
  const { kind } = container.type;
  if (kind !== 'array' && kind !== 'opaque' && kind !== 'name')
    throw analysis.unsupported(`subscript of ${container.type.name}`, node);
  const slice = lowers.length > 0;
  return {
    kind: 'subscript',
    container,
    slice,
    indexes: uppers.map((upper, i) => ({ lower: lowers[i] ?? null, upper })),
    type: rowTypeFrom(analysis.type(integer(node, 'refrestype'), integer(node, 'reftypmod'), integer(node, 'refcollid')), [
      container.type,
    ]),
    location,
  };
}

function jsonbPath(
  { analysis }: ExpressionConverter,
  container: Scalar,
  steps: readonly Scalar[],
  location: number | undefined,
): Scalar {
  const elements = steps.map((step): Scalar =>
    step.type.kind === 'text' ? step : { kind: 'cast', how: 'io', arg: step, type: TEXT, explicit: false, location },
  );
  return {
    kind: 'call',
    fn: analysis.lookup.function(JSONB_PATH_FUNCTION),
    operator: analysis.lookup.operator(JSONB_PATH_OPERATOR),
    args: [container, { kind: 'array', elements, nested: false, type: arrayTypeOf(TEXT)! }],
    type: sqlType('jsonb'),
    inputCollation: 'default',
    form: 'operator',
    location,
  };
}
