/** EXPLAIN (OPTIMIZER): the search as text, or as a document for JSON and YAML; what the plan was made of is marked. */
import type { Rel } from '../../algebra/rel.ts';
import { relInputs } from '../../algebra/transform.ts';
import { HOME } from '../cost/cost-model.ts';
import { readNames } from '../place/search-trace.ts';
import type { SearchTrace, TracedCandidate, TracedSearch, TracedSet, TracedStep } from '../place/search-trace.ts';

/** As JSON says it where an operator runs. */
const placeName = (place: string): string => (place === HOME ? 'local' : place);

/** Few relations first. */
const inOrder = (sets: readonly TracedSet[]): readonly TracedSet[] =>
  [...sets].sort((a, b) => a.relations.length - b.relations.length);

const titleOf = (index: number): string => (index === 0 ? 'the statement' : `subquery ${index}`);

const operatorTitle = (rel: Rel): string =>
  `${rel.kind}${relInputs(rel).length === 0 ? '' : ' over'} ${readNames(rel).join(', ')}`.trimEnd();

const enumeration = (pairs: number | undefined): string =>
  pairs === undefined ? 'intervals of one order, too many pairs of sets' : `${pairs} pairs of sets`;

export function searchLines(trace: SearchTrace): readonly string[] {
  return trace.searches.flatMap((search, i) => oneSearch(trace, search, titleOf(i)));
}

function oneSearch(trace: SearchTrace, search: TracedSearch, title: string): readonly string[] {
  const lines = [`Search for ${title}:`];
  const candidate = (one: TracedCandidate): string => {
    const mark = trace.isChosen(one.rel, one.place) ? '*' : ' ';
    const home = one.place === HOME ? '' : ` at home=${one.homeMs.toFixed(2)}`;
    return `    ${mark} ${placeName(one.place)}: cost=${one.costMs.toFixed(2)}${home}${one.joined === undefined ? '' : `  ${one.joined}`}`;
  };
  for (const step of search.steps) {
    if (step.kind === 'alternative') {
      lines.push(`  Otherwise, by ${step.rule}:`);
      continue;
    }
    if (step.kind === 'operator') {
      lines.push(`  ${operatorTitle(step.rel)}  rows=${Math.round(step.rows)}`, ...step.candidates.map(candidate));
      continue;
    }
    lines.push(`  Joins of ${step.relations.join(', ')}: ${enumeration(step.pairs)}`);
    for (const set of inOrder(step.sets)) {
      const figures = `rows=${Math.round(set.rows)} width=${Math.round(set.bytes)}`;
      lines.push(`  {${set.relations.join(', ')}}  ${figures}`, ...set.candidates.map(candidate));
    }
  }
  if (search.answer) lines.push(`  Answer from ${answerText(search.answer)}`);
  return lines;
}

const answerText = ({ place, costMs, isWhole }: NonNullable<TracedSearch['answer']>): string =>
  `${placeName(place)}: cost=${costMs.toFixed(2)}${isWhole ? ' (one source has it whole)' : ''}`;

const round = (value: number): number => Math.round(value * 1000) / 1000;

function stepDocument(
  step: TracedStep,
  candidates: (all: readonly TracedCandidate[]) => readonly Record<string, unknown>[],
): Record<string, unknown> {
  switch (step.kind) {
    case 'alternative':
      return { Otherwise: step.rule };
    case 'operator':
      return { Operator: step.rel.kind, Relations: readNames(step.rel), Rows: Math.round(step.rows), Candidates: candidates(step.candidates) }; // prettier-ignore
    case 'joins':
      return {
        'Join Block': step.relations,
        Enumeration: enumeration(step.pairs),
        Sets: inOrder(step.sets).map((set) => ({
          Relations: set.relations,
          Rows: Math.round(set.rows),
          Width: Math.round(set.bytes),
          Candidates: candidates(set.candidates),
        })),
      };
  }
}

export function searchDocument(trace: SearchTrace): readonly Record<string, unknown>[] {
  const candidates = (all: readonly TracedCandidate[]): readonly Record<string, unknown>[] =>
    all.map(({ place, costMs, homeMs, joined, rel }) => ({
      Site: placeName(place),
      Cost: round(costMs),
      'Cost At Home': round(homeMs),
      ...(joined === undefined ? {} : { Join: joined }),
      Chosen: trace.isChosen(rel, place),
    }));
  return trace.searches.map((search, i) => ({
    'Search For': titleOf(i),
    Steps: search.steps.map((step) => stepDocument(step, candidates)),
    ...(search.answer
      ? {
          Answer: {
            Site: placeName(search.answer.place),
            Cost: round(search.answer.costMs),
            'One Source': search.answer.isWhole,
          },
        }
      : {}),
  }));
}
