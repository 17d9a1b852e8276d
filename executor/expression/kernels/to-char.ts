/** to_char of timestamps and intervals. The template is a constant, without names in another language (TM). */
import type { SessionSettings } from '../../../algebra/plan.ts';
import { MICROS_PER_SECOND, splitTimestamp } from '../../../core/calendar.ts';
import { timestampTzToLocal } from '../../../core/datetime.ts';
import type { Int64, Interval } from '../../../core/datum.ts';
import { UNIX_TO_PG_DAYS } from '../../../core/datum.ts';
import { textContext } from '../../../core/text-format.ts';
import { parseTemplate } from '../format/datetime-template.ts';
import { fieldsOfInterval, fieldsOfMoment, formatFields, ofDatesOnly } from '../format/format-datetime.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { datumCode, nullableResult } from '../kernel.ts';
import { infinityOf } from './interval-arithmetic.ts';
import { timestampInfinity } from './moments.ts';

function ofTimestamp(_: SessionSettings, timestamp: Int64, template: string): string | null {
  if (template === '' || timestampInfinity(timestamp) !== 0) return null;
  return formatFields(parseTemplate(template), fieldsOfMoment(timestamp));
}

function ofTimestampTz(settings: SessionSettings, timestamp: Int64, template: string): string | null {
  if (template === '' || timestampInfinity(timestamp) !== 0) return null;
  const { zone } = textContext(settings);
  const { days, micros } = splitTimestamp(timestamp);
  const type = zone.typeAt((days + UNIX_TO_PG_DAYS) * 86_400 + Math.floor(micros / MICROS_PER_SECOND));
  const fields = fieldsOfMoment(timestampTzToLocal(timestamp, zone), type.offset, type.abbreviation);
  return formatFields(parseTemplate(template), fields);
}

function ofInterval(_: SessionSettings, value: Interval, template: string): string | null {
  if (template === '' || infinityOf(value) !== 0) return null;
  return formatFields(parseTemplate(template), fieldsOfInterval(value));
}

function toChar(f: (settings: SessionSettings, value: never, template: string) => string | null, isInterval: boolean): Kernel {
  return {
    collation: 'none',
    refusal: ([, template]) => {
      if (template?.constant === undefined) return 'to_char with a template that is not constant';
      if (typeof template.constant !== 'string') return undefined;
      for (const node of parseTemplate(template.constant)) {
        if (node.kind !== 'field') continue;
        if (node.translated) return 'to_char with TM';
        if (isInterval && ofDatesOnly.has(node.field)) return `to_char of an interval with ${node.field}`;
      }
      return undefined;
    },
    emit: (call) => {
      const codes = [call.emitter.hoist(call.settings), ...call.args.map((arg) => datumCode(call.emitter, arg))];
      return nullableResult(call, `${call.emitter.hoist(f)}(${codes.join(', ')})`);
    },
  };
}

export const toCharKernels: KernelTable = {
  'to_char(timestamp,text)': toChar(ofTimestamp, false),
  'to_char(timestamptz,text)': toChar(ofTimestampTz, false),
  'to_char(interval,text)': toChar(ofInterval, true),
};
