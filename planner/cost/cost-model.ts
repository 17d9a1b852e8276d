/**
 * What a plan costs, in milliseconds: the rows that each operator takes and gives, by the rates of the place that evaluates
 * it, and what crosses the links. Estimated rows come from planner/estimate; all of it only ever compares plans.
 */
import { outputColumns, type Join, type Rel } from '../../algebra/rel.ts';
import { joinKeys } from '../../algebra/hash-keys.ts';
import type { Capabilities } from '../../algebra/site.ts';
import type { ComputeCosts, SiteCosts } from '../../algebra/site-costs.ts';
import { relInputs, relScalars, scalarParts } from '../../algebra/transform.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { unreachable } from '../../core/assert.ts';
import type { Estimator } from '../estimate/estimator.ts';
import {
  HOME_COSTS,
  KEY_BIT,
  KEY_VALUE,
  OUTPUT_VALUE,
  PLAN_AGAIN_MS,
  RANGE_BOUNDS,
  SHIP_START_MS,
  SHIPPED_VALUE,
} from './home-costs.ts';
import { NO_MEMORY, type MemoryUse } from './memory-use.ts';

/** The local executor as a place: no source may have this name. */
export const HOME = '';

const MS = 1e-6;
/** Sent to the net: only what no source does. For each operator, and for each row of it. */
const NET_MS = 1e6;
const NET_ROW_MS = 0.01;
/** What nobody at home evaluates: dearer than anything, and still comparable. */
const IMPOSSIBLE_MS = 1e12;

/** At home, more than a query may keep in memory: it would fail, so that even a slow plan is better. For all that it may keep. */
export const OVERFLOW_MS = 1e5;
/** As much, where it is to be spared: a fifth of it is worth as much as not to fail. */
const SCARCE_MS = 5 * OVERFLOW_MS;
/** What it takes to note a row that is kept. */
const KEPT_ROW_BYTES = 16;

/** Who evaluates what is not at a source. */
type Evaluator = 'home' | 'net' | 'nobody';

const refusalMs = (evaluator: Evaluator, rows: number): number =>
  evaluator === 'home' ? 0 : evaluator === 'net' ? NET_MS + rows * NET_ROW_MS : IMPOSSIBLE_MS;

interface CostOptions {
  readonly estimator: Estimator;
  readonly sites: (site: string) => SiteCosts;
  readonly local: Capabilities;
  readonly net: Capabilities | undefined;
  /** What one query may keep at home. */
  readonly memoryBytes: number;
}

export class CostModel {
  readonly #estimator: Estimator;
  readonly #sites: (site: string) => SiteCosts;
  readonly #local: Capabilities;
  readonly #net: Capabilities | undefined;
  /** What one query may keep at home. */
  readonly memoryBytes: number;
  readonly #isScarce: boolean;
  readonly #options: CostOptions;
  readonly #evaluators = new WeakMap<Scalar, Evaluator>();

  constructor(options: CostOptions, isScarce = false) {
    this.#estimator = options.estimator;
    this.#sites = options.sites;
    this.#local = options.local;
    this.#net = options.net;
    this.memoryBytes = options.memoryBytes;
    this.#isScarce = isScarce;
    this.#options = options;
  }

  rates(place: string): ComputeCosts {
    return place === HOME ? HOME_COSTS : this.#sites(place).compute;
  }

  /** Of a source. */
  site(name: string): SiteCosts {
    return this.#sites(name);
  }

  /** Rows sent to the net and back. */
  netMs(rows: number): number {
    return refusalMs('net', rows);
  }

  /** Rows with these columns brought home from a site. */
  transferMs(site: string, rows: number, columns: number, bytes: number): number {
    const { link } = this.#sites(site);
    return link.startMs + rows * (link.row + columns * link.column + bytes * link.byte) * MS;
  }

  /** Rows looked up in a hash table at home. */
  probeMs(rows: number): number {
    return rows * HOME_COSTS.probe * MS;
  }

  /** A join at home of rows in the order of its keys. */
  mergeMs(left: number, right: number, rows: number): number {
    return ((left + right) * HOME_COSTS.merge + rows * HOME_COSTS.joined) * MS;
  }

  /** Groups at home of so many rows that come group by group. */
  runsMs(rel: Rel, taken: number, rows: number): number {
    return this.operatorMs(rel, HOME, [taken], rows) - taken * (HOME_COSTS.group - HOME_COSTS.run) * MS;
  }

  /** Rows put in order; `isIndexed`: an index may give it. */
  sortMs(place: string, rows: number, isIndexed: boolean): number {
    const { sort, indexRow } = this.rates(place);
    const sortedMs = rows * Math.max(1, Math.log2(rows)) * sort * MS;
    return isIndexed ? Math.min(sortedMs, rows * indexRow * MS) : sortedMs;
  }

  /** Rows put into groups at home, or anything cheaper. */
  groupedMs(rows: number): number {
    return rows * HOME_COSTS.group * MS;
  }

  /** Rows handed on at home. */
  passMs(rows: number): number {
    return rows * HOME_COSTS.pass * MS;
  }

  /** Rows with these columns, at home, sent to a site. */
  shipMs(site: string, rows: number, columns: number, bytes: number): number {
    return SHIP_START_MS + this.transferMs(site, rows, columns, bytes) + rows * columns * SHIPPED_VALUE * MS;
  }

  /**
   * Up to how many rows it is cheaper to ship a relation than to leave that plan for one that ships nothing, by what shipping
   * the expected number spares. Twice as many are no more than an estimate may be off.
   */
  shipRowsMax(site: string, rows: number, columns: number, bytes: number, sparedMs: number): number {
    const sentMs = this.shipMs(site, 1, columns, bytes) - this.shipMs(site, 0, columns, bytes);
    const rowMs = sentMs + Math.max(0, this.rates(site).build - HOME_COSTS.build) * MS;
    return Math.ceil(Math.max(2 * rows, rows + (sparedMs + PLAN_AGAIN_MS) / rowMs));
  }

  /** Rows that are not relayed as a source sent them, written for the client. */
  outputMs(rows: number, columns: number): number {
    return rows * columns * OUTPUT_VALUE * MS;
  }

  /** Of rows of so many bytes that an operator at home has to keep. */
  keptBytes(rows: number, bytes: number): number {
    return rows * (bytes + KEPT_ROW_BYTES);
  }

  /** For what is kept at home at the same time. */
  keptMs(bytes: number): number {
    const part = bytes / this.memoryBytes;
    if (this.#isScarce) return SCARCE_MS * part;
    return part <= 1 ? 0 : OVERFLOW_MS * part;
  }

  /** An operator's part of that: what is due for its inputs is counted with them. */
  addedMs(memory: MemoryUse, first: MemoryUse, second: MemoryUse = NO_MEMORY): number {
    return this.keptMs(memory.peak) - this.keptMs(first.peak) - this.keptMs(second.peak);
  }

  /** The same, but that memory has its price from the first byte on: for a query that would need too much. */
  sparing(): CostModel {
    return new CostModel(this.#options, true);
  }

  /** The operator itself, its inputs being there, of so many rows each. `rows`: what it puts out. */
  operatorMs(rel: Rel, place: string, inputs: readonly number[], rows: number): number {
    const own = this.#operatorNs(rel, this.rates(place), inputs, rows) * MS;
    return place === HOME ? own + this.#operatorRefusalMs(rel, rows) + this.#scalarsMs(relScalars(rel), inputs) : own;
  }

  /** The subtree, all of it evaluated by one site. */
  wholeMs(rel: Rel, site: string): number {
    const inputs = relInputs(rel);
    const below = inputs.reduce((sum, input) => sum + this.wholeMs(input, site), 0);
    return below + this.operatorMs(rel, site, inputs.map((input) => this.#estimator.rows(input)), this.#estimator.rows(rel)); // prettier-ignore
  }

  /** What one site does of the subtree beyond reading and filtering its tables. */
  workMs(rel: Rel, site: string): number {
    const below = relInputs(rel);
    const own = rel.kind === 'scan' || rel.kind === 'filter' || rel.kind === 'project'
      ? 0
      : this.operatorMs(rel, site, below.map((input) => this.#estimator.rows(input)), this.#estimator.rows(rel)); // prettier-ignore
    return below.reduce((sum, input) => sum + this.workMs(input, site), own);
  }

  /** A join by equality of keys (`keyed`), or of every pair. The right side is built. */
  joinMs(place: string, left: number, right: number, rows: number, keyed: boolean): number {
    return joinNs(this.rates(place), left, right, rows, keyed) * MS;
  }

  /** So many rows that a site has for `ownMs`, compared there with keys; `foundMs`: when an index finds those that match. */
  keyedMs(
    site: string,
    ownMs: number,
    figures: { keys: number; rows: number; form: 'list' | 'bitmap'; foundMs: number | undefined },
  ): number {
    const { keys, rows, form, foundMs = Infinity } = figures;
    const { build, probe, bitmapProbe = Infinity } = this.rates(site);
    if (form === 'bitmap') return ownMs + (rows * bitmapProbe + keys * KEY_BIT) * MS;
    return Math.min(ownMs + (keys * build + rows * probe) * MS, foundMs) + keys * KEY_VALUE * MS;
  }

  /** So many rows at a site, compared there with the least and the greatest key. */
  rangeMs(site: string, rows: number): number {
    return rows * RANGE_BOUNDS * this.rates(site).expression * MS;
  }

  /**
   * So many rows found by so many look-ups in an index, the rest of the table not being read. `correlation` of its order with
   * that of storage: the closer, the more are they read as by a scan (costsize.c: cost_index).
   */
  lookUpMs(place: string, lookUps: number, rows: number, correlation = 0): number {
    const { indexLookup, indexRow, scanRow } = this.rates(place);
    return (lookUps * indexLookup + rows * (indexRow + correlation ** 2 * (scanRow - indexRow))) * MS;
  }

  /** Conditions at home that have no kernel there: what it takes more to evaluate them for so many rows. */
  #scalarsMs(exprs: readonly Scalar[], inputs: readonly number[]): number {
    const rows = Math.max(1, ...inputs);
    return exprs.reduce((sum, expr) => sum + this.homeScalarMs(expr, rows), 0);
  }

  /** What it takes more to evaluate an expression for so many rows that has no kernel: at the net, or by nobody. */
  homeScalarMs(expr: Scalar, rows: number): number {
    let evaluator = this.#evaluators.get(expr);
    if (evaluator === undefined) {
      const isNet = this.#net !== undefined && !refuses(this.#net, expr);
      evaluator = !refuses(this.#local, expr) ? 'home' : isNet ? 'net' : 'nobody';
      this.#evaluators.set(expr, evaluator);
    }
    return refusalMs(evaluator, rows);
  }

  #operatorRefusalMs(rel: Rel, rows: number): number {
    const isNet = this.#net !== undefined && isTaken(this.#net, rel);
    return refusalMs(isTaken(this.#local, rel) ? 'home' : isNet ? 'net' : 'nobody', rows);
  }

  #operatorNs(rel: Rel, rates: ComputeCosts, inputs: readonly number[], rows: number): number {
    const taken = inputs.reduce((sum, input) => sum + input, 0);
    switch (rel.kind) {
      case 'scan':
        return rows * rates.scanRow;
      case 'filter':
        return taken * rel.conjuncts.length * rates.expression;
      case 'project':
        return taken * rel.items.filter((item) => item.expr.kind !== 'column').length * rates.expression;
      case 'join':
        return joinNs(rates, inputs[0]!, inputs[1]!, rows, isKeyed(rel));
      case 'aggregate': {
        const passes = rel.sets?.length ?? 1;
        return taken * passes * (rates.group + rel.aggregates.length * rates.aggregate);
      }
      case 'distinct':
        return taken * rates.group;
      case 'sort':
        return taken * Math.max(1, Math.log2(taken)) * rates.sort;
      case 'window':
        return taken * (Math.max(1, Math.log2(taken)) * rates.sort + rel.functions.length * rates.window);
      case 'setop':
        return taken * (rel.op === 'union' && rel.all ? rates.pass : rates.group);
      case 'recursive':
      case 'projectset':
        return rows * rates.group;
      case 'limit':
      case 'fence':
      case 'with':
      case 'values':
      case 'ctescan':
      case 'input':
        return rows * rates.pass;
      default:
        return unreachable(rel);
    }
  }
}

function joinNs(rates: ComputeCosts, left: number, right: number, rows: number, keyed: boolean): number {
  const work = keyed ? right * rates.build + left * rates.probe : left * right * rates.pair + right * rates.pass;
  return work + rows * rates.joined;
}

/** Whether a hash table of one side can answer it. */
function isKeyed({ left, right, on }: Join): boolean {
  const [near, far] = [left, right].map((side) => new Set(outputColumns(side).map(({ id }) => id))) as [Set<ColumnId>, Set<ColumnId>]; // prettier-ignore
  return on.some((expr) => joinKeys(expr, near, far) !== undefined);
}

const isTaken = (place: Capabilities, rel: Rel): boolean =>
  place.operator(rel).verdict === 'exact' &&
  (rel.kind !== 'aggregate' || rel.aggregates.every(({ call }) => place.aggregate(call).verdict === 'exact'));

const refuses = (place: Capabilities, expr: Scalar): boolean =>
  expr.kind !== 'subquery' && (place.scalar(expr).verdict !== 'exact' || scalarParts(expr).some((part) => refuses(place, part)));
