/**
 * `npm run transcripts`: runs what the docs show and puts the real output between their markers
 * (`<!-- transcript: NAME … -->` … `<!-- /transcript -->`), and writes the files that are made from code.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { duckdbCapabilityTable } from '../connectors/duckdb/capability-table.ts';
import { duckdbWindowFunctions } from '../connectors/duckdb/window-verdict.ts';
import { configurationJsonSchema, configurationSchema } from '../server/configuration/schema.ts';
import { DEMO_QUERIES } from '../cli/demo-data.ts';
import { startDemoShop } from '../cli/demo-shop.ts';
import { runText, tableText } from '../cli/query.ts';
import { queryTables } from './placement/queries-page.ts';
import { resultsTables } from './results-page.ts';

const root = path.join(__dirname, '..');

async function demoTranscript(): Promise<string> {
  const shop = await startDemoShop(0);
  try {
    const client = new pg.Client({ host: shop.host, port: shop.port, user: 'demo', database: 'tributary' });
    await client.connect();
    const parts: string[] = [];
    for (const { title, sql } of DEMO_QUERIES.slice(0, 2)) {
      const plan = await runText(client, `EXPLAIN (COSTS OFF) ${sql}`);
      const shown = `${sql};`.replaceAll('\n', '\ntributary-> ');
      const planText = plan.rows.map(([line]) => line).join('\n');
      parts.push(
        `${title}:\n\`\`\`\ntributary=> ${shown}\n${tableText(await runText(client, sql))}\n\ntributary=> EXPLAIN (COSTS OFF) …\n${planText}\n\`\`\``,
      );
    }
    await client.end();
    return parts.join('\n\n');
  } finally {
    await shop.stop();
  }
}

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly required?: readonly string[];
}

/** One row per key of the configuration, from the schema that validates it. */
function configurationRows(schema: JsonSchema, at: string): string[] {
  const variants = schema.oneOf ?? (schema.anyOf?.some((each) => each.properties) ? schema.anyOf : undefined);
  if (variants)
    return variants.flatMap((variant) => configurationRows(variant, `${at} (${String(variant.properties?.['type']?.const)})`));
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([key, value]) =>
      configurationRows(value, at === '' ? key : `${at}.${key}`),
    );
  }
  if (schema.items) return configurationRows(schema.items, `${at}[]`);
  if (typeof schema.additionalProperties === 'object' && at === 'sources')
    return configurationRows(schema.additionalProperties, `${at}.NAME`);
  const type = schema.enum
    ? schema.enum.join(' \\| ')
    : schema.const === undefined
      ? typeName(schema)
      : `\`${String(schema.const)}\``;
  const fallback = schema.default === undefined ? defaultOf(at) : `\`${JSON.stringify(schema.default)}\``;
  return [`| \`${at}\` | ${type} | ${fallback} | ${schema.description ?? ''} |`];
}

/** Scalars may also be written as strings (they are, when they come from the environment). */
function typeName(schema: JsonSchema): string {
  const names = new Set((schema.anyOf ?? [schema]).map((each) => each.type ?? ''));
  if (names.has('number')) return 'size or duration';
  return names.has('integer') ? 'integer' : names.has('boolean') ? 'boolean' : [...names].join(' or ');
}

/** A configuration that leaves out all it can: what is there besides is the defaults. */
const defaults: unknown = configurationSchema.parse({
  auth: { method: 'trust', users: [{ name: 'ana' }] },
  sources: { postgres: { type: 'postgres', url: 'postgres://app@db/shop' }, duckdb: { type: 'duckdb', path: 'lake.duckdb' } },
});

function defaultOf(key: string): string {
  const path = key
    .replace(/^sources\.NAME \((\w+)\)/, 'sources.$1')
    .replaceAll('[]', '.0')
    .split('.');
  const value = path.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], defaults);
  const given = ['auth.method', 'auth.users[].name', 'sources.NAME (duckdb).path', 'sources.NAME (postgres).url'];
  return value === undefined || given.includes(key) || key.endsWith('.type') ? '' : `\`${JSON.stringify(value)}\``;
}

const configurationTable = (): string =>
  ['| key | type | default | |', '|---|---|---|---|', ...configurationRows(configurationJsonSchema() as JsonSchema, '')].join(
    '\n',
  );

/** What DuckDB is sent, and what not and why. */
function duckdbTable(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const lines = duckdbCapabilityTable.map(
    ({ signature, support, guard, reason }) => `| \`${signature}\` | ${support} | ${cell(guard ?? reason ?? '')} |`,
  );
  return [
    '# What runs at DuckDB',
    '',
    "Made from `connectors/duckdb/capability-table.ts` by `npm run transcripts`. By PostgreSQL's function behind an operator or name, and its",
    'argument types; what is not listed is not sent. Every pushed entry is compared with PostgreSQL on generated edge values by',
    '`tests/connectors/duckdb`.',
    '',
    '| function or aggregate | | |',
    '|---|---|---|',
    ...lines,
    '',
    '## Over windows',
    '',
    'The aggregates above, with arguments that are columns where there is a `FILTER`, and these. Frames in all modes with `EXCLUDE`: not',
    '`RANGE` with an offset (DuckDB overflows at the end of a type), not offsets that are not constant, not frames that end before they begin.',
    '',
    '| window function | |',
    '|---|---|',
    ...duckdbWindowFunctions.map(({ signature, only }) => `| \`${signature}\` | ${only === undefined ? '' : `only ${only}`} |`),
    '',
  ].join('\n');
}

function replaceTranscript(file: string, name: string, text: string): void {
  const target = path.join(root, file);
  const before = readFileSync(target, 'utf8');
  const marker = new RegExp(`(<!-- transcript: ${name}[^>]*-->\\n)[\\s\\S]*?(<!-- /transcript -->)`);
  if (!marker.test(before)) throw new Error(`${file} has no transcript ${name}`);
  writeFileSync(
    target,
    before.replace(marker, (_, open: string, close: string) => `${open}${text}\n${close}`),
  );
}

async function main(): Promise<void> {
  writeFileSync(path.join(root, 'examples/tributary.schema.json'), `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`);
  mkdirSync(path.join(root, 'docs/connectors'), { recursive: true });
  writeFileSync(path.join(root, 'docs/connectors/duckdb.md'), duckdbTable());
  replaceTranscript('docs/benchmarks.md', 'results', resultsTables(['bulk', 'start', 'plan', 'qerror', 'orders', 'placement']));
  replaceTranscript('docs/benchmarks.md', 'placement queries', queryTables());
  replaceTranscript('docs/configuration.md', 'keys', configurationTable());
  replaceTranscript('README.md', 'demo', await demoTranscript());
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
