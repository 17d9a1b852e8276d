/**
 * Nothing of TPC-H and TPC-DS needs the net, wherever the tables are. In a process of its own: Jest's sandbox is slow.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

test('no plan of TPC-H and TPC-DS has a part at the net', async () => {
  const args = ['tests/support/run-typescript.cjs', 'tests/conformance/net-plans.ts'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: path.join(__dirname, '../..') });
  expect(JSON.parse(stdout)).toEqual({ tpch: { atTheNet: [], plans: 132 }, tpcds: { atTheNet: [], plans: 594 } });
}, 900_000);
