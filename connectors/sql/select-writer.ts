/**
 * Blocks → text: how a finished SELECT is spelled, its clauses in order, its columns and aliases named so that nothing can be
 * taken for something else. Beneath the writer of whole fragments (sql-writer.ts), which makes the blocks.
 */
import { assert } from '../../core/assert.ts';
import type { FrameBound, RelColumn, SortKey, WindowFrame } from '../../algebra/rel.ts';
import type { AggregateCall, ColumnId, Scalar, WindowCall } from '../../algebra/scalar.ts';
import type { SqlType } from '../../core/sql-type.ts';
import { inSides, isColumn, uniqueNames } from './fragment-shapes.ts';
import type { Sides } from './fragment-shapes.ts';
import { AND, atLeast, atom, MATCHING } from './precedence.ts';
import type { SqlText } from './precedence.ts';
import { ScalarWriter } from './scalar-writer.ts';
import { inTermsOf, isFlat, isLimited, newBlock } from './select-block.ts';
import type { Condition, FromItem, OrderKey, SelectBlock } from './select-block.ts';

/** Where a column is to be read from. */
export type Place =
  | { readonly kind: 'relation'; readonly alias: string; readonly name: string }
  | { readonly kind: 'aggregate'; readonly call: AggregateCall }
  | { readonly kind: 'window'; readonly call: WindowCall; readonly over: WindowTerms }
  | { readonly kind: 'mask'; readonly of: readonly Scalar[] };

/** A window in terms of what stands below the select list. */
export interface WindowTerms {
  readonly partition: readonly Scalar[];
  readonly order: readonly OrderKey[];
  readonly frame: WindowFrame;
}

export const scalarCondition = (expr: Scalar): Condition => ({ kind: 'scalar', expr });

export abstract class SelectWriter extends ScalarWriter {
  protected readonly places = new Map<ColumnId, Place>();
  protected readonly aliases = new Set<string>();
  /** Whether columns are written with the name of their relation. */
  protected qualified = false;
  private generated = 0;
  private aggregatesWritten = 0;

  /** What is written now is the SELECT that no other reads. */
  protected isOutermost = false;

  // Hooks of a dialect

  /** What stands for an empty select list. */
  protected emptySelectList(): string {
    return '';
  }
  /** GROUPING(…), an int4. */
  protected groupingMask(columns: readonly string[]): SqlText {
    return atom(`GROUPING(${columns.join(', ')})`);
  }
  /** What closes a subquery to everything outside of it (a security barrier). */
  protected fenceClause(): string {
    return 'OFFSET 0';
  }
  protected limitClause(limit: string | null, offset: string | null): string {
    return `${limit === null ? '' : ` LIMIT ${limit}`}${offset === null ? '' : ` OFFSET ${offset}`}`;
  }

  /** Whether a bare column name in this SELECT might be taken for something else. */
  protected mustQualify(_block: SelectBlock): boolean {
    return false;
  }
  /** Closes a block into a derived table, the only item of a new block with the same columns. */
  protected derive(block: SelectBlock): SelectBlock {
    const closed = this.close(block, block.columns);
    const alias = this.alias(null);
    block.columns.forEach((column, i) => this.places.set(column.id, { kind: 'relation', alias, name: closed.names[i]! }));
    return newBlock({ kind: 'relation', sql: `(${closed.text}) AS ${this.quote(alias)}` }, block.columns);
  }

  /** The finished SELECT with `columns` as its list; `names` are unique. */
  protected close(block: SelectBlock, columns: readonly RelColumn[]): { text: string; names: readonly string[] } {
    const around = this.qualified;
    const several = block.from?.kind === 'join' || [...block.where, ...block.having].some((c) => c.kind === 'exists');
    this.qualified = around || several || this.mustQualify(block);
    const names =
      block.body === null ? uniqueNames(columns.map((column) => column.name)) : columns.map((c) => this.placeName(c.id));
    const text = block.body ?? this.select(block, columns, names);
    const closed = text + this.tail(block, columns, names);
    this.qualified = around;
    return { text: closed, names };
  }

  private select(block: SelectBlock, columns: readonly RelColumn[], names: readonly string[]): string {
    const aggregatesBefore = this.aggregatesWritten;
    const list = columns.map((column, i) => this.selectItem(block, column, names[i]!)).join(', ') || this.emptySelectList();
    const having = block.having.length > 0 ? ` HAVING ${this.conditions(block.having)}` : '';
    let group = '';
    if (block.groups !== null) {
      const keys = block.groups.map((expr) => this.positionless(expr).text);
      // Without keys it is an aggregate or HAVING that makes it one group; where there is neither, the empty key does.
      const isGrouped = this.aggregatesWritten > aggregatesBefore || having !== '';
      if (block.groupingSets !== null) {
        const sets = block.groupingSets.map((set) => `(${set.map((i) => keys[i]!).join(', ')})`);
        group = ` GROUP BY GROUPING SETS (${sets.join(', ')})`;
      } else group = keys.length > 0 ? ` GROUP BY ${keys.join(', ')}` : isGrouped ? '' : ' GROUP BY ()';
    }
    const from = block.from ? ` FROM ${this.from(block.from)}` : '';
    const where = block.where.length > 0 ? ` WHERE ${this.conditions(block.where)}` : '';
    // They are this SELECT's, not of one around it.
    this.aggregatesWritten = aggregatesBefore;
    return `SELECT${block.distinct ? ' DISTINCT' : ''}${list === '' ? '' : ` ${list}`}${from}${where}${group}${having}`;
  }

  private selectItem(block: SelectBlock, column: RelColumn, name: string): string {
    const expr: Scalar = block.computed.get(column.id) ?? { kind: 'column', column: column.id, type: column.type };
    const text = (this.isOutermost ? this.scalar(expr) : this.evaluatedApart(expr)).text;
    return this.ownName(block, column.id) === name ? text : `${text} AS ${this.quote(name)}`;
  }

  private tail(block: SelectBlock, columns: readonly RelColumn[], names: readonly string[]): string {
    const around = this.qualified;
    // A bare name is an output column's first.
    this.qualified ||= block.orderBy.length > 0 && this.hidesColumns(block, columns, names);
    const keys = block.orderBy.map((key) => {
      // By name also under another one: of a subquery written again PostgreSQL does not see that it is the same.
      const i = columns.findIndex(({ id }) => id === key.column || block.computed.get(id) === key.expr);
      const plain = key.expr.kind === 'column' ? this.column(key.expr.column) : this.positionless(key.expr);
      const text = i >= 0 && !this.isSortedOtherwise(key) ? this.quote(names[i]!) : this.sortKey(plain, key.type, key.expr).text;
      return this.orderingTerm(text, key.descending, key.nullsFirst);
    });
    this.qualified = around;
    const order = keys.length > 0 ? ` ORDER BY ${keys.join(', ')}` : '';
    const fence = block.fenced ? ` ${this.fenceClause()}` : '';
    return order + this.limitClause(this.count(block.limit), this.count(block.offset)) + fence;
  }

  /** Whether an output column has the name of some other column. */
  private hidesColumns(block: SelectBlock, columns: readonly RelColumn[], names: readonly string[]): boolean {
    const renamed = new Set(
      names.filter((name, i) => this.ownName(block, columns[i]!.id) !== name).map((name) => name.toLowerCase()),
    );
    return [...this.places.values()].some((place) => place.kind === 'relation' && renamed.has(place.name.toLowerCase()));
  }

  /** Undefined: it is computed. */
  private ownName(block: SelectBlock, column: ColumnId): string | undefined {
    const expr = block.computed.get(column);
    if (expr !== undefined && expr.kind !== 'column') return undefined;
    const place = this.places.get(expr?.column ?? column);
    return place?.kind === 'relation' ? place.name : undefined;
  }

  /** Whether it takes more than the column. */
  protected isSortedOtherwise({ column, type }: SortKey): boolean {
    const plain = atom('');
    return this.sortKey(plain, type, { kind: 'column', column, type }) !== plain;
  }

  private sortKey(value: SqlText, type: SqlType, expr: Scalar): SqlText {
    return this.collate(this.keyValue(value, type), type.collation, expr);
  }

  /** GROUP BY and ORDER BY take a bare integer for a position in the select list: a constant carries its type there. */
  protected positionless(expr: Scalar): SqlText {
    return expr.kind === 'const' ? this.cast(this.scalar(expr), expr.type) : this.scalar(expr);
  }

  private count(expr: Scalar | null): string | null {
    if (expr === null) return null;
    const isNumber = expr.kind === 'const' && (typeof expr.value === 'number' || typeof expr.value === 'bigint');
    return isNumber ? String(expr.value) : this.scalar(expr).text;
  }

  private from(item: FromItem): string {
    if (item.kind === 'relation') return item.sql;
    const right = item.right.kind === 'join' ? `(${this.from(item.right)})` : this.from(item.right);
    const left = this.nested(() => this.from(item.left));
    if (item.on.length === 0 && item.type === 'inner') return `${left} CROSS JOIN ${right}`;
    const word = item.type === 'inner' ? 'JOIN' : `${item.type.toUpperCase()} JOIN`;
    return `${left} ${word} ${right} ON ${item.on.length > 0 ? this.conditions(item.on) : 'true'}`;
  }

  private conditions(conditions: readonly Condition[]): string {
    if (conditions.length === 1) return this.condition(conditions[0]!).text;
    return conditions.map((condition) => atLeast(this.condition(condition), AND + 1)).join(' AND ');
  }

  private condition(condition: Condition): SqlText {
    if (condition.kind === 'scalar') return this.scalar(condition.expr);
    return this.nested(() => this.exists(condition));
  }

  private exists({ negated, nullAware, on, right }: Condition & { readonly kind: 'exists' }): SqlText {
    const inner = new Set(right.columns.map((column) => column.id));
    const pairs = on.map((expr) => inSides(expr, inner));
    if (pairs.length > 0 && pairs.every((pair) => pair !== null) && (!negated || nullAware)) {
      return this.inSubquery(pairs, right, negated);
    }
    assert(isFlat(right), 'a correlated subquery over a closed block');
    const match = on.map((expr) => scalarCondition(inTermsOf(right, expr)));
    // NOT IN: one comparison that is not known to be false is enough to drop the row.
    const unproven = nullAware && match.length > 0 ? [`(${this.conditions(match)}) IS NOT FALSE`] : [];
    const conditions = [...right.where, ...(nullAware ? [] : match)];
    const texts = conditions.map((condition) => atLeast(this.condition(condition), AND + 1));
    const where = [...texts, ...unproven].join(' AND ');
    const from = right.from ? ` FROM ${this.from(right.from)}` : '';
    return atom(`${negated ? 'NOT ' : ''}EXISTS (SELECT 1${from}${where === '' ? '' : ` WHERE ${where}`})`);
  }

  /** The left side of IN (SELECT …). */
  protected comparedWithRows({ outer }: Sides): SqlText {
    return this.scalar(outer);
  }

  private inSubquery(pairs: readonly Sides[], right: SelectBlock, negated: boolean): SqlText {
    const outer = pairs.map((pair) => this.comparedWithRows(pair));
    const left = outer.length === 1 ? atLeast(outer[0]!, MATCHING + 1) : `(${outer.map((sql) => sql.text).join(', ')})`;
    const asItIs = pairs.length === right.columns.length && pairs.every((pair, i) => isColumn(pair.inner, right.columns[i]!.id));
    const computes = pairs.some((pair) => pair.inner.kind !== 'column');
    const isClosed = right.body !== null || right.distinct || right.volatile;
    const block = (isClosed && !asItIs) || (computes && isLimited(right)) ? this.derive(right) : right;
    const columns = pairs.map(({ inner }, i): RelColumn => {
      const passed = block.columns.find((column) => isColumn(inner, column.id));
      if (passed) return passed;
      const id = (-1 - i) as ColumnId;
      block.computed.set(id, inTermsOf(block, inner));
      return { id, name: '', type: inner.type };
    });
    return { text: `${left} ${negated ? 'NOT ' : ''}IN (${this.close(block, columns).text})`, precedence: MATCHING };
  }

  /** What follows OVER. */
  private over({ partition, order, frame }: WindowTerms): string {
    const keys = order.map((key) => {
      const { text } = this.sortKey(this.positionless(key.expr), key.type, key.expr);
      return this.orderingTerm(text, key.descending, key.nullsFirst);
    });
    const groups = partition.map((expr) => this.keyValue(this.positionless(expr), expr.type).text);
    const parts = [
      ...(groups.length > 0 ? [`PARTITION BY ${groups.join(', ')}`] : []),
      ...(keys.length > 0 ? [`ORDER BY ${keys.join(', ')}`] : []),
      ...(isDefaultFrame(frame) ? [] : [this.frame(frame)]),
    ];
    return `(${parts.join(' ')})`;
  }

  private frame({ mode, start, end, exclude }: WindowFrame): string {
    const bound = (edge: FrameBound, beyond: string): string => {
      if (edge.kind === 'unbounded') return `UNBOUNDED ${beyond}`;
      if (!('offset' in edge)) return 'CURRENT ROW';
      const offset = mode === 'range' ? this.scalar(edge.offset).text : this.count(edge.offset)!;
      return `${offset} ${edge.kind.toUpperCase()}`;
    };
    const exclusion = exclude === 'none' ? '' : ` EXCLUDE ${exclude.toUpperCase()}`;
    return `${mode.toUpperCase()} BETWEEN ${bound(start, 'PRECEDING')} AND ${bound(end, 'FOLLOWING')}${exclusion}`;
  }

  protected column(id: ColumnId): SqlText {
    const place = this.places.get(id);
    assert(place, `column ${id} is not in this fragment`);
    if (place.kind === 'aggregate') {
      this.aggregatesWritten++;
      return this.aggregate(place.call);
    }
    if (place.kind === 'window') return this.windowFunction(place.call, this.over(place.over));
    if (place.kind === 'mask') return this.groupingMask(place.of.map((expr) => this.scalar(expr).text));
    return atom(
      this.qualified && place.alias !== '' ? `${this.quote(place.alias)}.${this.quote(place.name)}` : this.quote(place.name),
    );
  }

  protected placeName(id: ColumnId): string {
    const place = this.places.get(id);
    assert(place?.kind === 'relation', `column ${id} has no name`);
    return place.name;
  }

  /** The wanted name if nothing in the statement has it yet, else t1, t2, … */
  protected alias(wanted: string | null): string {
    let alias = wanted;
    while (alias === null || this.aliases.has(alias.toLowerCase())) alias = `t${++this.generated}`;
    this.aliases.add(alias.toLowerCase());
    return alias;
  }
}

const isDefaultFrame = ({ mode, start, end, exclude }: WindowFrame): boolean =>
  mode === 'range' && start.kind === 'unbounded' && end.kind === 'current row' && exclude === 'none';
