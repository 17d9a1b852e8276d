/**
 * DuckDB's errors are text: a class ("Out of Range Error: …") and a sentence. They become PostgreSQL's SQLSTATE and, where
 * PostgreSQL has words for it, its words; the rest keeps DuckDB's. Guards in fragments raise their own, marked ones.
 */
import { isNativeError } from 'node:util/types';
import { outOfRange, sourceError, sourceUnavailable, SqlError, sqlError } from '../../core/sql-error.ts';
import { datetimeOutOfRange, divisionByZero, featureNotSupported, numericOverflow } from '../../core/sql-error.ts';

/** Text of error('…') in a guard: the SQLSTATE follows, then a colon and PostgreSQL's message. */
export const GUARD_MARK = 'tributary/';

const CODE_OF_CLASS: readonly (readonly [RegExp, string])[] = [
  [/^Out of Memory/i, '53200'],
  [/^INTERRUPT/i, '57014'],
  [/^Interrupt/i, '57014'],
  [/^Out of Range/i, '22003'],
  [/^Conversion/i, '22018'],
  [/^Constraint/i, '23000'],
  [/^Permission/i, '42501'],
  [/^(?:Parser|Syntax)/i, '42601'],
  [/^Catalog Error: (?:Table|View)/i, '42P01'],
  [/^Catalog/i, '42704'],
  [/^Binder Error: (?:Referenced (?:column|table)|Table .* does not have a column|Values list)/i, '42703'],
  [/^Binder/i, '42804'],
  [/^Not implemented/i, '0A000'],
  [/^(?:IO|HTTP)/i, '58030'],
  [/^(?:Invalid Input|Mismatch Type|Invalid type)/i, '22023'],
];

const INTEGER_NAMES: Readonly<Record<string, string>> = { INT16: 'smallint', INT32: 'integer', INT64: 'bigint' };

/** The type that was too small, as DuckDB names it. */
const TYPED_OVERFLOWS = [
  /Overflow in (?:addition|subtraction|multiplication) of (INT16|INT32|INT64)\b/,
  /out of range for the destination type (INT16|INT32|INT64)\b/,
  /Failed to cast decimal value \S+ to type (INT16|INT32|INT64)\b/,
];

const firstLines = (message: string): string =>
  message
    .split(/\n\nLINE \d+:/)[0]!
    .split('\n')[0]!
    .trim();

/** Errors of native code may come from another realm than ours. */
const isError = (error: unknown): error is Error => isNativeError(error) || error instanceof Error;

export const reasonOf = (error: unknown): string => firstLines(isError(error) ? error.message : String(error));

/** An error raised while a fragment ran at `source`. SqlErrors of ours pass unchanged. */
export function fragmentError(source: string, error: unknown): Error {
  if (error instanceof SqlError) return error;
  if (!isError(error)) return sourceError(source, 'XX000', String(error));
  const message = firstLines(error.message);
  const own = exactError(message);
  if (own) return own.with({ detail: `source "${source}"` });
  const code = CODE_OF_CLASS.find(([pattern]) => pattern.test(message))?.[1];
  // Neither DuckDB's nor ours: a bug, with its stack.
  if (code === undefined && !/^[A-Z][\w ]* Error: /.test(message)) return error;
  return sourceError(source, code ?? 'XX000', message.replace(/^[A-Za-z ]+ Error: /, ''));
}

/** Errors that PostgreSQL has too. */
function exactError(message: string): SqlError | undefined {
  const guard = new RegExp(`${GUARD_MARK}(\\w{5}):(.*)$`, 's').exec(message);
  if (guard) {
    const [, code, text] = guard;
    if (code === '22012') return divisionByZero();
    if (code === '0A000') return featureNotSupported(text!);
    return sqlError(code!, text!);
  }
  for (const pattern of TYPED_OVERFLOWS) {
    const type = pattern.exec(message)?.[1];
    if (type !== undefined) return outOfRange(INTEGER_NAMES[type]!);
  }
  const division = /Overflow in division of (-\d+) \/ -1/.exec(message)?.[1];
  if (division !== undefined)
    return outOfRange(division === '-32768' ? 'smallint' : division === '-2147483648' ? 'integer' : 'bigint');
  if (/Date out of range/i.test(message)) return datetimeOutOfRange('date');
  if (/not in timestamp range|timestamp.*out of range/i.test(message)) return datetimeOutOfRange('timestamp');
  if (/More than one row returned by a subquery used as an expression/i.test(message)) {
    return sqlError('21000', 'more than one row returned by a subquery used as an expression');
  }
  if (
    /Overflow in (?:addition|subtraction|multiplication) of DECIMAL|DECIMAL.*out of range|Overflow in HUGEINT|SUM is out of range/i.test(
      message,
    )
  ) {
    return numericOverflow();
  }
  return undefined;
}

/** An error met on opening a file or describing it: the source is not there (08001), and why. */
export function openError(source: string, error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  const reason = reasonOf(error);
  if (/set lock on file|Conflicting lock|being used by another process/i.test(reason)) {
    return sourceUnavailable(source, `the file is locked by another process (${reason})`);
  }
  return sourceUnavailable(source, reason);
}
