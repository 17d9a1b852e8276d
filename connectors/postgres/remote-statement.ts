/**
 * One fragment as messages: its SQL, its parameters in the formats the source reads, the result formats asked for, and the
 * check that the source answers with the types the plan was made for.
 */
import type { RelColumn } from '../../algebra/rel.ts';
import { assert } from '../../core/assert.ts';
import { encodeBinary } from '../../core/binary-format.ts';
import type { Datum } from '../../core/datum.ts';
import { sourceError } from '../../core/sql-error.ts';
import type { SqlType, TypeKind } from '../../core/sql-type.ts';
import { formatDatum } from '../../core/text-format.ts';
import type { SessionSettings } from '../../algebra/plan.ts';
import type { WrittenSql } from '../sql/sql-writer.ts';
import { isSpelled, spelledArray } from './case-spellings.ts';
import type { BoundParameter } from './frontend-messages.ts';
import { isMadeOfRows } from './object-numbers.ts';

export interface RemoteStatement {
  readonly sql: string;
  readonly parameters: readonly BoundParameter[];
  readonly columns: readonly RelColumn[];
  readonly formats: readonly (0 | 1)[];
  readonly callsOwnFunctions?: boolean;
  /** Parsed anew each time, so that nothing of an earlier run can be stale, and never run again. */
  readonly runsOnce?: boolean;
  /** Parsed anew each time, so that PostgreSQL plans for these parameters: a generic plan takes every array for ten elements long. */
  readonly customPlan?: boolean;
}

/** Kinds without a binary form we read: their text is the same bytes anyway. */
const travelsAsText = (type: SqlType): boolean => type.kind === 'enum' || type.kind === 'opaque';

/** As a parameter: the numbers of types in a row are the catalog's, its text is anybody's. */
const isBoundAsText = (type: SqlType): boolean => travelsAsText(type) || isMadeOfRows(type);

/** The format in which a column is read into batches. */
export const columnFormat = (column: RelColumn): 0 | 1 => (travelsAsText(column.type) ? 0 : 1);

export function bindParameters(
  written: WrittenSql,
  params: readonly Datum[],
  settings: SessionSettings,
): readonly BoundParameter[] {
  return written.parameters.map((parameter) => {
    const { index, type } = parameter;
    assert(index >= 1 && index <= params.length, `no value for parameter ${index}`);
    const given = params[index - 1]!;
    const value = isSpelled(parameter) ? spelledArray(given, parameter.spellings) : given;
    assert(value !== undefined, `parameter ${index} has too many spellings for the statement it is bound to`);
    if (value === null) return { format: 0, bytes: null };
    const elementIsText = type.element !== undefined && travelsAsText(type.element);
    if (isBoundAsText(type) || elementIsText)
      return { format: 0, bytes: Buffer.from(formatDatum(type, value, settings), 'utf8') };
    return { format: 1, bytes: encodeBinary(type, value) };
  });
}

const TEXT_OIDS = new Set([19, 25, 1042, 1043, 114]);
const TEXT_KINDS = new Set<TypeKind>(['text', 'varchar', 'bpchar', 'name', 'json']);
const TEXT_ARRAY_OIDS = new Set([1003, 1009, 1014, 1015, 199]);

function answers(type: SqlType, oid: number): boolean {
  // Of the parts of a row, each is looked at as it comes.
  if (travelsAsText(type) || isMadeOfRows(type) || type.element?.domain !== undefined) return true;
  if (TEXT_KINDS.has(type.kind)) return TEXT_OIDS.has(oid);
  if (type.kind === 'array' && travelsAsText(type.element!)) return true;
  if (type.kind === 'array' && TEXT_KINDS.has(type.element!.kind)) return TEXT_ARRAY_OIDS.has(oid);
  return type.oid === oid;
}

/** The position of the first column that is not what was expected; -1: there is none. */
export const wrongColumn = (columns: readonly RelColumn[], oids: readonly number[]): number =>
  columns.findIndex((column, at) => !answers(column.type, oids[at]!));

/** Raises 0A000 when a table's columns have other types by now than its mirror says: bytes would be misread. */
export function checkResultTypes(source: string, columns: readonly RelColumn[], oids: readonly number[]): void {
  assert(columns.length === oids.length, `${oids.length} result columns, ${columns.length} expected`);
  const i = wrongColumn(columns, oids);
  if (i < 0) return;
  const { name, type } = columns[i]!;
  throw sourceError(source, '0A000', `the type of column "${name}" has changed at its source`, {
    detail: `${type.name} was expected, the type with OID ${oids[i]} came`,
    hint: 'The catalog is refreshed from the source in a moment; then run the statement again.',
  });
}
