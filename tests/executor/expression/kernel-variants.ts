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

/** A function over arrays of integers and of texts; `array` and `element` stand for what belongs together. */
function onArrays(
  signature: string,
  before: readonly string[],
  after: readonly string[],
  result?: string,
): Readonly<Record<string, readonly KernelVariant[]>> {
  const variants = [
    { array: 'integerlists', element: 'items', type: 'int4[]' },
    { array: 'textlists', element: 'words', type: 'text[]' },
  ].map(({ array, element, type }): KernelVariant => {
    const named = (set: string): string => (set === 'array' ? array : set === 'element' ? element : set);
    const args = [...before, 'array', ...after].map(named);
    return result === undefined ? { args } : { args, result: result === 'array' ? type : result };
  });
  return { [signature]: variants };
}

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
  ...onArrays('array_length(anyarray,int4)', [], ['dimensions']),
  ...onArrays('array_lower(anyarray,int4)', [], ['dimensions']),
  ...onArrays('array_upper(anyarray,int4)', [], ['dimensions']),
  ...onArrays('array_ndims(anyarray)', [], []),
  ...onArrays('array_dims(anyarray)', [], []),
  ...onArrays('cardinality(anyarray)', [], []),
  ...onArrays('trim_array(anyarray,int4)', [], ['dimensions'], 'array'),
  ...onArrays('array_position(anycompatiblearray,anycompatible)', [], ['element']),
  ...onArrays('array_position(anycompatiblearray,anycompatible,int4)', [], ['element', 'dimensions']),
  ...onArrays('array_positions(anycompatiblearray,anycompatible)', [], ['element'], 'int4[]'),
  ...onArrays('arraycontains(anyarray,anyarray)', [], ['array']),
  ...onArrays('arraycontained(anyarray,anyarray)', [], ['array']),
  ...onArrays('arrayoverlap(anyarray,anyarray)', [], ['array']),
  ...onArrays('array_append(anycompatiblearray,anycompatible)', [], ['element'], 'array'),
  ...onArrays('array_prepend(anycompatible,anycompatiblearray)', ['element'], [], 'array'),
  ...onArrays('array_cat(anycompatiblearray,anycompatiblearray)', [], ['array'], 'array'),
  ...onArrays('array_remove(anycompatiblearray,anycompatible)', [], ['element'], 'array'),
  ...onArrays('array_replace(anycompatiblearray,anycompatible,anycompatible)', [], ['element', 'element'], 'array'),
  ...onArrays('array_to_string(anyarray,text)', [], ['words']),
  ...onArrays('array_to_string(anyarray,text,text)', [], ['words', 'words']),
  'string_to_array(text,text)': [{ args: ['text', 'words'], result: 'text[]' }],
  'string_to_array(text,text,text)': [{ args: ['text', 'words', 'words'], result: 'text[]' }],
  'json_object_field(json,text)': [{ args: ['json', 'keys'] }],
  'json_array_element(json,int4)': [{ args: ['json', 'indexes'] }],
  'json_extract_path(json,_text)': [{ args: ['json', 'paths'], array: 1 }],
  'json_object_field_text(json,text)': [{ args: ['json', 'keys'] }],
  'json_array_element_text(json,int4)': [{ args: ['json', 'indexes'] }],
  'json_extract_path_text(json,_text)': [{ args: ['json', 'paths'], array: 1 }],
  'json_build_array(any)': [{ args: ['text', 'json'] }, { args: ['int4[]', 'bool', 'text'] }],
  'json_build_object(any)': [
    { args: ['text', 'json'] },
    { args: ['bool', 'int4[]', 'float8', 'text'] },
    { args: ['date', 'bytea', 'numeric'] },
    { args: ['json', 'int4'] },
    { args: ['timestamptz', 'int4'] },
  ],
  'to_json(anyelement)': [...everyType, 'timestamp', 'time', 'float4', 'json', 'jsonb', 'text', 'integerlists'].map((type) => ({
    args: [type],
    result: 'json',
  })),
  'jsonb_object_field(jsonb,text)': [{ args: ['jsonb', 'keys'] }],
  'jsonb_array_element(jsonb,int4)': [{ args: ['jsonb', 'indexes'] }],
  'jsonb_extract_path(jsonb,_text)': [{ args: ['jsonb', 'paths'], array: 1 }],
  'jsonb_object_field_text(jsonb,text)': [{ args: ['jsonb', 'keys'] }],
  'jsonb_array_element_text(jsonb,int4)': [{ args: ['jsonb', 'indexes'] }],
  'jsonb_extract_path_text(jsonb,_text)': [{ args: ['jsonb', 'paths'], array: 1 }],
  'jsonb_build_array(any)': [{ args: ['text', 'jsonb'] }, { args: ['int4[]', 'bool', 'text'] }],
  'jsonb_build_object(any)': [
    { args: ['text', 'jsonb'] },
    { args: ['bool', 'int4[]', 'float8', 'text'] },
    { args: ['date', 'bytea', 'numeric'] },
    { args: ['jsonb', 'int4'] },
    { args: ['timestamptz', 'int4'] },
  ],
  'to_jsonb(anyelement)': [...everyType, 'timestamp', 'time', 'float4', 'json', 'jsonb', 'text', 'integerlists'].map((type) => ({
    args: [type],
    result: 'jsonb',
  })),
  'array_to_json(anyarray)': [{ args: ['integerlists'] }, { args: ['textlists'] }],
  'array_to_json(anyarray,bool)': [{ args: ['integerlists', 'bool'] }],
  'jsonb_exists(jsonb,text)': [{ args: ['jsonb', 'keys'] }],
  'jsonb_exists_any(jsonb,_text)': [{ args: ['jsonb', 'paths'] }],
  'jsonb_exists_all(jsonb,_text)': [{ args: ['jsonb', 'paths'] }],
  'jsonb_delete(jsonb,text)': [{ args: ['jsonb', 'keys'] }],
  'jsonb_delete(jsonb,int4)': [{ args: ['jsonb', 'indexes'] }],
  'jsonb_delete(jsonb,_text)': [{ args: ['jsonb', 'paths'], array: 1 }],
  'jsonb_delete_path(jsonb,_text)': [{ args: ['jsonb', 'paths'] }],
  'jsonb_set(jsonb,_text,jsonb,bool)': [{ args: ['jsonb', 'paths', 'jsonb', 'bool'] }],
  'jsonb_insert(jsonb,_text,jsonb,bool)': [{ args: ['jsonb', 'paths', 'jsonb', 'bool'] }],
  'textregexeq(text,text)': [{ args: ['text', 'patterns'] }],
  'textregexne(text,text)': [{ args: ['text', 'patterns'] }],
  'texticregexeq(text,text)': [{ args: ['text', 'patterns'] }],
  'texticregexne(text,text)': [{ args: ['text', 'patterns'] }],
  'bpcharregexeq(bpchar,text)': [{ args: ['bpchar', 'patterns'] }],
  'bpcharregexne(bpchar,text)': [{ args: ['bpchar', 'patterns'] }],
  'bpcharicregexeq(bpchar,text)': [{ args: ['bpchar', 'patterns'] }],
  'bpcharicregexne(bpchar,text)': [{ args: ['bpchar', 'patterns'] }],
  'nameregexeq(name,text)': [{ args: ['name', 'patterns'] }],
  'nameregexne(name,text)': [{ args: ['name', 'patterns'] }],
  'nameicregexeq(name,text)': [{ args: ['name', 'patterns'] }],
  'nameicregexne(name,text)': [{ args: ['name', 'patterns'] }],
  'regexp_like(text,text)': [{ args: ['text', 'patterns'], constants: [1] }],
  'regexp_like(text,text,text)': [{ args: ['text', 'somepatterns', 'flags'], constants: [1, 2] }],
  'regexp_replace(text,text,text)': [{ args: ['text', 'patterns', 'templates'], constants: [1] }],
  'regexp_replace(text,text,text,text)': [{ args: ['text', 'somepatterns', 'templates', 'flags'], constants: [1, 3] }],
  'regexp_replace(text,text,text,int4)': [{ args: ['text', 'somepatterns', 'templates', 'starts'], constants: [1] }],
  'regexp_replace(text,text,text,int4,int4)': [
    { args: ['text', 'somepatterns', 'templates', 'starts', 'ordinals'], constants: [1] },
  ],
  'regexp_replace(text,text,text,int4,int4,text)': [
    { args: ['text', 'somepatterns', 'templates', 'starts', 'ordinals', 'flags'], constants: [1, 5] },
  ],
  'regexp_match(text,text)': [{ args: ['text', 'patterns'], constants: [1], result: 'text[]' }],
  'regexp_match(text,text,text)': [{ args: ['text', 'somepatterns', 'flags'], constants: [1, 2], result: 'text[]' }],
  'substring(text,text)': [{ args: ['text', 'patterns'], constants: [1] }],
  'regexp_count(text,text)': [{ args: ['text', 'patterns'], constants: [1] }],
  'regexp_count(text,text,int4)': [{ args: ['text', 'somepatterns', 'starts'], constants: [1] }],
  'regexp_count(text,text,int4,text)': [{ args: ['text', 'somepatterns', 'starts', 'flags'], constants: [1, 3] }],
  'regexp_substr(text,text)': [{ args: ['text', 'patterns'], constants: [1] }],
  'regexp_substr(text,text,int4)': [{ args: ['text', 'somepatterns', 'starts'], constants: [1] }],
  'regexp_substr(text,text,int4,int4)': [{ args: ['text', 'somepatterns', 'starts', 'ordinals'], constants: [1] }],
  'regexp_substr(text,text,int4,int4,text)': [
    { args: ['text', 'somepatterns', 'starts', 'ordinals', 'flags'], constants: [1, 4] },
  ],
  'regexp_substr(text,text,int4,int4,text,int4)': [
    { args: ['text', 'somepatterns', 'starts', 'ordinals', 'flags', 'ordinals'], constants: [1, 4] },
  ],
  'regexp_instr(text,text)': [{ args: ['text', 'patterns'], constants: [1] }],
  'regexp_instr(text,text,int4)': [{ args: ['text', 'somepatterns', 'starts'], constants: [1] }],
  'regexp_instr(text,text,int4,int4)': [{ args: ['text', 'somepatterns', 'starts', 'ordinals'], constants: [1] }],
  'regexp_instr(text,text,int4,int4,int4)': [
    { args: ['text', 'somepatterns', 'starts', 'ordinals', 'ordinals'], constants: [1] },
  ],
  'regexp_instr(text,text,int4,int4,int4,text)': [
    { args: ['text', 'somepatterns', 'starts', 'ordinals', 'ordinals', 'flags'], constants: [1, 5] },
  ],
  'regexp_split_to_array(text,text)': [{ args: ['text', 'patterns'], constants: [1], result: 'text[]' }],
  'regexp_split_to_array(text,text,text)': [{ args: ['text', 'somepatterns', 'flags'], constants: [1, 2], result: 'text[]' }],
  'similar_to_escape(text)': [{ args: ['similar'] }],
  'similar_to_escape(text,text)': [{ args: ['similar', 'escapes'] }],
  'to_char(timestamp,text)': [{ args: ['timestamp', 'datetemplates'] }],
  'to_char(timestamptz,text)': [{ args: ['timestamptz', 'datetemplates'] }],
  'to_char(interval,text)': [{ args: ['interval', 'datetemplates'] }],
  'to_char(numeric,text)': [{ args: ['numeric', 'numbertemplates'] }],
  'to_char(int4,text)': [{ args: ['int4', 'numbertemplates'] }],
  'to_char(int8,text)': [{ args: ['int8', 'numbertemplates'] }],
  'to_char(float4,text)': [{ args: ['float4', 'numbertemplates'] }],
  'to_char(float8,text)': [{ args: ['float8', 'numbertemplates'] }],
  'to_date(text,text)': [{ args: ['written', 'readtemplates'] }],
  'to_timestamp(text,text)': [{ args: ['written', 'readtemplates'] }],
  'quote_literal(anyelement)': everyType.map((type) => ({ args: [type], result: 'text' })),
  'quote_nullable(anyelement)': everyType.map((type) => ({ args: [type], result: 'text' })),
};
