/**
 * Columns that a block of inner joins makes equal: from a.k = b.k and b.k = c.k follows a.k = c.k, so a and c can be joined
 * before b. Only bare columns of one type under one equality operator, which is then transitive; each class asks for one
 * equality between any two parts of the block, for the parts hold the others already.
 */
import type { CallScalar, ColumnId, ColumnRefScalar, Scalar } from '../../algebra/scalar.ts';

export interface EqualityClass {
  readonly columns: ReadonlySet<ColumnId>;
  /** The equalities it was made of. */
  readonly written: readonly CallScalar[];
}

/** The classes among these conditions, and the conditions that belong to none. */
export function equalityClasses(conditions: readonly Scalar[]): { classes: readonly EqualityClass[]; others: readonly Scalar[] } {
  let classes: EqualityClass[] = [];
  const others: Scalar[] = [];
  for (const condition of conditions) {
    const columns = columnsOfEquality(condition);
    if (columns === undefined) {
      others.push(condition);
      continue;
    }
    const call = condition as CallScalar;
    const touched = classes.filter(
      (found) => columns.some((column) => found.columns.has(column)) && isSameEquality(found.written[0]!, call),
    );
    classes = [
      ...classes.filter((found) => !touched.includes(found)),
      {
        columns: new Set([...touched.flatMap((found) => [...found.columns]), ...columns]),
        written: [...touched.flatMap((found) => found.written), call],
      },
    ];
  }
  return { classes, others };
}

/** The class's equality between two sets of columns: as it was written where it was, else one that follows. */
export function equalityBetween(
  found: EqualityClass,
  left: ReadonlySet<ColumnId>,
  right: ReadonlySet<ColumnId>,
): Scalar | undefined {
  const links = (a: Scalar, b: Scalar): boolean =>
    a.kind === 'column' && b.kind === 'column' && left.has(a.column) && right.has(b.column);
  const written = found.written.find(({ args: [a, b] }) => links(a!, b!) || links(b!, a!));
  if (written) return written;
  const onLeft = [...found.columns].find((column) => left.has(column));
  const onRight = [...found.columns].find((column) => right.has(column));
  return onLeft === undefined || onRight === undefined ? undefined : equality(found, onLeft, onRight);
}

/** The equalities among the columns that one input has of the class. */
export function equalitiesWithin(found: EqualityClass, columns: ReadonlySet<ColumnId>): readonly Scalar[] {
  const own = [...found.columns].filter((column) => columns.has(column));
  return own.slice(1).map((column, i) => equality(found, own[i]!, column));
}

const equality = (found: EqualityClass, left: ColumnId, right: ColumnId): Scalar => ({
  ...found.written[0]!,
  args: [referenceTo(found, left), referenceTo(found, right)],
});

/** A column of the class as one of its equalities has it. */
export function referenceTo({ written }: EqualityClass, column: ColumnId): ColumnRefScalar {
  const args = written.flatMap((call) => call.args).filter((arg) => arg.kind === 'column');
  return args.find((arg) => arg.column === column)!;
}

function columnsOfEquality(condition: Scalar): readonly [ColumnId, ColumnId] | undefined {
  if (condition.kind !== 'call' || condition.operator?.name !== '=' || condition.operator.schema !== 'pg_catalog')
    return undefined;
  const [left, right] = condition.args;
  // x = x says that x is not NULL: no class would.
  const isPlain =
    left?.kind === 'column' && right?.kind === 'column' && left.column !== right.column && left.type.oid === right.type.oid;
  return isPlain && condition.operator.canHash && condition.fn.strict ? [left.column, right.column] : undefined;
}

export const collationKey = ({ inputCollation }: Pick<CallScalar, 'inputCollation'>): string | number =>
  typeof inputCollation === 'string' ? inputCollation : inputCollation.oid;

/** Equal values are the same value to every other function, but for how they print. */
export const isDeterministic = ({ inputCollation }: Pick<CallScalar, 'inputCollation'>): boolean =>
  typeof inputCollation === 'string' || inputCollation.deterministic;

const isSameEquality = (a: CallScalar, b: CallScalar): boolean =>
  a.fn.oid === b.fn.oid && collationKey(a) === collationKey(b) && a.args[0]!.type.oid === b.args[0]!.type.oid;
