/**
 * `tributary check`: validates the file, connects to each source and prints what it found; every problem with its line and
 * column in the YAML. Exit code 1 when there is any.
 */
import { loadConfiguration } from '../server/configuration/load.ts';
import { SqlError } from '../core/sql-error.ts';
import { createSite } from '../server/main.ts';
import type { SourceSchema } from '../algebra/site.ts';

const CONNECT_TIMEOUT_MS = 15_000;

export async function check(file: string): Promise<void> {
  const { configuration, positionOf } = loadConfiguration(file, process.env);
  let problems = 0;
  const problem = (source: string, message: string): void => {
    const { line, column } = positionOf('sources', source);
    process.stdout.write(`${file}:${line}:${column}: source ${source}: ${message}\n`);
    problems++;
  };
  for (const [name, source] of Object.entries(configuration.sources)) {
    const site = createSite(name, source);
    try {
      const schema = await site.describe(AbortSignal.timeout(CONNECT_TIMEOUT_MS));
      process.stdout.write(`${name} (${site.type})\n${summary(schema)}\n`);
      for (const each of schema.problems) problem(name, each);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      problem(name, `${error.message}${error.fields.detail === undefined ? '' : `: ${error.fields.detail}`}`);
    } finally {
      await site.close();
    }
  }
  process.stdout.write(problems === 0 ? `${file}: no problems\n` : `${problems} ${problems === 1 ? 'problem' : 'problems'}\n`);
  process.exitCode = problems === 0 ? 0 : 1;
}

const summary = (schema: SourceSchema): string =>
  schema.relations
    .map((relation) => {
      const rows = relation.estimatedRows === undefined ? 'rows unknown' : `about ${Math.round(relation.estimatedRows)} rows`;
      return `  ${relation.schema}.${relation.name}: ${relation.kind}, ${relation.columns.length} columns, ${rows}`;
    })
    .join('\n');
