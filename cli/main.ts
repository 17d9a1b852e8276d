#!/usr/bin/env node
/**
 * The command line. Exit codes: 0 clean stop, 1 failure at run time, 2 bad usage or configuration.
 */
import './thread-pool.ts';
import { Command, CommanderError, Option } from 'commander';
import { SqlError } from '../core/sql-error.ts';
import { ConfigurationError } from '../server/configuration/load.ts';
import { check } from './check.ts';
import { demo } from './demo.ts';
import { query, QUERY_FORMATS, type QueryFormat } from './query.ts';
import { serve } from './serve.ts';

const DEFAULT_FILE = 'tributary.yaml';

function commandLine(): Command {
  const program = new Command('tributary').description('A federated SQL gateway: many databases behind one PostgreSQL server');
  program.exitOverride().showHelpAfterError();
  program
    .command('serve')
    .description('run the server')
    .option('-c, --config <file>', 'configuration file', DEFAULT_FILE)
    .option('--host <host>', 'listen on this address instead')
    .option('--port <port>', 'listen on this port instead; 0 chooses a free one')
    .action((options: { config: string; host?: string; port?: string }) => serve(options.config, options));
  program
    .command('check')
    .description('validate the configuration, connect to each source and print what is there')
    .option('-c, --config <file>', 'configuration file', DEFAULT_FILE)
    .action((options: { config: string }) => check(options.config));
  program
    .command('query')
    .description('run one query without a server')
    .argument('<sql>')
    .option('-c, --config <file>', 'configuration file', DEFAULT_FILE)
    .addOption(new Option('--format <format>').choices([...QUERY_FORMATS]).default('table'))
    .option('--explain', 'show the plan instead of the rows')
    .action((sql: string, options: { config: string; format: QueryFormat; explain?: true }) =>
      query(options.config, sql, { format: options.format, explain: options.explain === true }),
    );
  program
    .command('demo')
    .description('a shop in PostgreSQL and DuckDB, three queries across both, and a server to play with')
    .option('--port <port>', 'listen on this port', '5433')
    .option('--once', 'stop after the queries instead of serving')
    .action((options: { port: string; once?: true }) => demo({ port: Number(options.port), once: options.once === true }));
  return program;
}

async function main(): Promise<number> {
  try {
    await commandLine().parseAsync();
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof SqlError && error.fields.detail !== undefined) process.stderr.write(`DETAIL:  ${error.fields.detail}\n`);
    return error instanceof ConfigurationError ? 2 : 1;
  }
}

void main().then((code) => process.exit(code));
