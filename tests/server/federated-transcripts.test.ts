/** Sessions over sources against one PostgreSQL that holds the same tables: the same messages, in the same order. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readTranscript, runCase, updateTranscript } from '../support/transcript.ts';
import type { WireAddress } from '../support/wire-client.ts';
import { startShop } from './shop.ts';
import type { Shop } from './shop.ts';

const folder = path.join(__dirname, '..', 'wire', 'federated');

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
  if (process.env['UPDATE_GOLDEN'])
    for (const file of readdirSync(folder)) await updateTranscript(path.join(folder, file), shop.postgres);
});
afterAll(() => shop?.stop());

/** An error of a source says which one it was. */
const withoutSource = (line: string): string => line.replace(/ \| D=source "\w+"/, '');

describe.each(readdirSync(folder))('%s', (file) => {
  const cases = readTranscript(path.join(folder, file));
  const servers: readonly (readonly [string, () => WireAddress])[] = [
    ['PostgreSQL', () => shop.postgres],
    ['gateway', () => shop.gateway.address],
  ];
  describe.each(servers)('%s', (_name, address) => {
    test.each(cases.map((each) => [each.title, each] as const))('%s', async (_title, each) => {
      const answers = await runCase(address(), each);
      expect(answers.map((lines) => lines.map(withoutSource))).toEqual(each.exchanges.map((exchange) => exchange.expected));
    });
  });
});
