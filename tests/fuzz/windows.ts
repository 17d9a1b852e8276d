/**
 * Window calls. Functions that tell peers apart (row_number, lag, ROWS frames) stand only over an order that has no peers:
 * it ends with the keys of the rows.
 */
import { DIRECTIONS, type Generation } from './generation.ts';
import { fillTemplate, randomExpression, type Scope } from './random-expression.ts';
import { list, node, optional, type SqlNode, type SqlTree } from './sql-tree.ts';
import { ORDERED_TYPES, type SqlTypeName } from './types.ts';

interface WindowProduction {
  readonly sql: string;
  readonly type: SqlTypeName;
}

/** The same for all peers. */
const PEER_FUNCTIONS: readonly WindowProduction[] = [
  { sql: 'rank()', type: 'int8' },
  { sql: 'dense_rank()', type: 'int8' },
  { sql: 'percent_rank()', type: 'float8' },
  { sql: 'cume_dist()', type: 'float8' },
];

const ROW_FUNCTIONS: readonly WindowProduction[] = [
  { sql: 'row_number()', type: 'int8' },
  { sql: 'ntile(3)', type: 'int4' },
  ...ORDERED_TYPES.flatMap((type): WindowProduction[] => [
    { sql: `lag({${type}})`, type },
    { sql: `lead({${type}}, 2)`, type },
    { sql: `lag({${type}}, 1, {${type}})`, type },
    { sql: `lead({${type}}, {int4~} % 3)`, type },
    { sql: `first_value({${type}})`, type },
    { sql: `last_value({${type}})`, type },
    { sql: `nth_value({${type}}, 2)`, type },
  ]),
];

const ROW_AGGREGATES: readonly WindowProduction[] = [
  { sql: 'array_agg({int4})', type: 'int4[]' },
  { sql: 'array_agg({text})', type: 'text[]' },
  { sql: "string_agg({text}, ',')", type: 'text' },
  { sql: 'jsonb_agg({int4})', type: 'jsonb' },
];

const AGGREGATES: readonly WindowProduction[] = [
  { sql: 'count(*)', type: 'int8' },
  { sql: 'count({text})', type: 'int8' },
  { sql: 'sum({int4})', type: 'int8' },
  { sql: 'sum({int8})', type: 'numeric' },
  { sql: 'sum({numeric})', type: 'numeric' },
  { sql: 'sum({interval~})', type: 'interval' },
  { sql: 'avg({int4})', type: 'numeric' },
  { sql: 'avg({numeric})', type: 'numeric' },
  { sql: 'stddev({int4~})', type: 'numeric' },
  { sql: 'bool_and({bool})', type: 'bool' },
  { sql: 'bit_or({int4})', type: 'int4' },
  ...(['int4', 'int8', 'numeric', 'text', 'date', 'timestamp', 'float8', 'interval'] as const).flatMap(
    (type): WindowProduction[] => [
      { sql: `min({${type}})`, type },
      { sql: `max({${type}})`, type },
    ],
  ),
];

const ROW_BOUNDS = ['UNBOUNDED PRECEDING', '2 PRECEDING', '1 PRECEDING', 'CURRENT ROW', '1 FOLLOWING', 'UNBOUNDED FOLLOWING'];
const PEER_BOUNDS = ['UNBOUNDED PRECEDING', 'CURRENT ROW', 'UNBOUNDED FOLLOWING'];
const EXCLUSIONS = ['', '', ' EXCLUDE NO OTHERS', ' EXCLUDE GROUP', ' EXCLUDE TIES', ' EXCLUDE CURRENT ROW'];
/** Offsets of RANGE, by the type of the only key. */
const RANGE_OFFSETS: Partial<Record<SqlTypeName, readonly string[]>> = {
  int4: ['1', '3'],
  int8: ['2::int8'],
  numeric: ['0.5', '10'],
  float8: ["'1.5'::float8"],
  date: ["INTERVAL '1 day'", "INTERVAL '1 month'"],
  timestamp: ["INTERVAL '12 hours'"],
};

/** A call and the type of its value; `keys` tell the rows apart. */
export function windowCall(
  generation: Generation,
  scope: Scope,
  keys: readonly string[] | undefined,
  type: SqlTypeName | undefined,
): { readonly type: SqlTypeName; readonly tree: SqlNode } | undefined {
  const { random } = generation;
  const isTotal = keys !== undefined && random.chance(0.6);
  const fits = (productions: readonly WindowProduction[]): readonly WindowProduction[] =>
    productions.filter((production) => type === undefined || production.type === type);
  const groups = [PEER_FUNCTIONS, AGGREGATES, ...(isTotal ? [ROW_FUNCTIONS, ROW_AGGREGATES, AGGREGATES] : [])].map(fits);
  const usable = groups.filter((group) => group.length > 0);
  if (usable.length === 0) return undefined;
  const group = random.pick(usable);
  const chosen = random.pick(group);
  const bare: Scope = { columns: scope.columns };
  const parts = fillTemplate(chosen.sql, (want) => randomExpression(random, want, bare, 1));
  const isAggregate = AGGREGATES.includes(chosen) || ROW_AGGREGATES.includes(chosen);
  const filter =
    isAggregate && random.chance(0.2) ? optional([' FILTER (WHERE ', randomExpression(random, 'bool', bare, 1), ')']) : '';
  const over = window(generation, bare, isTotal ? keys : undefined);
  return { type: chosen.type, tree: node(`window ${chosen.type}`, [...parts, filter, ' OVER (', over, ')']) };
}

/** Partition, order and frame. */
function window(generation: Generation, scope: Scope, keys: readonly string[] | undefined): SqlTree {
  const { random } = generation;
  const expression = (): { readonly type: SqlTypeName; readonly tree: SqlTree } => {
    const type = random.pick(ORDERED_TYPES);
    return { type, tree: randomExpression(random, type, scope, random.below(2)) };
  };
  const partition = random.chance(0.6) ? optional(['PARTITION BY ', list([expression().tree])]) : '';
  const rangeKeys = scope.columns.filter((c) => c.want.endsWith('~') && RANGE_OFFSETS[c.want.slice(0, -1) as SqlTypeName]);
  if (rangeKeys.length > 0 && random.chance(0.2)) {
    const key = random.pick(rangeKeys);
    const offset = random.pick(RANGE_OFFSETS[key.want.slice(0, -1) as SqlTypeName]!);
    const frame = random.pick([
      `${offset} PRECEDING`,
      `BETWEEN ${offset} PRECEDING AND ${offset} FOLLOWING`,
      `BETWEEN CURRENT ROW AND ${offset} FOLLOWING`,
      `BETWEEN ${offset} FOLLOWING AND UNBOUNDED FOLLOWING`,
    ]);
    // Over peers: nothing that tells them apart may look at this frame, so the keys are left to RANGE of the whole.
    if (keys === undefined)
      return node('window', [
        partition,
        ` ORDER BY ${key.sql}${random.pick(DIRECTIONS)}`,
        optional([` RANGE ${frame}${random.pick(EXCLUSIONS)}`]),
      ]);
  }
  const orders = Array.from({ length: keys ? 1 : random.below(2) }, () =>
    node('sort key', [expression().tree, random.pick(DIRECTIONS)]),
  );
  const items = [...orders, ...(keys ?? []).map((key) => `${key}${random.pick(DIRECTIONS)}`)];
  const order = items.length === 0 ? '' : node('window order', [' ORDER BY ', list(items, ', ', items.length)]);
  return node('window', [
    partition,
    order,
    random.chance(0.6) ? optional([frameOf(generation, keys !== undefined, items.length)]) : '',
  ]);
}

function frameOf({ random }: Generation, isTotal: boolean, keys: number): string {
  const mode = keys === 0 ? 'RANGE' : random.pick(isTotal ? ['ROWS', 'ROWS', 'GROUPS', 'RANGE'] : ['GROUPS', 'RANGE']);
  const bounds = mode === 'RANGE' ? PEER_BOUNDS : ROW_BOUNDS;
  const from = random.below(bounds.length - 1);
  const to = Math.max(from, random.below(bounds.length - 1)) + (random.chance(0.5) ? 1 : 0);
  const end = Math.max(1, Math.min(to, bounds.length - 1));
  return ` ${mode} BETWEEN ${bounds[from]!} AND ${bounds[end]!}${random.pick(EXCLUSIONS)}`;
}
