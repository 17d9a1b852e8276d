/** ORDER BY, DISTINCT, GROUP BY: only the default orderings and equalities of the types, as everything downstream assumes. */
import type { SortKey } from '../../algebra/rel.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { Analysis } from './analysis.ts';
import { flag, integer } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

const isBuiltIn = (analysis: Analysis, oid: number, name: string): boolean => {
  const operator = analysis.lookup.operator(oid);
  return operator.schema === 'pg_catalog' && operator.name === name;
};

/** `clause`: a SortGroupClause. */
export function requireDefaultEquality(analysis: Analysis, clause: TreeNode, where: string): void {
  const equality = integer(clause, 'eqop');
  if (equality === 0 || !isBuiltIn(analysis, equality, '=')) throw analysis.unsupported(`${where} by another equality than =`);
}

export function sortKey(analysis: Analysis, clause: TreeNode, type: SqlType): Pick<SortKey, 'descending' | 'nullsFirst'> {
  const operator = integer(clause, 'sortop');
  const descending = isBuiltIn(analysis, operator, '>');
  if (!descending && !isBuiltIn(analysis, operator, '<')) {
    throw analysis.unsupported(`ORDER BY ${type.name} USING ${analysis.lookup.operator(operator).name}`);
  }
  return { descending, nullsFirst: flag(clause, 'nulls_first') };
}
