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

/** A window as it is written between the parentheses. */
interface MadeWindow {
  readonly tree: SqlTree;
  /** How many keys order it. */
  readonly keys: number;
  /** Its order has no peers. */
  readonly isTotal: boolean;
  readonly hasFrame: boolean;
}

/** The WINDOW clause of one SELECT: grows while its items are made. */
export class NamedWindows {
  readonly #made: (MadeWindow & { readonly name: string })[] = [];

  /** What stands after OVER, or undefined: no name is used. */
  over(generation: Generation, scope: Scope, keys: readonly string[] | undefined): SqlTree | undefined {
    const { random } = generation;
    const usable = this.#made.filter(({ isTotal }) => isTotal || keys === undefined);
    if (usable.length > 0 && random.chance(0.6)) {
      const known = random.pick(usable);
      // A window that has a frame cannot be given another.
      if (known.hasFrame || known.keys === 0 || random.chance(0.6)) return known.name;
      return `(${known.name}${frameOf(generation, known.isTotal, known.keys)})`;
    }
    if (!random.chance(0.25)) return undefined;
    const name = generation.name('w');
    if (random.chance(0.3)) {
      const part: SqlTree = node('window', ['PARTITION BY ', list([keyExpression(generation, scope)])]);
      this.#made.push({ name, tree: part, keys: 0, isTotal: false, hasFrame: false });
      return node('window', ['(', window(generation, scope, keys, name).tree, ')']);
    }
    this.#made.push({ name, ...window(generation, scope, keys) });
    return name;
  }

  clause(): SqlTree {
    if (this.#made.length === 0) return '';
    return optional([' WINDOW ', list(this.#made.map(({ name, tree }) => node('named window', [`${name} AS (`, tree, ')'])))]);
  }
}

/** A call and the type of its value; `keys` tell the rows apart. */
export function windowCall(
  generation: Generation,
  scope: Scope,
  keys: readonly string[] | undefined,
  type: SqlTypeName | undefined,
  named: NamedWindows,
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
  const rowKeys = isTotal ? keys : undefined;
  const over = named.over(generation, bare, rowKeys) ?? node('window', ['(', window(generation, bare, rowKeys).tree, ')']);
  return { type: chosen.type, tree: node(`window ${chosen.type}`, [...parts, filter, ' OVER ', over]) };
}

const keyExpression = ({ random }: Generation, scope: Scope): SqlTree =>
  randomExpression(random, random.pick(ORDERED_TYPES), scope, random.below(2));

/** Partition, order and frame; with `base`, the partition of that window. */
function window(generation: Generation, scope: Scope, keys: readonly string[] | undefined, base?: string): MadeWindow {
  const { random } = generation;
  const partition = base ?? (random.chance(0.6) ? optional(['PARTITION BY ', list([keyExpression(generation, scope)])]) : '');
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
    if (keys === undefined) {
      const parts = [
        partition,
        ` ORDER BY ${key.sql}${random.pick(DIRECTIONS)}`,
        optional([` RANGE ${frame}${random.pick(EXCLUSIONS)}`]),
      ];
      return { tree: node('window', parts), keys: 1, isTotal: false, hasFrame: true };
    }
  }
  const orders = Array.from({ length: keys ? 1 : random.below(2) }, () =>
    node('sort key', [keyExpression(generation, scope), random.pick(DIRECTIONS)]),
  );
  const items = [...orders, ...(keys ?? []).map((key) => `${key}${random.pick(DIRECTIONS)}`)];
  const order = items.length === 0 ? '' : node('window order', [' ORDER BY ', list(items, ', ', items.length)]);
  const isTotal = keys !== undefined;
  const hasFrame = random.chance(0.6);
  const frame = hasFrame ? optional([frameOf(generation, isTotal, items.length)]) : '';
  return { tree: node('window', [partition, order, frame]), keys: items.length, isTotal, hasFrame };
}

function frameOf({ random }: Generation, isTotal: boolean, keys: number): string {
  const mode = keys === 0 ? 'RANGE' : random.pick(isTotal ? ['ROWS', 'ROWS', 'GROUPS', 'RANGE'] : ['GROUPS', 'RANGE']);
  const bounds = mode === 'RANGE' ? PEER_BOUNDS : ROW_BOUNDS;
  const from = random.below(bounds.length - 1);
  const to = Math.max(from, random.below(bounds.length - 1)) + (random.chance(0.5) ? 1 : 0);
  const end = Math.max(1, Math.min(to, bounds.length - 1));
  return ` ${mode} BETWEEN ${bounds[from]!} AND ${bounds[end]!}${random.pick(EXCLUSIONS)}`;
}
