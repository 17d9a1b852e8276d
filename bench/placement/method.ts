/**
 * What is measured under which conditions, as the command line has it. `--brief` is the whole benchmark in little more than an
 * hour: smaller data, fewer rounds, and of the links and contenders that say less only a part.
 */
import { loadModule, parseSync } from 'libpg-query';
import { chosen } from '../../tests/conformance/query-set.ts';
import type { BenchSet } from '../query-sets.ts';
import { PEERS } from './contenders.ts';
import { LINKS } from './link.ts';
import { FORCED, VARIANTS, type Variant } from './variants.ts';

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
  readonly forced?: boolean | undefined;
  readonly brief?: boolean | undefined;
}

/** What is measured over one link. */
interface Pass {
  readonly link: string;
  /** Those of the Accio paper alone. */
  readonly isAccio: boolean;
  readonly hasPeers: boolean;
  readonly isForced: boolean;
}

export interface Method {
  readonly scale: Readonly<Record<string, number>>;
  readonly rounds: number;
  readonly limitMs: number;
  readonly passes: readonly Pass[];
  /** Leaves out what the same code has measured already. */
  readonly resumes: boolean;
}

const BRIEF_PASSES: readonly Pass[] = [
  { link: '100mbit', isAccio: false, hasPeers: true, isForced: true },
  { link: 'loopback', isAccio: false, hasPeers: true, isForced: false },
  { link: '1gbit', isAccio: true, hasPeers: false, isForced: false },
];

/** What else is given overrides the mode's. Throws on a link that is not there. */
export function methodOf(options: PlacementOptions): Method {
  const isBrief = options.brief === true;
  const all = Object.keys(LINKS).map((link) => ({ link, isAccio: false, hasPeers: true, isForced: options.forced === true }));
  const passes = (isBrief ? BRIEF_PASSES : all).map((pass) => ({
    ...pass,
    isAccio: pass.isAccio || options.queries === 'accio',
  }));
  const links = options.link?.split(',') ?? passes.map(({ link }) => link);
  const unknown = links.find((name) => LINKS[name] === undefined);
  if (unknown !== undefined) throw new Error(`unknown link ${unknown}; there are: ${Object.keys(LINKS).join(', ')}`);
  return {
    scale: isBrief ? { tpch: 0.02, job: 0.05, tpcds: 0.002 } : { tpch: 0.1, job: 0.2, tpcds: 0.01 },
    rounds: Number(options.runs ?? (isBrief ? 3 : 5)),
    limitMs: Number(options.timeout ?? (isBrief ? 10 : 60)) * 1_000,
    passes: passes.filter(({ link }) => links.includes(link)),
    resumes: isBrief,
  };
}

export interface Task {
  readonly query: string;
  readonly sql: string;
  readonly variants: readonly Variant[];
  readonly peers: readonly string[];
}

/** Queries of TPC-H. */
const ACCIO = [3, 5, 7, 8, 9, 10, 12, 14, 18, 19];
/** Ways of joining are forced on the queries of Accio, and of other sets on those with no more relations. */
const FORCED_RELATIONS_MAX = 9;

export async function tasksOf(
  set: BenchSet,
  { isAccio, hasPeers, isForced }: Pass,
  queries: string | undefined,
): Promise<readonly Task[]> {
  await loadModule();
  const accio = new Set(set.name === 'tpch' ? chosen(set, ACCIO).keys() : []);
  const numbers = queries === undefined || queries === 'accio' ? undefined : queries.split(',').map(Number);
  return [...chosen(set, numbers)].flatMap(([query, sql]) => {
    if (isAccio && !accio.has(query)) return [];
    const joins = set.name === 'tpch' ? accio.has(query) : relationsIn(sql) <= FORCED_RELATIONS_MAX;
    const variants = isForced && joins ? [...VARIANTS, ...FORCED] : VARIANTS;
    return [{ query, sql, variants, peers: hasPeers ? PEERS : [] }];
  });
}

/** Names in FROM, those in subqueries too. */
const relationsIn = (sql: string): number => JSON.stringify(parseSync(sql)).split('"RangeVar"').length - 1;
