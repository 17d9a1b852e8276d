/** Every transcript against PostgreSQL itself and against the gateway: the file is what both answer. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { startTestPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { readTranscript, runCase, updateTranscript } from '../support/transcript.ts';
import type { WireAddress } from '../support/wire-client.ts';
import { startTestGateway } from './support.ts';
import type { TestGateway } from './support.ts';

const folder = path.join(__dirname, '..', 'wire');

let postgres: TestPostgres;
let gateway: TestGateway;

beforeAll(async () => {
  [postgres, gateway] = await Promise.all([startTestPostgres(), startTestGateway()]);
  if (process.env['UPDATE_GOLDEN'])
    for (const file of readdirSync(folder)) await updateTranscript(path.join(folder, file), postgres);
});
afterAll(async () => {
  await gateway?.stop();
  await postgres?.stop();
});

describe.each(readdirSync(folder).filter((file) => file.endsWith('.wire')))('%s', (file) => {
  const cases = readTranscript(path.join(folder, file));
  const servers: readonly (readonly [string, () => WireAddress])[] = [
    ['PostgreSQL', () => postgres],
    ['gateway', () => gateway.address],
  ];
  describe.each(servers)('%s', (_name, address) => {
    test.each(cases.map((each) => [each.title, each] as const))('%s', async (_title, each) => {
      const answers = await runCase(address(), each);
      expect(answers).toEqual(each.exchanges.map((exchange) => exchange.expected));
    });
  });
});
