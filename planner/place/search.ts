/**
 * The search for the cheapest plan: bottom-up, each subtree keeps its best candidate at every place that can have its rows,
 * blocks of joins by join-search.ts. An operator runs at a site when its inputs are there and the judge finds it exact; at home
 * it takes each input from wherever that is cheapest to bring home. Values can be made anywhere.
 *
 * The answer is a Rel with its joins in order, and the operators that shall stay at home although one source could do them.
 */
import { outputColumns, type Join, type Rel, type RelColumn } from '../../algebra/rel.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { columnsIn, mapRelInputs, relInputs } from '../../algebra/transform.ts';
import { HOME } from '../cost/cost-model.ts';
import { builtAndProbed, gathered, inTurn, merged, NO_MEMORY, passed, type MemoryUse } from '../cost/memory-use.ts';
import { Alternatives } from './alternatives.ts';
import { mergedJoins, offer, operatorsAtHome, repriced, rulesOf, type Candidate, type Candidates } from './candidate.ts';
import { CLUSTER_LIMITS, clusterJoins } from './cluster-joins.ts';
import { joinGraph } from './join-graph.ts';
import { JoinSearch, type SearchContext } from './join-search.ts';
import { neededBelow } from './net-operators.ts';
import type { SearchTrace } from './search-trace.ts';
import { isWeighed, sorted, sortedGroups, type Sorting } from './sorted-inputs.ts';
import { splitAverages } from './split-averages.ts';
import { weakened } from './weakened.ts';

export interface SearchOptions extends SearchContext {
  readonly splitAverages: boolean;
  /** Where the cheapest plan keeps more than a query may, others are looked for. */
  readonly sparesMemory: boolean;
  /** False: joins stay as they were written. */
  readonly orderJoins: boolean;
  /** Rules of alternatives.ts that may fire. */
  readonly alternatives: ReadonlySet<string>;
  /** Aggregations and DISTINCT whose input is sorted for them. */
  readonly grouping: Sorting;
  readonly nextColumn: () => ColumnId;
}

type Needed = ReadonlySet<ColumnId>;

/** A candidate, and what it costs to have its rows at home. */
interface Brought {
  readonly candidate: Candidate;
  readonly costMs: number;
}

/** The answer, and whether one source has it whole. */
interface Found extends Brought {
  readonly isWhole: boolean;
}

/** A plan that needs less memory, because the cheapest one would need more than there is. */
export const SPARING_RULE = 'spare-memory';

/** By how much a plan at home must beat one source's whole answer: estimates of work are not better than that. */
const FAR_CHEAPER = 3;

/** Of pairs of sets that joining looked at: a query that took so many is not searched again, for each of its alternatives or at all. */
const AGAIN_PAIRS_MAX = 3_000;

export interface SearchResult {
  readonly rel: Rel;
  /** Until the client has it. */
  readonly costMs: number;
  /** It took no longer than may be spent a second time. */
  readonly mayRepeat: boolean;
  readonly atHome: ReadonlySet<Rel>;
  /** Joins whose sides are in order, to be merged. */
  readonly merged: ReadonlySet<Rel>;
  /** Of the alternatives that were chosen. */
  readonly rules: ReadonlySet<string>;
}

export class Search {
  #options: SearchOptions;
  readonly #alternatives: Alternatives;
  /** Of a sort below a limit: the rows that it keeps. */
  readonly #topRows = new WeakMap<Rel, number>();
  /** Sources that the query reads: the places for what reads no table. */
  #sites: readonly string[] = [];
  #pairs = 0;

  constructor(options: SearchOptions) {
    this.#options = options;
    this.#alternatives = new Alternatives(options, options.alternatives, options.nextColumn);
  }

  /** The output columns stay as they are, in their order. */
  best(rel: Rel): SearchResult {
    const { trace, cost, estimator, sparesMemory } = this.#options;
    trace?.begin();
    const cheapest = this.#found(rel);
    const isTooMuch = cost.keptMs(cheapest.candidate.memory.peak) > 0;
    const sparing = isTooMuch && sparesMemory ? this.#sparing(rel) : undefined;
    const isSpared = sparing !== undefined && sparing.costMs < cheapest.costMs;
    const { candidate, costMs, isWhole } = isSpared ? sparing : cheapest;
    const outputMs = isWrittenHere(candidate) ? cost.outputMs(estimator.rows(rel), outputColumns(rel).length) : 0;
    const { place, memory } = candidate;
    trace?.end(candidate, { place, costMs: costMs - outputMs, peakBytes: memory.peak, isWhole });
    return {
      rel: restoreOrder(candidate.rel, rel),
      costMs,
      mayRepeat: this.#pairs <= AGAIN_PAIRS_MAX,
      atHome: operatorsAtHome(candidate),
      merged: mergedJoins(candidate),
      rules: isSpared ? new Set([...rulesOf(candidate), SPARING_RULE]) : rulesOf(candidate),
    };
  }

  #found(rel: Rel): Found {
    this.#sites = [...this.#options.judge.sites(rel)];
    const candidates = this.#candidates(rel, allOf(rel));
    const whole = this.#asOneFragment(candidates, rel);
    return { ...(whole ?? this.#cheapest(candidates, rel, allOf(rel), true)), isWhole: whole !== undefined };
  }

  /**
   * What is found where all memory has its price. The search keeps one candidate of a subtree and place: by then what would
   * have left room for the operators above has lost to what is cheaper by itself.
   */
  #sparing(rel: Rel): Found {
    const { trace, cost } = this.#options;
    if (trace?.wantsSteps) trace.step({ kind: 'alternative', rule: SPARING_RULE });
    const sparing = cost.sparing();
    const { candidate: found, costMs, isWhole } = new Search({ ...this.#options, cost: sparing }).#found(rel);
    const candidate = repriced(found, sparing, cost);
    return { candidate, costMs: costMs - found.costMs + candidate.costMs, isWhole };
  }

  /**
   * What one source can answer whole it does, unless home is cheaper by far, and by figures that are known: its own planner
   * knows more than ours, and its rows are only relayed.
   */
  #asOneFragment(candidates: Candidates, rel: Rel): Brought | undefined {
    const { estimator } = this.#options;
    const whole = [...candidates.values()].filter(({ place, inputs }) => place !== HOME && inputs.length === 0);
    if (whole.length === 0) return undefined;
    const sent = this.#cheapest(new Map(whole.map((one) => [one.place, one])), rel, allOf(rel));
    const home = candidates.get(HOME);
    const isFarCheaper = home !== undefined && home.costMs * FAR_CHEAPER < sent.costMs && estimator.knows(rel) && readsTable(rel);
    return isFarCheaper ? undefined : sent;
  }

  /** The cheapest way to have the rows at home. */
  #brought(rel: Rel, needed: Needed): Brought {
    return this.#cheapest(this.#candidates(rel, needed), rel, needed);
  }

  /** `isAnswer`: it goes to the client. */
  #cheapest(candidates: Candidates, rel: Rel, needed: Needed, isAnswer = false): Brought {
    const { estimator, cost } = this.#options;
    const columns = outputColumns(rel).filter((column) => needed.has(column.id));
    const rows = estimator.rows(rel);
    let best: Brought | undefined;
    for (const candidate of candidates.values()) {
      let { costMs } = candidate;
      if (candidate.place !== HOME) costMs += this.#transferMs(candidate.place, rel, columns, rows);
      if (isAnswer && isWrittenHere(candidate)) costMs += cost.outputMs(rows, columns.length);
      if (best === undefined || costMs < best.costMs) best = { candidate, costMs };
    }
    return best!;
  }

  /** These columns of `rel`, of so many rows, brought home. */
  #transferMs(place: string, rel: Rel, columns: readonly RelColumn[], rows: number): number {
    return this.#options.cost.transferMs(place, rows, columns.length, this.#bytes(rel, columns));
  }

  #bytes(rel: Rel, columns: readonly RelColumn[]): number {
    return columns.reduce((sum, column) => sum + this.#options.estimator.bytes(rel, column.id), 0);
  }

  /** At home, the operator with its inputs; `wanted`: columns of these. */
  #memoryUse(rel: Rel, wanted: Needed, inputs: readonly Candidate[]): MemoryUse {
    const { estimator, cost } = this.#options;
    const columnsOf = (of: Rel): readonly RelColumn[] => outputColumns(of).filter((column) => wanted.has(column.id));
    const kept = (of: Rel, columns = outputColumns(of)): number => cost.keptBytes(estimator.rows(of), this.#bytes(of, columns));
    const [first = NO_MEMORY, second = NO_MEMORY] = inputs.map(({ memory }) => memory);
    switch (rel.kind) {
      case 'aggregate':
        return gathered(first, kept(rel));
      case 'distinct':
        return passed(first, kept(rel));
      case 'window': {
        const [rows, bytes] = [estimator.rows(rel.input), this.#bytes(rel.input, columnsOf(rel.input))];
        // As they came, end to end, and in order.
        return gathered(first, cost.keptBytes(rows, 3 * bytes), cost.keptBytes(rows, bytes));
      }
      case 'sort': {
        const rows = this.#topRows.get(rel) ?? estimator.rows(rel);
        return sorted(first, rows, this.#bytes(rel.input, columnsOf(rel.input)), cost);
      }
      case 'join':
        return builtAndProbed(first, second, kept(rel.right, columnsOf(rel.right)));
      case 'setop': {
        if (rel.op === 'union') return passed(inTurn(first, second), rel.all ? 0 : kept(rel));
        const counted = kept({ kind: 'distinct', input: rel.right });
        return builtAndProbed(first, second, rel.op === 'except' && !rel.all ? counted + kept(rel) : counted);
      }
      case 'recursive':
        return passed(inTurn(first, second), rel.all ? 0 : kept(rel));
      default:
        return inputs.map(({ memory }) => memory).reduce(merged, NO_MEMORY);
    }
  }

  #candidates(rel: Rel, needed: Needed): Candidates {
    const candidates = this.#candidatesOf(rel, needed);
    const { trace, orderJoins } = this.#options;
    if (trace?.wantsSteps && (rel.kind !== 'join' || !orderJoins)) this.#traceOperator(trace, rel, needed, candidates);
    return candidates;
  }

  #traceOperator(trace: SearchTrace, rel: Rel, needed: Needed, candidates: Candidates): void {
    const { estimator } = this.#options;
    const columns = outputColumns(rel).filter((column) => needed.has(column.id));
    const rows = estimator.rows(rel);
    const traced = [...candidates.values()].map(({ place, rel: placed, costMs }) => ({
      place,
      costMs,
      homeMs: costMs + (place === HOME ? 0 : this.#transferMs(place, rel, columns, rows)),
      rel: placed,
    }));
    trace.step({ kind: 'operator', rel, rows, candidates: traced });
  }

  #candidatesOf(rel: Rel, needed: Needed): Candidates {
    switch (rel.kind) {
      case 'scan':
        return this.#scan(rel);
      case 'values':
        return this.#anywhere(rel);
      case 'join':
        return this.#join(rel, needed);
      case 'with':
      case 'recursive':
        return this.#shared(rel, needed);
      case 'filter':
        return this.#filter(rel, needed);
      case 'limit':
        if (rel.limit !== null) this.#topRows.set(rel.input, this.#options.estimator.rows(rel));
        return this.#orOtherwise(rel, needed, this.#operator(rel, needed));
      default:
        return this.#orOtherwise(rel, needed, this.#operator(rel, needed));
    }
  }

  /** What may do better than the operator as it stands; where sources do whatever they can, what they can do of that. */
  #orOtherwise(rel: Rel, needed: Needed, candidates: Candidates): Candidates {
    const known = candidates.get(HOME);
    if (known === undefined) return candidates;
    const alternatives = this.#alternatives.of(rel, known.costMs);
    if (alternatives.length === 0) return candidates;
    const best = new Map(this.#options.pushEverything ? [] : candidates);
    const { trace } = this.#options;
    for (const { rule, rel: other } of alternatives) {
      if (this.#pairs > AGAIN_PAIRS_MAX) break;
      if (trace?.wantsSteps) trace.step({ kind: 'alternative', rule });
      for (const candidate of this.#candidates(other, needed).values()) offer(best, { ...candidate, rule });
    }
    return best;
  }

  #scan(rel: Extract<Rel, { kind: 'scan' }>): Candidates {
    const { site } = rel.table;
    const costMs = this.#options.cost.operatorMs(rel, site, [], this.#options.estimator.rows(rel));
    return only({ place: site, rel, costMs, memory: NO_MEMORY, inputs: [] });
  }

  #anywhere(rel: Rel): Candidates {
    const candidates = new Map<string, Candidate>();
    const { judge, cost, estimator, pushNothing } = this.#options;
    for (const place of [HOME, ...(pushNothing ? [] : this.#sites)]) {
      if (place !== HOME && judge.rel(rel, place).verdict !== 'exact') continue;
      const costMs = cost.operatorMs(rel, place, [], estimator.rows(rel));
      offer(candidates, { place, rel, costMs, memory: NO_MEMORY, inputs: [] });
    }
    return candidates;
  }

  /** A filter over a table may find its rows by an index; a source may do some of it only, and home the rest. */
  #filter(rel: Extract<Rel, { kind: 'filter' }>, needed: Needed): Candidates {
    const { judge, cost, estimator, pushNothing } = this.#options;
    const wanted = neededBelow(rel, needed);
    const inputs = this.#candidates(rel.input, wanted);
    const candidates = new Map(this.#over(rel, [inputs], wanted));
    if (pushNothing) return candidates;
    const search = estimator.indexSearch(rel);
    const rows = estimator.rows(rel);
    const below = estimator.rows(rel.input);
    for (const input of inputs.values()) {
      if (input.place === HOME) continue;
      const whole = candidates.get(input.place);
      if (whole !== undefined) {
        const costMs = search ? cost.lookUpMs(input.place, search.lookUps, search.rows, search.correlation) : Infinity;
        if (costMs < whole.costMs) candidates.set(input.place, { ...whole, costMs });
        if (whole.inputs.length === 0) candidates.delete(HOME);
        continue;
      }
      const accepts = (expr: Scalar): boolean => judge.scalar(expr, input.place).verdict !== 'no';
      const kept = rel.conjuncts.filter((expr) => !accepts(expr));
      const weak = kept.map((expr) => (expr.kind === 'or' ? weakened(expr, accepts) : undefined));
      const pushed = [...rel.conjuncts.filter(accepts), ...weak.filter((expr) => expr !== undefined)];
      const left = pushed.length === 0 ? below : estimator.rows({ ...rel, conjuncts: pushed });
      const sent = outputColumns(rel.input).filter((column) => wanted.has(column.id));
      const costMs =
        input.costMs +
        cost.operatorMs({ ...rel, conjuncts: pushed }, input.place, [below], left) +
        this.#transferMs(input.place, rel.input, sent, left) +
        cost.operatorMs({ ...rel, conjuncts: kept }, HOME, [left], rows);
      const split = { ...rel, input: input.rel };
      offer(candidates, { place: HOME, rel: split, costMs, memory: input.memory, inputs: [input], isSplit: true });
    }
    return candidates;
  }

  /** WITH and its recursion: whole at one site, or each part for itself. */
  #shared(rel: Extract<Rel, { kind: 'with' | 'recursive' }>, needed: Needed): Candidates {
    const { judge, cost, estimator, pushEverything, pushNothing } = this.#options;
    const candidates = new Map<string, Candidate>();
    if (!pushNothing) {
      for (const site of judge.sites(rel)) {
        if (judge.rel(rel, site).verdict !== 'exact') continue;
        candidates.set(site, { place: site, rel, costMs: cost.wholeMs(rel, site), memory: NO_MEMORY, inputs: [] });
      }
    }
    if (pushEverything && candidates.size > 0) return candidates;
    let costMs = 0;
    const inputs: Candidate[] = [];
    const brought = (input: Rel, wanted: Needed): Rel => {
      const best = this.#brought(input, wanted);
      costMs += best.costMs;
      inputs.push(best.candidate);
      return restoreOrder(best.candidate.rel, input);
    };
    if (rel.kind === 'recursive') {
      const { shipping } = this.#options;
      // A step that runs again and again does not send its rows anew each time.
      this.#options = { ...this.#options, shipping: 'never' };
      const placed = mapRelInputs(rel, (input) => brought(input, allOf(input)));
      this.#options = { ...this.#options, shipping };
      const memory = this.#memoryUse(rel, needed, inputs);
      costMs += cost.operatorMs(rel, HOME, [], estimator.rows(rel)) + this.#addedMs(memory, inputs);
      offer(candidates, { place: HOME, rel: placed, costMs, memory, inputs });
      return candidates;
    }
    // A definition's columns are known by their position.
    const definitions = rel.definitions.map((definition) => {
      const ordered = brought(definition.rel, allOf(definition.rel));
      estimator.define(definition.cte, ordered);
      return { ...definition, rel: ordered };
    });
    const best = this.#brought(rel.body, needed);
    const body = best.candidate.rel;
    const parts = [...inputs, best.candidate];
    const memory = this.#memoryUse(rel, needed, parts);
    costMs += best.costMs + this.#addedMs(memory, parts);
    offer(candidates, { place: HOME, rel: { ...rel, definitions, body }, costMs, memory, inputs: parts });
    return candidates;
  }

  #join(rel: Join, needed: Needed): Candidates {
    if (this.#options.orderJoins) {
      const block = clusterJoins(rel, CLUSTER_LIMITS, this.#options.estimator);
      const graph = joinGraph(block.rel, block.clusters);
      const below = new Set(needed);
      addConditionColumns(block.rel, below);
      const leaves = graph.relations.map((relation) => this.#candidates(relation, below));
      const search = new JoinSearch(graph, leaves, needed, this.#options);
      const found = search.run();
      this.#pairs += search.pairs;
      if (found !== undefined) {
        search.tellRows(rel);
        const all = graph.constants.length === 0 ? found : this.#filtered(graph.constants, found);
        return this.#orOtherwise(rel, needed, all);
      }
    }
    return this.#orOtherwise(rel, needed, this.#operator(rel, needed));
  }

  /** Conditions without columns, above a block. */
  #filtered(conjuncts: readonly Scalar[], candidates: Candidates): Candidates {
    const filtered = new Map<string, Candidate>();
    for (const candidate of candidates.values()) {
      const above: Rel = { kind: 'filter', input: candidate.rel, conjuncts };
      const { place, costMs, memory } = candidate;
      const isHere = place === HOME || this.#options.judge.node(above, place).verdict === 'exact';
      offer(filtered, { place: isHere ? place : HOME, rel: above, costMs, memory, inputs: [candidate], isSplit: true });
    }
    return filtered;
  }

  #operator(rel: Rel, needed: Needed): Candidates {
    const wanted = neededBelow(rel, needed);
    return this.#over(rel, relInputs(rel).map((input) => this.#candidates(input, wanted)), wanted); // prettier-ignore
  }

  /** `wanted`: the columns that it reads of its inputs, or passes on. */
  #over(rel: Rel, inputs: readonly Candidates[], wanted: Needed): Candidates {
    const { judge, cost, estimator, pushNothing, pushEverything } = this.#options;
    const candidates = new Map<string, Candidate>();
    const rows = estimator.rows(rel);
    const below = relInputs(rel);
    const flows = below.map((input) => estimator.rows(input));
    const sites = pushNothing ? [] : [...(inputs[0]?.keys() ?? [])].filter((place) => place !== HOME);
    for (const site of sites) {
      const there = inputs.map((input) => input.get(site)).filter((input) => input !== undefined);
      if (there.length !== inputs.length) continue;
      let next = 0;
      const placed = mapRelInputs(rel, () => there[next++]!.rel);
      const memory = there.map((input) => input.memory).reduce(merged, NO_MEMORY);
      const belowMs = there.reduce((sum, input) => sum + input.costMs, this.#addedMs(memory, there));
      const costMs = belowMs + cost.operatorMs(rel, site, flows, rows);
      if (judge.node(placed, site).verdict === 'exact') {
        offer(candidates, { place: site, rel: placed, costMs, memory, inputs: there.flatMap((input) => input.inputs) });
      } else if (placed.kind === 'aggregate' && this.#options.splitAverages) {
        const split = splitAverages(placed, this.#options.nextColumn);
        if (split === undefined || judge.node(split.input, site).verdict !== 'exact') continue;
        const bytes = outputColumns(rel).reduce((sum, column) => sum + estimator.bytes(rel, column.id), 0);
        const moved = cost.transferMs(site, rows, outputColumns(split.input).length, bytes);
        offer(candidates, { place: HOME, rel: placed, costMs: costMs + moved, memory, inputs: there, isSplit: true });
      }
    }
    if (pushEverything && candidates.size > 0) return candidates;
    let broughtMs = 0;
    const brought = inputs.map((input, i) => {
      const best = this.#cheapest(input, below[i]!, wanted);
      broughtMs += best.costMs;
      return best.candidate;
    });
    const memory = this.#memoryUse(rel, wanted, brought);
    const keptMs = this.#addedMs(memory, brought);
    const { grouping } = this.#options;
    const isGrouping = rel.kind === 'aggregate' || rel.kind === 'distinct';
    if (isGrouping && isWeighed(grouping, keptMs)) {
      const columns = outputColumns(rel.input).filter((column) => wanted.has(column.id));
      const flow = { rows: flows[0]!, bytes: this.#bytes(rel.input, columns), columns };
      const grouped = sortedGroups(rel, inputs[0]!, flow, this.#options);
      for (const candidate of grouped) offer(candidates, candidate);
      if (grouping === 'always' && grouped.length > 0) return candidates;
    }
    const costMs = broughtMs + cost.operatorMs(rel, HOME, flows, rows) + keptMs;
    let next = 0;
    offer(candidates, { place: HOME, rel: mapRelInputs(rel, () => brought[next++]!.rel), costMs, memory, inputs: brought });
    return candidates;
  }

  /** What is due for the operator's part in the memory. */
  #addedMs(memory: MemoryUse, inputs: readonly Candidate[]): number {
    const { cost } = this.#options;
    return inputs.reduce((sum, input) => sum - cost.keptMs(input.memory.peak), cost.keptMs(memory.peak));
  }
}

const only = (candidate: Candidate): Candidates => new Map([[candidate.place, candidate]]);
/** What one source answers alone is relayed to the client as it comes. */
const isWrittenHere = ({ place, inputs }: Candidate): boolean => place === HOME || inputs.length > 0;
const allOf = (rel: Rel): Needed => new Set(outputColumns(rel).map((column) => column.id));

const readsTable = (rel: Rel): boolean => rel.kind === 'scan' || relInputs(rel).some(readsTable);

function addConditionColumns(rel: Rel, into: Set<ColumnId>): void {
  if (rel.kind !== 'join') return;
  for (const expr of rel.on) columnsIn(expr, into);
  addConditionColumns(rel.left, into);
  addConditionColumns(rel.right, into);
}

/** The columns in their old order. */
function restoreOrder(rel: Rel, original: Rel): Rel {
  const columns = outputColumns(original);
  const now = outputColumns(rel);
  if (columns.every((column, i) => column.id === now[i]!.id)) return rel;
  return {
    kind: 'project',
    input: rel,
    items: columns.map((column) => ({ column, expr: { kind: 'column', column: column.id, type: column.type } })),
  };
}
