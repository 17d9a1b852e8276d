/**
 * Titles with what hangs on them inside the films group. Nothing is independent: a title's country moves its year and its
 * genres, episodes take after their series, and fame, which a few titles have nearly all of, decides how much is known.
 */
import type { Cell } from '../csv.ts';
import { Chance } from './chance.ts';
import { ADJECTIVES, COUNTRIES, GENRES, LINKS, NOUNS, TITLE_KINDS } from './words.ts';

export interface Title {
  readonly id: number;
  readonly kind: (typeof TITLE_KINDS)[number];
  readonly name: string;
  readonly year: number | null;
  /** Index into COUNTRIES. */
  readonly country: number;
  /** Indexes into GENRES. */
  readonly genres: readonly number[];
  /** 0 to 1; most are near 0. */
  readonly fame: number;
  readonly series: Title | null;
}

const KIND_WEIGHTS = [25, 15, 5, 40, 8, 5, 2];
const COUNTRY_WEIGHTS = COUNTRIES.map(([, , , , weight]) => weight);
const GENRE_WEIGHTS = [30, 22, 14, 10, 9, 8, 8, 6, 5, 5, 4, 4, 3, 3, 4, 2, 2, 2, 3, 2];
const genre = (name: string): number => GENRES.findIndex(([of]) => of === name);

/** How much more than elsewhere a genre is made somewhere or in some years. */
function genreWeights(kind: Title['kind'], code: string, year: number): number[] {
  const weights = [...GENRE_WEIGHTS];
  const times = (name: string, factor: number): void => {
    const index = genre(name);
    weights[index] = weights[index]! * factor;
  };
  if (kind === 'short' || kind === 'series') times('Documentary', 3);
  if (kind === 'game') for (const name of ['Action', 'Fantasy', 'Science Fiction']) times(name, 12);
  if (code === 'IN') for (const name of ['Romance', 'Music']) times(name, 5);
  if (code === 'JP') times('Animation', 14);
  if (code === 'KR' || code === 'JP') times('Horror', 3);
  if (code === 'DK' || code === 'SE' || code === 'NO') times('Crime', 5);
  times('Western', code === 'US' && year < 1968 ? 15 : 0.2);
  times('War', year > 1940 && year < 1960 ? 6 : 1);
  if (year > 1985) for (const name of ['Science Fiction', 'Fantasy', 'Horror']) times(name, 2);
  return weights;
}

function pickGenres(chance: Chance, kind: Title['kind'], code: string, year: number): number[] {
  const weights = genreWeights(kind, code, year);
  const picked = new Set<number>();
  for (let n = 1 + chance.skewed(3, 2); n > 0; n--) picked.add(chance.weighted(weights));
  return [...picked];
}

function nameOf(chance: Chance): string {
  const [adjective, noun, other] = [chance.pick(ADJECTIVES), NOUNS[chance.skewed(NOUNS.length, 2)]!, chance.pick(NOUNS)];
  const names = [`The ${adjective} ${noun}`, `${adjective} ${noun}`, `${noun} of the ${other}`, `${noun} & ${other}`, noun];
  return names[chance.weighted([30, 30, 20, 5, 15])]!;
}

export function makeTitles(chance: Chance, count: number): readonly Title[] {
  const titles: Title[] = [];
  const series: Title[] = [];
  for (let id = 1; id <= count; id++) {
    const kind = series.length === 0 ? 'series' : TITLE_KINDS[chance.weighted(KIND_WEIGHTS)]!;
    const made = kind === 'episode' ? episode(chance, id, series) : ofItsOwn(chance, id, kind);
    titles.push(made);
    if (kind === 'series') series.push(made);
  }
  return titles;
}

function episode(chance: Chance, id: number, all: readonly Title[]): Title {
  const series = all[chance.skewed(all.length, 3)]!;
  const year = series.year === null ? null : Math.min(2024, series.year + chance.skewed(9, 2));
  const fame = series.fame * chance.fraction() * 0.3;
  const { country, genres } = series;
  const name = chance.percent(40) ? `Episode ${chance.between(1, 12)}.${chance.between(1, 24)}` : nameOf(chance);
  return { id, kind: 'episode', name, year, country, genres, fame, series };
}

function ofItsOwn(chance: Chance, id: number, kind: Title['kind']): Title {
  const country = chance.weighted(COUNTRY_WEIGHTS);
  const [code] = COUNTRIES[country]!;
  const earliest = kind === 'game' ? 1985 : kind === 'series' || kind === 'tv film' ? 1950 : kind === 'video' ? 1980 : 1905;
  const year = 2024 - chance.skewed(2025 - earliest, code === 'KR' || code === 'NG' ? 4 : 2);
  const genres = pickGenres(chance, kind, code, year);
  const base = chance.fraction();
  const fame = base * base * base * base * (kind === 'feature' ? 1 : 0.4) * (code === 'US' || code === 'GB' ? 1 : 0.5);
  return { id, kind, name: nameOf(chance), year: chance.percent(3) ? null : year, country, genres, fame, series: null };
}

export function* titleRows(chance: Chance, titles: readonly Title[]): Generator<Cell[]> {
  for (const { id, kind, name, year, country, series } of titles) {
    // Of older titles the day is mostly forgotten.
    const known = year !== null && chance.percent(year > 1980 ? 85 : 45);
    const month = String(chance.between(1, 12)).padStart(2, '0');
    const premiere = known ? `${year}-${month}-${String(chance.between(1, 28)).padStart(2, '0')}` : null;
    const numbers = series === null ? [null, null] : [chance.between(1, 12), chance.between(1, 24)];
    yield [id, TITLE_KINDS.indexOf(kind) + 1, name, year, premiere, country + 1, series?.id ?? null, ...numbers];
  }
}

export function* titleGenreRows(titles: readonly Title[]): Generator<Cell[]> {
  let id = 0;
  for (const title of titles) for (const index of title.genres) yield [++id, title.id, index + 1];
}

/** Sequels come of famous features, and the famous are referred to. */
export function* titleLinkRows(chance: Chance, titles: readonly Title[]): Generator<Cell[]> {
  const features = titles.filter(({ kind }) => kind === 'feature');
  let id = 0;
  for (const title of titles) {
    if (features.length < 2 || !chance.percent(title.kind === 'feature' ? 14 : 3)) continue;
    const candidates = Array.from({ length: 6 }, () => chance.pick(features));
    const other = candidates.reduce((best, next) => (next.fame > best.fame ? next : best));
    if (other === title) continue;
    const link = chance.weighted([20, 0, 20, 45, 10, 5]);
    yield [++id, title.id, other.id, LINKS[link]!];
    if (link === 0) yield [++id, other.id, title.id, LINKS[1]!];
  }
}
