/**
 * A fragment (Rel) → one SQL statement: the last step before a source sees it, and what EXPLAIN shows. Written in
 * PostgreSQL's dialect; another one subclasses it and overrides what differs (names, types, constants, functions, hooks).
 * The text means what the Rel means, whatever it looks like: operators share a SELECT only where SQL evaluates them in
 * that order. A writer is used for one statement. Its three floors: expressions (scalar-writer.ts), the text of one SELECT
 * (select-writer.ts), and here what each operator adds to a SELECT: one method an
 * operator, hence its length.
 */
import { InternalError, unreachable, assert } from '../../core/assert.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type {
  Aggregate,
  CteScan,
  Distinct,
  Input,
  Join,
  Project,
  ProjectSet,
  ProjectSetFunction,
  Recursive,
  Rel,
  Scan,
  SetOperation,
  Sort,
  Values,
  Window,
} from '../../algebra/rel.ts';
import type { ColumnId, ParamScalar, Scalar, SubqueryScalar } from '../../algebra/scalar.ts';
import {
  columnsIn,
  isVolatile,
  mapAggregateCall,
  mapWindowCall,
  relScalars,
  someScalar,
  visitRel,
  visitScalar,
  windowScalars,
} from '../../algebra/transform.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { inSides, isNullConstant, uniqueNames, withinStack } from './fragment-shapes.ts';
import { areDistinctColumns, canProject, inTermsOf, isFlat, isLimited, newBlock, wouldRepeat } from './select-block.ts';
import type { Condition, FromItem, OrderKey, SelectBlock } from './select-block.ts';
import { scalarCondition, SelectWriter } from './select-writer.ts';

export interface WrittenSql {
  readonly text: string;
  /** What stands for $1, $2, …: parameters of the statement, only those the fragment uses. */
  readonly parameters: readonly ParamScalar[];
  /** It calls functions of the source's own, whose bodies find their tables along the source's search path. */
  readonly callsOwnFunctions?: boolean;
  /** It calls something volatile: what was begun is never tried again. */
  readonly runsOnce?: boolean;
}

export class SqlWriter extends SelectWriter {
  private readonly commonTables = new Map<number, { readonly alias: string; readonly columns: readonly string[] }>();
  private readonly withClauses: string[] = [];
  private isRecursive = false;

  /** The statement for a fragment; its result columns are the fragment's, in order. Too deep a nesting is 54001. */
  statement(rel: Rel): WrittenSql {
    const text = withinStack(() => {
      this.avoidColumnNames(rel);
      const block = this.block(rel);
      this.isOutermost = true;
      return this.close(block, outputColumns(rel)).text;
    });
    const withs =
      this.withClauses.length > 0 ? `WITH ${this.isRecursive ? 'RECURSIVE ' : ''}${this.withClauses.join(', ')} ` : '';
    return { text: withs + text, parameters: this.parameters };
  }

  /** No alias is called like a column: `t1.x` could mean a field of a column t1 (DuckDB), `t1` the column or the row. */
  private avoidColumnNames(rel: Rel): void {
    visitRel(rel, (node) => {
      if (node.kind === 'scan') for (const name of this.tableColumns(node)) this.aliases.add(name.toLowerCase());
      if (node.kind === 'input')
        for (const name of [this.shippedName(node), ...node.columns.map((column) => column.name)])
          this.aliases.add(name.toLowerCase());
      for (const expr of relScalars(node)) {
        visitScalar(expr, (part) => {
          if (part.kind === 'subquery') this.avoidColumnNames(part.rel);
        });
      }
    });
  }

  // Hooks of a dialect

  /** Names that a table brings into scope, as far as they matter. */
  protected tableColumns(scan: Scan): readonly string[] {
    return scan.columns.map((column) => column.sourceName);
  }

  /** Of a select list with windows: not for the rows that a filter above it drops. */
  protected isComputedLate(_expr: Scalar): boolean {
    return false;
  }

  tableName(scan: Scan): string {
    return `${this.quote(scan.table.schema)}.${this.quote(scan.table.name)}`;
  }
  // Relations

  private block(rel: Rel): SelectBlock {
    return this.nested(() => this.relation(rel));
  }

  private relation(rel: Rel): SelectBlock {
    switch (rel.kind) {
      case 'scan':
        return this.scan(rel);
      case 'filter': {
        let block = this.block(rel.input);
        if (
          block.windowed ||
          block.volatile ||
          block.distinct ||
          isLimited(block) ||
          block.body !== null ||
          wouldRepeat(block, rel.conjuncts)
        )
          block = this.derive(block);
        (block.groups === null ? block.where : block.having).push(
          ...rel.conjuncts.map((c) => scalarCondition(inTermsOf(block, c))),
        );
        return block;
      }
      case 'project':
        return this.project(rel);
      case 'join':
        return rel.type === 'semi' || rel.type === 'anti' ? this.semiJoin(rel) : this.join(rel, rel.type);
      case 'aggregate':
        return this.group(rel);
      case 'sort':
        return this.sort(rel);
      case 'limit': {
        let block = this.block(rel.input);
        if (isLimited(block)) block = this.derive(block);
        block.limit = isNullConstant(rel.limit) ? null : rel.limit;
        block.offset = isNullConstant(rel.offset) ? null : rel.offset;
        return block;
      }
      case 'distinct':
        return this.distinctRows(rel);
      case 'setop':
        return this.setOperation(rel);
      case 'values':
        return this.values(rel);
      case 'with':
        for (const definition of rel.definitions) this.commonTable(definition.cte, definition.name, definition.rel);
        return this.block(rel.body);
      case 'ctescan':
        return this.cteScan(rel);
      case 'projectset':
        return this.projectSet(rel);
      case 'recursive':
        return this.recursive(rel);
      case 'window':
        return this.window(rel);
      case 'input':
        return this.shipped(rel);
      case 'fence': {
        const block = this.block(rel.input);
        if (rel.admitsFilters) return this.derive(block);
        if (!isLimited(block)) block.fenced = true;
        return block;
      }
      default:
        return unreachable(rel);
    }
  }

  /** Hook: the table in which a shipped relation lies. */
  protected shippedName(input: Input): string {
    throw new InternalError(`relation ${input.index} was shipped to a source that takes none`);
  }

  private shipped(rel: Input): SelectBlock {
    const alias = this.alias(null);
    const names = uniqueNames(rel.columns.map((column) => column.name));
    rel.columns.forEach((column, i) => this.places.set(column.id, { kind: 'relation', alias, name: names[i]! }));
    return newBlock({ kind: 'relation', sql: `${this.shippedName(rel)} AS ${this.quote(alias)}` }, rel.columns);
  }

  private scan(rel: Scan): SelectBlock {
    const alias = this.alias(rel.table.name);
    for (const column of rel.columns) this.places.set(column.id, { kind: 'relation', alias, name: column.sourceName });
    return newBlock({ kind: 'relation', sql: this.scanItem(rel, alias) }, rel.columns);
  }

  /** A table in FROM, under the name `alias`. */
  protected scanItem(scan: Scan, alias: string): string {
    const name = `${scan.only ? 'ONLY ' : ''}${this.tableName(scan)}`;
    const item = alias === scan.table.name ? name : `${name} AS ${this.quote(alias)}`;
    if (scan.sample === undefined) return item;
    const { method, args, repeatable } = scan.sample;
    const seed = repeatable ? ` REPEATABLE (${this.scalar(repeatable).text})` : '';
    return `${item} TABLESAMPLE ${method} (${args.map((arg) => this.scalar(arg).text).join(', ')})${seed}`;
  }

  private project(rel: Project): SelectBlock {
    let block = this.block(rel.input);
    if (!canProject(block, rel)) block = this.derive(block);
    const computed = new Map<ColumnId, Scalar>();
    for (const { column, expr } of rel.items) {
      const below = inTermsOf(block, expr);
      if (below.kind !== 'column' || below.column !== column.id) computed.set(column.id, below);
    }
    block.computed = computed;
    block.volatile ||= [...computed.values()].some(isVolatile);
    block.columns = rel.items.map((item) => item.column);
    return block;
  }

  private group(rel: Aggregate): SelectBlock {
    let block = this.block(rel.input);
    const keys = rel.groups.map((column) => block.computed.get(column.id)).filter((expr) => expr !== undefined);
    const areNamed = !keys.some((expr) => this.mustName(expr)) && (!rel.sets || areDistinctColumns(block, rel.groups));
    if (!isFlat(block) || !areNamed) block = this.derive(block);
    const computed = new Map<ColumnId, Scalar>();
    block.groups = rel.groups.map((column) => {
      const expr = inTermsOf(block, { kind: 'column', column: column.id, type: column.type });
      if (block.computed.has(column.id)) computed.set(column.id, expr);
      return expr;
    });
    for (const { column, call } of rel.aggregates) {
      this.places.set(column.id, { kind: 'aggregate', call: mapAggregateCall(call, (expr) => inTermsOf(block, expr)) });
    }
    if (rel.sets) {
      const index = new Map(rel.groups.map((column, i) => [column.id, i]));
      block.groupingSets = rel.sets.map((set) => set.map((id) => index.get(id)!));
      for (const { column, of } of rel.masks ?? [])
        this.places.set(column.id, { kind: 'mask', of: of.map((id) => block.groups![index.get(id)!]!) });
    }
    block.computed = computed;
    block.columns = outputColumns(rel);
    return this.evaluated(block, rel);
  }

  /** A key of groups that is computed in a SELECT below: a subquery in GROUP BY is not known for the one in the select list. */
  protected mustName(key: Scalar): boolean {
    return someScalar(key, (node) => node.kind === 'subquery');
  }

  /** What an operator computes from something volatile is computed in a SELECT of its own, however often it is read. */
  private evaluated(block: SelectBlock, rel: Rel): SelectBlock {
    return relScalars(rel).some(isVolatile) ? this.derive(block) : block;
  }

  /** Windows see what grouping and HAVING leave; one that reads another's result stands a SELECT above it. */
  private window(rel: Window): SelectBlock {
    let block = this.block(rel.input);
    const isOpen = (): boolean =>
      !block.volatile &&
      !block.distinct &&
      block.orderBy.length === 0 &&
      !isLimited(block) &&
      block.body === null &&
      ![...block.computed.values()].some((expr) => this.isComputedLate(expr)) &&
      // PostgreSQL takes no aggregate in a window's FILTER.
      !(block.groups !== null && rel.functions.some(({ call }) => call.filter !== null)) &&
      !this.readsWindow(block, rel);
    if (!isOpen()) block = this.derive(block);
    const below = (column: ColumnId, type: SqlType): Scalar => inTermsOf(block, { kind: 'column', column, type });
    const over = {
      partition: rel.partition.map(({ id, type }) => below(id, type)),
      order: rel.order.map((key) => ({ ...key, expr: below(key.column, key.type) })),
      frame: rel.frame,
    };
    for (const { column, call } of rel.functions) {
      const mapped = mapWindowCall(call, (expr) => inTermsOf(block, expr));
      this.places.set(column.id, { kind: 'window', call: mapped, over });
    }
    block.windowed = true;
    block.columns = outputColumns(rel);
    return this.evaluated(block, rel);
  }

  private readsWindow(block: SelectBlock, { partition, order, functions }: Window): boolean {
    if (!block.windowed) return false;
    const read = new Set([...partition.map(({ id }) => id), ...order.map(({ column }) => column)]);
    for (const { call } of functions) for (const expr of windowScalars(call)) columnsIn(expr, read);
    return [...read].some((id) => {
      const inside = columnsIn(block.computed.get(id) ?? { kind: 'column', column: id, type: sqlType('int8') });
      return [...inside].some((column) => this.places.get(column)?.kind === 'window');
    });
  }

  private sort(rel: Sort): SelectBlock {
    let block = this.block(rel.input);
    const byNameOnly = block.distinct || block.volatile || block.body !== null;
    if (isLimited(block) || (byNameOnly && rel.keys.some((key) => this.isSortedOtherwise(key)))) block = this.derive(block);
    block.orderBy = rel.keys.map((key) => ({
      ...key,
      expr: inTermsOf(block, { kind: 'column', column: key.column, type: key.type }),
    }));
    return block;
  }

  private distinctRows(rel: Distinct): SelectBlock {
    let block = this.block(rel.input);
    if (block.columns.length === 0) {
      // No columns: all rows are the same one.
      if (isLimited(block)) block = this.derive(block);
      block.limit = { kind: 'const', value: 1, type: sqlType('int8') };
      return block;
    }
    // What is sorted by and not selected is computed nowhere else, and may raise.
    const isHidden = ({ column, expr }: OrderKey): boolean =>
      expr.kind !== 'column' && !block.columns.some(({ id }) => id === column);
    if (isLimited(block) || block.body !== null || block.orderBy.some(isHidden)) block = this.derive(block);
    block.orderBy = [];
    block.distinct = true;
    return block;
  }

  /** Inner and outer joins: both sides become parts of one FROM. */
  private join(rel: Join, type: 'inner' | 'left' | 'right' | 'full'): SelectBlock {
    const left = this.joinSide(rel.left, type === 'right' || type === 'full', type === 'full');
    const right = this.joinSide(rel.right, type === 'left' || type === 'full', type === 'full');
    const computed = new Map([...left.computed, ...right.computed]);
    const combined = newBlock(null, [...left.columns, ...right.columns]);
    combined.computed = computed;
    const on = rel.on.map((expr) => scalarCondition(inTermsOf(combined, expr)));
    // A condition of the preserved side may wait until after the join; one of the other side belongs to the match.
    if (type !== 'right') combined.where.push(...left.where);
    else on.push(...left.where);
    if (type === 'left') on.push(...right.where);
    else combined.where.push(...right.where);
    combined.from = { kind: 'join', type, left: left.from!, right: right.from!, on };
    return combined;
  }

  /** A side of a join as a block with nothing but FROM and WHERE; what is computed on a side that may be nulled is closed first. */
  private joinSide(rel: Rel, nullable: boolean, full: boolean): SelectBlock {
    const block = this.block(rel);
    const isClosed =
      nullable && (block.computed.size > 0 || !block.where.every((condition) => this.mayBeOuterCondition(condition)));
    const keep = isFlat(block) && block.from !== null && !isClosed && !(full && block.where.length > 0);
    return keep ? block : this.derive(block);
  }

  /** Whether a filter below an outer join can be a condition of the join. */
  protected mayBeOuterCondition(_condition: Condition): boolean {
    return true;
  }

  private semiJoin(rel: Join): SelectBlock {
    let left = this.block(rel.left);
    if (!isFlat(left) || left.from === null || wouldRepeat(left, rel.on)) left = this.derive(left);
    let right = this.block(rel.right);
    if (!isFlat(right) && !this.isInSubquery(rel)) right = this.derive(right);
    const leftBelow = left;
    left.where.push({
      kind: 'exists',
      negated: rel.type === 'anti',
      nullAware: rel.nullAware === true,
      on: rel.on.map((expr) => inTermsOf(leftBelow, expr)),
      right,
    });
    return left;
  }

  /** Conditions that are all `left = right`: x IN (SELECT …). For an anti join only NOT IN has its NULLs right. */
  private isInSubquery(rel: Pick<Join, 'on' | 'right' | 'type' | 'nullAware'>): boolean {
    if (rel.on.length === 0 || (rel.type === 'anti' && rel.nullAware !== true)) return false;
    const inner = new Set(outputColumns(rel.right).map((column) => column.id));
    return rel.on.every((expr) => inSides(expr, inner) !== null);
  }

  private setOperation(rel: SetOperation): SelectBlock {
    const operator = `${rel.op.toUpperCase()}${rel.all ? ' ALL' : ''}`;
    const left = this.block(rel.left);
    const leftText = this.operand(
      left,
      rel.leftColumns,
      rel.columns.map((c) => c.name),
      left.body !== null && rel.op !== 'intersect',
    );
    const right = this.block(rel.right);
    const rightText = this.operand(
      right,
      rel.rightColumns,
      rel.columns.map((c) => c.name),
      false,
    );
    const block = newBlock(null, rel.columns);
    block.body = `${leftText.text} ${operator} ${rightText.text}`;
    rel.columns.forEach((column, i) => this.places.set(column.id, { kind: 'relation', alias: '', name: leftText.names[i]! }));
    return block;
  }

  private operand(
    block: SelectBlock,
    ids: readonly ColumnId[],
    names: readonly string[],
    chain: boolean,
  ): { text: string; names: readonly string[] } {
    const byId = new Map(block.columns.map((column) => [column.id, column]));
    const columns = ids.map((id, i) => ({ ...byId.get(id)!, name: names[i]! }));
    const inOrder = block.columns.length === ids.length && block.columns.every((column, i) => column.id === ids[i]);
    // Fewer columns under DISTINCT would be fewer rows.
    const open = (block.body !== null || block.distinct || block.volatile) && !inOrder ? this.derive(block) : block;
    const closed = this.close(open, columns);
    const bare = open.orderBy.length === 0 && !isLimited(open) && (open.body === null || chain);
    return { text: bare ? closed.text : `(${closed.text})`, names: closed.names };
  }

  private values(rel: Values): SelectBlock {
    if (rel.rows.length <= 1) {
      const block = newBlock(null, rel.columns);
      rel.columns.forEach((column, i) =>
        block.computed.set(column.id, rel.rows[0]?.[i] ?? { kind: 'const', value: null, type: column.type }),
      );
      block.volatile = relScalars(rel).some(isVolatile);
      if (rel.rows.length === 0) block.where.push(scalarCondition({ kind: 'const', value: false, type: sqlType('bool') }));
      return block;
    }
    const alias = this.alias(null);
    const names = uniqueNames(rel.columns.map((column) => column.name));
    rel.columns.forEach((column, i) => this.places.set(column.id, { kind: 'relation', alias, name: names[i]! }));
    const rows = rel.rows.map((row) =>
      row.length === 0 ? '(NULL)' : `(${row.map((value) => this.scalar(value).text).join(', ')})`,
    );
    const list = names.length === 0 ? '' : ` (${names.map((name) => this.quote(name)).join(', ')})`;
    return newBlock({ kind: 'relation', sql: `(VALUES ${rows.join(', ')}) AS ${this.quote(alias)}${list}` }, rel.columns);
  }

  private commonTable(cte: number, name: string, rel: Rel): void {
    const closed = this.close(this.block(rel), outputColumns(rel));
    const alias = this.alias(name);
    this.commonTables.set(cte, { alias, columns: closed.names });
    // It is to be evaluated once, also where it is read once.
    this.withClauses.push(`${this.quote(alias)} AS MATERIALIZED (${closed.text})`);
  }

  /** Functions in FROM beside what they read. */
  private projectSet(rel: ProjectSet): SelectBlock {
    let block = this.block(rel.input);
    if (!isFlat(block)) block = this.derive(block);
    const around = this.qualified;
    this.qualified = true;
    const calls = rel.functions.map((item) => `${this.scalar(inTermsOf(block, item.call)).text}${this.columnDefinitions(item)}`);
    this.qualified = around;
    const alias = this.alias(null);
    const made = [...rel.functions.flatMap((item) => item.columns), ...(rel.ordinality ? [rel.ordinality] : [])];
    const names = uniqueNames(made.map((column) => column.name));
    made.forEach((column, i) => this.places.set(column.id, { kind: 'relation', alias, name: names[i]! }));
    const list = names.map((name) => this.quote(name)).join(', ');
    const isPlain = calls.length === 1 && rel.functions[0]?.definition === undefined;
    const from = isPlain ? calls[0]! : `ROWS FROM (${calls.join(', ')})`;
    const sql = `${from}${rel.ordinality ? ' WITH ORDINALITY' : ''} AS ${this.quote(alias)} (${list})`;
    const functions: FromItem = { kind: 'relation', sql };
    block.from = block.from ? { kind: 'join', type: 'inner', left: block.from, right: functions, on: [] } : functions;
    block.columns = outputColumns(rel);
    return block;
  }

  private columnDefinitions({ columns, definition }: ProjectSetFunction): string {
    if (definition === undefined) return '';
    const columnsWithTypes = columns.map(({ type }, i) => `${this.quote(definition[i]!)} ${this.typeName(type)}`);
    return ` AS (${columnsWithTypes.join(', ')})`;
  }

  private recursive(rel: Recursive): SelectBlock {
    const alias = this.alias(rel.name);
    const names = uniqueNames(rel.columns.map((column) => column.name));
    this.commonTables.set(rel.cte, { alias, columns: names });
    const seed = this.operand(this.block(rel.seed), rel.seedColumns, names, false);
    const step = this.operand(this.block(rel.step), rel.stepColumns, names, false);
    const list = names.map((name) => this.quote(name)).join(', ');
    this.withClauses.push(`${this.quote(alias)} (${list}) AS (${seed.text} UNION${rel.all ? ' ALL' : ''} ${step.text})`);
    this.isRecursive = true;
    return this.cteScan({ kind: 'ctescan', cte: rel.cte, name: rel.name, columns: rel.columns });
  }

  private cteScan(rel: CteScan): SelectBlock {
    const table = this.commonTables.get(rel.cte);
    assert(table, `no definition of "${rel.name}" in this fragment`);
    const alias = this.alias(null);
    rel.columns.forEach((column, i) => this.places.set(column.id, { kind: 'relation', alias, name: table.columns[i]! }));
    return newBlock({ kind: 'relation', sql: `${this.quote(table.alias)} AS ${this.quote(alias)}` }, rel.columns);
  }

  protected subselect(expr: SubqueryScalar): string {
    const block = this.block(expr.rel);
    const columns = expr.mode === 'exists' ? [] : outputColumns(expr.rel);
    if (expr.mode === 'exists' && (block.distinct || block.body !== null)) return this.close(block, block.columns).text;
    return this.close(block, columns).text;
  }
}
