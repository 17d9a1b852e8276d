/**
 * How many rows sets of a block's relations really have when they are joined, counted by a PostgreSQL that holds all tables:
 * up to a limit, since more than that is only too many.
 */
import type pg from 'pg';
import type { Rel } from '../../algebra/rel.ts';
import type { Site } from '../../algebra/site.ts';
import { mapRelInputs, rewriteAllScalars } from '../../algebra/transform.ts';
import type { RelationSet } from '../../planner/place/conflict-rules.ts';
import type { JoinGraph } from '../../planner/place/join-graph.ts';
import { joinedSet, type JoinOrder } from './blocks.ts';

/** More than any count. */
export const NO_LIMIT = 2 ** 52;

export class TrueRows {
  readonly #client: pg.Client;
  readonly #site: Site;
  readonly #known = new Map<string, { readonly rows: number; readonly limit: number }>();

  /** `site`: writes the SQL that `client` runs. */
  constructor(client: pg.Client, site: Site) {
    this.#client = client;
    this.#site = site;
  }

  /** `order` joins the set; undefined: more than `limit`. `key`: of the block, whatever places its tables have. */
  async count(key: string, graph: JoinGraph, set: RelationSet, order: JoinOrder, limit: number): Promise<number | undefined> {
    const id = `${key} ${set}`;
    let known = this.#known.get(id);
    if (known === undefined || (known.rows > known.limit && known.limit < limit)) {
      const sql = this.#site.sql(atOneServer(joinedSet(graph, order)));
      const text = `SELECT count(*) AS rows FROM (SELECT FROM (${sql}) joined LIMIT ${Math.floor(limit) + 1}) counted`;
      const { rows } = await this.#client.query<{ rows: string }>(text);
      known = { rows: Number(rows[0]!.rows), limit };
      this.#known.set(id, known);
    }
    return known.rows > limit ? undefined : known.rows;
  }
}

/** Every table as the PostgreSQL with all of them has it. */
function atOneServer(rel: Rel): Rel {
  const moved = (node: Rel): Rel =>
    node.kind === 'scan' ? { ...node, table: { ...node.table, schema: 'public' } } : mapRelInputs(node, moved);
  return rewriteAllScalars(moved(rel), (expr) => (expr.kind === 'subquery' ? { ...expr, rel: moved(expr.rel) } : expr));
}
