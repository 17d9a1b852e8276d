/**
 * All 22 TPC-H queries at a small scale under five placements, pushed and not; `npm run conformance -- tpch` for larger ones.
 * In a process of its own: generated loops run many times slower inside Jest's sandbox.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

test('every query answers as PostgreSQL does, wherever the tables are', async () => {
  const root = path.join(__dirname, '../..');
  const args = ['tests/support/run-typescript.cjs', 'tests/conformance/run.ts', 'tpch', '--scale', '0.01'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.at(-1)).toBe('tpch at scale 0.01: 220 equal, 0 refused (queries none), 0 different');
  // Whole in one PostgreSQL: relayed.
  const placed = lines.filter((line) => /^Q\d\d /.test(line)).map((line) => line.slice(5).split('  |  ')[0]);
  expect(placed).toEqual(Array.from({ length: 22 }, () => 'relay'));
}, 900_000);
