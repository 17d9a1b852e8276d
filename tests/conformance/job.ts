/** `npm run conformance -- job [--scale 0.05]`: forty queries of 3 to 17 relations over the film database. */
import path from 'node:path';
import { jobTables } from '../../bench/job/generate.ts';
import { JOB_GROUPS } from '../../bench/job/tables.ts';
import { only, queriesIn, type QuerySet } from './query-set.ts';

export const JOB: QuerySet = {
  name: 'job',
  tables: jobTables,
  queries: queriesIn(path.join(__dirname, '../../bench/job/queries')),
  placements: {
    'all in PostgreSQL': () => 'pg',
    'all in DuckDB': () => 'duck',
    'films in DuckDB': only(JOB_GROUPS.films, 'duck', 'pg'),
    'people in DuckDB': only(JOB_GROUPS.people, 'duck', 'pg'),
    'descriptions in DuckDB': only(JOB_GROUPS.descriptions, 'duck', 'pg'),
  },
};
