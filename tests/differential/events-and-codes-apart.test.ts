import { testPlacements } from './suite.ts';

testPlacements(['events and codes in DuckDB']);
