/**
 * What the search looked at, for EXPLAIN: given to it only when asked. Per join block and set of relations, and per operator
 * above, the best candidate of each place; and what the chosen plan was believed to cost.
 */
import type { Join, Rel } from '../../algebra/rel.ts';
import { relInputs, visitRel } from '../../algebra/transform.ts';
import { HOME } from '../cost/cost-model.ts';
import type { Candidate } from './candidate.ts';

export interface TracedCandidate {
  readonly place: string;
  readonly costMs: number;
  /** With its rows brought home. */
  readonly homeMs: number;
  /** Of a set of relations: what was joined last. */
  readonly joined?: string;
  readonly rel: Rel;
}

export interface TracedSet {
  readonly relations: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly candidates: readonly TracedCandidate[];
}

export type TracedStep =
  | { readonly kind: 'joins'; readonly relations: readonly string[]; readonly pairs: number | undefined; readonly sets: readonly TracedSet[] } // prettier-ignore
  /** What follows, up to the operator itself, is another way to compute it. */
  | { readonly kind: 'alternative'; readonly rule: string }
  | { readonly kind: 'operator'; readonly rel: Rel; readonly rows: number; readonly candidates: readonly TracedCandidate[] };

/** Of a whole query or subquery. */
export interface TracedAnswer {
  readonly place: string;
  /** Without writing the rows for the client; from a source, with their way. */
  readonly costMs: number;
  /** That it is expected to keep at home at the same time. */
  readonly peakBytes: number;
  /** One source has the whole answer, and home was not cheaper by far. */
  readonly isWhole: boolean;
}

export interface TracedSearch {
  readonly steps: TracedStep[];
  answer: TracedAnswer | undefined;
}

export class SearchTrace {
  readonly searches: TracedSearch[] = [];
  /** By subtree and place, of what was chosen; null: within what one source does as a whole. */
  readonly #chosen = new Map<Rel, Map<string, number | null>>();

  /** Otherwise only what was chosen is kept. */
  readonly wantsSteps: boolean;

  constructor(wantsSteps: boolean) {
    this.wantsSteps = wantsSteps;
  }

  begin(): void {
    this.searches.push({ steps: [], answer: undefined });
  }

  step(step: TracedStep): void {
    this.searches.at(-1)!.steps.push(step);
  }

  end(chosen: Candidate, answer: TracedAnswer): void {
    this.searches.at(-1)!.answer = answer;
    this.#choose(chosen);
  }

  isChosen(rel: Rel, place: string): boolean {
    return this.#chosen.get(rel)?.has(place) === true;
  }

  /** What the search believed of a subtree of the chosen plan, evaluated at this place. */
  costMs(rel: Rel, place: string): number | undefined {
    return this.#chosen.get(rel)?.get(place) ?? undefined;
  }

  #choose({ rel, place, costMs, inputs }: Candidate): void {
    if (place !== HOME) this.#within(rel, place);
    this.#mark(rel, place, costMs);
    for (const input of inputs) this.#choose(input);
  }

  #within(rel: Rel, place: string): void {
    this.#mark(rel, place, null);
    for (const input of relInputs(rel)) this.#within(input, place);
  }

  #mark(rel: Rel, place: string, costMs: number | null): void {
    const places = this.#chosen.get(rel) ?? new Map<string, number | null>();
    if (costMs !== null || !places.has(place)) places.set(place, costMs);
    this.#chosen.set(rel, places);
  }
}

/** The tables and WITH queries below, in the order in which they are read. */
export function readNames(rel: Rel): readonly string[] {
  const names = new Set<string>();
  visitRel(rel, (node) => {
    if (node.kind === 'scan') names.add(node.table.name);
    else if (node.kind === 'ctescan') names.add(node.name);
    else if (node.kind === 'values') names.add('values');
  });
  return [...names];
}

/** For a reader: `orders`, whatever filters it; `(aggregate of items)`. */
function relationName(rel: Rel): string {
  if (rel.kind === 'filter' || rel.kind === 'project' || rel.kind === 'fence') return relationName(rel.input);
  const names = readNames(rel).join(', ');
  return relInputs(rel).length === 0 ? names : `(${rel.kind} of ${names})`;
}

export const joinName = ({ type }: Join, left: string, right: string): string =>
  `${left} ${type === 'inner' ? '' : `${type} `}join ${right}`;

/** Those of a block: the same table again gets a number. */
export function relationNames(relations: readonly Rel[]): readonly string[] {
  const seen = new Map<string, number>();
  return relations.map((relation) => {
    const name = relationName(relation);
    const again = seen.get(name) ?? 0;
    seen.set(name, again + 1);
    return again === 0 ? name : `${name}_${again}`;
  });
}
