/**
 * `npm run bench -- placement`: TPC-H and the film database under three splits, each with the isolated group at a DuckDB or
 * a PostgreSQL of its own, over links of three speeds: for every query the time and the bytes over each link when nothing
 * is pushed, when everything is, as we place it, and by the peers. In parts: `--set job --split 2 --layout pg-pg
 * --link 100mbit --queries 3,5 --runs 3`; `--queries accio` are those of the Accio paper.
 *
 * All contenders reach PostgreSQL through the same proxies (link-process.ts), also on loopback: the bytes are true wire
 * bytes. DuckDB is in the gateway's process: there is no link and nothing to count.
 */
import { run, connectText } from '../../tests/support/differential.ts';
import { Federation } from '../../tests/support/federation.ts';
import { chosen } from '../../tests/conformance/query-set.ts';
import { benchSets, split, type BenchSet } from '../query-sets.ts';
import { attachedTables, FOREIGN_ESTIMATES, foreignTables, variantContender, type Contender, type Stage } from './contenders.ts';
import { layouts, OURS, variants, type Layout, type Variant } from './layouts.ts';
import { Link, LINKS } from './link.ts';
import { measureQuery, type Figure } from './measure.ts';
import { bytesText, isSamePlan, keep, kept, losses, summarize, timeText, type QueryResult } from './results.ts';

/** As given on the command line. */
export interface PlacementOptions {
  readonly set?: string | undefined;
  readonly split?: string | undefined;
  readonly layout?: string | undefined;
  readonly link?: string | undefined;
  readonly queries?: string | undefined;
  readonly runs?: string | undefined;
  readonly timeout?: string | undefined;
  readonly scale?: number | undefined;
  readonly variant?: readonly string[] | undefined;
}

const ACCIO = [3, 5, 7, 8, 9, 10, 12, 14, 18, 19];
const PEERS = [...FOREIGN_ESTIMATES.map((estimates) => `postgres_fdw ${estimates}`), 'DuckDB postgres'];

export async function placement(options: PlacementOptions): Promise<void> {
  const wanted = { layouts: layouts(options.layout), variants: variants(options.variant ?? []), links: linksOf(options.link) };
  const results: QueryResult[] = [];
  for (const set of benchSets(options.set ?? 'tpch,job')) {
    const groups = groupsOf(set, options.split);
    const scale = options.scale ?? (set.name === 'tpch' ? 0.1 : 0.2);
    const federation = await Federation.create(await set.tables(scale), { shared_buffers: '256MB', max_connections: '120' });
    try {
      for (const group of groups)
        for (const layout of wanted.layouts)
          results.push(...keep(await runLayout({ federation, set, scale, group, layout, ...wanted }, options)));
    } finally {
      await federation.stop();
    }
  }
  for (const { result, factor } of losses(results))
    console.log(
      `${factor.toFixed(2)}× the better of both: ${result.set} ${result.group} ${result.layout} ${result.link} ${result.query}`,
    );
  summarize(kept(), PEERS);
}

function linksOf(names: string | undefined): readonly string[] {
  const wanted = names?.split(',') ?? Object.keys(LINKS);
  const unknown = wanted.find((name) => LINKS[name] === undefined);
  if (unknown !== undefined) throw new Error(`unknown link ${unknown}; there are: ${Object.keys(LINKS).join(', ')}`);
  return wanted;
}

/** By number, from 1, or by name. */
function groupsOf(set: BenchSet, names: string | undefined): readonly string[] {
  const all = Object.keys(set.groups);
  return (names?.split(',') ?? all).map((name) => {
    const group = all[Number(name) - 1] ?? name;
    if (!all.includes(group)) throw new Error(`${set.name} has no split ${name}; it has: ${all.join(', ')}`);
    return group;
  });
}

interface Part {
  readonly federation: Federation;
  readonly set: BenchSet;
  readonly scale: number;
  readonly group: string;
  readonly layout: Layout;
  readonly variants: readonly Variant[];
  readonly links: readonly string[];
}

async function runLayout(part: Part, options: PlacementOptions): Promise<readonly QueryResult[]> {
  const { federation, set, group, layout } = part;
  const links = new Map<string, Link>();
  // What was started, to be stopped in reverse order.
  const started: (() => Promise<void>)[] = [];
  try {
    for (const source of [layout.inside, layout.outside]) {
      if (source.startsWith('duck')) continue;
      const link = await Link.start(federation.postgres);
      started.push(() => link.stop());
      links.set(source, link);
    }
    const switches = new Set<string>();
    const gateway = await federation.gateway(split(set, group, layout.inside, layout.outside), {
      observer: { disabled: switches },
      reach: links,
      admin: 'bench',
    });
    started.push(() => gateway.stop());
    const stage: Stage = { federation, gateway, links, timeoutMs: Number(options.timeout ?? 60) * 1_000 };
    const contenders = await contendersOf(part, stage, switches);
    started.push(...contenders.map((contender) => () => contender.stop()));
    const results: QueryResult[] = [];
    for (const link of part.links) results.push(...(await runLink(part, stage, contenders, link, options)));
    return results;
  } finally {
    for (let stop = started.pop(); stop; stop = started.pop()) await stop();
  }
}

const switchesOf = ({ disabled }: Variant): string => [...disabled].sort().join();

/** Variants of the same switches are one contender, under the last one's name. */
async function contendersOf(part: Part, stage: Stage, switches: Set<string>): Promise<readonly Contender[]> {
  const contenders: Contender[] = [];
  for (const variant of new Map(part.variants.map((each) => [switchesOf(each), each])).values())
    contenders.push(await variantContender(variant, stage, switches));
  if (part.layout.name === 'pg-pg')
    for (const estimates of FOREIGN_ESTIMATES) contenders.push(await foreignTables(stage, estimates));
  else console.log('postgres_fdw: left out, it reads no DuckDB');
  try {
    contenders.push(await attachedTables(stage));
  } catch (error) {
    console.log(`DuckDB postgres: left out, ${(error as Error).message.split('\n')[0]}`);
  }
  return contenders;
}

/** Statistics, and what the links cost. */
async function analyze({ gateway }: Stage): Promise<void> {
  const client = await connectText(gateway.clientConfig);
  const { error } = await run(client, 'ANALYZE');
  await client.end();
  if (error) throw new Error(`ANALYZE: ${error.message}`);
}

async function runLink(
  part: Part,
  stage: Stage,
  contenders: readonly Contender[],
  link: string,
  options: PlacementOptions,
): Promise<readonly QueryResult[]> {
  const { set, scale, group, layout } = part;
  for (const each of stage.links.values()) await each.setSpeed(LINKS[link]!);
  await analyze(stage);
  console.log(`\n${set.name} at scale ${scale}, ${group} at ${layout.inside}, all else at ${layout.outside}, ${link}`);
  const numbers = options.queries === 'accio' ? ACCIO : options.queries?.split(',').map(Number);
  const results: QueryResult[] = [];
  for (const [query, sql] of chosen(set, numbers)) {
    const measured = await measureQuery(sql, contenders, stage.links, Number(options.runs ?? 5));
    const figures: Record<string, Figure> = Object.fromEntries(measured);
    for (const variant of part.variants) {
      const same = part.variants.findLast((other) => switchesOf(other) === switchesOf(variant))!;
      figures[variant.name] = measured.get(same.name)!;
    }
    results.push({ set: set.name, scale, group, layout: layout.name, link, query, figures });
    const names = [...part.variants.map(({ name }) => name).filter((name) => name !== OURS), OURS, ...PEERS];
    const cells = names.flatMap((name) => {
      const figure = figures[name];
      const same = name !== OURS && isSamePlan(figures, name) ? ' same plan' : '';
      return figure ? [`${name} ${timeText(figure)} ${bytesText(figure)}${same}`.padEnd(38)] : [];
    });
    console.log(`${query}  ${cells.join('  ')}`.trimEnd());
  }
  return results;
}
