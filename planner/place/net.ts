/**
 * What stays at home and has no kernel there goes to the net, the catalog server, row by row: only the smallest expressions
 * that the executor refuses, each become a column that a RemoteQuery over the shipped input computes. What only the session
 * itself can evaluate (functions that users made, volatile ones) is shipped to its backend in the same way.
 *
 * Invariant: nothing is evaluated for a row for which PostgreSQL would not evaluate it. Where an expression is conditional
 * (CASE, AND, OR, COALESCE), the outermost one goes whole.
 */
import { CATALOG_SITE, outputColumns, SESSION_SITE } from '../../algebra/rel.ts';
import type { Join, Project, ProjectItem, Rel, RelColumn } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import type { Capabilities, Verdict } from '../../algebra/site.ts';
import { isVolatile, mapScalarParts, readsOnly, relScalars, returnsSet, scalarParts } from '../../algebra/transform.ts';
import { featureNotSupported } from '../../core/sql-error.ts';
import { hashKeys } from '../../algebra/hash-keys.ts';
import type { NetPlace } from './net-operators.ts';

const CONDITIONAL: ReadonlySet<Scalar['kind']> = new Set(['case', 'and', 'or', 'coalesce']);

export class Net {
  readonly #local: Capabilities;
  /** Where what the executor refuses may go; first those with more room. */
  readonly #places: readonly { readonly site: NetPlace; readonly capabilities: Capabilities }[];
  readonly #nextColumn: () => ColumnId;

  constructor(local: Capabilities, net: Capabilities | undefined, session: Capabilities | undefined, nextColumn: () => ColumnId) {
    this.#local = local;
    this.#places = [
      ...(net ? [{ site: CATALOG_SITE, capabilities: net } as const] : []),
      ...(session ? [{ site: SESSION_SITE, capabilities: session } as const] : []),
    ];
    this.#nextColumn = nextColumn;
  }

  /** Why the executor refuses an expression; undefined when it evaluates all of it. */
  refusal(expr: Scalar): string | undefined {
    return firstRefusal(this.#local, expr);
  }

  /** The place that evaluates an operator, its inputs being shipped there. */
  siteOf(rel: Rel): NetPlace | undefined {
    return this.#places.find(({ capabilities }) => operatorRefused(capabilities, rel) === undefined)?.site;
  }

  /** Refuses what no place evaluates; `refusal` is the executor's. */
  acceptOperator(rel: Rel, refusal: string): NetPlace {
    const site = this.siteOf(rel);
    if (site !== undefined) return site;
    const beside = rel.kind === 'aggregate' && rel.aggregates.every((one) => this.#hasPlace({ ...rel, aggregates: [one] }));
    const why = beside ? operatorRefused(this.#places.at(-1)!.capabilities, rel) : undefined;
    // Each of the aggregates has a place, but not the same.
    if (why !== undefined) throw featureNotSupported(`${why} beside ${refusal}`);
    throw this.#refused(refusal, (capabilities) => operatorRefused(capabilities, rel));
  }

  #hasPlace(rel: Rel): boolean {
    return operatorRefused(this.#local, rel) === undefined || this.siteOf(rel) !== undefined;
  }

  #refused(refusal: string, why: (capabilities: Capabilities) => string | undefined): Error {
    const last = this.#places.at(-1);
    const detail = last && why(last.capabilities);
    return featureNotSupported(refusal, detail === undefined || detail === refusal ? {} : { detail });
  }

  /** The expression as the executor evaluates it, over the input's columns and those added to `shipped`. 0A000 when nobody does. */
  split(expr: Scalar, shipped: Shipped): Scalar {
    const refusal = this.refusal(expr);
    if (refusal === undefined) return expr;
    const own = this.#local.scalar(expr);
    if (own.verdict === 'exact' && !CONDITIONAL.has(expr.kind)) {
      const tried = shipped.branch();
      const outside = mapScalarParts(expr, (part) => this.split(part, tried));
      if (this.refusal(outside) === undefined) {
        shipped.adopt(tried);
        return outside;
      }
    }
    const place = this.#places.find(({ capabilities }) => firstRefusal(capabilities, expr) === undefined);
    if (place === undefined) throw this.#refused(refusal, (capabilities) => firstRefusal(capabilities, expr));
    return shipped.add(expr, refusal, this.#nextColumn(), place.site);
  }
}

/** Columns that the net adds to one input. */
export class Shipped {
  readonly items: ProjectItem[] = [];
  reason: string | undefined;
  /** One that evaluates all of them. */
  site: NetPlace = CATALOG_SITE;

  add(expr: Scalar, reason: string, id: ColumnId, site: NetPlace): Scalar {
    this.reason ??= reason;
    if (site === SESSION_SITE) this.site = site;
    this.items.push({ column: { id, name: 'net', type: expr.type }, expr });
    return { kind: 'column', column: id, type: expr.type };
  }

  branch(): Shipped {
    return new Shipped();
  }

  adopt(other: Shipped): void {
    this.reason ??= other.reason;
    if (other.site === SESSION_SITE) this.site = other.site;
    this.items.push(...other.items);
  }
}

/** The fragment: all of the input, and the new columns. */
export function netFragment(input: readonly RelColumn[], items: readonly ProjectItem[]): Project {
  const kept = input.map((column): ProjectItem => ({ column, expr: { kind: 'column', column: column.id, type: column.type } }));
  return { kind: 'project', input: { kind: 'input', index: 0, columns: input }, items: [...kept, ...items] };
}

/** A join's conditions with what the net computes for each side beforehand, and what (inner joins only) waits for the pairs. */
export interface SplitJoin {
  readonly left: Shipped;
  readonly right: Shipped;
  readonly on: readonly Scalar[];
  readonly above: readonly Scalar[];
}

/** The reason why no less than the whole join can be the net's. */
interface WholeJoin {
  readonly together: string;
}

/** null: the executor evaluates all of it. */
export function splitJoin(rel: Join, on: readonly Scalar[], net: Net): SplitJoin | WholeJoin | null {
  if (on.every((conjunct) => net.refusal(conjunct) === undefined)) return null;
  const leftIds = new Set(outputColumns(rel.left).map((column) => column.id));
  const rightIds = new Set(outputColumns(rel.right).map((column) => column.id));
  const [left, right] = [new Shipped(), new Shipped()];
  const kept: Scalar[] = [];
  const above: Scalar[] = [];
  for (const conjunct of on) {
    const refusal = net.refusal(conjunct);
    if (refusal === undefined) {
      kept.push(conjunct);
      continue;
    }
    const shipped = new Shipped();
    const outside = net.split(conjunct, shipped);
    const sideOf = ({ expr }: ProjectItem): Shipped | null =>
      isVolatile(expr) ? null : readsOnly(expr, leftIds) ? left : readsOnly(expr, rightIds) ? right : null;
    const sides = shipped.items.map(sideOf);
    if (sides.every((side) => side !== null)) {
      shipped.items.forEach((item, i) => sides[i]!.add(item.expr, refusal, item.column.id, shipped.site));
      kept.push(outside);
    } else if (rel.type === 'inner') above.push(conjunct);
    else return { together: refusal };
  }
  // With nothing to join by at home all pairs would have to travel.
  const isKeyed = kept.some(
    (conjunct) => hashKeys(conjunct, withShipped(leftIds, left), withShipped(rightIds, right)) !== undefined,
  );
  if (above.length > 0 && !isKeyed) return { together: net.refusal(above[0]!)! };
  return { left, right, on: kept, above };
}

const withShipped = (ids: ReadonlySet<ColumnId>, { items }: Shipped): ReadonlySet<ColumnId> =>
  new Set([...ids, ...items.map((item) => item.column.id)]);

function operatorRefused(capabilities: Capabilities, rel: Rel): string | undefined {
  const verdict = capabilities.operator(rel);
  if (verdict.verdict !== 'exact') return verdict.reason;
  for (const expr of relScalars(rel)) {
    // A function that returns a set is the operator's own.
    const parts = rel.kind === 'projectset' && returnsSet(expr) ? expr.args : [expr];
    const refusal = parts.map((part) => firstRefusal(capabilities, part)).find((reason) => reason !== undefined);
    if (refusal !== undefined) return refusal;
  }
  if (rel.kind !== 'aggregate') return undefined;
  const verdicts = rel.aggregates.map(({ call }) => capabilities.aggregate(call));
  return verdicts.map((own) => (own.verdict === 'exact' ? undefined : own.reason)).find((reason) => reason !== undefined);
}

function firstRefusal(capabilities: Capabilities, expr: Scalar): string | undefined {
  const verdict: Verdict = capabilities.scalar(expr);
  if (verdict.verdict !== 'exact') return verdict.reason;
  for (const part of scalarParts(expr)) {
    const refusal = firstRefusal(capabilities, part);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
