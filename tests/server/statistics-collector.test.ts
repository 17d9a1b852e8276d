/** The collector in the background: when it asks which tables, what is kept over a restart, and what goes. */
import { pino } from 'pino';
import type { Site, SourceRelation, StatisticsRequest } from '../../algebra/site.ts';
import { tableOfRows } from '../../algebra/statistics.ts';
import { CatalogServer } from '../../catalog/catalog-server.ts';
import { StatisticsCollector } from '../../server/statistics-collector.ts';
import { column, listing, relation } from '../catalog/sample-source.ts';
import { closedAfterAll } from '../support/closed-after-all.ts';
import { startTestPostgres } from '../support/postgres.ts';

const INTERVAL_MS = 60_000;
const [a, b, c] = ['a', 'b', 'c'].map((name) => relation(name, [column('id', 'integer')])) as [
  SourceRelation,
  SourceRelation,
  SourceRelation,
];

const closes = closedAfterAll();
let catalog: CatalogServer;
let open: () => Promise<CatalogServer>;
beforeAll(async () => {
  const server = closes(await startTestPostgres());
  open = async () => closes(await CatalogServer.start({ url: server.url, connections: 5, log: () => undefined }));
  catalog = await open();
});

/** What it was asked; and of each table, how it answers. */
interface Source {
  readonly site: Site;
  readonly asked: string[][];
  readonly rows: Map<string, number | 'problem'>;
}
function source(name: string): Source {
  const asked: string[][] = [];
  const rows = new Map<string, number | 'problem'>();
  const statistics = async function* (requests: readonly StatisticsRequest[]): ReturnType<Site['statistics']> {
    asked.push(requests.map((request) => `${request.name} ${request.version ?? 'anew'}`));
    for (const { schema, name: table, version } of requests) {
      await Promise.resolve();
      const count = rows.get(table) ?? 1;
      if (count === 'problem') yield { schema, name: table, problem: 'too slow' };
      else if (version !== `v${count}`) yield { schema, name: table, version: `v${count}`, table: tableOfRows(count) };
    }
  };
  return { site: { name, defaultSchema: 'public', statistics } as Partial<Site> as Site, asked, rows };
}

const collectors: StatisticsCollector[] = [];
function collector(intervalMs = INTERVAL_MS): StatisticsCollector {
  const made = new StatisticsCollector({ store: catalog.statistics, intervalMs, log: pino({ level: 'silent' }) });
  collectors.push(made);
  return made;
}
beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
afterEach(async () => {
  jest.useRealTimers();
  await Promise.all(collectors.splice(0).map((one) => one.stop()));
});

/** After what has been begun: a source that holds nothing is asked last. */
async function done(of: StatisticsCollector): Promise<void> {
  const last = source('last');
  of.listed(last.site, listing([a]));
  await of.analyze({ schema: undefined, name: 'last' });
}
const rowsOf = (site: string, name: string): number | undefined =>
  catalog.statistics.version(site, 'public', name) === undefined
    ? undefined
    : catalog.statistics.table({ site, schema: 'public', name, mirrorOid: 0, keys: [] })?.rows;

test('after a listing, and once in an interval, with the versions that are known', async () => {
  const { site, asked, rows } = source('shop');
  const collects = collector();
  collects.listed(site, listing([a, b]));
  await done(collects);
  expect(asked).toEqual([]);
  jest.advanceTimersByTime(2_000);
  await done(collects);
  expect(asked.splice(0)).toEqual([['a anew', 'b anew']]);
  collects.listed(site, listing([a, b]));
  jest.advanceTimersByTime(INTERVAL_MS - 3_000);
  await done(collects);
  expect(asked).toEqual([]);
  jest.advanceTimersByTime(3_000);
  rows.set('b', 20);
  collects.listed(site, listing([a, b]));
  jest.advanceTimersByTime(0);
  await done(collects);
  expect(asked.splice(0)).toEqual([['a v1', 'b v1']]);
  expect([rowsOf('shop', 'a'), rowsOf('shop', 'b')]).toEqual([1, 20]);
  await collects.analyze({ schema: undefined, name: 'shop' });
  expect(asked).toEqual([['a anew', 'b anew']]);
});

test('never by itself when the interval is 0', async () => {
  const { site, asked } = source('shop');
  const collects = collector(0);
  collects.listed(site, listing([a]));
  jest.advanceTimersByTime(10 * INTERVAL_MS);
  await done(collects);
  expect(asked).toEqual([]);
});

test('tables that could not be looked at come after the others the next time', async () => {
  const { site, asked, rows } = source('slow');
  const collects = collector();
  collects.listed(site, listing([a, b, c]));
  rows.set('a', 'problem');
  await collects.analyze({ schema: undefined, name: 'slow' });
  await collects.analyze({ schema: undefined, name: 'slow' });
  rows.set('a', 1);
  await collects.analyze({ schema: undefined, name: 'slow' });
  await collects.analyze({ schema: undefined, name: 'slow' });
  const anew = (order: string): string[] => order.split('').map((name) => `${name} anew`);
  expect(asked).toEqual([anew('abc'), anew('bca'), anew('bca'), anew('abc')]);
});

test('what was found out outlasts the gateway, what a source does not hold any more goes', async () => {
  const { site, rows } = source('kept');
  const collects = collector();
  rows.set('a', 7);
  collects.listed(site, listing([a, b]));
  await collects.analyze({ schema: undefined, name: 'kept' });
  jest.useRealTimers();
  catalog = await open();
  expect([rowsOf('kept', 'a'), rowsOf('kept', 'b')]).toEqual([7, 1]);
  expect(catalog.statistics.version('kept', 'public', 'a')).toBe('v7');
  const other = source('other');
  const collectsNow = collector(0);
  collectsNow.listed(other.site, listing([a]));
  await collectsNow.analyze({ schema: undefined, name: 'other' });
  collectsNow.listed(site, listing([b]));
  await done(collectsNow);
  const left = (): unknown[] => [rowsOf('kept', 'a'), rowsOf('kept', 'b'), rowsOf('other', 'a')];
  expect(left()).toEqual([undefined, 1, 1]);
  catalog = await open();
  expect(left()).toEqual([undefined, 1, 1]);
});
