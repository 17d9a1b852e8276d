/**
 * The logical rewrites, in the order in which they help each other. Each is a pure function Rel → Rel in a file of its own;
 * after each, the tree is checked (check-rel.ts). Any can be switched off by name: a test that turns one off must get the
 * same rows.
 */
import type { Rel } from '../../algebra/rel.ts';
import { compareAsDates } from './compare-as-dates.ts';
import { checkRel, checkSameOutput } from './check-rel.ts';
import { distinctConstants } from './distinct-constants.ts';
import { emptyRelations } from './empty-relations.ts';
import { factorDisjunctions } from './factor-disjunctions.ts';
import { implyFilters } from './imply-filters.ts';
import { inferFilters } from './infer-filters.ts';
import { foreignKeyJoins } from './foreign-key-joins.ts';
import { lateExpressions } from './late-expressions.ts';
import { limitBelowProject } from './limit-below-project.ts';
import { mergeBounds } from './merge-bounds.ts';
import { mergeProjects } from './merge-projects.ts';
import { mergeSelfJoins } from './merge-self-joins.ts';
import { orToIn } from './or-to-in.ts';
import { pruneColumns } from './prune-columns.ts';
import { pushFilters } from './push-filters.ts';
import { removeJoins } from './remove-joins.ts';
import { simplifyOuterJoins } from './simplify-outer-joins.ts';
import { simplifyScalars } from './simplify-scalars.ts';

interface RewriteRule {
  readonly name: string;
  readonly apply: (rel: Rel) => Rel;
}

/** push-filters brings filters onto outer joins, simplify-outer-joins turns those inner, and so opens the way for more pushing. */
const sequence: readonly RewriteRule[] = [
  { name: 'compare-as-dates', apply: compareAsDates },
  { name: 'merge-projects', apply: mergeProjects },
  { name: 'factor-disjunctions', apply: factorDisjunctions },
  { name: 'push-filters', apply: pushFilters },
  { name: 'simplify-outer-joins', apply: simplifyOuterJoins },
  { name: 'simplify-scalars', apply: simplifyScalars },
  { name: 'merge-self-joins', apply: mergeSelfJoins },
  { name: 'foreign-key-joins', apply: foreignKeyJoins },
  { name: 'imply-filters', apply: implyFilters },
  { name: 'or-to-in', apply: orToIn },
  { name: 'infer-filters', apply: inferFilters },
  { name: 'push-filters', apply: pushFilters },
  { name: 'merge-bounds', apply: mergeBounds },
  { name: 'late-expressions', apply: lateExpressions },
  { name: 'empty-relations', apply: emptyRelations },
  { name: 'distinct-constants', apply: distinctConstants },
  { name: 'limit-below-project', apply: limitBelowProject },
  { name: 'merge-projects', apply: mergeProjects },
  { name: 'prune-columns', apply: pruneColumns },
  { name: 'remove-joins', apply: removeJoins },
  { name: 'prune-columns', apply: pruneColumns },
  { name: 'merge-projects', apply: mergeProjects },
];

export const rewriteRuleNames: readonly string[] = [...new Set(sequence.map((rule) => rule.name))];

/** `disabled`: rule names that must not fire; `fired`, when given, collects the names of those that changed the tree. */
export function rewrite(rel: Rel, disabled: ReadonlySet<string>, fired?: Set<string>): Rel {
  checkRel(rel);
  let current = rel;
  for (const rule of sequence) {
    if (disabled.has(rule.name)) continue;
    const next = rule.apply(current);
    if (next === current) continue;
    checkRel(next);
    checkSameOutput(rule.name, current, next);
    fired?.add(rule.name);
    current = next;
  }
  return current;
}
