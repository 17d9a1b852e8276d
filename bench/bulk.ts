/**
 * `npm run bench -- bulk`: SELECT * FROM orders, all rows, through the gateway (relayed) against the same client straight on
 * the source. The client reads and throws away the bytes, so that the servers are what is measured.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { serialize } from 'pg-protocol';
import { Federation } from '../tests/support/federation.ts';
import { tpchTables } from './tpch/generate.ts';
import { median, report } from './report.ts';

interface Server {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** Milliseconds from sending the query to ReadyForQuery, and the bytes in between. */
async function drain(server: Server, sql: string, binary: boolean): Promise<{ ms: number; bytes: number }> {
  const socket = connect({ host: server.host, port: server.port, noDelay: true });
  const state: { pending: Buffer; bytes: number } = { pending: Buffer.alloc(0), bytes: 0 };
  const untilReady = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const onData = (chunk: Buffer): void => {
        state.bytes += chunk.length;
        // ReadyForQuery is six bytes, 'Z' 0 0 0 5 status, and always the last of an answer.
        const tail = chunk.length >= 6 ? chunk : Buffer.concat([state.pending, chunk]);
        state.pending = tail.subarray(-6);
        if (state.pending.length === 6 && state.pending[0] === 0x5a && state.pending.readUInt32BE(1) === 5) {
          socket.off('data', onData);
          resolve();
        }
      };
      socket.on('data', onData).once('error', reject);
    });
  socket.write(serialize.startup({ user: server.user, database: server.database }));
  await untilReady();
  state.bytes = 0;
  const started = process.hrtime.bigint();
  if (binary) {
    socket.write(
      Buffer.concat([
        serialize.parse({ text: sql, name: '', types: [] }),
        serialize.bind({ binary: true }),
        serialize.describe({ type: 'P', name: '' }),
        serialize.execute({}),
        serialize.sync(),
      ]),
    );
  } else socket.write(serialize.query(sql));
  await untilReady();
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  socket.destroy();
  return { ms, bytes: state.bytes };
}

/** The built gateway in a process of its own: in ours it would share a thread with the client. */
async function serveSeparately(federation: Federation): Promise<{ host: string; port: number; stop(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-bulk-'));
  const configuration = path.join(folder, 'tributary.yaml');
  const { host, port } = federation.postgres;
  const url = `postgres://postgres@${host}:${port}/oracle`;
  await writeFile(
    configuration,
    `auth: { method: trust }\nlog: { level: warn }\nsources: { pg: { type: postgres, url: "${url}" } }\n`,
  );
  const child = spawn(process.execPath, ['dist/cli/main.js', 'serve', '-c', configuration, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = await new Promise<RegExpExecArray>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      const match = /ready on (.*):(\d+)/.exec(chunk.toString());
      if (match) resolve(match);
    });
  });
  child.removeAllListeners('exit');
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { host: ready[1]!, port: Number(ready[2]), stop };
}

export async function bulk(scale: number): Promise<void> {
  const tables = (await tpchTables(scale)).filter((t) => t.name === 'orders');
  const federation = await Federation.create(tables, { shared_buffers: '256MB' });
  const gateway = await serveSeparately(federation);
  try {
    const sql = 'SELECT * FROM orders';
    const direct: Server = {
      host: federation.postgres.host,
      port: federation.postgres.port,
      user: 'postgres',
      database: 'oracle',
    };
    const through: Server = { host: gateway.host, port: gateway.port, user: 'bench', database: 'tributary' };
    const metrics: Parameters<typeof report>[1] = {};
    for (const binary of [false, true]) {
      const ours: number[] = [];
      const reference: number[] = [];
      let bytes = 0;
      for (let i = 0; i < 7; i++) {
        const a = await drain(direct, sql, binary);
        const b = await drain(through, sql, binary);
        bytes = a.bytes;
        if (i >= 2) {
          reference.push(bytes / 1e6 / (a.ms / 1000));
          ours.push(b.bytes / 1e6 / (b.ms / 1000));
        }
      }
      const ratio = median(ours) / median(reference);
      Object.assign(metrics, {
        [`select * from orders, ${binary ? 'binary' : 'text'}, ${Math.round(bytes / 1e6)} MB`]: {
          ours: median(ours),
          reference: median(reference),
          ratio,
          unit: 'MB/s',
          target: '≥ 0.95× direct',
          ok: ratio >= 0.95,
        },
      });
    }
    report('bulk', metrics);
  } finally {
    await gateway.stop();
    await federation.stop();
  }
}
