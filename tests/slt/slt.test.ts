/** Our *.slt files, written for PostgreSQL: what they say holds, and the gateway says it too. `npm run conformance -- slt` has other placements. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runSltFile } from './run-slt-file.ts';
import { SltWorld } from './slt-world.ts';

const files = readdirSync(__dirname).filter((file) => file.endsWith('.slt'));

let world: SltWorld;
beforeAll(async () => {
  world = await SltWorld.create(['mixed']);
});
beforeEach(() => world.reset());
afterAll(() => world?.stop());

test.each(files)('%s', async (file) => {
  const [report] = await runSltFile(readFileSync(path.join(__dirname, file), 'utf8'), world, { strict: true });
  expect(report!.different).toEqual([]);
  expect([...report!.refused.keys()]).toEqual([]);
  expect(report!.equal).toBeGreaterThan(5);
});
