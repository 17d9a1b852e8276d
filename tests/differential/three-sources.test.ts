import { testPlacements } from './suite.ts';

testPlacements(['two PostgreSQLs and a DuckDB', 'three DuckDBs']);
