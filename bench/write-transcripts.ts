/**
 * `npm run transcripts`: runs what the docs show and puts the real output between their markers
 * (`<!-- transcript: NAME … -->` … `<!-- /transcript -->`), and writes the files that are made from code.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { configurationJsonSchema } from '../server/configuration/schema.ts';
import { DEMO_QUERIES } from '../cli/demo-data.ts';
import { startDemoShop } from '../cli/demo-shop.ts';
import { runText, tableText } from '../cli/query.ts';

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
  const fallback = schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
  return [`| \`${at}\` | ${type} | ${fallback} | ${schema.description ?? ''} |`];
}

const typeName = (schema: JsonSchema): string =>
  schema.type ?? [...new Set((schema.anyOf ?? []).map((each) => each.type ?? each.enum?.join(' \\| ')))].join(' or ');

const configurationTable = (): string =>
  ['| key | type | default | |', '|---|---|---|---|', ...configurationRows(configurationJsonSchema() as JsonSchema, '')].join(
    '\n',
  );

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
