/**
 * The film database at a scale: 1 is 100,000 titles and some three million rows in all. The same rows everywhere, from
 * fixed seeds; each table has one of its own, so that a change to one leaves the others.
 */
import path from 'node:path';
import { csvLines, type Cell } from '../csv.ts';
import { DATA_FOLDER, makeOnce, writeRows } from '../data-folder.ts';
import { Chance } from './chance.ts';
import * as descriptions from './descriptions.ts';
import * as people from './people.ts';
import { JOB_TABLES, type JobTable } from './tables.ts';
import * as titles from './titles.ts';
import { COUNTRIES, GENRES, JOBS, PERSON_FACTS, STUDIO_PARTS, TITLE_FACTS, TITLE_KINDS } from './words.ts';

/** Changes with the data: files of an older making are not taken. */
const VERSION = 1;

export async function jobTables(scale: number): Promise<readonly (JobTable & { readonly csvFile: string })[]> {
  const folder = await makeOnce(path.join(DATA_FOLDER, `job-${VERSION}-${scale}`), async (work) => {
    const rows = makeRows(scale);
    for (const table of JOB_TABLES) {
      const ofTable = rows[table.name];
      if (ofTable === undefined) throw new Error(`nobody makes rows of ${table.name}`);
      await writeRows(path.join(work, `${table.name}.csv`), csvLines(table, ofTable));
    }
  });
  return JOB_TABLES.map((table) => ({ ...table, csvFile: path.join(folder, `${table.name}.csv`) }));
}

const numbered = (names: readonly string[]): Cell[][] => names.map((name, i) => [i + 1, name]);

function makeRows(scale: number): Readonly<Record<string, Iterable<readonly Cell[]>>> {
  const made = titles.makeTitles(new Chance(101), Math.max(400, Math.round(100_000 * scale)));
  const persons = people.makePeople(new Chance(102), Math.max(300, Math.round(60_000 * scale)));
  const studios = descriptions.makeStudios(new Chance(103), Math.max(60, Math.round(4_000 * scale)));
  const { words, blocks } = descriptions.makeKeywords();
  return {
    country: COUNTRIES.map(([code, name, continent, language], i) => [i + 1, code, name, continent, language]),
    genre: numbered(GENRES.map(([name]) => name)),
    keyword: numbered(words),
    job: numbered(JOBS),
    title_kind: numbered(TITLE_KINDS),
    studio_part: numbered(STUDIO_PARTS),
    fact_kind: numbered([...TITLE_FACTS, ...PERSON_FACTS]),
    title: titles.titleRows(new Chance(104), made),
    title_genre: titles.titleGenreRows(made),
    title_link: titles.titleLinkRows(new Chance(105), made),
    title_keyword: descriptions.titleKeywordRows(new Chance(106), made, blocks),
    title_fact: descriptions.titleFactRows(new Chance(107), made),
    person: people.personRows(new Chance(108), persons),
    person_fact: people.personFactRows(new Chance(109), persons),
    credit: people.creditRows(new Chance(110), made, persons),
    studio: descriptions.studioRows(studios),
    title_studio: descriptions.titleStudioRows(new Chance(111), made, studios),
  };
}
