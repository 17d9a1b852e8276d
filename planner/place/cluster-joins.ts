/**
 * A block of more inner joins than can be searched at once, cut where its conditions connect least: clusters of relations
 * that belong together, each of which is ordered for itself and then one relation of the block.
 *
 *   FROM a, b, c, d, … WHERE a.x = c.x AND b.y = d.y AND …   →   (a ⋈ c ⋈ …) ⋈ (b ⋈ d ⋈ …) ⋈ …
 *
 * Invariant: the same relations under the same conditions, all of them in inner joins.
 */
import { outputColumns, type Join, type Rel } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn } from '../../algebra/transform.ts';
import type { Estimator } from '../estimate/estimator.ts';
import { RELATIONS_MAX } from './join-graph.ts';

export interface ClusterLimits {
  /** Relations that may stay side by side. */
  readonly relations: number;
  /** Relations of one cluster; not more. */
  readonly cluster: number;
}

/** Few enough in a cluster for every order to be looked at, whatever connects them. */
export const CLUSTER_LIMITS: ClusterLimits = { relations: RELATIONS_MAX, cluster: 10 };

export interface ClusteredJoins {
  readonly rel: Join;
  readonly clusters: ReadonlySet<Rel>;
}

interface Cluster {
  rel: Rel;
  readonly columns: Set<ColumnId>;
  size: number;
}

export function clusterJoins(block: Join, limits: ClusterLimits, estimator: Estimator): ClusteredJoins {
  let rel = block;
  let clusters: ReadonlySet<Rel> = new Set();
  for (;;) {
    const parts: Rel[] = [];
    const conditions: Scalar[] = [];
    collect(rel, clusters, parts, conditions);
    if (parts.length <= limits.relations) return { rel, clusters };
    const joined = joinConnected(parts, conditions, limits.cluster, estimator);
    // Nothing connects them any more.
    if (joined.parts.length === parts.length) return { rel, clusters };
    clusters = new Set(joined.parts.filter((part) => part.kind === 'join'));
    rel = sideBySide(joined.parts, joined.conditions);
  }
}

/** The relations of inner joins that stand directly on each other, and their conditions. */
function collect(rel: Rel, closed: ReadonlySet<Rel>, parts: Rel[], conditions: Scalar[]): void {
  if (rel.kind !== 'join' || rel.type !== 'inner' || closed.has(rel)) {
    parts.push(rel);
    return;
  }
  collect(rel.left, closed, parts, conditions);
  collect(rel.right, closed, parts, conditions);
  conditions.push(...rel.on);
}

/** Joins what conditions connect, the pairs of fewest rows first, until clusters are full. */
function joinConnected(
  parts: readonly Rel[],
  conditions: readonly Scalar[],
  sizeMax: number,
  estimator: Estimator,
): { readonly parts: readonly Rel[]; readonly conditions: readonly Scalar[] } {
  const clusters = parts.map((rel): Cluster => ({ rel, columns: new Set(outputColumns(rel).map(({ id }) => id)), size: 1 }));
  const ofColumn = new Map<ColumnId, Cluster>();
  for (const cluster of clusters) for (const id of cluster.columns) ofColumn.set(id, cluster);
  const touched = (condition: Scalar): ReadonlySet<Cluster> => new Set([...columnsIn(condition)].map((id) => ofColumn.get(id)!));
  const pairs = conditions
    .map((condition) => [...touched(condition)])
    .filter((both) => both.length === 2)
    .map(([a, b]) => ({ a: a!, b: b!, rows: estimator.joinRows(a!.rel, b!.rel, between(conditions, a!, b!)) }));
  let open = conditions;
  for (const pair of pairs.sort((one, other) => one.rows - other.rows)) {
    const [a, b] = [ofColumn.get([...pair.a.columns][0]!)!, ofColumn.get([...pair.b.columns][0]!)!];
    if (a === b || a.size + b.size > sizeMax) continue;
    for (const id of b.columns) {
      a.columns.add(id);
      ofColumn.set(id, a);
    }
    const on = open.filter(
      (condition) => [...touched(condition)].every((cluster) => cluster === a) && columnsIn(condition).size > 0,
    );
    a.rel = { kind: 'join', type: 'inner', left: a.rel, right: b.rel, on };
    a.size += b.size;
    open = open.filter((condition) => !on.includes(condition));
    clusters.splice(clusters.indexOf(b), 1);
  }
  return { parts: clusters.map((cluster) => cluster.rel), conditions: open };
}

const between = (conditions: readonly Scalar[], a: Cluster, b: Cluster): readonly Scalar[] =>
  conditions.filter((condition) => {
    const columns = [...columnsIn(condition)];
    return columns.every((id) => a.columns.has(id) || b.columns.has(id)) && columns.some((id) => a.columns.has(id)) && columns.some((id) => b.columns.has(id)); // prettier-ignore
  });

/** All of them joined, the conditions on top. */
function sideBySide(parts: readonly Rel[], conditions: readonly Scalar[]): Join {
  const left = parts.slice(0, -1).reduce((joined, right): Rel => ({ kind: 'join', type: 'inner', left: joined, right, on: [] }));
  return { kind: 'join', type: 'inner', left, right: parts.at(-1)!, on: conditions };
}
