/** Whether a column is NULL in no row that a subtree puts out: by its table, and by conditions that let no NULL through. */
import { outputColumns, type Rel } from '../../algebra/rel.ts';
import type { ColumnId } from '../../algebra/scalar.ts';
import { handedFrom } from '../estimate/column-origin.ts';
import { rejectsNulls } from './null-rejection.ts';

/** Conservative: "no" when unsure. */
export function isNeverNull(rel: Rel, column: ColumnId): boolean {
  const columns = new Set([column]);
  switch (rel.kind) {
    case 'scan':
      return rel.columns.some(({ id, notNull }) => id === column && notNull === true);
    case 'filter':
      if (rel.conjuncts.some((conjunct) => rejectsNulls(conjunct, columns))) return true;
      break;
    case 'aggregate':
      // It is NULL in the rows of sets that leave it out.
      if (rel.sets) return false;
      break;
    case 'join': {
      const isLeft = outputColumns(rel.left).some(({ id }) => id === column);
      if (rel.type === 'full' || rel.type === (isLeft ? 'right' : 'left')) return false;
      if ((rel.type === 'inner' || rel.type === 'semi') && rel.on.some((conjunct) => rejectsNulls(conjunct, columns)))
        return true;
      break;
    }
    default:
  }
  const handed = handedFrom(rel, column);
  return handed !== undefined && isNeverNull(handed.rel, handed.column);
}
