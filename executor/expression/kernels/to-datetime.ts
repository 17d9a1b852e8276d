/** to_date and to_timestamp of text with a constant template. */
import type { SessionSettings } from '../../../algebra/plan.ts';
import { civilToDays, DATE_END, DATE_MIN, isTimestampInRange, joinTimestamp } from '../../../core/calendar.ts';
import { localToTimestampTz } from '../../../core/datetime.ts';
import type { Int64 } from '../../../core/datum.ts';
import { datetimeOutOfRange, sqlError } from '../../../core/sql-error.ts';
import { textContext } from '../../../core/text-format.ts';
import { parseTemplate } from '../format/datetime-template.ts';
import { parseByTemplate, unreadableField } from '../format/parse-datetime.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { applyInSession } from '../kernel.ts';

/** Years whose days PostgreSQL counts. */
const YEAR_MIN = -4713;
const YEAR_MAX = 5874898;

function toDate(_: SessionSettings, text: string, template: string): number {
  const { year, month, day } = parseByTemplate(text, parseTemplate(template));
  const date = year < YEAR_MIN || year > YEAR_MAX ? DATE_END : civilToDays(year, month, day);
  if (date < DATE_MIN || date >= DATE_END) throw sqlError('22008', `date out of range: "${text}"`);
  return date;
}

function toTimestamp(settings: SessionSettings, text: string, template: string): Int64 {
  const { year, month, day, micros } = parseByTemplate(text, parseTemplate(template));
  if (year < YEAR_MIN || year > YEAR_MAX) throw datetimeOutOfRange('timestamp');
  const local = joinTimestamp(civilToDays(year, month, day), micros);
  if (!isTimestampInRange(local)) throw datetimeOutOfRange('timestamp');
  const timestamp = localToTimestampTz(local, textContext(settings).zone);
  if (!isTimestampInRange(timestamp)) throw datetimeOutOfRange('timestamp');
  return timestamp;
}

const reading = (kernel: Kernel): Kernel => ({
  ...kernel,
  refusal: ([, template]) => {
    if (template?.constant === undefined) return 'to_date or to_timestamp with a template that is not constant';
    if (typeof template.constant !== 'string') return undefined;
    const field = unreadableField(parseTemplate(template.constant));
    return field === undefined ? undefined : `to_date or to_timestamp with ${field}`;
  },
});

export const toDatetimeKernels: KernelTable = {
  'to_date(text,text)': reading(applyInSession(toDate)),
  'to_timestamp(text,text)': reading(applyInSession(toTimestamp)),
};
