/**
 * `npm run bench -- start`: from starting the process to its ready line (first start with an empty data directory, and
 * again), and the memory it and its catalog server hold when idle. Runs the built program, as users do.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { median, report } from './report.ts';

interface Start {
  readonly ms: number;
  readonly gatewayMb: number;
  readonly catalogMb: number;
}

/** Proportional set size of a process, MB: shared pages count once over all who share them. */
const pssMb = (pid: number): number => {
  const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return Number(match?.[1] ?? 0) / 1024;
};

function descendants(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return new RegExp(`^PPid:\\s+${pid}$`, 'm').test(readFileSync(`/proc/${name}/status`, 'utf8'));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH') return false;
        throw error;
      }
    })
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

async function startOnce(configuration: string): Promise<Start> {
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, ['dist/cli/main.js', 'serve', '-c', configuration, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('tributary ready on')) resolve();
    });
  });
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const gatewayMb = pssMb(child.pid!);
  const catalogMb = descendants(child.pid!).reduce((sum, pid) => sum + pssMb(pid), 0);
  child.removeAllListeners('exit');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  return { ms, gatewayMb, catalogMb };
}

export async function start(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tributary-start-'));
  try {
    const configuration = path.join(folder, 'tributary.yaml');
    await writeFile(configuration, 'auth: { method: trust }\ncatalog: { data_dir: ./catalog }\nlog: { level: warn }\n');
    const first = await startOnce(configuration);
    const later: Start[] = [];
    for (let i = 0; i < 5; i++) later.push(await startOnce(configuration));
    const metric = (ours: number, target: number, unit: string) => ({
      ours,
      reference: target,
      ratio: ours / target,
      unit,
      target: `≤ ${target} ${unit}`,
      ok: ours <= target,
    });
    report('start', {
      'first start to ready': metric(first.ms, 2_500, 'ms'),
      'later start to ready, median of 5': metric(median(later.map((s) => s.ms)), 1_000, 'ms'),
      'gateway, idle (PSS)': metric(median(later.map((s) => s.gatewayMb)), 150, 'MB'),
      'catalog server, idle (PSS)': metric(median(later.map((s) => s.catalogMb)), 60, 'MB'),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
