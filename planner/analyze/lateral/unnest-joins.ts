/**
 * Removes dependent joins (`lateral`: the right side reads columns of the left) from a converted query, top-down, after
 * Neumann, "Improving Unnesting of Complex Queries" (BTW 2025). The left side is evaluated once; its distinct bindings D of
 * the columns the right side reads are joined into the right side as deep as those are read, and the result is joined back:
 *
 *   Join lateral                            With outer rows: L, bindings: D = distinct (a) of L
 *   ├─ L(a, b)                              └─ Join on L.a is D.a
 *   └─ R(reads a)              →               ├─ L
 *                                              └─ R' = R over D, for all bindings at once
 *
 * Invariant: R' puts out, for each binding, the rows R has under it. What cannot be computed for all bindings at once is
 * refused (0A000), as WITH queries that read the outer row are. Longer than most files: one case per
 * operator.
 */
import type { Aggregate, Join, Limit, Rel, RelColumn, Window } from '../../../algebra/rel.ts';
import { outputColumns } from '../../../algebra/rel.ts';
import type { AggregateCall, ColumnId, Scalar } from '../../../algebra/scalar.ts';
import {
  conjunctionOf,
  columnsIn,
  mapAggregateCall,
  mapRelInputs,
  mapRelScalars,
  rewriteScalar,
  volatileCallsOf,
} from '../../../algebra/transform.ts';
import { sqlType } from '../../../core/sql-type.ts';
import { assert, unreachable } from '../../../core/assert.ts';
import type { Analysis } from '../analysis.ts';
import { freeColumns } from '../free-columns.ts';
import { constantCount, hasConstantBounds, limitedRows, rowsBetween } from '../row-limits.ts';
import { cannotRaise, emptyResult } from '../safe-functions.ts';
import { isNeverNull } from '../../rewrite/never-null.ts';
import { belowCrossJoins } from './below-cross-joins.ts';
import { anyValue, isSame, keysOf, onlyCompares, reference } from './bindings.ts';
import { filtersOnLeft } from './filters-on-left.ts';
import { boundsOnLeft, isDependent } from './row-bounds.ts';
import { renameColumns } from './rename-columns.ts';
import { setOver } from './set-over.ts';

/** One outer column: what stands for it within D, and what identifies it (itself, its text, or both). */
interface Binding {
  readonly outer: ColumnId;
  /** Positions in the domain's columns. */
  readonly value: number;
  readonly keys: readonly number[];
}
interface Domain {
  readonly cte: number;
  readonly columns: readonly RelColumn[];
  readonly bindings: readonly Binding[];
}
/** A subtree computed for all bindings: `columns` are the domain's in it. */
interface Pushed {
  readonly rel: Rel;
  readonly columns: readonly RelColumn[];
}

const BOOL = sqlType('bool');
const pass = (column: RelColumn): { readonly column: RelColumn; readonly expr: Scalar } => ({ column, expr: reference(column) });

export class JoinUnnester {
  readonly #analysis: Analysis;

  constructor(analysis: Analysis) {
    this.#analysis = analysis;
  }

  /** The same query without dependent joins. */
  apply(whole: Rel): Rel {
    const below = whole.kind === 'filter' ? belowCrossJoins(whole) : whole;
    if (below !== whole) return this.apply(below);
    const rel = whole.kind === 'filter' ? filtersOnLeft(whole) : whole;
    if (rel.kind === 'join' && rel.lateral === true) return this.#dependentJoin({ ...rel, left: this.apply(rel.left) });
    return mapRelScalars(
      mapRelInputs(rel, (input) => this.apply(input)),
      (expr) => this.#scalar(expr, new Map()),
    );
  }

  /** The left side holds no dependent joins any more. */
  #dependentJoin(written: Join): Rel {
    const join = boundsOnLeft(this.#analysis, written, (expr) => this.#scalar(expr, new Map()));
    const { lateral: _, onlyWhere, ...plain } = join;
    const free = freeColumns(join.right);
    const outer = outputColumns(join.left).filter((column) => free.has(column.id));
    const on = join.on.map((condition) => this.#scalar(condition, new Map()));
    if (outer.length === 0) {
      if (onlyWhere !== undefined)
        throw this.#analysis.unsupported('correlated subquery under a condition that reads nothing of the query it stands in');
      return { ...plain, right: this.apply(join.right), on };
    }
    const over = join.type === 'inner' ? setOver(join.right, join.left) : null;
    if (over !== null) {
      const rows = this.apply(over);
      return on.length === 0 ? rows : { kind: 'filter', input: rows, conjuncts: on };
    }
    // Bindings are distinct: it would be called less often.
    const [volatile] = volatileCallsOf(join.right);
    if (volatile) throw this.#analysis.unsupported(`volatile function ${volatile.name} in a LATERAL item of this shape`);
    if (join.type === 'right' || join.type === 'full')
      throw this.#analysis.unsupported(`${join.type} join of a LATERAL subquery`);
    const leftColumns = outputColumns(join.left);
    const names = new Map(leftColumns.map((column) => [column.id, this.#copy(column)]));
    const leftCte = this.#analysis.nextCte();
    const left: Rel = { kind: 'ctescan', cte: leftCte, name: 'outer rows', columns: leftColumns };
    const { domain, rel: bindings, keys } = this.#domain(join, outer, leftCte);
    const definitions = [
      { cte: leftCte, name: 'outer rows', rel: renameColumns(join.left, names) },
      { cte: domain.cte, name: 'bindings', rel: bindings },
    ];
    const matches = ({ columns }: Pushed): Scalar[] =>
      domain.bindings.flatMap((binding, i) =>
        binding.keys.map((key, k) => this.#same(keys[i]![k]!, columns[key]!, domain.columns[key]!)),
      );
    const value = on.length === 0 && (join.type === 'inner' || join.type === 'left') ? aggregateOf(join.right) : null;
    // What is computed of the aggregates' results would be for rows that have none.
    const isSpared = onlyWhere !== undefined && value?.projects.flat().every(({ expr }) => cannotRaise(expr)) !== true;
    if (value === null || isSpared) {
      const right = this.#push(join.right, domain);
      return {
        kind: 'with',
        definitions,
        body: { ...plain, left, right: right.rel, on: [...matches(right), ...on] },
      };
    }
    // An aggregation without groups has one row for every outer row: no need to join it with D as well.
    const grouped = this.#groupByBinding(value.aggregate, domain);
    let body: Rel = { kind: 'join', type: 'left', left, right: grouped.rel, on: matches(grouped) };
    body = { kind: 'project', input: body, items: [...leftColumns.map(pass), ...grouped.results] };
    for (const items of value.projects) {
      const computed = items.map((item) => ({ ...item, expr: this.#scalar(item.expr, new Map()) }));
      const kept = leftColumns.filter((column) => !items.some((item) => item.column.id === column.id));
      body = { kind: 'project', input: body, items: [...kept.map(pass), ...computed] };
    }
    return { kind: 'with', definitions, body };
  }

  #domain(
    join: Join,
    outer: readonly RelColumn[],
    leftCte: number,
  ): { readonly domain: Domain; readonly rel: Rel; readonly keys: readonly (readonly Scalar[])[] } {
    const analysis = this.#analysis;
    const leftColumns = outputColumns(join.left);
    const scanned = leftColumns.map((column) => this.#copy(column));
    const groups: RelColumn[] = [];
    const values: { readonly column: RelColumn; readonly call: AggregateCall }[] = [];
    const items: { readonly column: RelColumn; readonly expr: Scalar }[] = [];
    const keys: Scalar[][] = [];
    const drafts: { readonly outer: ColumnId; readonly keys: readonly RelColumn[]; readonly value: RelColumn }[] = [];
    for (const column of outer) {
      const parts = keysOf(column, onlyCompares(join.right, column.id));
      if (parts.length === 0) throw analysis.unsupported(`correlation by a column of type ${column.type.name}`);
      keys.push([...parts]);
      const source = scanned[leftColumns.indexOf(column)]!;
      const sourceOf = new Map([[column.id, reference(source)]]);
      const neverNull = isNeverNull(join.left, column.id);
      const groupsOfKey = parts.map((part) => {
        const group = analysis.column(column.name, part.type, neverNull);
        items.push({ column: group, expr: this.#scalar(part, sourceOf) });
        return group;
      });
      groups.push(...groupsOfKey);
      let value = groupsOfKey[parts.findIndex((part) => part.kind === 'column')];
      if (value === undefined) {
        value = analysis.column(column.name, column.type);
        items.push(pass(source));
        values.push({ column: value, call: anyValue(analysis, source) });
      }
      drafts.push({ outer: column.id, keys: groupsOfKey, value });
    }
    const rows: Rel = { kind: 'ctescan', cte: leftCte, name: 'outer rows', columns: scanned };
    const isWanted = scanned[leftColumns.findIndex(({ id }) => id === join.onlyWhere)];
    const wanted: Rel = isWanted ? { kind: 'filter', input: rows, conjuncts: [reference(isWanted)] } : rows;
    const input: Rel = { kind: 'project', input: wanted, items };
    const rel: Rel = { kind: 'aggregate', input, groups, aggregates: values };
    const columns = outputColumns(rel);
    const bindings = drafts.map((draft) => ({
      outer: draft.outer,
      keys: draft.keys.map((key) => columns.findIndex((column) => column.id === key.id)),
      value: columns.findIndex((column) => column.id === draft.value.id),
    }));
    return { domain: { cte: analysis.nextCte(), columns, bindings }, rel, keys };
  }

  /** D itself, once more. */
  #instance(domain: Domain): Pushed {
    const columns = domain.columns.map((column) => this.#copy(column));
    return { rel: { kind: 'ctescan', cte: domain.cte, name: 'bindings', columns }, columns };
  }

  /** `rel`, which may read the domain's outer columns, for every binding. */
  #push(rel: Rel, domain: Domain): Pushed {
    const analysis = this.#analysis;
    if (!this.#reads(rel, domain)) {
      const instance = this.#instance(domain);
      if (rel.kind === 'values' && rel.columns.length === 0 && rel.rows.length === 1) return instance;
      return { ...instance, rel: { kind: 'join', type: 'inner', left: instance.rel, right: this.apply(rel), on: [] } };
    }
    switch (rel.kind) {
      case 'filter': {
        const early = filtersOnLeft(rel);
        if (early !== rel) return this.#push(early, domain);
        const input = this.#push(rel.input, domain);
        const conjuncts = rel.conjuncts.map((conjunct) => this.#bound(conjunct, domain, input));
        return { ...input, rel: { kind: 'filter', input: input.rel, conjuncts } };
      }
      case 'project': {
        const input = this.#push(rel.input, domain);
        const items = rel.items.map((item) => ({ ...item, expr: this.#bound(item.expr, domain, input) }));
        return { ...input, rel: { kind: 'project', input: input.rel, items: [...items, ...input.columns.map(pass)] } };
      }
      case 'projectset': {
        const input = this.#push(rel.input, domain);
        const functions = rel.functions.map((item) => ({ ...item, call: this.#bound(item.call, domain, input) }));
        return { ...input, rel: { ...rel, input: input.rel, functions } };
      }
      case 'sort':
      case 'fence':
      case 'distinct': {
        const input = this.#push(rel.input, domain);
        return { ...input, rel: { ...rel, input: input.rel } };
      }
      case 'join':
        return this.#pushIntoJoin(rel, domain);
      case 'aggregate':
        switch (totals(rel)) {
          case 0:
            return this.#pushIntoGroups(rel, domain);
          case 1:
            return this.#pushIntoTotal(rel, domain);
          default:
            throw analysis.unsupported('several empty grouping sets in a correlated or LATERAL subquery');
        }
      case 'setop': {
        const left = this.#push(rel.left, domain);
        const right = this.#push(rel.right, domain);
        const columns = domain.columns.map((column) => this.#copy(column));
        return {
          columns,
          rel: {
            ...rel,
            left: left.rel,
            right: right.rel,
            leftColumns: [...rel.leftColumns, ...left.columns.map((column) => column.id)],
            rightColumns: [...rel.rightColumns, ...right.columns.map((column) => column.id)],
            columns: [...rel.columns, ...columns],
          },
        };
      }
      case 'values':
        return this.#pushIntoValues(rel, domain);
      case 'with': {
        if (rel.definitions.some((definition) => this.#reads(definition.rel, domain))) {
          throw analysis.unsupported('WITH query that reads columns of an outer query and cannot be inlined');
        }
        const body = this.#push(rel.body, domain);
        const definitions = rel.definitions.map((definition) => ({ ...definition, rel: this.apply(definition.rel) }));
        return { ...body, rel: { ...rel, definitions, body: body.rel } };
      }
      case 'limit':
        return this.#pushIntoLimit(rel, domain);
      case 'window':
        return this.#pushIntoWindow(rel, domain);
      case 'recursive':
        throw analysis.unsupported('recursive WITH query that reads columns of an outer query');
      case 'scan':
      case 'ctescan':
      case 'input':
        throw analysis.unsupported('TABLESAMPLE that reads columns of other tables');
      default:
        return unreachable(rel);
    }
  }

  /** So many rows for each binding. What is not constant has been made a column of the outer rows. */
  #pushIntoLimit(rel: Limit, domain: Domain): Pushed {
    const sort = rel.input.kind === 'sort' ? rel.input : null;
    const input = this.#push(sort?.input ?? rel.input, domain);
    const partition = keyColumns(domain, input);
    const between = hasConstantBounds(rel)
      ? rowsBetween(constantCount(rel.limit, 'LIMIT') ?? null, constantCount(rel.offset, 'OFFSET') ?? 0n)
      : {
          last: rel.limit && this.#bound(rel.limit, domain, input),
          skipped: rel.offset && this.#bound(rel.offset, domain, input),
        };
    const limit = { ...between, partition, order: sort?.keys ?? [], withTies: false };
    return { ...input, rel: limitedRows(this.#analysis, input.rel, limit) };
  }

  /** Each binding's rows are partitions of their own. */
  #pushIntoWindow(rel: Window, domain: Domain): Pushed {
    const input = this.#push(rel.input, domain);
    const bound = mapRelScalars({ ...rel, input: input.rel }, (expr) => this.#bound(expr, domain, input));
    assert(bound.kind === 'window', 'a mapped window is a window');
    for (const edge of [bound.frame.start, bound.frame.end]) {
      if ('offset' in edge && columnsIn(edge.offset).size > 0) {
        throw this.#analysis.unsupported('frame offset that reads columns of an outer query');
      }
    }
    return { ...input, rel: { ...bound, partition: [...bound.partition, ...keyColumns(domain, input)] } };
  }

  #pushIntoJoin(join: Join, domain: Domain): Pushed {
    const { lateral: _, ...plain } = join;
    if (isDependent(join)) {
      const left = this.#push(join.left, domain);
      const on = join.on.map((condition) => this.#bound(condition, domain, left));
      const right = this.#substituted(join.right, this.#substitution(domain, left));
      return { ...left, rel: this.#dependentJoin({ ...join, left: left.rel, right, on }) };
    }
    const rightReads = this.#reads(join.right, domain);
    const leftReads = this.#reads(join.left, domain);
    if (join.type === 'right' || (join.type === 'inner' && rightReads && !leftReads)) {
      const right = this.#push(join.right, domain);
      const left = leftReads ? this.#push(join.left, domain) : null;
      const on = join.on.map((condition) => this.#bound(condition, domain, right));
      const same = left ? this.#sameBinding(domain, right, left) : [];
      return { ...right, rel: { ...plain, left: left?.rel ?? this.apply(join.left), right: right.rel, on: [...same, ...on] } };
    }
    const left = this.#push(join.left, domain);
    if (join.type === 'full') return this.#pushIntoFullJoin(join, domain, left);
    const right = rightReads ? this.#push(join.right, domain) : null;
    const on = join.on.map((condition) => this.#bound(condition, domain, left));
    if (right === null) return { ...left, rel: { ...plain, left: left.rel, right: this.apply(join.right), on } };
    const same = this.#sameBinding(domain, left, right);
    if (join.nullAware !== true) return { ...left, rel: { ...plain, left: left.rel, right: right.rel, on: [...same, ...on] } };
    // NOT IN within each binding: only there does an unknown comparison count as a match.
    const { nullAware: __, ...anti } = plain;
    const all = conjunctionOf(on);
    const match: Scalar = { kind: 'booltest', arg: all, test: 'false', negated: true, type: BOOL };
    return { ...left, rel: { ...anti, left: left.rel, right: right.rel, on: [...same, match] } };
  }

  #pushIntoFullJoin(join: Join, domain: Domain, left: Pushed): Pushed {
    const right = this.#push(join.right, domain);
    const on = join.on.map((condition) => this.#bound(condition, domain, left));
    const same = this.#sameBinding(domain, left, right);
    const joined: Rel = { kind: 'join', type: 'full', left: left.rel, right: right.rel, on: [...same, ...on] };
    const columns = domain.columns.map((column) => this.#copy(column));
    const items = columns.map((column, i) => {
      const args = [reference(left.columns[i]!), reference(right.columns[i]!)];
      return { column, expr: { kind: 'coalesce', args, type: column.type } as const };
    });
    const passed = [...outputColumns(join.left), ...outputColumns(join.right)].map(pass);
    return { columns, rel: { kind: 'project', input: joined, items: [...passed, ...items] } };
  }

  #pushIntoGroups(rel: Aggregate, domain: Domain): Pushed {
    const input = this.#push(rel.input, domain);
    const { groups, values, columns } = this.#grouping(domain, input);
    const aggregates = rel.aggregates.map(({ column, call }) => ({ column, call: this.#boundCall(call, domain, input) }));
    return {
      columns,
      rel: {
        kind: 'aggregate',
        input: input.rel,
        groups: [...rel.groups, ...groups],
        aggregates: [...aggregates, ...values],
        ...setsWith(rel, groups),
      },
    };
  }

  /** No groups, or none in one of the sets: a row for every binding, also where there is nothing to aggregate. */
  #pushIntoTotal(rel: Aggregate, domain: Domain): Pushed {
    const all = this.#instance(domain);
    const grouped = this.#groupByBinding(rel, domain);
    const on = this.#sameBinding(domain, all, grouped);
    const joined: Rel = { kind: 'join', type: 'left', left: all.rel, right: grouped.rel, on };
    return { ...all, rel: { kind: 'project', input: joined, items: [...grouped.results, ...all.columns.map(pass)] } };
  }

  /** The aggregates of each binding that has rows; `results` gives those of the others as well, above an outer join. */
  #groupByBinding(
    rel: Aggregate,
    domain: Domain,
  ): Pushed & { readonly results: readonly { readonly column: RelColumn; readonly expr: Scalar }[] } {
    const input = this.#push(rel.input, domain);
    const { groups, values, columns } = this.#grouping(domain, input);
    const results: { readonly column: RelColumn; readonly expr: Scalar }[] = [];
    const aggregates = rel.aggregates.map(({ column, call }) => {
      const onEmpty = emptyResult(call);
      if (onEmpty === undefined) throw this.#analysis.unsupported(`aggregate ${call.fn.name} in a correlated subquery`);
      const bound = this.#boundCall(call, domain, input);
      if (onEmpty === null) {
        results.push(pass(column));
        return { column, call: bound };
      }
      const found = this.#copy(column);
      const none: Scalar = { kind: 'const', value: onEmpty, type: column.type };
      results.push({ column, expr: { kind: 'coalesce', args: [reference(found), none], type: column.type } });
      return { column: found, call: bound };
    });
    const masks = (rel.masks ?? []).map(({ column, of }) => {
      const found = this.#copy(column);
      // grouping() of the empty set: a bit for each column.
      const none: Scalar = { kind: 'const', value: 2 ** of.length - 1, type: column.type };
      results.push({ column, expr: { kind: 'coalesce', args: [reference(found), none], type: column.type } });
      return { column: found, of };
    });
    const grouped: Rel = {
      kind: 'aggregate',
      input: input.rel,
      groups: [...rel.groups, ...groups],
      aggregates: [...aggregates, ...values],
      ...setsWith({ ...rel, masks }, groups),
    };
    return { rel: grouped, columns, results: [...rel.groups.map(pass), ...results] };
  }

  /** Groups by the keys of bindings; values that are no keys go along. `columns`: the domain's, as they come out. */
  #grouping(
    domain: Domain,
    input: Pushed,
  ): { groups: RelColumn[]; values: { column: RelColumn; call: AggregateCall }[]; columns: RelColumn[] } {
    const groups: RelColumn[] = [];
    const values: { column: RelColumn; call: AggregateCall }[] = [];
    const columns = input.columns.map((column, i) => {
      if (domain.bindings.some((binding) => binding.keys.includes(i))) {
        groups.push(column);
        return column;
      }
      const value = this.#copy(column);
      values.push({ column: value, call: anyValue(this.#analysis, column) });
      return value;
    });
    return { groups, values, columns };
  }

  #pushIntoValues(rel: Extract<Rel, { kind: 'values' }>, domain: Domain): Pushed {
    const rows = rel.rows.map((row): Pushed & { readonly output: readonly RelColumn[] } => {
      const instance = this.#instance(domain);
      const output = rel.columns.map((column) => this.#copy(column));
      const items = row.map((expr, i) => ({ column: output[i]!, expr: this.#bound(expr, domain, instance) }));
      const projected: Rel = { kind: 'project', input: instance.rel, items: [...items, ...instance.columns.map(pass)] };
      return { ...instance, rel: projected, output };
    });
    const all = rows.reduce((left, right) => {
      const output = rel.columns.map((column) => this.#copy(column));
      const columns = domain.columns.map((column) => this.#copy(column));
      return {
        output,
        columns,
        rel: {
          kind: 'setop',
          op: 'union',
          all: true,
          left: left.rel,
          right: right.rel,
          leftColumns: [...left.output, ...left.columns].map((column) => column.id),
          rightColumns: [...right.output, ...right.columns].map((column) => column.id),
          columns: [...output, ...columns],
        },
      };
    });
    const items = rel.columns.map((column, i) => ({ column, expr: reference(all.output[i]!) }));
    return { ...all, rel: { kind: 'project', input: all.rel, items: [...items, ...all.columns.map(pass)] } };
  }

  #reads(rel: Rel, domain: Domain): boolean {
    const free = freeColumns(rel);
    return domain.bindings.some((binding) => free.has(binding.outer));
  }

  #substitution(domain: Domain, { columns }: Pushed): ReadonlyMap<ColumnId, Scalar> {
    return new Map(domain.bindings.map((binding) => [binding.outer, reference(columns[binding.value]!)]));
  }

  #bound(expr: Scalar, domain: Domain, pushed: Pushed): Scalar {
    return this.#scalar(expr, this.#substitution(domain, pushed));
  }

  #boundCall(call: AggregateCall, domain: Domain, pushed: Pushed): AggregateCall {
    const substitution = this.#substitution(domain, pushed);
    return mapAggregateCall(call, (expr) => this.#scalar(expr, substitution));
  }

  /** Columns replaced; the queries of uncorrelated subqueries freed of their own dependent joins. */
  #scalar(expr: Scalar, substitution: ReadonlyMap<ColumnId, Scalar>): Scalar {
    return rewriteScalar(expr, (node) => {
      if (node.kind === 'column') return substitution.get(node.column) ?? node;
      if (node.kind !== 'subquery') return node;
      const rel = this.apply(node.rel);
      return rel === node.rel ? node : { ...node, rel };
    });
  }

  /** A whole tree under another binding; its own dependent joins stay for later. */
  #substituted(rel: Rel, substitution: ReadonlyMap<ColumnId, Scalar>): Rel {
    const inputs = mapRelInputs(rel, (input) => this.#substituted(input, substitution));
    return mapRelScalars(inputs, (expr) =>
      rewriteScalar(expr, (node) => (node.kind === 'column' ? (substitution.get(node.column) ?? node) : node)),
    );
  }

  #sameBinding(domain: Domain, left: Pushed, right: Pushed): Scalar[] {
    return domain.bindings
      .flatMap((binding) => binding.keys)
      .map((key) => this.#same(reference(left.columns[key]!), right.columns[key]!, domain.columns[key]!));
  }

  #same(left: Scalar, right: RelColumn, domainColumn: RelColumn): Scalar {
    return isSame(this.#analysis, left, reference(right), domainColumn.notNull === true);
  }

  #copy(column: RelColumn): RelColumn {
    return this.#analysis.column(column.name, column.type);
  }
}

/** What tells the bindings apart. */
const keyColumns = (domain: Domain, { columns }: Pushed): readonly RelColumn[] =>
  domain.bindings.flatMap((binding) => binding.keys.map((key) => columns[key]!));

/** Projections over an aggregation without groups; the lowest projection first. */
function aggregateOf(
  rel: Rel,
): { readonly aggregate: Aggregate; readonly projects: readonly (readonly { column: RelColumn; expr: Scalar }[])[] } | null {
  const projects: (readonly { column: RelColumn; expr: Scalar }[])[] = [];
  let inner = rel;
  while (inner.kind === 'project') {
    projects.unshift(inner.items);
    inner = inner.input;
  }
  return inner.kind === 'aggregate' && inner.groups.length === 0 && !inner.sets ? { aggregate: inner, projects } : null;
}

/** How many rows come of no input at all. */
const totals = ({ groups, sets }: Aggregate): number =>
  sets ? sets.filter((set) => set.length === 0).length : groups.length === 0 ? 1 : 0;

/** Grouping sets within each binding. */
const setsWith = ({ sets, masks }: Aggregate, more: readonly RelColumn[]): Pick<Aggregate, 'sets' | 'masks'> =>
  sets ? { sets: sets.map((set) => [...set, ...more.map(({ id }) => id)]), masks: masks ?? [] } : {};
