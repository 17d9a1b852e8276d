/**
 * Benchmark data as CSV files in a folder that is made once and kept. Makers work from fixed seeds: whoever makes a folder,
 * its files are the same.
 */
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, stat } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';

/** Where all data sets are kept. */
export const DATA_FOLDER = path.join(os.tmpdir(), 'tributary-bench-data');

/** Answers `target`, filled by `fill` (which is given a folder to write to) unless it is there already. */
export async function makeOnce(target: string, fill: (folder: string) => Promise<void>): Promise<string> {
  if (await stat(target).catch(() => undefined)) return target;
  const work = `${target}.${process.pid}`;
  await mkdir(work, { recursive: true });
  await fill(work);
  // The PostgreSQL servers that load them may run as another user.
  await chmod(work, 0o755);
  // Another process may have been quicker; its files are the same.
  await rename(work, target).catch(async (error: unknown) => {
    if (!(await stat(target).catch(() => undefined))) throw error;
  });
  return target;
}

/** One line a row. */
export async function writeRows(file: string, rows: Iterable<string>): Promise<void> {
  const out = createWriteStream(file);
  let buffer = '';
  for (const row of rows) {
    buffer += `${row}\n`;
    if (buffer.length > 1 << 18) {
      if (!out.write(buffer)) await once(out, 'drain');
      buffer = '';
    }
  }
  out.end(buffer);
  await finished(out);
}
