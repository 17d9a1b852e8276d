import { testPlacements } from './suite.ts';

testPlacements(['all in PostgreSQL', 'all in DuckDB']);
