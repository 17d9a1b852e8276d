/** `npm run conformance -- tpch [--scale 0.01]`: the 22 TPC-H queries. */
import path from 'node:path';
import { tpchTables } from '../../bench/tpch/generate.ts';
import { TPCH_GROUPS } from '../../bench/tpch/tables.ts';
import { only, queriesIn, type QuerySet } from './query-set.ts';

/** All in one, and each of the splits of the Accio paper with the named group on a source of its own. */
export const TPCH: QuerySet = {
  name: 'tpch',
  tables: tpchTables,
  queries: queriesIn(path.join(__dirname, '../../bench/tpch/queries')),
  placements: {
    'all in PostgreSQL': () => 'pg',
    'all in DuckDB': () => 'duck',
    'parts in DuckDB': only(TPCH_GROUPS.parts, 'duck', 'pg'),
    'orders in DuckDB': only(TPCH_GROUPS.orders, 'duck', 'pg'),
    'customers in DuckDB': only(TPCH_GROUPS.customers, 'duck', 'pg'),
  },
};
