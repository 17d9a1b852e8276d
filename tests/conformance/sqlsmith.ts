/**
 * `npm run conformance -- sqlsmith --minutes N [--seed S]`: SQLsmith, a generator of random SQL, against a gateway over a PostgreSQL
 * and a DuckDB source: once over the sources' tables alone, and beside it over the catalog as well. Any statement may fail, but
 * only with an error of its own: an internal error, a lost connection, a crash, and a statement that neither its time limit nor
 * a cancel request ends make the proof fail.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { hasCommand } from '../support/optional.ts';
import { markdownTable } from './record.ts';
import { GatewayProcess } from './sqlsmith/gateway-process.ts';
import { WatchingProxy, type Ending } from './sqlsmith/watching-proxy.ts';

/** SQLsmith sets a statement_timeout of one second; this much later on a busy machine is a failure. */
const PATIENCE_MILLIS = 20_000;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface SqlsmithOptions {
  readonly minutes: number;
  readonly seed: number;
}

export interface SqlsmithSummary {
  readonly minutes: number;
  readonly statements: number;
  readonly byCode: ReadonlyMap<string, number>;
  /** 0A000 by message. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly faults: number;
}

/**
 * PostgreSQL itself, asked the same, fails with these: a function gives `unknown`, a typmod or another argument out of nowhere,
 * an aggregate's own function called by itself, the files of a tablespace that is none, statistics to restore that are not
 * given in pairs.
 */
const OWN_ERRORS = [
  /^XX000 failed to find conversion function from unknown to /,
  /^XX000 float[48]_\w+: expected \d+-element float8 array/,
  /^XX000 (?:unrecognized interval|invalid INTERVAL) typmod: /,
  /^XX000 unrecognized weight: /,
  /^XX000 unexpected end of flag array$/,
  /^XX000 cache lookup failed for operator class /,
  /^XX000 unsupported object class: /,
  /^XX000 unrecognized object type abbreviation: /,
  /^XX000 variadic arguments must be name\/value pairs$/,
  /^58P01 could not stat file "pg_tblspc\//,
];
const isOwn = ({ code, message, sql }: Ending): boolean =>
  OWN_ERRORS.some((own) => own.test(`${code} ${message}`)) || (code === '57P01' && sql.includes('pg_terminate_backend('));

/** Of PostgreSQL's errors those that no statement may cause: internal ones, of connections, of an operator, of the system. */
const isFault = (ending: Ending): boolean =>
  ending.cancelled ||
  ending.code === 'cut' ||
  ending.code === 'hung' ||
  ending.code === '' ||
  ending.message === '' ||
  (/^(XX00|08|58|57P|F0)/.test(ending.code) && !isOwn(ending));

export async function runSqlsmith({ minutes, seed }: SqlsmithOptions): Promise<SqlsmithSummary> {
  if (!hasCommand('sqlsmith', '--version'))
    throw new Error('this proof needs the program sqlsmith (Debian has a package of that name)');
  const byCode = new Map<string, number>();
  const faultsByMessage = new Map<string, number>();
  const refusals = new Map<string, number>();
  let statements = 0;
  let running = true;
  const testing = new Set<number>();
  const fault = (message: string, detail: string): void => {
    const times = (faultsByMessage.get(message) ?? 0) + 1;
    faultsByMessage.set(message, times);
    // A crash cuts every connection: each of their statements may be what it came from.
    if (times === 1 || message.startsWith('cut ')) console.log(`\n-- ${message}\n${detail}`);
  };
  const interruption = new Interruption();
  const gateway = await GatewayProcess.start((how, errors) => fault(`the gateway crashed: ${how}`, errors));
  const onEnding = (ending: Ending): void => {
    // Before it says so, SQLsmith reads the catalog.
    if (/^set statement_timeout/i.test(ending.sql)) testing.add(ending.connection);
    const isGenerated = testing.has(ending.connection) && !/^(BEGIN|ROLLBACK|set )/i.test(ending.sql);
    if (!running || (!isGenerated && ending.code === '00000')) return;
    statements++;
    byCode.set(ending.code, (byCode.get(ending.code) ?? 0) + 1);
    if (ending.code === '0A000') refusals.set(ending.message, (refusals.get(ending.message) ?? 0) + 1);
    if (ending.code === 'hung') gateway.kill();
    if (ending.code !== '00000' && isFault(ending))
      fault(`${ending.code} ${ending.message}${ending.cancelled ? ' (past its time limit)' : ''}`, ending.sql);
  };
  const proxy = await WatchingProxy.start({
    host: '127.0.0.1',
    port: () => gateway.port,
    patienceMillis: PATIENCE_MILLIS,
    onEnding,
  });
  const smiths: ChildProcess[] = [];
  try {
    // Of two roles, neither can terminate the other's session.
    const target = (user: string): string =>
      `--target=host=127.0.0.1 port=${proxy.port} user=${user} dbname=tributary sslmode=disable`;
    smiths.push(
      smith([target('smith'), `--seed=${seed}`, '--exclude-catalog']),
      smith([target('catalog_smith'), `--seed=${seed + 1}`]),
    );
    const timeOver = new Promise((resolve) => setTimeout(resolve, minutes * 60_000));
    await Promise.race([timeOver, interruption.happened, ...smiths.map(failure)]);
  } finally {
    running = false;
    for (const each of smiths) each.kill('SIGKILL');
    await Promise.all([proxy.stop(), gateway.stop()]);
    interruption.release();
  }
  return { minutes, statements, byCode, refusals, faults: [...faultsByMessage.values()].reduce((sum, n) => sum + n, 0) };
}

/** Ctrl-C and SIGTERM end the proof, not this process: nothing that it started may be left. */
class Interruption {
  /** Never resolves: it rejects with the first signal. */
  readonly happened: Promise<never>;
  #interrupt!: (signal: NodeJS.Signals) => void;

  constructor() {
    this.happened = new Promise((_, reject) => {
      this.#interrupt = (signal) => reject(new Error(`ended by ${signal}`));
    });
    // It may come before anyone waits.
    this.happened.catch(() => undefined);
    for (const signal of SIGNALS) process.on(signal, this.#interrupt);
  }

  release(): void {
    for (const signal of SIGNALS) process.off(signal, this.#interrupt);
  }
}

const smith = (options: readonly string[]): ChildProcess => spawn('sqlsmith', options, { stdio: ['ignore', 'ignore', 'pipe'] });

/** Never resolves: it rejects when the program ends by itself. */
const failure = (child: ChildProcess): Promise<never> =>
  new Promise((_, reject) => {
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)));
    child.once('error', reject);
    child.once('close', (code, signal) => reject(new Error(`sqlsmith ended (${signal ?? code}): ${said}`)));
  });

const sorted = (counts: ReadonlyMap<string, number>): [string, number][] => [...counts].sort((a, b) => b[1] - a[1]);

export const sqlsmithSummary = ({ minutes, statements, byCode, refusals, faults }: SqlsmithSummary): string => {
  const counts = [...sorted(refusals).slice(0, 40), ...sorted(byCode)].map(([what, times]) => `  ${times} × ${what}`);
  const answered = byCode.get('00000') ?? 0;
  return [...counts, `sqlsmith for ${minutes} minutes: ${statements} statements, ${answered} answered, ${faults} faults`].join(
    '\n',
  );
};

export const sqlsmithTable = (summary: SqlsmithSummary): string =>
  `${summary.minutes} minutes, ${summary.statements} statements, ${summary.faults} faults. By SQLSTATE:\n\n${markdownTable([
    ['SQLSTATE', 'statements'],
    ...sorted(summary.byCode),
  ])}`;
