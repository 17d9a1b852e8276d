/** ErrorResponse and NoticeResponse of the catalog server as fields and as SqlError. */
import { SqlError, sqlError } from '../core/sql-error.ts';

/**
 * The fields of an `E` or `N` message (header included) by their one-letter code: `C` SQLSTATE, `M` message, `F` the source
 * file that raised it, `R` its routine, `W` context, …
 */
export function readNoticeFields(message: Buffer): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 5; at < message.length && message[at] !== 0;) {
    const end = message.indexOf(0, at + 1);
    if (end < 0) break;
    found.set(String.fromCharCode(message[at]!), message.toString('utf8', at + 1, end));
    at = end + 1;
  }
  return found;
}

export function errorFromMessage(message: Buffer): SqlError {
  const fields = readNoticeFields(message);
  const severity = fields.get('V');
  const position = fields.get('P');
  return sqlError(fields.get('C') ?? 'XX000', fields.get('M') ?? 'error without a message', {
    ...(severity === 'FATAL' || severity === 'PANIC' ? { severity } : {}),
    detail: fields.get('D'),
    hint: fields.get('H'),
    position: position === undefined ? undefined : Number(position),
    where: fields.get('W'),
    schema: fields.get('s'),
    table: fields.get('t'),
    column: fields.get('c'),
    dataType: fields.get('d'),
    constraint: fields.get('n'),
  });
}
