/**
 * `npm run bench -- placement`: TPC-H and the film database under three splits, each with the isolated group at a DuckDB or
 * a PostgreSQL of its own, over links of three speeds: for every query the time and the bytes over each link when nothing
 * is pushed, when everything is, as we place it, and by the peers. In parts: `--set job --split 2 --layout pg-pg
 * --link 100mbit --queries 3,5 --runs 3`; `--queries accio` are those of the Accio paper; `--forced`: also with ways of
 * joining forced; `--brief`: see method.ts.
 *
 * All contenders reach PostgreSQL through the same proxies (link-process.ts), also on loopback: the bytes are true wire
 * bytes. DuckDB is in the gateway's process: there is no link and nothing to count.
 */
import { run, connectText } from '../../tests/support/differential.ts';
import { Federation } from '../../tests/support/federation.ts';
import { benchSets, split, type BenchSet } from '../query-sets.ts';
import { report } from '../report.ts';
import { isSamePlan, losses } from './compare.ts';
import { joinPeers, variantContender, type Contender, type Stage } from './contenders.ts';
import { bytesText, timeText } from './figure-text.ts';
import { layouts, type Layout } from './layouts.ts';
import { Link, LINKS } from './link.ts';
import { measureQuery } from './measure.ts';
import { methodOf, tasksOf, type Method, type PlacementOptions, type Task } from './method.ts';
import { currentCommit, keep, measuredAlready, newest, type QueryResult } from './results.ts';
import { summary } from './summary.ts';
import { OURS } from './variants.ts';

export async function placement(options: PlacementOptions): Promise<void> {
  const method = methodOf(options);
  for (const set of benchSets(options.set ?? 'tpch,job')) {
    const scale = options.scale ?? method.scale[set.name]!;
    const parts = await partsOf(set, scale, method, options);
    if (parts.length === 0) continue;
    const federation = await Federation.create(await set.tables(scale), { shared_buffers: '256MB', max_connections: '120' });
    try {
      for (const part of parts) await runPart(federation, part, method);
    } finally {
      await federation.stop();
    }
  }
  conclude();
}

function conclude(): void {
  const { commit, results, leftOut } = newest();
  console.log(`\n${results.length} results of ${commit ?? 'nothing'}; ${leftOut} of other code are left out`);
  for (const { result, factor } of losses(results)) console.log(`${factor.toFixed(2)}× the better of both: ${placeOf(result)}`);
  report('placement', summary(results));
}

const placeOf = ({ set, group, layout, link, query }: QueryResult): string => `${set} ${group} ${layout} ${link} ${query}`;

/** By number, from 1, or by name. */
function groupsOf(set: BenchSet, names: string | undefined): readonly string[] {
  const all = Object.keys(set.groups);
  return (names?.split(',') ?? all).map((name) => {
    const group = all[Number(name) - 1] ?? name;
    if (!all.includes(group)) throw new Error(`${set.name} has no split ${name}; it has: ${all.join(', ')}`);
    return group;
  });
}

/** What runs on the same gateway. */
interface Part {
  readonly set: BenchSet;
  readonly scale: number;
  readonly group: string;
  readonly layout: Layout;
  /** What is left to do, by link. */
  readonly tasks: ReadonlyMap<string, readonly Task[]>;
  readonly commit: string;
}

async function partsOf(set: BenchSet, scale: number, method: Method, options: PlacementOptions): Promise<readonly Part[]> {
  const { rounds, limitMs } = method;
  const commit = currentCommit();
  const isDone = method.resumes ? measuredAlready() : () => false;
  const parts: Part[] = [];
  for (const group of groupsOf(set, options.split)) {
    for (const layout of layouts(options.layout)) {
      const tasks = new Map<string, readonly Task[]>();
      for (const pass of method.passes) {
        const { link } = pass;
        const left = (await tasksOf(set, pass, options.queries)).filter(({ query, variants, peers }) => {
          const contenders = [...variants.map(({ name }) => name), ...peers];
          const measurand = { set: set.name, scale, group, layout: layout.name, link, query };
          return !isDone({ ...measurand, commit, rounds, limitMs, contenders });
        });
        if (left.length > 0) tasks.set(link, left);
      }
      if (tasks.size > 0) parts.push({ set, scale, group, layout, tasks, commit });
    }
  }
  return parts;
}

async function runPart(federation: Federation, part: Part, method: Method): Promise<void> {
  const { set, group, layout } = part;
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
    const stage: Stage = { federation, gateway, links, limitMs: method.limitMs };
    const tasks = [...part.tasks.values()].flat();
    const contenders: Contender[] = [];
    const join = (contender: Contender): void => {
      contenders.push(contender);
      started.push(() => contender.stop());
    };
    for (const variant of new Set(tasks.flatMap(({ variants }) => variants)))
      join(await variantContender(variant, stage, switches));
    const hasPeers = tasks.some((task) => task.peers.length > 0);
    const absent = hasPeers ? await joinPeers(stage, join) : {};
    for (const [peer, reason] of Object.entries(absent)) console.log(`${peer}: left out, ${reason}`);
    for (const link of part.tasks.keys()) keep(await runLink(part, stage, { contenders, absent }, link, method));
  } finally {
    for (let stop = started.pop(); stop; stop = started.pop()) await stop();
  }
}

/** Statistics, and what the links cost. */
async function analyze({ gateway }: Stage): Promise<void> {
  const client = await connectText(gateway.clientConfig);
  const { error } = await run(client, 'ANALYZE');
  await client.end();
  if (error) throw new Error(`ANALYZE: ${error.message}`);
}

interface Cast {
  readonly contenders: readonly Contender[];
  /** Peers that could not take part, and why. */
  readonly absent: Readonly<Record<string, string>>;
}

async function runLink(part: Part, stage: Stage, cast: Cast, link: string, method: Method): Promise<readonly QueryResult[]> {
  const { set, scale, group, layout, commit } = part;
  const { rounds, limitMs } = method;
  for (const each of stage.links.values()) await each.setSpeed(LINKS[link]!);
  await analyze(stage);
  console.log(`\n${set.name} at scale ${scale}, ${group} at ${layout.inside}, all else at ${layout.outside}, ${link}`);
  const results: QueryResult[] = [];
  for (const { query, sql, variants, peers } of part.tasks.get(link)!) {
    const names = new Set([...variants.map(({ name }) => name), ...peers]);
    const contenders = cast.contenders.filter(({ name }) => names.has(name));
    const figures = Object.fromEntries(await measureQuery(sql, contenders, { links: stage.links, rounds, limitMs }));
    const absent = Object.fromEntries(Object.entries(cast.absent).filter(([name]) => names.has(name)));
    const measurand = { set: set.name, scale, group, layout: layout.name, link, query };
    const result: QueryResult = { commit, ...measurand, rounds, limitMs, figures, absent };
    results.push(result);
    printResult(result);
  }
  return results;
}

function printResult(result: QueryResult): void {
  const { query, figures } = result;
  const cells = Object.entries(figures).map(([name, figure]) => {
    const same = name !== OURS && isSamePlan(result, name);
    return (same ? `${name} same plan` : `${name} ${timeText(figure)} ${bytesText(figure)}`).padEnd(38);
  });
  console.log(`${query}  ${cells.join('  ')}`.trimEnd());
  for (const [name, { note }] of Object.entries(figures)) if (note !== undefined) console.log(`  ${name} failed: ${note}`);
}
