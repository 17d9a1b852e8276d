/**
 * The configuration file, defined once: this validates it, types it and makes its JSON Schema. Names are a contract with
 * users; keys are snake_case as in YAML, and stay so in code that reads them.
 */
import { z } from 'zod';
import { ruleNames } from '../../planner/plan-query.ts';
import { parseDuration, parseSize } from './units.ts';

const integer = (min: number, max: number) =>
  z.union([z.int(), z.string().regex(/^\d+$/, 'expected a whole number').transform(Number)]).pipe(z.int().min(min).max(max));

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

const measure = (parse: (text: string) => number | undefined, example: string) =>
  z.union([z.number().min(0), z.string()]).transform((value, context) => {
    const parsed = typeof value === 'number' ? value : parse(value);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: `expected something like ${example}` });
    return z.NEVER;
  });
const size = measure(parseSize, '512MB');
const duration = measure(parseDuration, '500ms or 30s');

const RESERVED_SOURCE = /^(pg_.*|public|information_schema|tributary.*)$/;
const sourceName = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,40}$/, 'a source name is lower-case letters, digits and _, at most 41 characters')
  .refine((name) => !RESERVED_SOURCE.test(name), 'this name is reserved');

const RESERVED_ROLE = /^(pg_.*|tributary.*|public|none|postgres)$/;
const roleName = z
  .string()
  .min(1)
  .max(63)
  .refine((name) => !RESERVED_ROLE.test(name), 'this name is reserved');

const listen = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: integer(0, 65_535).default(5433),
  tls: z.strictObject({ cert: z.string(), key: z.string(), required: flag.default(false) }).optional(),
});

const user = z.strictObject({
  name: roleName,
  password: z.string().min(1).optional().describe('a password, or a stored SCRAM-SHA-256 verifier'),
  sources: z.array(sourceName).optional().describe('sources this user may read; all when left out'),
  admin: flag.default(false),
});

const auth = z.strictObject({
  method: z.enum(['trust', 'scram-sha-256']).default('scram-sha-256'),
  allow_insecure: flag.default(false).describe('allow trust on an address that is not loopback'),
  users: z.array(user).default([]),
});

const postgresSource = z.strictObject({
  type: z.literal('postgres'),
  url: z.string().regex(/^postgres(ql)?:\/\//, 'expected postgres://user@host:port/database'),
  password: z.string().optional(),
  pool: z.strictObject({ max: integer(1, 1_000).default(8), wait: duration.default(10_000) }).prefault({}),
});

const duckdbSource = z
  .strictObject({
    type: z.literal('duckdb'),
    path: z.string().optional().describe('a DuckDB database file; relative to this configuration file'),
    read_only: flag.default(true),
    tables: z.record(z.string(), z.string()).optional().describe('table name → Parquet, CSV or JSON file or glob'),
    allow_paths: z
      .array(z.string().min(1))
      .optional()
      .describe('folders, files or URL prefixes that read_parquet(), read_csv() and read_json() may read; none without it'),
    memory_limit: size.optional(),
    threads: integer(1, 256).optional(),
  })
  .refine(
    (source) => source.path !== undefined || source.tables !== undefined || source.allow_paths !== undefined,
    'a duckdb source needs `path`, `tables` or `allow_paths`',
  );

const source = z.discriminatedUnion('type', [postgresSource, duckdbSource]);

const limits = z.strictObject({
  connections: integer(1, 10_000).default(200),
  concurrent_queries: integer(1, 10_000).default(100),
  memory: size.default(2 * 1024 ** 3),
  query_memory: size.default(512 * 1024 ** 2),
  temp_dir: z.string().optional(),
  temp_disk: size.default(20 * 1024 ** 3),
  statement_timeout: duration.default(0),
  idle_session_timeout: duration.default(0),
});

export const configurationSchema = z
  .strictObject({
    listen: listen.prefault({}),
    auth: auth.prefault({}),
    sources: z.record(sourceName, source).default({}),
    catalog: z
      .strictObject({
        data_dir: z.string().optional(),
        setup: z.string().optional(),
        url: z.string().optional(),
        refresh: duration.default(60_000).describe('how often the sources are asked for changed tables; 0: only on demand'),
        statistics: duration
          .default(3_600_000)
          .describe('how old statistics of the sources may become before they are asked again; 0: only by ANALYZE'),
      })
      .prefault({}),
    limits: limits.prefault({}),
    planner: z
      .strictObject({ disable: z.array(z.enum(ruleNames)).default([]).describe('rules that must not fire, for diagnosis') })
      .prefault({}),
    log: z
      .strictObject({
        level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
        slow_query: duration.default(1_000),
      })
      .prefault({}),
    metrics: z.strictObject({ host: z.string().default('127.0.0.1'), port: integer(0, 65_535) }).optional(),
  })
  .superRefine((configuration, context) => {
    const { host } = configuration.listen;
    const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
    if (configuration.auth.method === 'trust' && !loopback && !configuration.auth.allow_insecure) {
      const message = `trust on ${host} would let anyone in: use scram-sha-256, or say allow_insecure: true`;
      context.addIssue({ code: 'custom', path: ['auth', 'method'], message });
    }
    if (configuration.auth.method === 'scram-sha-256' && configuration.auth.users.length === 0) {
      context.addIssue({ code: 'custom', path: ['auth'], message: 'scram-sha-256 needs `users`' });
    }
    configuration.auth.users.forEach((each, i) => {
      if (configuration.auth.method === 'scram-sha-256' && each.password === undefined) {
        context.addIssue({ code: 'custom', path: ['auth', 'users', i], message: `user ${each.name} needs a password` });
      }
      each.sources?.forEach((name, j) => {
        if (name in configuration.sources) return;
        context.addIssue({ code: 'custom', path: ['auth', 'users', i, 'sources', j], message: `no source is called ${name}` });
      });
      const first = configuration.auth.users.findIndex((other) => other.name === each.name);
      if (first !== i)
        context.addIssue({ code: 'custom', path: ['auth', 'users', i, 'name'], message: `user ${each.name} is there twice` });
    });
    if (configuration.catalog.url !== undefined && configuration.catalog.data_dir !== undefined) {
      context.addIssue({ code: 'custom', path: ['catalog'], message: 'give `data_dir` or `url`, not both' });
    }
  });

export type Configuration = z.infer<typeof configurationSchema>;
export type SourceConfiguration = z.infer<typeof source>;

/** For editors: `# yaml-language-server: $schema=./tributary.schema.json`. */
export const configurationJsonSchema = (): unknown => z.toJSONSchema(configurationSchema, { io: 'input' });
