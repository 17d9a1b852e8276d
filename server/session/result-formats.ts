/** Result format codes as PostgreSQL reads them (PortalSetResultFormat): none = all text, one = for all, else one each. */
import { invalidParameterValue, protocolViolation } from '../../core/sql-error.ts';

export function resolveFormats(formats: readonly number[], columns: number): (0 | 1)[] {
  if (formats.length > 1 && formats.length !== columns) {
    throw protocolViolation(`bind message has ${formats.length} result formats but query has ${columns} columns`);
  }
  return Array.from({ length: columns }, (_, column) => {
    const code = formats.length === 1 ? formats[0]! : (formats[column] ?? 0);
    if (code !== 0 && code !== 1) throw invalidParameterValue(`unsupported format code: ${code}`);
    return code;
  });
}
