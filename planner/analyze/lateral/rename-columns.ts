/**
 * A subtree under other column ids: when it becomes the definition of a WITH, the columns above keep their ids at the
 * CteScan that takes its place, so everything the subtree put out must be called something else below.
 */
import type { Rel, RelColumn } from '../../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../../algebra/scalar.ts';
import { mapRelInputs, mapRelScalars, substituteColumns } from '../../../algebra/transform.ts';
import { unreachable } from '../../../core/assert.ts';

/** `names`: old id → new column. Columns not in it keep their ids. */
export function renameColumns(rel: Rel, names: ReadonlyMap<ColumnId, RelColumn>): Rel {
  const references = new Map<ColumnId, Scalar>(
    [...names].map(([old, column]) => [old, { kind: 'column', column: column.id, type: column.type }]),
  );
  const id = (old: ColumnId): ColumnId => names.get(old)?.id ?? old;
  const column = <C extends RelColumn>(old: C): C => ({ ...old, id: id(old.id) });
  const rename = (node: Rel): Rel => {
    const mapped = mapRelScalars(mapRelInputs(node, rename), (expr) => substituteColumns(expr, references));
    switch (mapped.kind) {
      case 'scan':
        return { ...mapped, columns: mapped.columns.map(column) };
      case 'values':
      case 'ctescan':
      case 'input':
        return { ...mapped, columns: mapped.columns.map(column) };
      case 'project':
        return { ...mapped, items: mapped.items.map((item) => ({ ...item, column: column(item.column) })) };
      case 'aggregate':
        return {
          ...mapped,
          groups: mapped.groups.map(column),
          aggregates: mapped.aggregates.map((item) => ({ ...item, column: column(item.column) })),
          ...(mapped.sets ? { sets: mapped.sets.map((set) => set.map(id)) } : {}),
          ...(mapped.masks ? { masks: mapped.masks.map((mask) => ({ column: column(mask.column), of: mask.of.map(id) })) } : {}),
        };
      case 'window':
        return {
          ...mapped,
          partition: mapped.partition.map(column),
          order: mapped.order.map((key) => ({ ...key, column: id(key.column) })),
          functions: mapped.functions.map((item) => ({ ...item, column: column(item.column) })),
        };
      case 'projectset':
        return {
          ...mapped,
          functions: mapped.functions.map((item) => ({ ...item, columns: item.columns.map(column) })),
          ordinality: mapped.ordinality && column(mapped.ordinality),
        };
      case 'recursive':
        return {
          ...mapped,
          seedColumns: mapped.seedColumns.map(id),
          stepColumns: mapped.stepColumns.map(id),
          columns: mapped.columns.map(column),
        };
      case 'sort':
        return { ...mapped, keys: mapped.keys.map((key) => ({ ...key, column: id(key.column) })) };
      case 'setop':
        return {
          ...mapped,
          leftColumns: mapped.leftColumns.map(id),
          rightColumns: mapped.rightColumns.map(id),
          columns: mapped.columns.map(column),
        };
      case 'filter':
      case 'join':
      case 'limit':
      case 'distinct':
      case 'with':
      case 'fence':
        return mapped;
      default:
        return unreachable(mapped);
    }
  };
  return rename(rel);
}
