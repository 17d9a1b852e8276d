/**
 * Rule shared-fetches: fragments that ask one source for the same rows are fetched once, and every place that asked reads
 * that stream. The last step of planning, over the placed plan and its subplans.
 *
 *   Hash Join  a.boss = b.id                       With
 *   ├─ shop  SELECT id, boss FROM staff       →    ├─ Shared fetch 1
 *   └─ shop  SELECT id, name FROM staff            │  └─ shop  SELECT id, boss, name FROM staff
 *                                                  └─ Hash Join  a.boss = b.id
 *                                                     ├─ Read of Shared fetch 1
 *                                                     └─ Read of Shared fetch 1
 *
 * Equal up to column ids; reads of one table under one filter also up to which columns they return. Two reads of a source
 * may see different data where its transaction is not a snapshot: one read for both is stronger. Never what is volatile or
 * sampled (… FROM t a TABLESAMPLE … , t b TABLESAMPLE …), and not in the step of a recursive query, which evaluates what
 * stays the same once as it is. A key filter would make one of them another set of rows: where one of a group is fetched in
 * full anyway, the others take their rows from it and are sent no keys; where each waits for keys, nothing is shared.
 */
import type { CteScanPlan, Plan, QueryPlan, RemoteQuery, WithPlan } from '../../algebra/plan.ts';
import { mapPlanInputs, planInputs } from '../../algebra/plan.ts';
import { outputColumns, type Rel, type RelColumn, type Scan, type ScanColumn } from '../../algebra/rel.ts';
import { relKey } from '../../algebra/rel-key.ts';
import type { ColumnId, Scalar } from '../../algebra/scalar.ts';
import { scalarKey } from '../../algebra/scalar-key.ts';
import { columnsIn, relScalars, rewriteScalar, visitRel, visitScalar, volatileCallsOf } from '../../algebra/transform.ts';

/** A fragment as far as it matters here: `outputs` name its columns, `key` all the rest. */
interface Request {
  readonly node: RemoteQuery;
  readonly key: string;
  readonly outputs: readonly string[];
  /** Where other columns can be had as well. */
  readonly read?: TableRead;
}

/** Some columns of one table's rows that pass a filter. */
interface TableRead {
  readonly scan: Scan;
  readonly conjuncts: readonly Scalar[];
}

interface Fetch {
  readonly cte: number;
  readonly name: string;
  readonly plan: RemoteQuery;
  readonly outputs: readonly string[];
  readonly readers: ReadonlyMap<number, Request>;
}

export function shareFetches(plan: QueryPlan, fired?: Set<string>): QueryPlan {
  const roots = [plan.root, ...plan.subplans.map((subplan) => subplan.plan)];
  const requests = alike(roots.flatMap((root) => [...fragmentsOf(root)])).flatMap((node) => requestOf(node) ?? []);
  if (requests.length < 2) return plan;
  const filtered = new Set(roots.flatMap((root) => [...keyFilterTargets(root)]));
  const byKey = new Map<string, Request[]>();
  for (const request of requests) byKey.set(request.key, [...(byKey.get(request.key) ?? []), request]);
  const groups = [...byKey.values()].filter((group) => group.length > 1 && group.some(({ node }) => !filtered.has(node.id)));
  if (groups.length === 0) return plan;
  fired?.add('shared-fetches');
  const numbers = numbersOf(roots);
  const fetches = groups.map((group, i) => fetchOf(group, i + 1, numbers));
  const readers = new Map(fetches.flatMap((fetch) => [...fetch.readers.keys()].map((id) => [id, fetch] as const)));
  const reading = (node: Plan): Plan => {
    const fetch = readers.get(node.id);
    if (fetch) return scanOf(fetch, fetch.readers.get(node.id)!);
    const below = mapPlanInputs(node, reading);
    if (below.kind !== 'hashjoin' || !below.keyFilter || !readers.has(below.keyFilter.target)) return below;
    const { keyFilter: _, ...join } = below;
    return join;
  };
  const body = reading(plan.root);
  const root: WithPlan = {
    id: numbers.node(),
    kind: 'with',
    columns: body.columns,
    estimatedRows: body.estimatedRows,
    definitions: fetches.map((fetch) => ({ cte: fetch.cte, name: fetch.name, plan: fetch.plan, isFetch: true })),
    body,
  };
  return { root, subplans: plan.subplans.map((subplan) => ({ ...subplan, plan: reading(subplan.plan) })) };
}

function* fragmentsOf(plan: Plan): Generator<RemoteQuery> {
  if (plan.kind === 'remote') yield plan;
  for (const input of planInputs(plan)) if (plan.kind !== 'recursive' || input !== plan.step) yield* fragmentsOf(input);
}

/** Those that read the same tables as another one: most queries have none, and to name all that a fragment asks takes long. */
function alike(fragments: readonly RemoteQuery[]): readonly RemoteQuery[] {
  const byTables = new Map<string, RemoteQuery[]>();
  for (const node of fragments) {
    const key = JSON.stringify([node.site, tablesOf(node.fragment)]);
    byTables.set(key, [...(byTables.get(key) ?? []), node]);
  }
  return [...byTables.values()].filter((group) => group.length > 1).flat();
}

/** As they stand, from left to right. */
function tablesOf(fragment: Rel): readonly string[][] {
  const tables: string[][] = [];
  visitRel(fragment, (rel) => {
    if (rel.kind === 'scan') tables.push([rel.table.schema, rel.table.name]);
  });
  return tables;
}

/** Of keys that are expected to go. */
function* keyFilterTargets(plan: Plan): Generator<number> {
  if (plan.kind === 'hashjoin' && plan.keyFilter && plan.keyFilter.expected.form !== null) yield plan.keyFilter.target;
  for (const input of planInputs(plan)) yield* keyFilterTargets(input);
}

function requestOf(node: RemoteQuery): Request | undefined {
  const { site, fragment, inputs } = node;
  if (inputs !== undefined || isSampled(fragment) || volatileCallsOf(fragment).length > 0) return undefined;
  const read = tableRead(fragment);
  const key = read && readKey(read.of);
  if (key !== undefined) return { node, key: `${site} table ${key}`, outputs: read!.outputs, read: read!.of };
  return { node, key: `${site} ${relKey(fragment)}`, outputs: node.columns.map((_, i) => `${i}`) };
}

function isSampled(fragment: Rel): boolean {
  let sampled = false;
  visitRel(fragment, (rel) => {
    if (rel.kind === 'scan' && rel.sample) sampled = true;
    for (const expr of relScalars(rel)) {
      visitScalar(expr, (part) => {
        if (part.kind === 'subquery' && isSampled(part.rel)) sampled = true;
      });
    }
  });
  return sampled;
}

/** A scan, perhaps filtered, perhaps narrowed, with the names its table gives to what comes out. */
function tableRead(fragment: Rel): { readonly of: TableRead; readonly outputs: readonly string[] } | undefined {
  const below = fragment.kind === 'project' ? fragment.input : fragment;
  const scan = below.kind === 'filter' ? below.input : below;
  if (scan.kind !== 'scan') return undefined;
  const names = sourceNames(scan);
  const exprs = fragment.kind === 'project' ? fragment.items.map(({ expr }) => expr) : undefined;
  const ids = exprs
    ? exprs.map((expr) => (expr.kind === 'column' ? expr.column : undefined))
    : outputColumns(below).map(({ id }) => id);
  const outputs = ids.map((id) => id !== undefined && names.get(id));
  if (!outputs.every((name) => typeof name === 'string') || new Set(outputs).size < outputs.length) return undefined;
  return { of: { scan, conjuncts: below.kind === 'filter' ? below.conjuncts : [] }, outputs };
}

const sourceNames = (scan: Scan): ReadonlyMap<ColumnId, string> =>
  new Map(scan.columns.map((column) => [column.id, column.sourceName]));

/** The table and the filter, whose columns are taken by their names at the source. */
function readKey({ scan, conjuncts }: TableRead): string | undefined {
  const names = sourceNames(scan);
  const byName = (node: Scalar): Scalar =>
    node.kind === 'column' ? { ...node, column: names.get(node.column)! as unknown as ColumnId } : node;
  const keys = conjuncts.map((conjunct) => scalarKey(rewriteScalar(conjunct, byName)));
  if (!keys.every((key) => key !== undefined)) return undefined;
  const { site, schema, name } = scan.table;
  return JSON.stringify([site, schema, name, scan.only === true, ...keys.sort()]);
}

function fetchOf(requests: readonly Request[], number: number, numbers: Numbers): Fetch {
  const [first] = requests as [Request];
  const outputs = [...new Set(requests.flatMap((request) => request.outputs))];
  const fetch = { cte: numbers.cte(), name: `Shared fetch ${number}`, readers: new Map(requests.map((r) => [r.node.id, r])) };
  const id = numbers.node();
  if (outputs.length === first.outputs.length || !first.read) return { ...fetch, plan: { ...first.node, id }, outputs };
  const fragment = wideRead(first.read, requests, outputs);
  return { ...fetch, plan: { ...first.node, id, fragment, columns: outputColumns(fragment) }, outputs };
}

/** The first one's read with the columns of all. */
function wideRead(first: TableRead, requests: readonly Request[], outputs: readonly string[]): Rel {
  const filtered = first.conjuncts.reduce((ids, conjunct) => columnsIn(conjunct, ids), new Set<ColumnId>());
  const wanted = new Map<string, ScanColumn>();
  for (const { read } of requests) {
    for (const column of read!.scan.columns) {
      const isFiltered = read === first && filtered.has(column.id);
      if ((isFiltered || outputs.includes(column.sourceName)) && !wanted.has(column.sourceName))
        wanted.set(column.sourceName, column);
    }
  }
  const returned = outputs.map((name) => wanted.get(name)!);
  const others = [...wanted.values()].filter((column) => !returned.includes(column));
  const scan: Scan = { ...first.scan, columns: [...returned, ...others] };
  if (first.conjuncts.length === 0) return scan;
  const input: Rel = { kind: 'filter', input: scan, conjuncts: first.conjuncts };
  if (others.length === 0) return input;
  const items = returned.map((column: RelColumn) => ({
    column,
    expr: { kind: 'column', column: column.id, type: column.type } as const,
  }));
  return { kind: 'project', input, items };
}

function scanOf(fetch: Fetch, request: Request): CteScanPlan {
  const { id, columns, estimatedRows } = request.node;
  const positions = request.outputs.map((name) => fetch.outputs.indexOf(name));
  const isWhole = positions.length === fetch.outputs.length && positions.every((position, i) => position === i);
  const scan: CteScanPlan = { id, kind: 'ctescan', cte: fetch.cte, name: fetch.name, columns, estimatedRows, isFetch: true };
  return isWhole ? scan : { ...scan, positions };
}

interface Numbers {
  readonly node: () => number;
  readonly cte: () => number;
}

/** Numbers for nodes and definitions that the plan does not use. */
function numbersOf(roots: readonly Plan[]): Numbers {
  let node = 0;
  let cte = 0;
  const visit = (plan: Plan): void => {
    node = Math.max(node, plan.id);
    if (plan.kind === 'ctescan' || plan.kind === 'recursive') cte = Math.max(cte, plan.cte);
    if (plan.kind === 'with') for (const definition of plan.definitions) cte = Math.max(cte, definition.cte);
    for (const input of planInputs(plan)) visit(input);
  };
  roots.forEach(visit);
  return { node: () => ++node, cte: () => ++cte };
}
