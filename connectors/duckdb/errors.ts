/**
 * DuckDB's errors are text: a class ("Out of Range Error: …") and a sentence. They become PostgreSQL's SQLSTATE and, where
 * PostgreSQL has words for it, its words; the rest keeps DuckDB's. Guards in fragments raise their own, marked ones.
 */
import { outOfRange, sourceError, sourceUnavailable, SqlError, sqlError } from '../../core/sql-error.ts';
import { divisionByZero, featureNotSupported, numericOverflow } from '../../core/sql-error.ts';

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

const firstLines = (message: string): string =>
  message
    .split(/\n\nLINE \d+:/)[0]!
    .split('\n')[0]!
    .trim();

export const reasonOf = (error: unknown): string => firstLines(error instanceof Error ? error.message : String(error));

/** An error raised while a fragment ran at `source`. SqlErrors of ours pass unchanged. */
export function fragmentError(source: string, error: unknown): Error {
  if (error instanceof SqlError) return error;
  if (!(error instanceof Error)) return sourceError(source, 'XX000', String(error));
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
  const overflow = /Overflow in (?:addition|subtraction|multiplication|division) of (INT16|INT32|INT64)\b/.exec(message);
  if (overflow) return outOfRange(INTEGER_NAMES[overflow[1]!]!);
  const cast =
    /(?:out of range for the destination type|can't be cast because the value is out of range for the destination type) (INT16|INT32|INT64)\b/.exec(
      message,
    );
  if (cast) return outOfRange(INTEGER_NAMES[cast[1]!]!);
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
