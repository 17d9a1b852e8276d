/**
 * The bodies of functions that a statement calls: those in language SQL, of one SELECT, that read mirrors. A body means what the
 * session's search path makes of it, so the session's backend is asked: its validator for such functions analyses a body,
 * prints the tree, and runs nothing.
 *
 * Left out, and so refused when they run into a mirror, are SECURITY DEFINER functions and those with settings of their own,
 * which read by other rights or names, and polymorphic ones, which have no tree before they are called.
 */
import { z } from 'zod';
import { readTree } from '../../planner/analyze/tree-reader.ts';
import type { FunctionBody } from '../../planner/analyze/inlined-functions.ts';
import type { SourcesNamed } from '../tree-scan.ts';
import type { Capture } from './backend-exchange.ts';

/** A chain of functions that call each other is followed this far. */
const ROUNDS_MAX = 8;

const functionRow = z.object({
  oid: z.number(),
  strict: z.boolean(),
  set: z.boolean(),
  args: z.number(),
  types: z.array(z.number()).nullable(),
});

/** One value: a JSON array. It runs under the user's search path: every name is qualified. */
const functionsSql = (oids: readonly number[]): string => `
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('oid', p.oid::pg_catalog.int8, 'strict', p.proisstrict, 'set', p.proretset, 'args', p.pronargs,
  'types', CASE WHEN p.proargmodes OPERATOR(pg_catalog.&&) '{o,b,t}'::"char"[]
      THEN (SELECT pg_catalog.json_agg(a.type::pg_catalog.int8 ORDER BY a.n) FROM ROWS FROM (pg_catalog.unnest(p.proallargtypes), pg_catalog.unnest(p.proargmodes)) WITH ORDINALITY AS a (type, mode, n)
            WHERE a.mode OPERATOR(pg_catalog.=) ANY ('{o,b,t}'::"char"[]))
    WHEN t.typrelid OPERATOR(pg_catalog.<>) 0 THEN (SELECT pg_catalog.json_agg(CASE WHEN a.attisdropped THEN 0 ELSE a.atttypid::pg_catalog.int8 END ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
      WHERE a.attrelid OPERATOR(pg_catalog.=) t.typrelid AND a.attnum OPERATOR(pg_catalog.>) 0)
    WHEN p.prorettype OPERATOR(pg_catalog.<>) 'pg_catalog.record'::pg_catalog.regtype THEN pg_catalog.json_build_array(p.prorettype::pg_catalog.int8) END)), '[]')
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
  JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) p.prorettype
WHERE p.oid OPERATOR(pg_catalog.=) ANY ('{${oids.join(',')}}'::pg_catalog.oid[]) AND l.lanname OPERATOR(pg_catalog.=) 'sql' AND p.prokind OPERATOR(pg_catalog.=) 'f'
  AND NOT p.prosecdef AND p.proconfig IS NULL
  AND (t.typtype OPERATOR(pg_catalog.<>) 'p' OR p.prorettype OPERATOR(pg_catalog.=) 'pg_catalog.record'::pg_catalog.regtype)`;

export interface PrintedBody extends Omit<FunctionBody, 'read'> {
  readonly tree: Buffer;
}

/** Who is asked: a session's backend, and what a tree names of sources. */
interface BodyReader {
  ask(name: string, sql: string): Promise<Capture>;
  sourcesIn(tree: Buffer): Promise<SourcesNamed>;
}

/** By OID, of the functions named and those that they call. Empty when none of them reads a mirror. */
export async function functionBodies(
  reader: BodyReader,
  functions: readonly number[],
): Promise<ReadonlyMap<number, PrintedBody>> {
  const bodies = new Map<number, PrintedBody>();
  const asked = new Set<number>();
  const calls = new Map<number, readonly number[]>();
  const reading = new Set<number>();
  let pending = functions;
  for (let round = 0; pending.length > 0 && round < ROUNDS_MAX; round++) {
    const answer = await reader.ask('tributary:functions', functionsSql(pending));
    for (const oid of pending) asked.add(oid);
    const next = new Set<number>();
    for (const { oid, strict, set, args, types } of z.array(functionRow).parse(JSON.parse(answer.rows[0]![0]!))) {
      const printed = await reader.ask('tributary:body', `SELECT pg_catalog.fmgr_sql_validator(${oid})`);
      const [tree, ...others] = printed.nestedTrees;
      if (tree === undefined || others.length > 0 || !isOneSelect(tree)) continue;
      // A slice of a network read.
      bodies.set(oid, { tree: Buffer.from(tree), strict, returnsSet: set, argumentCount: args, types });
      const { mirrors, callsFunction, ownFunctions } = await reader.sourcesIn(tree);
      calls.set(oid, ownFunctions);
      if (mirrors.length > 0 || callsFunction) reading.add(oid);
      for (const called of ownFunctions) if (!asked.has(called)) next.add(called);
    }
    pending = [...next];
  }
  for (let before = -1; before < reading.size;) {
    before = reading.size;
    for (const [oid, called] of calls) if (called.some((one) => reading.has(one))) reading.add(oid);
  }
  return new Map([...bodies].filter(([oid]) => reading.has(oid)));
}

const isOneSelect = (tree: Buffer): boolean => {
  const read = readTree(tree);
  return Array.isArray(read) && read.length === 1 && (read[0] as { readonly commandType?: unknown }).commandType === 1;
};

/** As the analysis takes them. */
export const readBodies = (bodies: ReadonlyMap<number, PrintedBody>): ReadonlyMap<number, FunctionBody> =>
  new Map([...bodies].map(([oid, { tree, ...body }]) => [oid, { ...body, read: () => readTree(tree) }]));

/** What two equal texts may still differ in. */
export const bodiesKey = (bodies: ReadonlyMap<number, PrintedBody>): string =>
  [...bodies].map(([oid, { tree }]) => `\0${oid}\0${tree.toString('latin1')}`).join('');
