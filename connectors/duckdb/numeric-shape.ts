/**
 * What DuckDB can compute exactly with `numeric`. A DECIMAL has one scale for all rows and at most 38 digits, PostgreSQL's
 * numeric a display scale per value and no bound: so a numeric expression is evaluated at DuckDB only when all of its
 * values provably have the same display scale and no value, sum or product on the way can exceed 38 digits. The proof
 * runs over the fragment, from declared precisions and the least and greatest values DuckDB knows for its columns.
 * Used twice: by the capabilities, to decide, and by the writer, to choose DECIMAL types.
 */
import { outputColumns } from '../../algebra/rel.ts';
import type { Rel } from '../../algebra/rel.ts';
import type { AggregateCall, CallScalar, ColumnId, Scalar, WindowCall } from '../../algebra/scalar.ts';
import { relInputs } from '../../algebra/transform.ts';
import type { Numeric } from '../../core/datum.ts';
import { powerOfTen } from '../../core/numeric-binary.ts';
import { numericTypmod } from '../../core/sql-type.ts';
import { relationKey } from './describe.ts';
import type { KnownRelations } from './describe.ts';

export interface NumericShape {
  /** Display scale of every value. */
  readonly scale: number;
  /** No value exceeds it; times 10^scale. */
  readonly bound: bigint;
  /** The width of the DECIMAL that DuckDB gives the expression as it is written; 0: not a DECIMAL but an integer wider than that. */
  readonly width: number;
  /** ± INFINITY_MARK stand for ± infinity. */
  readonly infinities?: boolean;
  /** Values have different display scales; `scale` is the greatest and the DECIMAL's. May be compared, and summed. */
  readonly mixed?: boolean;
  /** Written as text, because the display scale is known only at run time. May only be handed on. */
  readonly textual?: boolean;
}
export type NumericShapes = ReadonlyMap<ColumnId, NumericShape>;

export const DIGITS_MAX = 38;
/** Up to here DuckDB computes with 64 bits, and does not widen by itself. */
export const NARROW_DIGITS = 18;
/** More rows than any statement aggregates: a year's work at 30 million rows a second. */
const ROWS_MAX = 10n ** 15n;
/** How a numeric infinity travels: DECIMAL(18,0)'s greatest value, beyond the bound of what may be infinite. */
export const INFINITY_MARK = 10n ** 18n - 1n;

export const digitsOf = (bound: bigint): number => (bound === 0n ? 1 : bound.toString().length);
const bigger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
export const fits = (shape: NumericShape): boolean =>
  shape.width > 0 && !shape.textual && shape.scale <= DIGITS_MAX && digitsOf(shape.bound) <= DIGITS_MAX;
/** Every value is a DECIMAL of this display scale: anything may be computed with it. */
export const isUniform = (shape: NumericShape): boolean => fits(shape) && !shape.infinities && !shape.mixed;
/** Digits before the point that a comparison needs: of the values, and of what lies just beyond them. */
export const integerDigits = (shape: NumericShape): number => Math.max(digitsOf(shape.bound + 1n) - shape.scale, 0);
const widthFor = (scale: number, bound: bigint): number => Math.max(scale, digitsOf(bound), 1);
const checked = (shape: NumericShape): NumericShape | undefined => (fits(shape) ? shape : undefined);

/** Of a column that is shipped there (shipped-tables.ts): any value at all, to be handed on. */
const SHIPPED_SHAPE: NumericShape = { scale: 0, bound: 0n, width: 0, textual: true };

const NO_SHAPES: NumericShapes = new Map();

/** It computes nothing. */
const handsOn = ({ kind }: Rel): boolean =>
  kind === 'filter' || kind === 'join' || kind === 'sort' || kind === 'limit' || kind === 'distinct' || kind === 'fence';

const INTEGER_BOUNDS: Readonly<Record<string, bigint>> = { int2: 2n ** 15n, int4: 2n ** 31n, int8: 2n ** 63n };

/** The shapes of all numeric columns that a fragment introduces; those without proof are absent. */
export class ShapeFinder {
  private readonly known: KnownRelations;
  private readonly byRel = new WeakMap<Rel, NumericShapes>();
  constructor(known: KnownRelations) {
    this.known = known;
  }

  /** Columns of `rel` and of everything below it. `ctes`: shapes of the columns of WITH definitions. */
  shapes(rel: Rel, ctes: ReadonlyMap<number, readonly (NumericShape | undefined)[]> = new Map()): NumericShapes {
    const cached = ctes.size === 0 ? this.byRel.get(rel) : undefined;
    if (cached) return cached;
    const shapes = this.find(rel, ctes);
    if (ctes.size === 0) this.byRel.set(rel, shapes);
    return shapes;
  }

  private find(rel: Rel, ctes: ReadonlyMap<number, readonly (NumericShape | undefined)[]>): NumericShapes {
    if (rel.kind === 'with') return this.findWith(rel, ctes);
    const below = relInputs(rel)
      .map((input) => this.shapes(input, ctes))
      .filter((shapes) => shapes.size > 0);
    if (handsOn(rel) && below.length < 2) return below[0] ?? NO_SHAPES;
    const shapes = new Map(below.flatMap((input) => [...input]));
    const set = (id: ColumnId, shape: NumericShape | undefined): void => {
      if (shape) shapes.set(id, shape);
    };
    switch (rel.kind) {
      case 'scan': {
        const relation = this.known.get(relationKey(rel.table.schema, rel.table.name));
        for (const column of rel.columns) {
          const numeric = column.type.kind === 'numeric' ? relation?.columns.get(column.sourceName)?.numeric : undefined;
          if (numeric) set(column.id, { ...numeric, width: declaredWidth(column.type.typmod, numeric.bound) });
        }
        break;
      }
      case 'project':
        for (const { column, expr } of rel.items) {
          const shape = column.type.kind === 'numeric' ? this.scalar(expr, shapes) : undefined;
          if (!shape?.mixed) set(column.id, shape);
        }
        break;
      case 'aggregate':
        for (const { column, call } of rel.aggregates)
          if (column.type.kind === 'numeric') set(column.id, this.aggregate(call, shapes));
        break;
      case 'window':
        for (const { column, call } of rel.functions)
          if (column.type.kind === 'numeric') set(column.id, this.window(call, shapes));
        break;
      case 'setop':
        rel.columns.forEach((column, i) => {
          if (column.type.kind !== 'numeric') return;
          const sides = [shapes.get(rel.leftColumns[i]!), shapes.get(rel.rightColumns[i]!)];
          set(column.id, union(sides));
        });
        break;
      case 'input':
        for (const { id, type } of rel.columns) if (type.kind === 'numeric') set(id, SHIPPED_SHAPE);
        break;
      case 'values':
        rel.columns.forEach((column, i) => {
          if (column.type.kind === 'numeric')
            set(column.id, union(rel.rows.map((row) => this.branch(row[i]!, shapes)).filter((s) => s !== 'null')));
        });
        break;
      case 'ctescan':
        rel.columns.forEach((column, i) => {
          if (column.type.kind === 'numeric') set(column.id, ctes.get(rel.cte)?.[i]);
        });
        break;
      default:
        break;
    }
    return shapes;
  }

  private findWith(
    rel: Rel & { kind: 'with' },
    outer: ReadonlyMap<number, readonly (NumericShape | undefined)[]>,
  ): NumericShapes {
    const ctes = new Map(outer);
    const shapes = new Map<ColumnId, NumericShape>();
    for (const { cte, rel: definition } of rel.definitions) {
      const inner = this.shapes(definition, ctes);
      for (const [id, shape] of inner) shapes.set(id, shape);
      ctes.set(
        cte,
        outputColumns(definition).map((column) => inner.get(column.id)),
      );
    }
    for (const [id, shape] of this.shapes(rel.body, ctes)) shapes.set(id, shape);
    return shapes;
  }

  /** The shape of a numeric expression over columns of known shapes; undefined: not provably exact at DuckDB. */
  scalar(expr: Scalar, columns: NumericShapes): NumericShape | undefined {
    switch (expr.kind) {
      case 'column':
        return columns.get(expr.column);
      case 'const':
        return constantShape(expr.value as Numeric | null);
      case 'call':
        return this.call(expr, columns);
      case 'case':
        return this.branches([...expr.branches.map((branch) => branch.then), expr.otherwise], columns, mixture);
      case 'coalesce':
        return this.branches(expr.args, columns, mixture);
      case 'greatest':
      case 'least':
        return this.branches(expr.args, columns, union);
      case 'nullif':
        return this.scalar(expr.left, columns);
      case 'subquery': {
        if (expr.mode !== 'scalar') return undefined;
        const [column] = outputColumns(expr.rel);
        return column && this.shapes(expr.rel).get(column.id);
      }
      default:
        return undefined;
    }
  }

  private branch(expr: Scalar, columns: NumericShapes): NumericShape | undefined | 'null' {
    return expr.kind === 'const' && expr.value === null ? 'null' : this.scalar(expr, columns);
  }

  private branches(exprs: readonly Scalar[], columns: NumericShapes, together: typeof union): NumericShape | undefined {
    const shapes = exprs.map((expr) => this.branch(expr, columns)).filter((shape) => shape !== 'null');
    return shapes.length === 0 ? { scale: 0, bound: 0n, width: 1 } : together(shapes);
  }

  private call(expr: CallScalar, columns: NumericShapes): NumericShape | undefined {
    const [first, second] = expr.args;
    const operands = (): [NumericShape, NumericShape] | undefined => {
      const a = this.scalar(first!, columns);
      const b = this.scalar(second!, columns);
      return a && b && isUniform(a) && isUniform(b) ? [a, b] : undefined;
    };
    switch (expr.fn.signature) {
      case 'numeric_add(numeric,numeric)':
      case 'numeric_sub(numeric,numeric)': {
        const pair = operands();
        return pair && sumShape(...pair);
      }
      case 'numeric_mul(numeric,numeric)': {
        const pair = operands();
        return pair && productShape(...pair);
      }
      case 'numeric_uminus(numeric)':
      case 'numeric_abs(numeric)':
      case 'abs(numeric)': {
        const shape = this.scalar(first!, columns);
        return shape && isUniform(shape) ? shape : undefined;
      }
      case 'numeric(int2)':
      case 'numeric(int4)':
      case 'numeric(int8)': {
        const kind = first!.type.kind;
        const value = first!.kind === 'const' && first!.value !== null ? BigInt(first!.value as number | bigint) : undefined;
        const bound = value === undefined ? INTEGER_BOUNDS[kind]! : value < 0n ? -value : value;
        return { scale: 0, bound, width: widthFor(0, bound) };
      }
      case 'numeric(numeric,int4)':
        return this.typmodCast(first!, second!, columns);
      case 'round(numeric,int4)':
        return this.rounded(first!, second!, columns);
      case 'extract(text,date)':
      case 'extract(text,timestamp)':
        return { scale: 0, bound: 10n ** 17n, width: NARROW_DIGITS, infinities: true };
      default:
        return undefined;
    }
  }

  /** numeric(p,s) of a value that may need rounding, and must not overflow. */
  private typmodCast(value: Scalar, typmod: Scalar, columns: NumericShapes): NumericShape | undefined {
    const constraint = typmod.kind === 'const' ? numericTypmod(typmod.value as number) : undefined;
    const shape = this.scalar(value, columns);
    if (!constraint || !shape || !fits(shape) || shape.infinities || constraint.scale < 0) return undefined;
    const bound = rescaledBound(shape, constraint.scale);
    if (bound >= powerOfTen(constraint.precision)) return undefined;
    return checked({ scale: constraint.scale, bound, width: widthFor(constraint.scale, bound) });
  }

  private rounded(value: Scalar, digits: Scalar, columns: NumericShapes): NumericShape | undefined {
    const shape = this.scalar(value, columns);
    if (!shape || !fits(shape) || shape.infinities || digits.kind !== 'const' || digits.value === null) return undefined;
    const scale = digits.value as number;
    if (scale < 0 || scale > DIGITS_MAX) return undefined;
    const bound = rescaledBound(shape, scale);
    return checked({ scale, bound, width: widthFor(scale, bound) });
  }

  /** Of an aggregate over frames, or of a function that gives another row's value. */
  private window(call: WindowCall, columns: NumericShapes): NumericShape | undefined {
    if (call.fn.kind !== 'aggregate') return this.scalar(call.args[0]!, columns);
    const shape = this.aggregate({ ...call, distinct: false, orderBy: [] }, columns);
    return shape?.textual ? undefined : shape;
  }

  aggregate(call: AggregateCall, columns: NumericShapes): NumericShape | undefined {
    const [arg] = call.args;
    switch (call.fn.signature) {
      case 'sum(int8)':
        return checked({ scale: 0, bound: INTEGER_BOUNDS.int8! * ROWS_MAX, width: DIGITS_MAX });
      case 'sum(numeric)': {
        const shape = this.scalar(arg!, columns);
        if (!shape || !fits(shape) || shape.infinities || (shape.mixed && call.distinct)) return undefined;
        const sum = checked({ scale: shape.scale, bound: shape.bound * ROWS_MAX, width: DIGITS_MAX });
        return sum && shape.mixed ? { ...sum, textual: true } : sum;
      }
      case 'min(numeric)':
      case 'max(numeric)': {
        const shape = this.scalar(arg!, columns);
        return shape?.mixed || shape?.textual ? undefined : shape;
      }
      default:
        return undefined;
    }
  }
}

function declaredWidth(typmod: number, bound: bigint): number {
  const declared = numericTypmod(typmod);
  if (declared) return declared.precision;
  // UBIGINT arrives as DECIMAL(20,0); the wider ones are no DECIMALs.
  return digitsOf(bound) <= 20 ? 20 : 0;
}

function constantShape(value: Numeric | null): NumericShape | undefined {
  if (value === null) return { scale: 0, bound: 0n, width: 1 };
  if (value.kind !== 'finite') return undefined;
  const bound = value.unscaled < 0n ? -value.unscaled : value.unscaled;
  return checked({ scale: value.scale, bound, width: widthFor(value.scale, bound) });
}

function rescaledBound(shape: NumericShape, scale: number): bigint {
  if (scale >= shape.scale) return shape.bound * powerOfTen(scale - shape.scale);
  // Rounding away from zero may carry.
  return shape.bound / powerOfTen(shape.scale - scale) + 1n;
}

/** Values of one or the other, of whatever scales. */
function mixture(found: readonly (NumericShape | undefined)[]): NumericShape | undefined {
  const alike = union(found);
  if (alike) return alike;
  const shapes = found.filter((shape) => shape !== undefined);
  if (shapes.length < found.length || shapes.some((shape) => !fits(shape) || shape.infinities)) return undefined;
  const scale = Math.max(...shapes.map((shape) => shape.scale));
  const width = Math.max(...shapes.map((shape) => shape.width - shape.scale)) + scale;
  const bound = shapes.map((shape) => shape.bound * powerOfTen(scale - shape.scale)).reduce(bigger);
  return width <= DIGITS_MAX ? { scale, bound, width, mixed: true } : undefined;
}

/** Values of either: only of the same scale. */
function union(shapes: readonly (NumericShape | undefined)[]): NumericShape | undefined {
  if (shapes.some((shape) => shape?.mixed || shape?.textual)) return undefined;
  const [first] = shapes;
  if (!first || !shapes.every((shape) => shape?.scale === first.scale && (shape.width === 0) === (first.width === 0)))
    return undefined;
  const integerDigits = Math.max(...shapes.map((shape) => shape!.width - shape!.scale));
  return {
    scale: first.scale,
    bound: shapes.map((shape) => shape!.bound).reduce(bigger),
    width: first.width === 0 ? 0 : Math.min(DIGITS_MAX, integerDigits + first.scale),
    ...(shapes.some((shape) => shape!.infinities) ? { infinities: true } : {}),
  };
}

/** DuckDB's result types: one digit more than the operands, but never beyond 18 by itself; the writer widens where needed. */
function sumShape(a: NumericShape, b: NumericShape): NumericShape | undefined {
  const scale = Math.max(a.scale, b.scale);
  const bound = a.bound * powerOfTen(scale - a.scale) + b.bound * powerOfTen(scale - b.scale);
  if (digitsOf(bound) > DIGITS_MAX || scale > DIGITS_MAX) return undefined;
  const natural = Math.max(a.width - a.scale, b.width - b.scale) + scale + 1;
  return { scale, bound, width: resultWidth(natural, a, b, bound, scale) };
}

function productShape(a: NumericShape, b: NumericShape): NumericShape | undefined {
  const scale = a.scale + b.scale;
  const bound = a.bound * b.bound;
  if (digitsOf(bound) > DIGITS_MAX || scale > DIGITS_MAX) return undefined;
  return { scale, bound, width: resultWidth(a.width + b.width, a, b, bound, scale) };
}

function resultWidth(natural: number, a: NumericShape, b: NumericShape, bound: bigint, scale: number): number {
  const narrow = Math.max(a.width, b.width) <= NARROW_DIGITS;
  if (narrow && digitsOf(bound) <= NARROW_DIGITS && scale <= NARROW_DIGITS) return Math.min(natural, NARROW_DIGITS);
  return Math.min(Math.max(natural, NARROW_DIGITS + 1), DIGITS_MAX);
}
