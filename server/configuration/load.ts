/**
 * From the YAML file to a Configuration: environment interpolated, validated, paths made absolute. Every problem is
 * reported at once, each with the line and column of the key or value it is about.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { configurationSchema, type Configuration } from './schema.ts';

export interface ConfigurationProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
  readonly file: string;
  readonly problems: readonly ConfigurationProblem[];
  constructor(file: string, problems: readonly ConfigurationProblem[]) {
    super(problems.map((p) => `${file}:${p.line}:${p.column}: ${p.message}`).join('\n'));
    this.file = file;
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  /** Where in the file the value at a path stands (the nearest part that exists): for problems found later. */
  readonly positionOf: (...path: readonly string[]) => { readonly line: number; readonly column: number };
}

/** Throws ConfigurationError when the file cannot be read or anything in it is wrong. */
export function loadConfiguration(file: string, environment: Environment): LoadedConfiguration {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(file, [{ line: 1, column: 1, message: `cannot be read: ${(error as Error).message}` }]);
  }
  return parseConfiguration(text, file, environment);
}

/** The same for text; `file` names it in messages and anchors relative paths. */
export function parseConfiguration(text: string, file: string, environment: Environment): LoadedConfiguration {
  const lines = new LineCounter();
  const { masked, references } = maskReferences(text);
  const document = parseDocument(masked, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: ConfigurationProblem[] = document.errors.map((error) => ({ ...at(error.pos[0]), message: error.message }));
  if (problems.length === 0)
    interpolate(document, references, environment, (offset, message) => problems.push({ ...at(offset), message }));
  if (problems.length > 0) throw new ConfigurationError(file, problems);

  const parsed = configurationSchema.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const found = parsed.error.issues.flatMap((issue) => describeIssue(issue, document));
    throw new ConfigurationError(
      file,
      found.map(({ offset, message }) => ({ ...at(offset), message })),
    );
  }
  return {
    configuration: withAbsolutePaths(parsed.data, path.dirname(path.resolve(file))),
    positionOf: (...where) => at(offsetOf(document, where, true)),
  };
}

interface Reference {
  readonly name: string;
  readonly fallback: string | undefined;
}

/**
 * `${NAME}` and `${NAME:-default}` are no YAML inside `{ … }`, and a value put in before parsing could change the file's
 * structure. So each is replaced by as many private-use characters, which keeps every line and column, and by its value
 * once the text is parsed.
 */
function maskReferences(text: string): { masked: string; references: readonly Reference[] } {
  const references: Reference[] = [];
  const masked = text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}\n]*))?\}/g, (match, name: string, fallback?: string) => {
    const index = references.push({ name, fallback }) - 1;
    return `\uE000${String.fromCharCode(0xe100 + index)}`.padEnd(match.length, '\uE001');
  });
  return { masked, references };
}

function interpolate(
  document: Document,
  references: readonly Reference[],
  environment: Environment,
  report: (offset: number, message: string) => void,
): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string') return;
      node.value = node.value.replace(/\uE000([\uE100-\uF8FF])\uE001*/g, (_match, index: string) => {
        const { name, fallback } = references[index.charCodeAt(0) - 0xe100]!;
        const value = environment[name] ?? fallback;
        if (value === undefined) report(node.range?.[0] ?? 0, `environment variable ${name} is not set`);
        return value ?? '';
      });
    },
  });
}

function describeIssue(issue: z.core.$ZodIssue, document: Document): { offset: number; message: string }[] {
  const where = issue.path.join('.');
  const prefix = where === '' ? '' : `${where}: `;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path, document);
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      return {
        offset: offsetOf(document, [...issue.path, key], true),
        message: `${prefix}unknown key "${key}"${near ? `; did you mean "${near}"?` : ''}`,
      };
    });
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const first = issue.errors.flat()[0];
    if (first) return [{ offset: offsetOf(document, issue.path, false), message: `${prefix}${first.message}` }];
  }
  if (issue.code === 'invalid_key') {
    return [{ offset: offsetOf(document, issue.path, true), message: `${prefix}${issue.issues[0]?.message ?? issue.message}` }];
  }
  return [{ offset: offsetOf(document, issue.path, false), message: `${prefix}${issue.message}` }];
}

/** Keys the schema knows at a path. */
function knownKeys(at: readonly PropertyKey[], document: Document): readonly string[] {
  let shape: unknown = configurationSchema;
  const step = (schema: unknown, key: PropertyKey, value: unknown): unknown => {
    const plain = unwrap(schema);
    if (plain?.def.type === 'object') return plain.def.shape?.[String(key)];
    if (plain?.def.type === 'record') return plain.def.valueType;
    if (plain?.def.type === 'array') return plain.def.element;
    return value;
  };
  for (const [i, key] of at.entries()) {
    shape = step(shape, key, undefined);
    const plain = unwrap(shape);
    if (plain?.def.type === 'union' && plain.def.options) {
      const type = document.getIn([...at.slice(0, i + 1), 'type']);
      shape =
        plain.def.options.find((option) => unwrap(unwrap(option)?.def.shape?.['type'])?.def.values?.includes(type)) ?? shape;
    }
  }
  return Object.keys(unwrap(shape)?.def.shape ?? {});
}

interface Definition {
  readonly def: {
    readonly type: string;
    readonly shape?: Record<string, unknown>;
    readonly valueType?: unknown;
    readonly element?: unknown;
    readonly options?: readonly unknown[];
    readonly values?: readonly unknown[];
    readonly innerType?: unknown;
    readonly in?: unknown;
  };
}

function unwrap(schema: unknown): Definition | undefined {
  let current = schema as Definition | undefined;
  while (current?.def.innerType !== undefined || current?.def.in !== undefined) {
    current = (current.def.innerType ?? current.def.in) as Definition;
  }
  return current;
}

/** Offset of the value (or the key) at a path; of the deepest part that exists when it does not. */
function offsetOf(document: Document, at: readonly PropertyKey[], ofKey: boolean): number {
  for (let depth = at.length; depth >= 0; depth--) {
    const parent = depth === 0 ? undefined : depth === 1 ? document.contents : document.getIn(at.slice(0, depth - 1), true);
    if (ofKey && depth === at.length && isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === at[depth - 1]);
      if (pair && isScalar(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const node = (depth === 0 ? document.contents : document.getIn(at.slice(0, depth), true)) as Node | null | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

/** The known key with the fewest edits, if few enough to be a slip. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, edits: editDistance(key, candidate) })).sort((a, b) => a.edits - b.edits);
  const [best] = ranked;
  return best && best.edits <= Math.max(2, Math.floor(key.length / 3)) ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitute, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}

function withAbsolutePaths(configuration: Configuration, folder: string): Configuration {
  const absolute = (file: string): string => path.resolve(folder, file);
  const { listen, catalog, sources } = configuration;
  return {
    ...configuration,
    listen: listen.tls
      ? { ...listen, tls: { ...listen.tls, cert: absolute(listen.tls.cert), key: absolute(listen.tls.key) } }
      : listen,
    catalog: {
      ...catalog,
      ...(catalog.data_dir === undefined ? {} : { data_dir: absolute(catalog.data_dir) }),
      ...(catalog.setup === undefined ? {} : { setup: absolute(catalog.setup) }),
    },
    sources: Object.fromEntries(
      Object.entries(sources).map(([name, source]) => {
        if (source.type !== 'duckdb') return [name, source];
        const tables =
          source.tables && Object.fromEntries(Object.entries(source.tables).map(([table, file]) => [table, absolute(file)]));
        return [
          name,
          {
            ...source,
            ...(source.path === undefined ? {} : { path: absolute(source.path) }),
            ...(tables ? { tables } : {}),
            ...(source.allow_paths
              ? { allow_paths: source.allow_paths.map((allowed) => (isUrl(allowed) ? allowed : absolute(allowed))) }
              : {}),
          },
        ];
      }),
    ),
  };
}

const isUrl = (allowed: string): boolean => /^[a-z][a-z0-9+.-]+:/i.test(allowed);
