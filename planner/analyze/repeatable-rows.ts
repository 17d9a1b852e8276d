/**
 * Whether a query gives the same rows whenever it is evaluated over the same ones, and raises nothing: then it makes no
 * difference how often that is done. Not so what depends on the order in which rows come: LIMIT, numbers of rows, sums of
 * floats, which of equal values stands for a group.
 */
import type { Rel, RelColumn } from '../../algebra/rel.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { AggregateCall } from '../../algebra/scalar.ts';
import { visitRel } from '../../algebra/transform.ts';
import { hasIdenticalValues } from '../../core/identical-values.ts';
import { mayRaise } from './safe-functions.ts';

export function hasRepeatableRows(rel: Rel): boolean {
  let isRepeatable = !mayRaise(rel);
  visitRel(rel, (node) => {
    if (!isRepeatableNode(node)) isRepeatable = false;
  });
  return isRepeatable;
}

function isRepeatableNode(node: Rel): boolean {
  switch (node.kind) {
    case 'scan':
      return node.sample === undefined;
    case 'values':
    case 'filter':
    case 'project':
    case 'join':
    case 'sort':
    case 'with':
    case 'ctescan':
    case 'fence':
      return true;
    case 'distinct':
      return areIdentical(outputColumns(node.input));
    case 'setop':
      return node.all || areIdentical(node.columns);
    case 'aggregate':
      return areIdentical(node.groups) && node.aggregates.every(({ call }) => isOfRowsInAnyOrder(call));
    default:
      return false;
  }
}

const areIdentical = (columns: readonly RelColumn[]): boolean => columns.every(({ type }) => hasIdenticalValues(type));

function isOfRowsInAnyOrder({ fn, args }: AggregateCall): boolean {
  if (fn.schema !== 'pg_catalog') return false;
  switch (fn.name) {
    case 'count':
    case 'bool_and':
    case 'bool_or':
    case 'every':
      return true;
    case 'sum':
    case 'avg':
      return args.every(({ type }) => type.kind !== 'float4' && type.kind !== 'float8');
    case 'min':
    case 'max':
      return args.every(({ type }) => hasIdenticalValues(type));
    default:
      return false;
  }
}
