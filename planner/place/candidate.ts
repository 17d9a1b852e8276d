/**
 * The best way to have a subtree's rows at one place, and the choice among places: what the search (search.ts,
 * join-search.ts) keeps for every subtree.
 */
import type { Rel } from '../../algebra/rel.ts';
import { HOME, type CostModel } from '../cost/cost-model.ts';
import type { MemoryUse } from '../cost/memory-use.ts';
import type { RelationSet } from './conflict-rules.ts';
import type { Order } from './output-order.ts';

export interface Candidate {
  /** A source, or HOME. */
  readonly place: string;
  readonly rel: Rel;
  /** With what is due for `memory`. */
  readonly costMs: number;
  readonly memory: MemoryUse;
  /** Of `rel`'s inputs, in order; at a source: what is shipped there. */
  readonly inputs: readonly Candidate[];
  /** Placement takes care itself that part of it runs at the source (averages split, some conditions of a filter). */
  readonly isSplit?: boolean;
  /** A join at home that does not keep a side: both were put in order for it. */
  readonly isMerged?: boolean;
  /** The rule that made it of what the query says (alternatives.ts). */
  readonly rule?: string;
  /** At home: in which order its rows come, where they are merged for it. */
  readonly order?: Order | undefined;
  /** At home, of joins: the fragment that keys of joins above could go to. */
  readonly probed?: Probed | undefined;
}

/** A fragment at the bottom of a probe side (sent-keys.ts). */
export interface Probed {
  readonly place: string;
  /** The relations it reads. */
  readonly set: RelationSet;
  /** That it has, and those left by the keys that it is sent. */
  readonly rows: number;
  readonly sent: number;
  readonly columns: number;
  /** Of a row. */
  readonly bytes: number;
  /** Of joining the relations there. */
  readonly workMs: number;
  /** That its rows pass. */
  readonly joins: number;
}

/** By place. */
export type Candidates = ReadonlyMap<string, Candidate>;

/** Keeps the cheaper. */
export function offer(candidates: Map<string, Candidate>, candidate: Candidate): void {
  const known = candidates.get(candidate.place);
  if (known === undefined || candidate.costMs < known.costMs) candidates.set(candidate.place, candidate);
}

/** The operators that the chosen plan evaluates at home. */
export function operatorsAtHome(chosen: Candidate, into: Set<Rel> = new Set()): ReadonlySet<Rel> {
  if (chosen.place === HOME && chosen.isSplit !== true) into.add(chosen.rel);
  for (const input of chosen.inputs) operatorsAtHome(input, into);
  return into;
}

/** With what is due for its memory by another model. */
export function repriced(candidate: Candidate, from: CostModel, to: CostModel): Candidate {
  const { costMs, memory, inputs } = candidate;
  const dueMs = to.keptMs(memory.peak) - from.keptMs(memory.peak);
  return { ...candidate, costMs: costMs + dueMs, inputs: inputs.map((input) => repriced(input, from, to)) };
}

/** The joins that the chosen plan merges. */
export function mergedJoins(chosen: Candidate, into: Set<Rel> = new Set()): ReadonlySet<Rel> {
  if (chosen.isMerged === true) into.add(chosen.rel);
  for (const input of chosen.inputs) mergedJoins(input, into);
  return into;
}

/** The rules that made the chosen plan's alternatives. */
export function rulesOf(chosen: Candidate, into: Set<string> = new Set()): ReadonlySet<string> {
  if (chosen.rule !== undefined) into.add(chosen.rule);
  for (const input of chosen.inputs) rulesOf(input, into);
  return into;
}
