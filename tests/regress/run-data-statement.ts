/** Runs what fills a database: `COPY … FROM stdin` from a file that the server reads, temporary objects as ordinary ones. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { run, type Outcome } from '../support/differential.ts';
import type { RegressStage } from './regress-world.ts';
import type { ScriptItem } from './psql-script.ts';

type Statement = Extract<ScriptItem, { kind: 'statement' }>;

export async function runData(client: pg.Client, statement: Statement, folder: string): Promise<Outcome> {
  if (statement.data === undefined) return run(client, statement.sql);
  const file = path.join(folder, 'copy.data');
  await writeFile(file, statement.data, { mode: 0o644 });
  return run(client, statement.sql.replace(/\bfrom\s+stdin\b/i, `FROM '${file}'`));
}

/** On the source, whose sessions have the schema of temporary objects first in their path. */
export async function runDataAtSource(stage: RegressStage, statement: Statement, temporary: boolean): Promise<Outcome> {
  const { source: client, folder } = stage;
  if (temporary) return runData(client, { ...statement, sql: withoutTemporary(statement.sql) }, folder);
  if (!/^\s*(?:create|import|select|with)\b/i.test(statement.sql)) return runData(client, statement, folder);
  // A new object must not land among the temporary ones.
  await client.query(`SET search_path = ${stage.creationPath}`);
  const outcome = await runData(client, statement, folder);
  await client.query(`SET search_path = ${stage.sourcePath}`);
  return outcome;
}

const withoutTemporary = (sql: string): string =>
  sql
    .replace(/\b((?:create(?:\s+or\s+replace)?|into))\s+(?:local\s+|global\s+)?temp(?:orary)?\b/i, '$1')
    .replace(/\bon\s+commit\s+(?:drop|delete\s+rows|preserve\s+rows)\b/i, '')
    .replace(/\bpg_temp\./gi, '');
