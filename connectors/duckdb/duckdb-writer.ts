/**
 * DuckDB's dialect of the SQL writer: the last step before DuckDB sees a fragment. Functions are written from the
 * capability table, with their guards; numeric arithmetic with the DECIMAL widths its shapes ask for; every output column
 * has the one DuckDB type that reads as its SQL type. Long for the places where DuckDB reads a text otherwise: each has its override.
 */
import { assert, InternalError } from '../../core/assert.ts';
import { MICROS_PER_DAY } from '../../core/calendar.ts';
import type { Datum, Int64, Numeric } from '../../core/datum.ts';
import { sqlType } from '../../core/sql-type.ts';
import type { Collation, SqlType } from '../../core/sql-type.ts';
import type { Input, Rel, Scan } from '../../algebra/rel.ts';
import type {
  AggregateCall,
  ArrayCompareScalar,
  CallScalar,
  CastScalar,
  ColumnId,
  FunctionRef,
  OperatorRef,
  ParamScalar,
  Scalar,
  WindowCall,
} from '../../algebra/scalar.ts';
import { columnsIn, relScalars, someScalar, visitRel, visitScalar } from '../../algebra/transform.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import type { Sides } from '../sql/fragment-shapes.ts';
import { ADDITION, atLeast, atom, CAST, COMPARISON, MATCHING, operatorPrecedence, OTHER_OPERATOR } from '../sql/precedence.ts';
import type { SqlText } from '../sql/precedence.ts';
import type { Condition, SelectBlock } from '../sql/select-block.ts';
import { asOneValue } from '../sql/scalar-writer.ts';
import { SqlWriter } from '../sql/sql-writer.ts';
import type { WrittenSql } from '../sql/sql-writer.ts';
import { hasSubquery } from './capabilities.ts';
import { capabilityOf, EXTRACT_FIELDS } from './capability-table.ts';
import { quoted, relationKey } from './describe.ts';
import { mayRaise } from './evaluation-order.ts';
import type { KnownRelations } from './describe.ts';
import { comparisonConstant, decimalLiteral, duckdbType, literal } from './literals.ts';
import { DIGITS_MAX, integerDigits, NARROW_DIGITS } from './numeric-shape.ts';
import type { NumericShape, NumericShapes, ShapeFinder } from './numeric-shape.ts';
import { shippedTable } from './shipped-tables.ts';

/** Names DuckDB reads differently from PostgreSQL when they stand bare. */
const KEY_WORDS = new Set(
  (
    'anti asof at by columns describe generated glob grouping_id lambda map pivot pivot_longer pivot_wider positional qualify ' +
    'semi show struct summarize try_cast unpack unpivot'
  ).split(' '),
);

const NUMERIC_COMPARISON = /^numeric_(?:eq|ne|lt|le|gt|ge)\(numeric,numeric\)$/;

/** A thousand years from PostgreSQL's epoch. */
const ORDINARY_DAYS = 365_000;

export class DuckDBWriter extends SqlWriter {
  private readonly known: KnownRelations;
  private readonly finder: ShapeFinder;
  private readonly parameterValues: readonly Datum[] | undefined;
  private shapes: NumericShapes = new Map();

  /** `values`: of $1…, when the statement is about to run. Numeric ones are written as constants fitted to what they meet. */
  constructor(known: KnownRelations, finder: ShapeFinder, values: readonly Datum[] | undefined) {
    super();
    this.known = known;
    this.finder = finder;
    this.parameterValues = values;
  }

  /** Of a subquery that no side has a part in DuckDB makes a join of both. */
  protected override mayBeOuterCondition(condition: Condition): boolean {
    return condition.kind === 'exists' || columnsIn(condition.expr).size > 0 || !hasSubquery(condition.expr);
  }

  override statement(rel: Rel): WrittenSql {
    this.shapes = this.allShapes(rel);
    return super.statement(rel);
  }

  /** Of the columns of the fragment, those of subqueries in its expressions included. */
  private allShapes(rel: Rel, into: Map<ColumnId, NumericShape> = new Map()): NumericShapes {
    for (const [column, shape] of this.finder.shapes(rel)) into.set(column, shape);
    visitRel(rel, (node) => {
      for (const expr of relScalars(node)) {
        visitScalar(expr, (part) => {
          if (part.kind === 'subquery') this.allShapes(part.rel, into);
        });
      }
    });
    return into;
  }

  override quote(name: string): string {
    return KEY_WORDS.has(name) ? quoted(name) : quoteIdentifier(name);
  }
  override typeName(type: SqlType): string {
    return duckdbType(type);
  }

  // Relations

  override tableName(scan: Scan): string {
    const known = this.known.get(relationKey(scan.table.schema, scan.table.name));
    return known?.from ?? `${this.quote(scan.table.schema)}.${this.quote(scan.table.name)}`;
  }

  /** DuckDB takes the name of a column in reach for the column, also where a table is meant. */
  protected override tableColumns(scan: Scan): readonly string[] {
    const known = this.known.get(relationKey(scan.table.schema, scan.table.name));
    return known ? [...known.columns.keys()] : super.tableColumns(scan);
  }

  /** No table here has others that inherit from it. */
  protected override scanItem(scan: Scan, alias: string): string {
    const known = this.known.get(relationKey(scan.table.schema, scan.table.name));
    if (scan.columns.every((column) => known?.columns.get(column.sourceName)?.readAs === undefined)) {
      return known?.from === undefined
        ? super.scanItem({ ...scan, only: false }, alias)
        : `${known.from} AS ${this.quote(alias)}`;
    }
    // Types without a counterpart take the form of one right here; DuckDB merges the inner SELECT.
    const items = scan.columns.map((column) => {
      const readAs = known!.columns.get(column.sourceName)?.readAs;
      const name = this.quote(column.sourceName);
      return readAs === undefined ? name : `${fill(readAs, [name])} AS ${name}`;
    });
    return `(SELECT ${items.join(', ')} FROM ${this.tableName(scan)}) AS ${this.quote(alias)}`;
  }

  /** The first rows of each group would be found first, and no error of the others. Nor has OVER a place for subqueries with windows. */
  protected override isComputedLate(expr: Scalar): boolean {
    return mayRaise(expr) || someScalar(expr, ({ kind }) => kind === 'subquery');
  }

  protected override shippedName(input: Input): string {
    return shippedTable(input.index);
  }

  protected override emptySelectList(): string {
    return '1';
  }
  /** DuckDB's is a bigint. */
  protected override groupingMask(columns: readonly string[]): SqlText {
    return this.cast(super.groupingMask(columns), sqlType('int4'));
  }
  /** HAVING would take a bare name for an output column first. */
  protected override mustQualify(block: SelectBlock): boolean {
    return block.having.length > 0;
  }

  // Values

  override constant(value: Datum, type: SqlType): SqlText {
    const text = literal(value, type);
    return text.includes('::') ? { text, precedence: CAST } : atom(text);
  }

  override cast(sql: SqlText, type: SqlType): SqlText {
    return atom(`CAST(${sql.text} AS ${this.typeName(type)})`);
  }

  /** A numeric constant says its precision and scale; DECIMAL alone has others. */
  protected override positionless(expr: Scalar): SqlText {
    return expr.kind === 'const' && expr.type.kind === 'numeric' ? this.scalar(expr) : super.positionless(expr);
  }

  override parameter(param: ParamScalar): SqlText {
    if (param.type.kind !== 'numeric' || this.parameterValues === undefined) return super.parameter(param);
    return this.constant(this.fixedValue(param)!, param.type);
  }

  private fixedValue(expr: Scalar): Datum | undefined {
    if (expr.kind === 'const') return expr.value;
    if (expr.kind !== 'param') return undefined;
    if (this.parameterValues === undefined) return undefined;
    assert(expr.index >= 1 && expr.index <= this.parameterValues.length, `no value for parameter ${expr.index}`);
    return this.parameterValues[expr.index - 1]!;
  }

  // Functions

  protected override call(expr: CallScalar): SqlText {
    const sql = this.callText(expr);
    // To DuckDB arithmetic with a decimal that is NULL, and text with such a one added, are of type INTEGER.
    if (expr.fn.signature === 'textcat(text,text)' && !dependsOnRows(expr)) return this.cast(sql, expr.type);
    if (expr.type.kind !== 'numeric' || !this.isNull(expr)) return sql;
    const { width, scale } = this.shape(expr);
    return atom(`CAST(${sql.text} AS DECIMAL(${width},${scale}))`);
  }

  /** Whatever the rows are. */
  private isNull(expr: Scalar): boolean {
    return expr.kind === 'call' ? expr.args.some((arg) => this.isNull(arg)) : this.fixedValue(expr) === null;
  }

  private callText(expr: CallScalar): SqlText {
    const { signature } = expr.fn;
    if (NUMERIC_COMPARISON.test(signature)) return this.compareNumeric(expr.operator!, expr.args);
    switch (signature) {
      case 'numeric_add(numeric,numeric)':
      case 'numeric_sub(numeric,numeric)':
      case 'numeric_mul(numeric,numeric)':
        return this.arithmetic(expr);
      case 'round(numeric,int4)':
      case 'numeric(int2)':
      case 'numeric(int4)':
      case 'numeric(int8)':
      case 'numeric(numeric,int4)':
        return this.castToShape(expr);
      case 'extract(text,date)':
      case 'extract(text,timestamp)': {
        const field = expr.args[0]!;
        assert(field.kind === 'const', 'EXTRACT of a field that is not constant');
        return atom(`(${fill(EXTRACT_FIELDS[field.value as string]!, ['', this.scalar(expr.args[1]!).text])})`);
      }
      default:
        break;
    }
    const capability = capabilityOf(signature);
    assert(capability && capability.support !== 'no', `${signature} was pushed to DuckDB`);
    if (capability.sql !== undefined) return this.filled(capability.sql, expr.args);
    if (expr.form === 'explicit-cast' || expr.form === 'implicit-cast' || expr.fn.name === expr.type.kind) {
      return this.cast(this.scalar(expr.args[0]!), expr.type);
    }
    assert(expr.operator, `${signature} has neither text nor an operator`);
    return this.infix(expr.fn, expr.operator, expr.args, expr.inputCollation);
  }

  private filled(template: string, args: readonly Scalar[]): SqlText {
    return atom(
      fill(
        template,
        args.map((arg) => atLeast(this.scalar(arg), CAST)),
      ),
    );
  }

  protected override infix(_fn: FunctionRef, operator: OperatorRef, args: readonly Scalar[], _collation: Collation): SqlText {
    const name = operator.name;
    const precedence = operatorPrecedence(name);
    const [left, right] = args.map((arg, i) => (args.length === 2 ? this.compared(arg, name, args[1 - i]!) : this.scalar(arg)));
    return { text: `${atLeast(left!, precedence + 1)} ${name} ${atLeast(right!, precedence + 1)}`, precedence };
  }

  /** One side of an operator. */
  private compared(arg: Scalar, operator: string, other: Scalar): SqlText {
    const bare = arg.kind === 'call' ? capabilityOf(arg.fn.signature)?.bare : undefined;
    const isBare = arg.kind === 'call' && bare?.beside.includes(operator) === true && isOrdinaryTime(other);
    if (isBare) return this.filled(bare.sql, arg.args);
    if (operatorPrecedence(operator) === COMPARISON)
      return columnsIn(other).size === 0 ? this.evaluatedApart(arg) : this.scalar(arg);
    // A bare number is of the other side's type: of a smallint's it would make one, which overflows.
    const isNarrowed = arg.kind === 'const' && arg.type.kind === 'int4' && other.type.kind === 'int2';
    return isNarrowed ? this.cast(this.scalar(arg), arg.type) : this.scalar(arg);
  }

  /** Compared with constants, what may overflow is wrapped: DuckDB makes x < 4 of x + 1 < 5, which raises nothing. */
  protected override evaluatedApart(arg: Scalar): SqlText {
    const sql = this.scalar(arg);
    return mayOverflow(arg) ? atom(`greatest(${sql.text})`) : sql;
  }

  protected override mustName(key: Scalar): boolean {
    return mayOverflow(key) || super.mustName(key);
  }

  protected override operands(args: readonly Scalar[]): SqlText[] {
    if (args[0]?.type.kind !== 'numeric') return args.map((arg) => this.evaluatedApart(arg));
    const fitted = this.fittedConstants(args);
    return args.map((arg, i) => fitted[i] ?? this.comparedNumeric(arg, args));
  }

  protected override comparedWithRows({ outer, inner }: Sides): SqlText {
    return this.fittedConstants([outer, inner])[0] ?? this.scalar(outer);
  }

  /** DuckDB 1.5 takes what it sorts by out of its sort keys again, where -0 has become 0: a sum is another column. */
  protected override keyValue(sql: SqlText, type: SqlType): SqlText {
    if (type.kind !== 'float4' && type.kind !== 'float8') return super.keyValue(sql, type);
    return { text: `${atLeast(sql, ADDITION)} + 0`, precedence: ADDITION };
  }

  protected override castNode(expr: CastScalar): SqlText {
    const inner = this.scalar(expr.arg);
    return expr.how === 'relabel' && duckdbType(expr.arg.type) === duckdbType(expr.type) ? inner : this.cast(inner, expr.type);
  }

  // Numeric

  private shape(expr: Scalar): NumericShape {
    const shape = this.finder.scalar(expr, this.shapes);
    assert(shape, 'a numeric expression of unknown scale was pushed to DuckDB');
    return shape;
  }

  /** DuckDB keeps to 64 bits where both operands do: where the result may need more, one operand is widened first. */
  private arithmetic(expr: CallScalar): SqlText {
    const [left, right] = expr.args as readonly [Scalar, Scalar];
    const [a, b, result] = [this.shape(left), this.shape(right), this.shape(expr)];
    const precedence = operatorPrecedence(expr.operator!.name);
    const isNarrow = Math.max(a.width, b.width) <= NARROW_DIGITS;
    const widen = isNarrow && result.width > NARROW_DIGITS;
    const leftText = this.scalar(left);
    const leftSql = widen ? `CAST(${leftText.text} AS DECIMAL(${NARROW_DIGITS + 1},${a.scale}))` : atLeast(leftText, precedence);
    return { text: `${leftSql} ${expr.operator!.name} ${atLeast(this.scalar(right), precedence + 1)}`, precedence };
  }

  private castToShape(expr: CallScalar): SqlText {
    const { width, scale } = this.shape(expr);
    const [value] = expr.args;
    if (
      value!.kind === 'const' &&
      value!.value !== null &&
      expr.fn.signature !== 'round(numeric,int4)' &&
      value!.type.kind !== 'numeric'
    ) {
      return { text: decimalLiteral(BigInt(value!.value as number | bigint), 0), precedence: CAST };
    }
    return atom(`CAST(${this.scalar(value!).text} AS DECIMAL(${width},${scale}))`);
  }

  private compareNumeric(operator: OperatorRef, args: readonly Scalar[]): SqlText {
    const [left, right] = this.operands(args);
    return {
      text: `${atLeast(left!, COMPARISON + 1)} ${operator.name} ${atLeast(right!, COMPARISON + 1)}`,
      precedence: COMPARISON,
    };
  }

  /** DuckDB brings both sides to one DECIMAL by their declared widths: where that has too many digits, the true ones are declared. */
  private comparedNumeric(side: Scalar, sides: readonly Scalar[]): SqlText {
    const sql = this.scalar(side);
    const open = sides.filter((other): boolean => other.kind !== 'param' && other.kind !== 'const');
    if (!open.includes(side)) return sql;
    const shapes = open.map((other) => this.shape(other));
    const digits =
      Math.max(...shapes.map((shape) => shape.width - shape.scale)) + Math.max(...shapes.map((shape) => shape.scale));
    // A constant between two values has one digit more.
    if (digits < DIGITS_MAX) return sql;
    const own = this.shape(side);
    return atom(`CAST(${sql.text} AS DECIMAL(${Math.max(integerDigits(own) + own.scale, 1)},${own.scale}))`);
  }

  /** Numeric constants and parameters, fitted to the expression on the other side of the comparison. */
  private fittedConstants(args: readonly Scalar[]): (SqlText | undefined)[] {
    if (args.length !== 2 || args[0]!.type.kind !== 'numeric' || args[1]!.type.kind !== 'numeric') return [];
    return args.map((arg, i) => {
      const value = this.fixedValue(arg) as Numeric | null | undefined;
      const other = args[1 - i]!;
      if (value === undefined || value === null) return undefined;
      // A column may turn out to be a constant: then each stands for itself, but for those that no DECIMAL is.
      const otherValue = this.fixedValue(other);
      if (otherValue !== undefined && value.kind === 'finite') return undefined;
      if (otherValue === null) return this.constant(null, arg.type);
      const { scale, bound, infinities } = this.shape(other);
      if (infinities && value.kind !== 'finite' && value.kind !== 'nan') {
        return { text: decimalLiteral(value.kind === 'infinity' ? 10n ** 18n - 1n : -(10n ** 18n - 1n), 0), precedence: CAST };
      }
      const fitted = comparisonConstant(value, scale, infinities && value.kind === 'nan' ? 10n ** 18n : bound);
      return { text: decimalLiteral(fitted.unscaled, fitted.scale), precedence: CAST };
    });
  }

  /** IN lists; an array that is one value is compared as a list. */
  protected override arrayCompare(expr: ArrayCompareScalar): SqlText {
    const word = expr.quantifier === 'any' ? 'IN' : 'NOT IN';
    const elements =
      expr.array.kind === 'array'
        ? expr.array.elements
        : expr.array.kind === 'const' && expr.array.value !== null
          ? (expr.array.value as { readonly elements: readonly Datum[] }).elements.map((value): Scalar => ({
              kind: 'const',
              value,
              type: expr.array.type.element!,
            }))
          : undefined;
    // Nothing is written that is then left out: it may hold a parameter.
    if (elements?.length === 0) return atom(expr.quantifier === 'any' ? 'false' : 'true');
    const left = this.evaluatedApart(expr.left);
    if (elements === undefined) {
      const array = asOneValue(this.scalar(expr.array), expr.array);
      const test = `${atLeast(left, OTHER_OPERATOR)} ${expr.operator.name} ${expr.quantifier.toUpperCase()}(${array.text})`;
      // DuckDB takes an array that is NULL for an empty one.
      return atom(`CASE WHEN ${atLeast(array, MATCHING + 1)} IS NOT NULL THEN ${test} END`);
    }
    const list = elements.map((element) => asOneValue(this.operands([expr.left, element])[1]!, element).text);
    const isWide = expr.left.type.kind === 'numeric' && this.shape(expr.left).width >= DIGITS_MAX - 1;
    const compared = isWide ? this.comparedNumeric(expr.left, [expr.left]) : left;
    return { text: `${atLeast(compared, MATCHING + 1)} ${word} (${list.join(', ')})`, precedence: MATCHING };
  }

  // Aggregates

  override aggregate(written: AggregateCall): SqlText {
    const call = sparedByFilter(written);
    const capability = capabilityOf(call.fn.signature);
    assert(capability?.sql !== undefined && call.orderBy.length === 0, `${call.fn.signature} was pushed to DuckDB`);
    const [arg] = call.args;
    if (call.fn.signature === 'sum(numeric)' && this.shape(arg!).mixed) return this.sumOfMixed(call, arg!);
    const args = call.args.map((arg) => `${call.distinct ? 'DISTINCT ' : ''}${this.scalar(arg).text}`);
    const text = fill(capability.sql, args);
    if (!call.filter) return atom(text);
    return atom(afterCall(text, ` FILTER (WHERE ${this.scalar(call.filter).text})`));
  }

  protected override windowFunction(call: WindowCall, over: string): SqlText {
    if (call.fn.kind !== 'aggregate') {
      const called = super.windowFunction(call, over);
      // DuckDB's is a bigint.
      return call.fn.name === 'ntile' ? this.cast(called, call.type) : called;
    }
    const { text } = this.aggregate({ ...call, distinct: false, orderBy: [] });
    return atom(afterCall(text, ` OVER ${over}`));
  }

  /**
   * PostgreSQL's sum has the greatest display scale among what was summed, whatever it adds up to: sum(CASE … ELSE 0 END)
   * is `0` where no row took the other branch. So that scale is computed along, and the sum put out as text.
   */
  private sumOfMixed(call: AggregateCall, arg: Scalar): SqlText {
    const { scale } = this.shape(arg);
    const filter = call.filter ? ` FILTER (WHERE ${this.scalar(call.filter).text})` : '';
    const value = this.scalar(arg).text;
    const used = `max(CASE WHEN ${atLeast(this.scalar(arg), CAST)} IS NOT NULL THEN ${this.scalar(this.scaleOf(arg)).text} END)${filter}`;
    const sum = `sum(${value})${filter}`;
    const branches = [...this.scalesOf(arg)]
      .filter((smaller) => smaller < scale)
      .map((smaller) => ` WHEN ${smaller} THEN CAST(CAST(${sum} AS DECIMAL(${DIGITS_MAX},${smaller})) AS VARCHAR)`);
    return atom(`CASE ${used}${branches.join('')} ELSE CAST(${sum} AS VARCHAR) END`);
  }

  /** The display scale of each value of a numeric expression, as an expression. */
  private scaleOf(expr: Scalar): Scalar {
    const type = sqlType('int4');
    if (expr.kind === 'const' && expr.value === null) return { kind: 'const', value: null, type };
    const shape = this.shape(expr);
    if (!shape.mixed) return { kind: 'const', value: shape.scale, type };
    switch (expr.kind) {
      case 'case': {
        const branches = expr.branches.map(({ when, then }) => ({ when, then: this.scaleOf(then) }));
        return { ...expr, branches, otherwise: this.scaleOf(expr.otherwise), type };
      }
      case 'coalesce': {
        const branches = expr.args.map((arg) => ({
          when: { kind: 'nulltest', arg, negated: true, type: sqlType('bool') } as const,
          then: this.scaleOf(arg),
        }));
        return { kind: 'case', branches, otherwise: { kind: 'const', value: null, type }, type };
      }
      case 'nullif':
        return this.scaleOf(expr.left);
      default:
        throw new InternalError(`the display scale of ${expr.kind}`);
    }
  }

  private scalesOf(expr: Scalar, into: Set<number> = new Set()): Set<number> {
    const shape = this.shape(expr);
    if (expr.kind === 'const' && expr.value === null) return into;
    if (!shape.mixed) into.add(shape.scale);
    else if (expr.kind === 'case')
      for (const part of [...expr.branches.map((b) => b.then), expr.otherwise]) this.scalesOf(part, into);
    else if (expr.kind === 'coalesce') for (const part of expr.args) this.scalesOf(part, into);
    else if (expr.kind === 'nullif') this.scalesOf(expr.left, into);
    return into;
  }

  /** What is known of a numeric output column. */
  outputShape(id: ColumnId): NumericShape | undefined {
    return this.shapes.get(id);
  }
}

/** What belongs to an aggregate's call, inside of the cast around it if there is one. */
function afterCall(text: string, clause: string): string {
  const wrapped = /^(CAST\()(.*)( AS [A-Z0-9(),]+\))$/s.exec(text);
  return wrapped ? `${wrapped[1]!}${wrapped[2]!}${clause}${wrapped[3]!}` : `${text}${clause}`;
}

const fill = (template: string, args: readonly string[]): string =>
  template.replace(/\$(\d)/g, (_, index: string) => args[Number(index) - 1]!);

const WIDENING = /^int[48]\(int[24]/;

/** Made of columns and values: DuckDB cannot find that it is NULL before there is any row. */
const dependsOnRows = (expr: Scalar): boolean =>
  expr.kind === 'column' ||
  (expr.kind === 'const' && expr.value !== null) ||
  (expr.kind === 'call' && expr.args.every(dependsOnRows));

/** Integers out of range: of the expression itself, or of what DuckDB would look for below its casts. */
function mayOverflow(expr: Scalar): boolean {
  if (expr.kind !== 'call') return false;
  const { signature } = expr.fn;
  return capabilityOf(signature)?.overflows === true || (WIDENING.test(signature) && mayOverflow(expr.args[0]!));
}

/** No infinity, and far enough from the ends of the calendar for a year to be added to it. */
function isOrdinaryTime(expr: Scalar): boolean {
  if (expr.kind !== 'const' || expr.value === null) return false;
  const days = expr.type.kind === 'date' ? (expr.value as number) : Number(expr.value as Int64) / MICROS_PER_DAY;
  return Math.abs(days) < ORDINARY_DAYS;
}

/** DuckDB computes the arguments for all rows, and asks FILTER then. */
function sparedByFilter(call: AggregateCall): AggregateCall {
  const { filter } = call;
  if (filter === null || !call.args.some(mayRaise)) return call;
  const spared = (arg: Scalar): Scalar => ({
    kind: 'case',
    branches: [{ when: filter, then: arg }],
    otherwise: { kind: 'const', value: null, type: arg.type },
    type: arg.type,
  });
  return { ...call, args: call.args.map(spared) };
}
