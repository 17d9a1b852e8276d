/** For functions whose arguments are not said by their signature: the sets of edge values they are called with. */
export interface KernelVariant {
  /** Types, or names in edgeSets. */
  readonly args: readonly string[];
  /** The result's type where the signature does not say it. */
  readonly result?: string;
  /** The argument that is the array of a variadic function. */
  readonly array?: number;
  /** Arguments that are constants where the kernel takes them only so; the last one when not given. */
  readonly constants?: readonly number[];
}

const everyType = [
  'bool',
  'int8',
  'float8',
  'numeric',
  'bpchar',
  'bytea',
  'date',
  'timestamptz',
  'interval',
  'uuid',
  'text[]',
  'mood',
];

export const kernelVariants: Readonly<Record<string, readonly KernelVariant[]>> = {
  'concat(any)': [{ args: ['text', 'bool', 'bpchar'] }, ...everyType.map((type) => ({ args: [type, 'int2'] }))],
  'concat_ws(text,any)': [{ args: ['text', 'text', 'int4'] }, { args: ['text', 'int4[]', 'date'] }],
  'num_nulls(any)': [{ args: ['text', 'bool', 'int4'] }],
  'num_nonnulls(any)': [{ args: ['text', 'bool', 'int4'] }],
  'format(text)': [{ args: ['formats'] }],
  'format(text,any)': [
    { args: ['formats', 'text'] },
    { args: ['formats', 'widths', 'text'] },
    { args: ['formats', 'bool', 'bpchar', 'numeric'] },
  ],
  'quote_literal(anyelement)': everyType.map((type) => ({ args: [type], result: 'text' })),
  'quote_nullable(anyelement)': everyType.map((type) => ({ args: [type], result: 'text' })),
};
