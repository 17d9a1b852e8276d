/**
 * Some queries over a small film database under five placements, pushed and not; `npm run conformance -- job` for all.
 * In a process of its own: generated loops run many times slower inside Jest's sandbox.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const SLICE = [3, 6, 14, 25, 31, 36, 37, 38];

test('joins over the film database answer as PostgreSQL does, wherever the tables are', async () => {
  const root = path.join(__dirname, '../..');
  const queries = SLICE.flatMap((n) => ['--query', String(n)]);
  const args = ['tests/support/run-typescript.cjs', 'tests/conformance/run.ts', 'job', '--scale', '0.02', ...queries];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('job at scale 0.02: 80 equal, 0 refused (queries none), 0 different');
}, 900_000);
