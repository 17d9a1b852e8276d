/** A gateway that stopped leaves nothing: no process, no file, no socket. */
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { startTestGateway } from './support.ts';

const openFiles = (): number => readdirSync('/proc/self/fd').length;
const children = (): string[] =>
  readdirSync(`/proc/${process.pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${process.pid}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter((pid) => pid !== ''),
  );

test('start, use, stop: twice, and stop again', async () => {
  await (await startTestGateway()).stop();
  const before = { files: openFiles(), children: children() };
  const gateway = await startTestGateway();
  const client = new pg.Client(gateway.address);
  client.on('error', () => undefined);
  await client.connect();
  await client.query('CREATE TEMP TABLE t AS SELECT 1 AS a');
  expect(children().length).toBeGreaterThan(before.children.length);
  await gateway.stop();
  await gateway.stop();
  await client.end().catch(() => undefined);
  for (let tries = 0; tries < 100 && (openFiles() > before.files || children().length > before.children.length); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(children()).toEqual(before.children);
  expect(openFiles()).toBeLessThanOrEqual(before.files);
});
