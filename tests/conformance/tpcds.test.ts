/**
 * A slice of the TPC-DS queries over small data in two sources; `npm run conformance -- tpcds` for all queries and placements.
 * In a process of its own: generated loops run many times slower inside Jest's sandbox.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const SLICE = [1, 2, 3, 6, 8, 9, 10, 13, 16, 17];

test('a slice of TPC-DS answers as PostgreSQL does', async () => {
  const root = path.join(__dirname, '../..');
  const queries = SLICE.flatMap((n) => ['--query', String(n)]);
  const args = [
    'tests/support/run-typescript.cjs',
    'tests/conformance/run.ts',
    'tpcds',
    '--scale',
    '0.002',
    '--placement',
    'store in DuckDB',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...queries], { cwd: root });
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(
    'tpcds at scale 0.002: 10 queries, 20 equal, 0 refused, 0 different, 0 failed, 0 timed out',
  );
}, 900_000);
