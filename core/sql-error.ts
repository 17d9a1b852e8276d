/**
 * Errors meant for the user, in PostgreSQL's shape. Made only by the named constructors below (one per situation,
 * SQLSTATE and wording as PostgreSQL has them); the session turns them into ErrorResponse.
 */

export interface SqlErrorFields {
  /** Five-character SQLSTATE. */
  readonly code: string;
  readonly message: string;
  readonly severity?: 'ERROR' | 'FATAL' | 'PANIC';
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** 1-based, in characters of the statement the client sent. */
  readonly position?: number | undefined;
  readonly where?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly dataType?: string | undefined;
  readonly constraint?: string | undefined;
}

export class SqlError extends Error {
  override name = 'SqlError';
  readonly fields: SqlErrorFields;
  constructor(fields: SqlErrorFields, options?: ErrorOptions) {
    super(fields.message, options);
    this.fields = fields;
  }
  get code(): string {
    return this.fields.code;
  }
  /** The same error with some fields added or replaced. */
  with(fields: Partial<SqlErrorFields>): SqlError {
    return new SqlError({ ...this.fields, ...fields }, { cause: this });
  }
}

const make = (code: string, message: string, more: Partial<SqlErrorFields> = {}): SqlError =>
  new SqlError({ code, message, ...more });

/** What we do not do: named, so that the user knows what to change. */
export const featureNotSupported = (what: string, more: Partial<SqlErrorFields> = {}): SqlError =>
  make('0A000', `${what} is not supported`, more);
export const divisionByZero = (): SqlError => make('22012', 'division by zero');
/** `type` as PostgreSQL words it: "integer", "bigint", "smallint". */
export const outOfRange = (type: string): SqlError => make('22003', `${type} out of range`);
export const numericOverflow = (): SqlError => make('22003', 'value overflows numeric format');
export const floatOverflow = (): SqlError => make('22003', 'value out of range: overflow');
export const floatUnderflow = (): SqlError => make('22003', 'value out of range: underflow');
export const invalidTextRepresentation = (type: string, text: string): SqlError =>
  make('22P02', `invalid input syntax for type ${type}: "${text}"`);
export const invalidDatetimeFormat = (type: string, text: string): SqlError =>
  make('22007', `invalid input syntax for type ${type}: "${text}"`);
export const datetimeFieldOverflow = (text: string): SqlError => make('22008', `date/time field value out of range: "${text}"`);
/** `type`: "date", "timestamp", "interval". */
export const datetimeOutOfRange = (type: string): SqlError => make('22008', `${type} out of range`);
export const invalidParameterValue = (message: string, more: Partial<SqlErrorFields> = {}): SqlError =>
  make('22023', message, more);
export const subqueryMoreThanOneRow = (): SqlError =>
  make('21000', 'more than one row returned by a subquery used as an expression');
export const statementTooComplex = (): SqlError =>
  make('54001', 'stack depth limit exceeded', { hint: 'The statement nests expressions or queries too deeply.' });
export const programLimitExceeded = (message: string): SqlError => make('54000', message);
export const protocolViolation = (message: string): SqlError => make('08P01', message);
export const queryCanceled = (why: 'user request' | 'statement timeout'): SqlError =>
  make(
    '57014',
    why === 'user request' ? 'canceling statement due to user request' : 'canceling statement due to statement timeout',
  );
export const sourceUnavailable = (source: string, reason: string): SqlError =>
  make('08001', `could not connect to source "${source}"`, { detail: reason });
export const sourceConnectionLost = (source: string, reason: string): SqlError =>
  make('08006', `connection to source "${source}" was lost`, { detail: reason });
export const sourceBusy = (source: string, timeoutMs: number): SqlError =>
  make('53300', `no connection to source "${source}" became free within ${timeoutMs} ms`);
/** The mirror could not follow a change at the source; `reason` names what holds it. */
export const staleRelation = (source: string, relation: string, reason: string): SqlError =>
  make('55000', `table "${relation}" of source "${source}" has changed and could not be taken over`, { detail: reason });
export const insufficientPrivilege = (message: string): SqlError => make('42501', message);
export const outOfMemory = (detail: string): SqlError => make('53200', 'out of memory', { detail });
export const internalError = (message: string): SqlError => make('XX000', message);
/** An error a source answered with: its SQLSTATE and words, plus who said it. */
export const sourceError = (source: string, code: string, message: string, more: Partial<SqlErrorFields> = {}): SqlError =>
  make(code, message, { ...more, detail: more.detail ? `${more.detail} (source "${source}")` : `source "${source}"` });
/** For places where PostgreSQL's error has no constructor above and is used once. */
export const sqlError = (code: string, message: string, more: Partial<SqlErrorFields> = {}): SqlError =>
  make(code, message, more);
