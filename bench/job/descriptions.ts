/** Keywords, facts and studios of titles: keywords follow genres, facts follow fame and country, studios country and year. */
import type { Cell } from '../csv.ts';
import { Chance } from './chance.ts';
import type { Title } from './titles.ts';
import { ADJECTIVES, COUNTRIES, GENRES, NOUNS, STUDIO_NAMES, TITLE_FACTS } from './words.ts';

/** Each genre has a block of as many keywords of its own, the most frequent first. */
const BLOCK = 120;

/** The words of the blocks, one block after the other. A word that two genres put first is one keyword. */
export function makeKeywords(): { readonly words: readonly string[]; readonly blocks: readonly (readonly number[])[] } {
  const numbers = new Map<string, number>();
  const numberOf = (word: string): number => {
    const known = numbers.get(word) ?? numbers.size;
    numbers.set(word, known);
    return known;
  };
  const further = ADJECTIVES.flatMap((adjective) => NOUNS.map((noun) => `${adjective}-${noun}`.toLowerCase()));
  const blocks = GENRES.map(([, first], i) =>
    Array.from({ length: BLOCK }, (_, at) => numberOf(first[at] ?? further[(i * 44 + at * 7) % further.length]!)),
  );
  return { words: [...numbers.keys()], blocks };
}

export function* titleKeywordRows(
  chance: Chance,
  titles: readonly Title[],
  blocks: ReturnType<typeof makeKeywords>['blocks'],
): Generator<Cell[]> {
  let id = 0;
  for (const title of titles) {
    const most = title.kind === 'feature' ? 3 + Math.floor(title.fame * 60) : chance.percent(25) ? 4 : 0;
    const picked = new Set<number>();
    for (let n = most; n > 0; n--) {
      const block = chance.percent(80) ? chance.pick(title.genres) : chance.between(0, blocks.length - 1);
      picked.add(blocks[block]![chance.skewed(BLOCK, 3)]!);
    }
    for (const keyword of picked) yield [++id, title.id, keyword + 1];
  }
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const KIND_OF = new Map(TITLE_FACTS.map((name, i) => [name, i + 1]));
/** How well a genre is rated, above and below the middle. */
const RATING: Readonly<Record<string, number>> = { Documentary: 1.2, Biography: 0.8, Drama: 0.5, Horror: -1.4, Action: -0.4 };

type Fact = readonly [kind: (typeof TITLE_FACTS)[number], value: string, amount: number | null, note: string | null];

export function* titleFactRows(chance: Chance, titles: readonly Title[]): Generator<Cell[]> {
  let id = 0;
  for (const title of titles) {
    for (const [kind, value, amount, note] of factsOf(chance, title))
      yield [++id, title.id, KIND_OF.get(kind)!, value, amount, note];
  }
}

function* factsOf(chance: Chance, title: Title): Generator<Fact> {
  const { kind, fame } = title;
  const year = title.year ?? 1980;
  const [code, , , language] = COUNTRIES[title.country]!;
  if (chance.percent(75)) {
    const minutes =
      kind === 'feature' ? 75 + chance.skewed(100, 2) : kind === 'short' ? chance.between(3, 39) : chance.between(20, 60);
    yield ['runtime', chance.percent(20) ? `${code}:${minutes}` : String(minutes), minutes, null];
  }
  if (chance.percent(90)) yield ['language', chance.percent(92) ? language : chance.pick(COUNTRIES)[3], null, null];
  if (chance.percent(60)) yield ['colour', chance.percent(year < 1958 ? 92 : 3) ? 'Black and White' : 'Color', null, null];
  const votes = 5 + Math.floor(fame * fame * 900_000 * chance.fraction());
  if (votes > 20 || chance.percent(30)) {
    const liked = title.genres.reduce((sum, index) => sum + (RATING[GENRES[index]![0]] ?? 0), 0) / title.genres.length;
    const tenths = Math.max(10, Math.min(97, Math.round(58 + liked * 10 + fame * 18 + (chance.fraction() - 0.5) * 40)));
    yield ['votes', String(votes), votes, null];
    yield ['rating', `${Math.floor(tenths / 10)}.${tenths % 10}`, tenths / 10, null];
  }
  if (kind === 'feature' && chance.percent(15 + fame * 80)) {
    const budget = 1_000 * (20 + Math.floor(fame * 150_000 * chance.fraction()) + chance.skewed(20_000, 3));
    yield ['budget', code === 'US' ? `$${budget}` : `${code} ${budget}`, budget, chance.percent(20) ? '(estimated)' : null];
    if (votes > 500) yield ['gross', `$${budget * 2}`, Math.floor(budget * chance.fraction() * 6), '(worldwide)'];
  }
  yield* releases(chance, title, code, year);
  if (chance.percent(40)) yield ['place', `${chance.pick(NOUNS)} City, ${COUNTRIES[title.country]![1]}`, null, null];
  if (kind === 'feature' && year > 1965 && chance.percent(60))
    yield ['certificate', `${code}:${chance.pick(['G', 'PG', 'PG-13', 'R', '18'])}`, null, null];
  if (chance.percent(5 + fame * 90))
    yield ['tagline', `A ${chance.pick(ADJECTIVES)} story of ${chance.pick(NOUNS)}.`, null, null];
}

function* releases(chance: Chance, title: Title, code: string, year: number): Generator<Fact> {
  const abroad = 1 + Math.floor(title.fame * 16);
  for (let i = 0; i < abroad; i++) {
    const where = i === 0 ? code : chance.pick(COUNTRIES)[0];
    const date = `${chance.between(1, 28)} ${chance.pick(MONTHS)} ${year + (i === 0 ? 0 : chance.skewed(3, 2))}`;
    const note = year > 2005 && chance.percent(15) ? '(internet)' : chance.percent(10) ? '(premiere)' : null;
    yield ['release', `${where}:${date}`, null, note];
  }
}

export interface Studio {
  readonly id: number;
  readonly name: string;
  readonly country: number;
  readonly founded: number | null;
}

export function makeStudios(chance: Chance, count: number): readonly Studio[] {
  const weights = COUNTRIES.map(([, , , , weight]) => weight);
  return Array.from({ length: count }, (_, i) => {
    // Every country has at least one studio.
    const country = i < COUNTRIES.length ? i : chance.weighted(weights);
    const [, , , language] = COUNTRIES[country]!;
    const suffix = chance.pick(STUDIO_NAMES[language] ?? STUDIO_NAMES['English']!);
    const name = `${chance.pick(ADJECTIVES)} ${chance.pick(NOUNS)} ${suffix}`;
    return { id: i + 1, name, country, founded: chance.percent(20) ? null : 2020 - chance.skewed(112, 2) };
  });
}

export function* studioRows(studios: readonly Studio[]): Generator<Cell[]> {
  for (const { id, name, country, founded } of studios) yield [id, name, country + 1, founded];
}

export function* titleStudioRows(chance: Chance, titles: readonly Title[], studios: readonly Studio[]): Generator<Cell[]> {
  const byCountry = COUNTRIES.map((_, country) => studios.filter((studio) => studio.country === country));
  let id = 0;
  for (const title of titles) {
    if (title.kind === 'episode' && chance.percent(50)) continue;
    const year = title.year ?? 1980;
    for (let n = 1 + Math.floor(title.fame * 10) + chance.skewed(3, 2); n > 0; n--) {
      const from = byCountry[chance.percent(78) ? title.country : chance.between(0, byCountry.length - 1)]!;
      const studio = from[chance.skewed(from.length, 3)]!;
      const part = chance.weighted([45, 40, year > 1990 ? 12 : 1, 3]);
      const note = part === 1 ? distribution(chance, title.kind, year, COUNTRIES[studio.country]![0]) : null;
      yield [++id, title.id, studio.id, part + 1, note ?? (part === 0 && chance.percent(15) ? '(co-production)' : null)];
    }
  }
}

function distribution(chance: Chance, kind: Title['kind'], year: number, code: string): string | null {
  if (chance.percent(25)) return null;
  const how = kind === 'feature' ? (year < 1980 || chance.percent(60) ? 'theatrical' : year < 2000 ? 'VHS' : 'DVD') : 'TV';
  return `(${year + chance.skewed(6, 3)}) (${code}) (${how})`;
}
