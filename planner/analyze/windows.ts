/**
 * Window functions of one query level. The select list is converted against this: a call is handed out as a column, and
 * build() puts one Window node per window clause that is used over what grouping and HAVING leave:
 *
 *   Window [second clause]
 *   └─ Window [first clause]
 *      └─ Project  every input column, keys of windows that are not plain columns     (only if there are such)
 *         └─ input
 *
 * A key of a window is an entry of the target list; where it is selected too, it is computed once, here.
 */
import type { FrameBound, Rel, RelColumn, SortKey, WindowFrame } from '../../algebra/rel.ts';
import { outputColumns } from '../../algebra/rel.ts';
import type { ColumnId, Scalar, WindowCall } from '../../algebra/scalar.ts';
import { assert } from '../../core/assert.ts';
import { PendingJoins } from './pending-joins.ts';
import type { QueryConverter } from './query-converter.ts';
import { rowTypeOfCall } from './row-types.ts';
import type { ExpressionContext, WindowColumns } from './scope.ts';
import { requireDefaultEquality, sortKey } from './sorting.ts';
import { child, flag, integer, isOfThisLevel, nodes, optionalChild, text, withoutLocation } from './tree-nodes.ts';
import type { TreeNode } from './tree-reader.ts';

/** frameOptions of a WindowClause (parsenodes.h). */
const FRAME_ROWS = 0x4;
const FRAME_GROUPS = 0x8;
const START_UNBOUNDED_PRECEDING = 0x20;
const END_UNBOUNDED_FOLLOWING = 0x100;
const START_CURRENT_ROW = 0x200;
const END_CURRENT_ROW = 0x400;
const START_OFFSET_PRECEDING = 0x800;
const END_OFFSET_PRECEDING = 0x1000;
const EXCLUDE_CURRENT_ROW = 0x8000;
const EXCLUDE_GROUP = 0x10000;
const EXCLUDE_TIES = 0x20000;

interface Clause {
  readonly partition: readonly Scalar[];
  readonly order: readonly { readonly key: Scalar; readonly direction: Pick<SortKey, 'descending' | 'nullsFirst'> }[];
  readonly frame: WindowFrame;
  readonly functions: { readonly column: RelColumn; readonly call: WindowCall }[];
}

const reference = (column: RelColumn): Scalar => ({ kind: 'column', column: column.id, type: column.type });

export class Windows implements WindowColumns {
  private readonly converter: QueryConverter;
  private readonly context: ExpressionContext;
  private readonly joins = new PendingJoins();
  /** By winref. */
  private readonly clauses = new Map<number, Clause>();
  private readonly entries: ReadonlyMap<number, TreeNode>;
  /** By ressortgroupref: what the keys are in the input of the windows. */
  private readonly keys = new Map<number, Scalar>();
  private readonly computed: { readonly column: RelColumn; readonly expr: Scalar }[] = [];
  private readonly calls = new Map<string, Scalar>();

  /** `context`: of the select list, over the groups if there are any. */
  constructor(converter: QueryConverter, query: TreeNode, context: ExpressionContext) {
    this.converter = converter;
    this.context = { ...context, clause: 'a window', subqueryJoins: this.joins };
    this.entries = new Map(nodes(query, 'targetList').map((entry) => [integer(entry, 'ressortgroupref'), entry]));
    for (const node of nodes(query, 'windowClause')) this.clauses.set(integer(node, 'winref'), this.clause(node));
  }

  call(node: TreeNode): Scalar {
    const { analysis, expressions } = this.converter;
    const clause = this.clauses.get(integer(node, 'winref'));
    assert(clause !== undefined, 'a window function names no window');
    const key = JSON.stringify(node, withoutLocation);
    const location = analysis.location(node);
    const known = this.calls.get(key);
    if (known !== undefined) return { ...known, location };
    const fn = analysis.lookup.function(integer(node, 'winfnoid'));
    const context: ExpressionContext = { ...this.context, clause: `window function ${fn.name}` };
    const filter = optionalChild(node, 'aggfilter');
    const args = expressions.all(nodes(node, 'args'), context);
    const plain: WindowCall = {
      fn,
      args,
      filter: filter && expressions.convert(filter, context),
      inputCollation: analysis.collation(integer(node, 'inputcollid')),
      type: analysis.type(integer(node, 'wintype'), -1, integer(node, 'wincollid')),
      location,
    };
    const call = rowTypeOfCall(plain, args);
    const column = analysis.column(fn.name, call.type);
    clause.functions.push({ column, call });
    const found = reference(column);
    // A volatile argument is evaluated for each call as written.
    if (fn.volatility !== 'volatile') this.calls.set(key, found);
    return { ...found, location };
  }

  key(sortReference: number): Scalar | undefined {
    return this.keys.get(sortReference);
  }

  build(input: Rel): Rel {
    let rel = this.joins.apply(input);
    if (this.computed.length > 0) {
      const passed = outputColumns(rel).map((column) => ({ column, expr: reference(column) }));
      rel = { kind: 'project', input: rel, items: [...passed, ...this.computed] };
    }
    const columns = new Map(outputColumns(rel).map((column) => [column.id, column]));
    const columnOf = (key: Scalar): RelColumn => {
      const column = key.kind === 'column' ? columns.get(key.column) : undefined;
      assert(column !== undefined, 'a key of a window is no column of its input');
      return column;
    };
    for (const { partition, order, frame, functions } of this.clauses.values()) {
      if (functions.length === 0) continue;
      rel = {
        kind: 'window',
        input: rel,
        partition: uniqueColumns(partition.map(columnOf)),
        order: order.map(({ key, direction }) => {
          const { id, type } = columnOf(key);
          return { column: id, type, ...direction };
        }),
        frame,
        functions,
      };
    }
    return rel;
  }

  private clause(node: TreeNode): Clause {
    const { analysis } = this.converter;
    const partition = nodes(node, 'partitionClause').map((item) => {
      requireDefaultEquality(analysis, item, 'PARTITION BY');
      return this.keyColumn(item);
    });
    const order = nodes(node, 'orderClause').map((item) => {
      const key = this.keyColumn(item);
      return { key, direction: sortKey(analysis, item, key.type) };
    });
    return { partition, order, frame: this.frame(node), functions: [] };
  }

  private keyColumn(item: TreeNode): Scalar {
    const sortReference = integer(item, 'tleSortGroupRef');
    const known = this.keys.get(sortReference);
    if (known !== undefined) return known;
    const entry = this.entries.get(sortReference);
    assert(entry !== undefined, `a window refers to entry ${sortReference}`);
    const node = child(entry, 'expr');
    const group = this.context.grouped?.entry(sortReference);
    let key = group ?? this.converter.expressions.convert(node, this.context);
    if (group === undefined && (key.kind !== 'column' || !isOfThisLevel(node))) {
      const column = this.converter.analysis.column(text(entry, 'resname'), key.type);
      this.computed.push({ column, expr: key });
      key = reference(column);
    }
    this.keys.set(sortReference, key);
    return key;
  }

  private frame(node: TreeNode): WindowFrame {
    const options = integer(node, 'frameOptions');
    const has = (bit: number): boolean => (options & bit) !== 0;
    const bound = (side: 'start' | 'end', unbounded: number, current: number, preceding: number): FrameBound => {
      if (has(unbounded)) return { kind: 'unbounded' };
      if (has(current)) return { kind: 'current row' };
      const offset = this.converter.expressions.convert(child(node, `${side}Offset`), {
        ...this.context,
        clause: 'a frame offset',
      });
      const inRange = integer(node, `${side}InRangeFunc`);
      return {
        kind: has(preceding) ? 'preceding' : 'following',
        offset,
        ...(inRange === 0 ? {} : { inRange: this.converter.analysis.lookup.function(inRange) }),
      };
    };
    return {
      mode: has(FRAME_ROWS) ? 'rows' : has(FRAME_GROUPS) ? 'groups' : 'range',
      start: bound('start', START_UNBOUNDED_PRECEDING, START_CURRENT_ROW, START_OFFSET_PRECEDING),
      end: bound('end', END_UNBOUNDED_FOLLOWING, END_CURRENT_ROW, END_OFFSET_PRECEDING),
      exclude: has(EXCLUDE_CURRENT_ROW) ? 'current row' : has(EXCLUDE_GROUP) ? 'group' : has(EXCLUDE_TIES) ? 'ties' : 'none',
    };
  }
}

function uniqueColumns(columns: readonly RelColumn[]): readonly RelColumn[] {
  const seen = new Set<ColumnId>();
  return columns.filter(({ id }) => !seen.has(id) && seen.add(id));
}

export const hasWindows = (query: TreeNode): boolean => flag(query, 'hasWindowFuncs') || nodes(query, 'windowClause').length > 0;
