/**
 * ErrorResponses of the catalog server on their way to the client: positions speak of the client's text again, and the guard
 * on empty mirrors is told in our words.
 */
import { readNoticeFields } from '../../catalog/backend-error.ts';
import { sourceUnavailable, sqlError } from '../../core/sql-error.ts';
import type { SqlError } from '../../core/sql-error.ts';
import { message } from '../wire/backend-messages.ts';
import type { SentText } from './statement-text.ts';

/** `text`: what was sent for the statement; null when it was the client's own bytes. */
export function clientError(errorMessage: Buffer, text: SentText | null): Buffer {
  if ((text === null || text.verbatim) && !errorMessage.includes('C55000')) return errorMessage;
  const fields = readNoticeFields(errorMessage);
  const position = fields.get('P');
  if (position !== undefined && text !== null) fields.set('P', String(text.originalPosition(Number(position))));
  if (fields.get('C') === '55000' && fields.get('R') === 'ExecOpenScanRelation') {
    const relation = /"(.*)"/.exec(fields.get('M') ?? '')?.[1] ?? '';
    fields.set('C', '0A000');
    fields.set('M', `reading federated table "${relation}" in this statement is not supported`);
    fields.set('H', 'Federated tables can be read by SELECT, cursors, EXPLAIN, prepared statements and COPY (query) TO STDOUT.');
  }
  return rebuild(errorMessage[0]!, fields);
}

/** A table that does not exist may be one of a source nobody could ask yet: then that is what there is to say. */
export function aboutUnreadSource(errorMessage: Buffer, unread: (source: string) => string | undefined): Buffer {
  if (!errorMessage.includes('C42P01')) return errorMessage;
  const fields = readNoticeFields(errorMessage);
  const source = /^relation "([^".]+)\./.exec(fields.get('M') ?? '')?.[1];
  const reason = source === undefined ? undefined : unread(source);
  if (source === undefined || reason === undefined) return errorMessage;
  const told = sourceUnavailable(source, reason);
  fields.set('C', told.code);
  fields.set('M', told.message);
  fields.set('D', reason);
  return rebuild(errorMessage[0]!, fields);
}

/** An error in text of ours: its position is nobody's business. */
export function withoutPosition(errorMessage: Buffer): Buffer {
  const fields = readNoticeFields(errorMessage);
  for (const letter of ['P', 'p', 'q']) fields.delete(letter);
  return rebuild(errorMessage[0]!, fields);
}

/** An error about a statement's twin, as one about the statement. */
export function namedByUser(errorMessage: Buffer): Buffer {
  const fields = readNoticeFields(errorMessage);
  fields.set('M', (fields.get('M') ?? '').replace('"tributary:twin:', '"'));
  return rebuild(errorMessage[0]!, fields);
}

function rebuild(type: number, fields: ReadonlyMap<string, string>): Buffer {
  const parts = [...fields].map(([letter, value]) => Buffer.from(`${letter}${value}\0`, 'utf8'));
  return message(type, Buffer.concat([...parts, Buffer.from([0])]));
}

/** The same correction for an error that was captured and will be thrown. */
export const inClientPositions = (error: SqlError, text: SentText): SqlError =>
  error.fields.position === undefined ? error : error.with({ position: text.originalPosition(error.fields.position) });

export const cannotBeRun = (portal: string): SqlError => sqlError('55000', `portal "${portal}" cannot be run`);
export const noParameter = (number: number, position: number | undefined): SqlError =>
  sqlError('42P02', `there is no parameter $${number}`, { position });
