/** to_char of numbers. The template is a constant without RN, EEEE and V. */
import type { Int64, Numeric } from '../../../core/datum.ts';
import { roundNumeric } from '../../../core/numeric.ts';
import { formatNumeric } from '../../../core/numeric-text.ts';
import type { NumberText } from '../format/format-number.ts';
import { formatNumber } from '../format/format-number.ts';
import type { NumberTemplate } from '../format/number-template.ts';
import { parseNumberTemplate } from '../format/number-template.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { asNatural } from '../convert.ts';
import { resultOf } from '../kernel.ts';
import { fixedText } from '../format/fixed-text.ts';

const unsigned = (text: string, after: number): NumberText => {
  const negative = text.startsWith('-');
  return { negative, digits: negative ? text.slice(1) : text, after };
};

const ofNumeric = (value: Numeric, { after }: NumberTemplate): NumberText =>
  unsigned(formatNumeric(roundNumeric(value, after)), after);

const ofInteger = (value: Int64, { after }: NumberTemplate): NumberText =>
  unsigned(after === 0 ? String(value) : `${value}.${'0'.repeat(after)}`, after);

/** No more than the digits a type is sure of. */
const ofFloat =
  (digitsMax: number) =>
  (value: number, { after }: NumberTemplate): NumberText => {
    const length = fixedText(Math.abs(value), 0).length;
    const kept = length >= digitsMax ? 0 : Math.min(after, digitsMax - length);
    return unsigned(fixedText(value, kept), kept);
  };

function toChar(text: (value: never, template: NumberTemplate) => NumberText): Kernel {
  const format = (template: NumberTemplate, value: never): string => formatNumber(template, text(value, template));
  return {
    collation: 'none',
    refusal: ([, template]) => {
      if (template?.constant === undefined) return 'to_char with a template that is not constant';
      if (typeof template.constant !== 'string' || parseNumberTemplate(template.constant) !== undefined) return undefined;
      return `to_char with the template "${template.constant}"`;
    },
    emit: (call) => {
      const { emitter } = call;
      const [value, template] = call.args;
      const parsed = emitter.hoist(parseNumberTemplate(template!.constant as string));
      return resultOf(call, `${emitter.hoist(format)}(${parsed}, ${asNatural(emitter, value!)})`);
    },
  };
}

export const toCharNumberKernels: KernelTable = {
  'to_char(numeric,text)': toChar(ofNumeric),
  'to_char(int4,text)': toChar(ofInteger),
  'to_char(int8,text)': toChar(ofInteger),
  'to_char(float4,text)': toChar(ofFloat(6)),
  'to_char(float8,text)': toChar(ofFloat(15)),
};
