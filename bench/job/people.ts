/**
 * People and their credits. Who works on a title mostly comes from its country and lived in its time; a few are in
 * hundreds of titles. Names, genders, jobs and notes depend on each other.
 */
import type { Cell } from '../csv.ts';
import { Chance } from './chance.ts';
import type { Title } from './titles.ts';
import { COUNTRIES, JOBS, LAST_NAMES, MEN, NOUNS, PERSON_FACTS, TITLE_FACTS, WOMEN } from './words.ts';

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly gender: 'm' | 'f' | null;
  readonly born: number;
  readonly country: number;
}

export function makePeople(chance: Chance, count: number): readonly Person[] {
  const weights = COUNTRIES.map(([, , , , weight]) => weight);
  return Array.from({ length: count }, (_, i) => {
    const country = i < COUNTRIES.length ? i : chance.weighted(weights);
    const [, , , language] = COUNTRIES[country]!;
    const [starts, ends] = LAST_NAMES[language] ?? LAST_NAMES['English']!;
    const man = chance.percent(62);
    const last = `${chance.pick(starts.split(' '))}${chance.pick(ends.split(' '))}`;
    const name = `${last}, ${chance.pick(man ? MEN : WOMEN)}`;
    const gender = chance.percent(8) ? null : man ? 'm' : 'f';
    return { id: i + 1, name, gender, born: 2000 - chance.skewed(120, 2), country };
  });
}

/** The year of birth is not always known. */
export function* personRows(chance: Chance, people: readonly Person[]): Generator<Cell[]> {
  for (const { id, name, gender, born, country } of people)
    yield [id, name, gender, chance.percent(70) ? born : null, country + 1];
}

export function* personFactRows(chance: Chance, people: readonly Person[]): Generator<Cell[]> {
  const kindOf = (name: (typeof PERSON_FACTS)[number]): number => TITLE_FACTS.length + PERSON_FACTS.indexOf(name) + 1;
  let id = 0;
  for (const { id: person, gender, country, name } of people) {
    // Who comes first here has the most credits, and is written about.
    const known = person * 3 < people.length ? 70 : 25;
    if (chance.percent(known)) {
      const place = `${chance.pick(NOUNS)} Town, ${COUNTRIES[country]![1]}`;
      yield [++id, person, kindOf('birth place'), place];
    }
    if (chance.percent(known / 2))
      yield [++id, person, kindOf('height'), `${gender === 'f' ? chance.between(150, 182) : chance.between(162, 200)} cm`];
    if (chance.percent(known / 2)) {
      const life = `${name} grew up in ${COUNTRIES[country]![1]} and won the ${chance.pick(NOUNS)} Prize.`;
      yield [++id, person, kindOf('biography'), life];
    }
    if (chance.percent(known / 3)) yield [++id, person, kindOf('spouse'), chance.pick(gender === 'f' ? MEN : WOMEN)];
    if (chance.percent(known / 10)) yield [++id, person, kindOf('trademark'), `${chance.pick(NOUNS)} hat`];
  }
}

/** How many take part, by the kind of title and its fame. */
function crewOf(chance: Chance, { kind, fame }: Title): number {
  if (kind === 'feature') return 8 + Math.floor(fame * 90) + chance.skewed(14, 2);
  return kind === 'short' ? 2 + chance.skewed(8, 2) : 3 + chance.skewed(14, 2);
}

export function* creditRows(chance: Chance, titles: readonly Title[], people: readonly Person[]): Generator<Cell[]> {
  const byCountry = COUNTRIES.map((_, country) => people.filter((person) => person.country === country));
  let id = 0;
  for (const title of titles) {
    const crew = crewOf(chance, title);
    for (let billing = 1; billing <= crew; billing++) {
      const person = someone(chance, title, byCountry);
      const job = jobOf(chance, title, person, billing);
      const acts = job === 'actor' || job === 'actress';
      const character = job === 'self' ? 'Self' : acts && chance.percent(85) ? characterOf(chance, title) : null;
      const note = noteOf(chance, title, job, billing);
      yield [++id, title.id, person.id, JOBS.indexOf(job) + 1, character, acts ? billing : null, note];
    }
  }
}

/** Looks a few times for one who lived then. */
function someone(chance: Chance, title: Title, byCountry: readonly (readonly Person[])[]): Person {
  const from = byCountry[chance.percent(85) ? title.country : chance.between(0, byCountry.length - 1)]!;
  let found = from[chance.skewed(from.length, 3)]!;
  for (let i = 0; i < 4 && title.year !== null && (title.year < found.born + 10 || title.year > found.born + 85); i++)
    found = from[chance.skewed(from.length, 2)]!;
  return found;
}

function jobOf(chance: Chance, title: Title, person: Person, billing: number): string {
  if (title.genres.includes(2) && chance.percent(45)) return 'self';
  if (billing === 1) return 'director';
  if (billing === 2) return 'writer';
  if (chance.percent(66)) return person.gender === 'f' ? 'actress' : 'actor';
  const women = person.gender === 'f';
  return ['director', 'writer', 'producer', 'composer', 'cinematographer', 'editor', 'costume designer'][
    chance.weighted(women ? [2, 10, 20, 3, 2, 15, 25] : [8, 20, 30, 14, 14, 12, 2])
  ]!;
}

function characterOf(chance: Chance, title: Title): string {
  if (title.genres.includes(6) && chance.percent(30)) return `Inspector ${chance.pick(NOUNS)}`;
  if (title.genres.includes(15) && chance.percent(40)) return `Captain ${chance.pick(NOUNS)}`;
  return chance.percent(15) ? 'Narrator' : `${chance.pick(chance.percent(60) ? MEN : WOMEN)} ${chance.pick(NOUNS)}`;
}

function noteOf(chance: Chance, title: Title, job: string, billing: number): string | null {
  if (job === 'actor' || job === 'actress') {
    if (title.kind === 'game' || title.genres.includes(13)) return chance.percent(85) ? '(voice)' : '(voice: English version)';
    if (billing > 12 && chance.percent(50)) return '(uncredited)';
    return chance.percent(4) ? '(archive footage)' : null;
  }
  if (job === 'producer') return chance.percent(60) ? chance.pick(['(executive producer)', '(co-producer)', '(producer)']) : null;
  if (job === 'writer') return chance.percent(70) ? chance.pick(['(screenplay)', '(story)', '(novel)', '(written by)']) : null;
  return null;
}
