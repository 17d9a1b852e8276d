/**
 * What identifies the rows of a subtree from one statement to the next: two of the same shape have the same number of rows,
 * whatever their columns are called, which of them they return and in which order inner joins are done. A block of inner joins
 * is its relations and their conditions, equalities as the classes that they make.
 *
 * No shape: volatile functions, samples, tables of a session, rows of other operators (WITH, shipped relations), values that
 * only this statement knows, and one relation twice in a block where nothing tells which is which.
 */
import { createHash } from 'node:crypto';
import { CATALOG_SITE, outputColumns, type Aggregate, type Join, type Project, type Rel, type RelColumn, type SourceTable, type Window } from '../../algebra/rel.ts'; // prettier-ignore
import type { AggregateCall, ColumnId, Scalar } from '../../algebra/scalar.ts';
import { plainValue } from '../../algebra/scalar-key.ts';
import { aggregateScalars, columnsIn, relScalars, someScalar } from '../../algebra/transform.ts';
import { equalityClasses } from '../place/equality-classes.ts';

export interface Shape {
  readonly key: string;
  readonly tables: readonly SourceTable[];
  /** Of a block of inner joins: the keys of its relations, perhaps one twice. */
  readonly relations: readonly string[];
  /** It reads values that come with each execution. */
  readonly hasParameters: boolean;
}

type NameOf = (column: ColumnId) => string | undefined;

/** A shape, and what its columns are called in it. */
interface Named extends Shape {
  readonly nameOf: NameOf;
  /** Conditions put on it join those that it has. */
  readonly filter?: { readonly input: Named; readonly conjuncts: readonly Scalar[] };
  readonly block?: Block;
  /** The rows that it has groups of. */
  readonly groupsOf?: Named;
}

interface Block {
  readonly relations: readonly Named[];
  readonly conditions: readonly Scalar[];
}

export class Shapes {
  readonly #known = new WeakMap<Rel, Named | 'none'>();
  readonly #matters: (table: SourceTable) => boolean;

  /** What reads a table that does not matter has no shape. */
  constructor(matters: (table: SourceTable) => boolean) {
    this.#matters = matters;
  }

  of(rel: Rel): Shape | undefined {
    return this.#of(rel);
  }

  /** Of relations under all these conditions. */
  ofJoined(relations: readonly Rel[], conditions: readonly Scalar[]): Shape | undefined {
    const named = relations.map((relation) => this.#of(relation));
    return named.every((one) => one !== undefined) ? joined({ relations: named, conditions }) : undefined;
  }

  #of(rel: Rel): Named | undefined {
    let known = this.#known.get(rel);
    if (known === undefined) this.#known.set(rel, (known = this.#make(rel) ?? 'none'));
    return known === 'none' ? undefined : known;
  }

  #make(rel: Rel): Named | undefined {
    switch (rel.kind) {
      case 'scan': {
        const { site, schema, name } = rel.table;
        if (rel.sample || site === CATALOG_SITE || !this.#matters(rel.table)) return undefined;
        const names = new Map(rel.columns.map((column) => [column.id, column.sourceName]));
        const key = keyOf(['scan', site, schema, name, `${rel.only === true}`]);
        return { key, tables: [rel.table], relations: [], hasParameters: false, nameOf: (column) => names.get(column) };
      }
      case 'join':
        return this.#join(rel);
      case 'input':
        return rel.shipped && this.#of(rel.shipped);
      case 'filter':
      case 'project':
      case 'window':
      case 'sort':
      case 'fence':
      case 'distinct':
      case 'aggregate': {
        const input = this.#of(rel.input);
        if (input === undefined) return undefined;
        if (rel.kind === 'filter') return filtered(input, rel.conjuncts);
        if (rel.kind === 'project') return projected(input, rel);
        if (rel.kind === 'window') return windowed(input, rel);
        if (rel.kind === 'distinct') return grouped(input, idsOf(outputColumns(rel)), input.nameOf);
        return rel.kind === 'aggregate' ? aggregated(input, rel) : input;
      }
      default:
        return undefined;
    }
  }

  #join(rel: Join): Named | undefined {
    const [left, right] = [this.#of(rel.left), this.#of(rel.right)];
    if (left === undefined || right === undefined || rel.lateral || rel.onlyWhere !== undefined) return undefined;
    if (rel.type !== 'inner') return rel.type === 'right' ? outer({ ...rel, type: 'left' }, right, left) : outer(rel, left, right); // prettier-ignore
    const [a, b] = [blockOf(left), blockOf(right)];
    return joined({
      relations: [...a.relations, ...b.relations],
      conditions: [...a.conditions, ...b.conditions, ...rel.on],
    });
  }
}

const blockOf = (shape: Named): Block => shape.block ?? { relations: [shape], conditions: [] };

function filtered(input: Named, added: readonly Scalar[]): Named | undefined {
  if (added.length === 0) return input;
  if (input.block) return joined({ ...input.block, conditions: [...input.block.conditions, ...added] });
  const below = input.filter?.input ?? input;
  const conjuncts = [...(input.filter?.conjuncts ?? []), ...added];
  const keys = keysOf(conjuncts, input.nameOf);
  if (keys === undefined) return undefined;
  return {
    ...above(below, ['filter', below.key, ...sorted(keys)], input.nameOf),
    hasParameters: below.hasParameters || conjuncts.some(readsParameter),
    filter: { input: below, conjuncts },
  };
}

/** The same rows. What is computed of a column is named by how. */
function projected(input: Named, { items }: Project): Named {
  const isPlain = items.every(({ column, expr }) => expr.kind === 'column' && expr.column === column.id);
  if (isPlain) return input;
  const names = new Map<ColumnId, string | undefined>();
  for (const { column, expr } of items) {
    if (expr.kind === 'column') names.set(column.id, input.nameOf(expr.column));
    else names.set(column.id, exprKey(expr, input.nameOf));
  }
  const { key, tables, hasParameters } = input;
  return {
    key,
    tables,
    relations: [],
    hasParameters,
    nameOf: (column) => (names.has(column) ? names.get(column) : input.nameOf(column)),
  };
}

/** The same rows. A function's value is named by what it is of: these rows, their partitions and their order. */
function windowed(input: Named, rel: Window): Named {
  const calls = new Map(rel.functions.map(({ column, call }) => [column.id, call]));
  const { partition, order, frame } = rel;
  const nameOf: NameOf = (column) => {
    const call = calls.get(column);
    if (call === undefined) return input.nameOf(column);
    const partitions = idsOf(partition).map(input.nameOf);
    if (!partitions.every((name) => name !== undefined) || !order.every((key) => input.nameOf(key.column))) return undefined;
    const window = { call, partitions: sorted(partitions), order, frame, of: input.key };
    return textOf(window, relScalars(rel), input.nameOf);
  };
  const { key, tables, relations, filter, groupsOf } = input;
  const hasParameters = input.hasParameters || relScalars(rel).some(readsParameter);
  return { key, tables, relations, hasParameters, nameOf, ...(filter && { filter }), ...(groupsOf && { groupsOf }) };
}

/** One row for each combination of the columns: DISTINCT, GROUP BY, and either over what was grouped already. */
function grouped(input: Named, columns: readonly ColumnId[], nameOf: NameOf): Named | undefined {
  const base = input.groupsOf !== undefined && columns.every(input.groupsOf.nameOf) ? input.groupsOf : input;
  const names = columns.map(base.nameOf);
  if (!names.every((name) => name !== undefined)) return undefined;
  return { ...above(base, ['groups', base.key, ...sorted(names)], nameOf), groupsOf: base };
}

function aggregated(input: Named, { groups, sets, aggregates }: Aggregate): Named | undefined {
  const calls = new Map(aggregates.map(({ column, call }) => [column.id, call]));
  const nameOf: NameOf = (column) => {
    const call = calls.get(column);
    return call ? callKey(call, input.nameOf) : input.nameOf(column);
  };
  const columns = idsOf(groups);
  if (sets === undefined && columns.length > 0) return grouped(input, columns, nameOf);
  if (sets === undefined) return above(input, ['one row', input.key], nameOf);
  const named = sets.map((set) => set.map(input.nameOf));
  if (!named.flat().every((name) => name !== undefined)) return undefined;
  return above(input, ['grouping sets', input.key, ...named.map((set) => JSON.stringify(set)).sort()], nameOf);
}

const above = ({ tables, hasParameters }: Named, parts: readonly string[], nameOf: NameOf): Named => ({
  key: keyOf(parts),
  tables,
  relations: [],
  hasParameters,
  nameOf,
});

function outer({ type, on, nullAware }: Join, left: Named, right: Named): Named | undefined {
  const nameOf: NameOf = (column) => {
    const [near, far] = [left.nameOf(column), right.nameOf(column)];
    return near === undefined ? far && `right ${far}` : `left ${near}`;
  };
  const keys = keysOf(on, nameOf);
  if (keys === undefined) return undefined;
  return {
    key: keyOf([type, `${nullAware === true}`, left.key, right.key, ...sorted(keys)]),
    tables: [...left.tables, ...right.tables],
    relations: [],
    hasParameters: left.hasParameters || right.hasParameters || on.some(readsParameter),
    nameOf,
  };
}

function joined(block: Block): Named | undefined {
  const conditions: Scalar[] = [];
  const own = block.relations.map((): Scalar[] => []);
  for (const condition of block.conditions) {
    const columns = [...columnsIn(condition)];
    const at = block.relations.findIndex(({ nameOf }) => columns.length > 0 && columns.every((column) => nameOf(column)));
    (own[at] ?? conditions).push(condition);
  }
  const relations = block.relations.map((relation, i) => filtered(relation, own[i]!));
  if (!relations.every((relation) => relation !== undefined)) return undefined;
  const { classes, others } = equalityClasses(conditions);
  const condition = { classes: classes.map(({ columns }) => [...columns]), others };
  const ids = distinguished(relations, condition);
  if (ids === undefined) return undefined;
  const nameOf = nameWithin(relations, ids);
  const rest = conditionKeys(condition, nameOf);
  return (
    rest && {
      key: keyOf(['joined', ...[...ids].sort(), ...rest]),
      tables: relations.flatMap(({ tables }) => tables),
      relations: relations.map(({ key }) => key),
      hasParameters: relations.some((relation) => relation.hasParameters) || others.some(readsParameter),
      nameOf,
      block: { relations, conditions },
    }
  );
}

interface Conditions {
  readonly classes: readonly (readonly ColumnId[])[];
  readonly others: readonly Scalar[];
}

function conditionKeys({ classes, others }: Conditions, nameOf: NameOf): readonly string[] | undefined {
  const equal = classes.map((columns) => sorted(columns.map((column) => nameOf(column) ?? '')).join(' = '));
  const rest = keysOf(others, nameOf);
  return rest && sorted([...equal, ...rest]);
}

const nameWithin =
  (relations: readonly Named[], ids: readonly string[]): NameOf =>
  (column) => {
    for (const [i, { nameOf }] of relations.entries()) {
      const name = nameOf(column);
      if (name !== undefined) return `${ids[i]} ${name}`;
    }
    return undefined;
  };

/** Relations by their keys; what is there twice, by what connects it with the others; undefined: that is the same, too. */
function distinguished(relations: readonly Named[], { classes, others }: Conditions): readonly string[] | undefined {
  const keys = relations.map(({ key }) => key);
  if (isEachOnce(keys)) return keys;
  const ids = relations.map((relation, i) => {
    const isOwn = (column: ColumnId): boolean => relation.nameOf(column) !== undefined;
    const own = { classes: classes.filter((columns) => columns.some(isOwn)), others: others.filter((expr) => [...columnsIn(expr)].some(isOwn)) }; // prettier-ignore
    const names = nameWithin(relations, keys);
    const known = conditionKeys(own, (column) => (isOwn(column) ? `own ${names(column)}` : names(column)));
    return known && keyOf([keys[i]!, ...known]);
  });
  return ids.every((id) => id !== undefined) && isEachOnce(ids) ? ids : undefined;
}

const isEachOnce = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;

/** Short, so that what is remembered by it stays small. */
const keyOf = (parts: readonly string[]): string =>
  createHash('sha1').update(JSON.stringify(parts)).digest('base64').slice(0, 20);

const idsOf = (columns: readonly RelColumn[]): readonly ColumnId[] => columns.map(({ id }) => id);

/** Each once. */
const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();

function keysOf(exprs: readonly Scalar[], nameOf: NameOf): readonly string[] | undefined {
  const keys = exprs.map((expr) => exprKey(expr, nameOf));
  return keys.every((key) => key !== undefined) ? keys : undefined;
}

const exprKey = (expr: Scalar, nameOf: NameOf): string | undefined => textOf(expr, [expr], nameOf);

const callKey = (call: AggregateCall, nameOf: NameOf): string | undefined => textOf(call, aggregateScalars(call), nameOf);

function textOf(value: unknown, exprs: readonly Scalar[], nameOf: NameOf): string | undefined {
  if (exprs.some((expr) => someScalar(expr, (part) => isOfStatement(part, nameOf)))) return undefined;
  return JSON.stringify(value, (field, part: unknown) =>
    field === 'column' && typeof part === 'number' ? nameOf(part as ColumnId) : plainValue(field, part),
  );
}

/** Subqueries and their values, and what is another thing each time. */
const isOfStatement = (part: Scalar, nameOf: NameOf): boolean =>
  part.kind === 'subquery' ||
  (part.kind === 'param' && part.index < 0) ||
  (part.kind === 'call' && part.fn.volatility === 'volatile') ||
  (part.kind === 'column' && nameOf(part.column) === undefined);

const readsParameter = (expr: Scalar): boolean => someScalar(expr, (part) => part.kind === 'param' && part.index > 0);
