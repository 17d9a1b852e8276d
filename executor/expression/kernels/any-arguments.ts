/** Functions of any number of arguments of any types: concat, concat_ws, format, num_nulls and num_nonnulls. */
import type { Kernel, KernelTable } from '../kernel.ts';
import { datumCode, kernel, nullableResult, resultOf } from '../kernel.ts';
import { nullableTextCode, opaqueArgument, overAnything } from './any-text.ts';
import { formatText } from './text-format-function.ts';

const present = (texts: readonly (string | null)[]): readonly string[] => texts.filter((text) => text !== null);

const joined = ([separator, ...texts]: readonly (string | null)[]): string | null =>
  separator === null ? null : present(texts).join(separator);

const format: Kernel = {
  collation: 'none',
  refusal: opaqueArgument,
  emit: (call) => {
    const { emitter } = call;
    const [text, ...values] = call.args.map((arg, i) =>
      i === 0 ? datumCode(emitter, arg) : nullableTextCode(call, arg, 'output function'),
    );
    const template = emitter.name(text!);
    const settings = emitter.hoist(call.settings);
    return nullableResult(
      call,
      `${template} === null ? null : ${emitter.hoist(formatText)}(${settings}, ${template}, [${values.join(', ')}])`,
    );
  },
};

const countNulls = (wanted: boolean): Kernel =>
  kernel((call) => {
    const counts = call.args.map((arg) => `(${arg.isNull ?? 'false'} === ${wanted} ? 1 : 0)`);
    return resultOf(call, counts.join(' + '));
  });

export const anyArgumentKernels: KernelTable = {
  'concat(any)': overAnything((texts) => present(texts).join(''), 'output function'),
  'concat_ws(text,any)': overAnything(joined, 'output function'),
  'format(text)': format,
  'format(text,any)': format,
  'num_nulls(any)': countNulls(true),
  'num_nonnulls(any)': countNulls(false),
};
