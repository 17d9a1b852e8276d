/**
 * A film database: a snowflake of seventeen tables with titles, people and studios at its hubs, in the shape of the data that
 * the Join Order Benchmark asks about (Leis et al., "How good are query optimizers, really?", 2015). Schema, data and
 * queries are our own.
 */
export interface JobTable {
  readonly name: string;
  /** `name type [NOT NULL]` in SQL both databases read. */
  readonly columns: readonly string[];
  readonly primaryKey: readonly string[];
  /** In PostgreSQL only. */
  readonly indexes?: readonly string[];
}

/** What a table refers to is indexed, as a database that is asked such questions has it. */
const table = (name: string, columns: string, indexes: readonly string[] = []): JobTable => ({
  name,
  columns: columns.split(', '),
  primaryKey: ['id'],
  indexes,
});

export const JOB_TABLES: readonly JobTable[] = [
  table(
    'country',
    'id integer NOT NULL, code text NOT NULL, name text NOT NULL, continent text NOT NULL, language text NOT NULL',
  ),
  table('genre', 'id integer NOT NULL, name text NOT NULL'),
  table('keyword', 'id integer NOT NULL, word text NOT NULL'),
  table('job', 'id integer NOT NULL, name text NOT NULL'),
  table('title_kind', 'id integer NOT NULL, name text NOT NULL'),
  table('studio_part', 'id integer NOT NULL, name text NOT NULL'),
  table('fact_kind', 'id integer NOT NULL, name text NOT NULL'),
  table(
    'title',
    'id integer NOT NULL, kind_id integer NOT NULL, name text NOT NULL, year integer, premiere date, country_id integer NOT NULL, ' +
      'series_id integer, season integer, episode integer',
    ['kind_id', 'country_id', 'series_id'],
  ),
  table('title_genre', 'id integer NOT NULL, title_id integer NOT NULL, genre_id integer NOT NULL', ['title_id', 'genre_id']),
  table('title_link', 'id integer NOT NULL, title_id integer NOT NULL, other_id integer NOT NULL, link text NOT NULL', [
    'title_id',
    'other_id',
  ]),
  table('title_keyword', 'id integer NOT NULL, title_id integer NOT NULL, keyword_id integer NOT NULL', [
    'title_id',
    'keyword_id',
  ]),
  table(
    'title_fact',
    'id integer NOT NULL, title_id integer NOT NULL, kind_id integer NOT NULL, value text NOT NULL, amount numeric(14,1), note text',
    ['title_id', 'kind_id'],
  ),
  table('person', 'id integer NOT NULL, name text NOT NULL, gender text, birth_year integer, birth_country_id integer NOT NULL', [
    'birth_country_id',
  ]),
  table('person_fact', 'id integer NOT NULL, person_id integer NOT NULL, kind_id integer NOT NULL, value text NOT NULL', [
    'person_id',
    'kind_id',
  ]),
  table(
    'credit',
    'id integer NOT NULL, title_id integer NOT NULL, person_id integer NOT NULL, job_id integer NOT NULL, character text, ' +
      'billing integer, note text',
    ['title_id', 'person_id', 'job_id'],
  ),
  table('studio', 'id integer NOT NULL, name text NOT NULL, country_id integer NOT NULL, founded integer', ['country_id']),
  table(
    'title_studio',
    'id integer NOT NULL, title_id integer NOT NULL, studio_id integer NOT NULL, part_id integer NOT NULL, note text',
    ['title_id', 'studio_id', 'part_id'],
  ),
];

/** A split isolates one group on a source of its own. */
export const JOB_GROUPS = {
  films: ['title', 'title_kind', 'title_genre', 'genre', 'title_link', 'country'],
  people: ['person', 'person_fact', 'credit', 'job'],
  descriptions: ['title_fact', 'fact_kind', 'title_keyword', 'keyword', 'title_studio', 'studio', 'studio_part'],
} as const;
