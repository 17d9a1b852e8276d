import { testPlacements } from './suite.ts';

testPlacements(['people and depts in DuckDB']);
