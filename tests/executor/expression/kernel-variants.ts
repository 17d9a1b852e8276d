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

const civil = ['years', 'months', 'days', 'hours', 'minutes', 'seconds'];

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
  'make_time(int4,int4,float8)': [{ args: ['hours', 'minutes', 'seconds'] }],
  'make_timestamp(int4,int4,int4,int4,int4,float8)': [{ args: civil }],
  'make_timestamptz(int4,int4,int4,int4,int4,float8)': [{ args: civil }],
  'make_timestamptz(int4,int4,int4,int4,int4,float8,text)': [{ args: [...civil, 'displacements'] }],
  'make_interval(int4,int4,int4,int4,int4,int4,float8)': [
    { args: ['parts', 'parts', 'parts', 'parts', 'parts', 'parts', 'float8'] },
  ],
  'date_part(text,date)': [{ args: ['unit', 'date'], constants: [0] }],
  'to_timestamp(float8)': [{ args: ['epochs'] }, { args: ['float8'] }],
  'date_bin(interval,timestamp,timestamp)': [{ args: ['strides', 'timestamp', 'timestamp'] }],
  'date_bin(interval,timestamptz,timestamptz)': [{ args: ['strides', 'timestamptz', 'timestamptz'] }],
  'timezone(text,timestamptz)': [{ args: ['zones', 'timestamptz'] }],
  'timezone(text,timestamp)': [{ args: ['zones', 'timestamp'] }],
  'date_trunc(text,timestamptz,text)': [{ args: ['unit', 'timestamptz', 'zones'] }],
  'date_add(timestamptz,interval,text)': [{ args: ['timestamptz', 'interval', 'zones'] }],
  'date_subtract(timestamptz,interval,text)': [{ args: ['timestamptz', 'interval', 'zones'] }],
  'interval(interval,int4)': [{ args: ['interval', 'intervaltypmods'] }],
  'encode(bytea,text)': [{ args: ['longbytes', 'encodings'] }],
  'decode(text,text)': [{ args: ['encoded', 'encodings'] }],
  'convert_to(text,name)': [{ args: ['text', 'encodingnames'] }],
  'convert_from(bytea,name)': [{ args: ['utf8', 'encodingnames'] }],
  'factorial(int8)': [{ args: ['factors'] }],
  'quote_literal(anyelement)': everyType.map((type) => ({ args: [type], result: 'text' })),
  'quote_nullable(anyelement)': everyType.map((type) => ({ args: [type], result: 'text' })),
};
