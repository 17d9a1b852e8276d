/** The links that sources are reached over, and a handle on the process that makes one slow and counts its bytes. */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';

export interface LinkSpeed {
  /** Each way; null: as fast as it goes. */
  readonly bitsPerSecond: number | null;
  readonly roundTripMs: number;
}

export const LINKS: Readonly<Record<string, LinkSpeed>> = {
  loopback: { bitsPerSecond: null, roundTripMs: 0 },
  '1gbit': { bitsPerSecond: 1e9, roundTripMs: 0 },
  '100mbit': { bitsPerSecond: 1e8, roundTripMs: 5 },
};

export type LinkRequest =
  | { readonly kind: 'open'; readonly host: string; readonly port: number }
  | { readonly kind: 'speed'; readonly speed: LinkSpeed }
  | { readonly kind: 'bytes' };

export interface LinkBytes {
  /** To the source. */
  readonly up: number;
  readonly down: number;
}

const RUNNER = path.join(__dirname, '../../tests/support/run-typescript.cjs');

export class Link {
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** To a source, at full speed at first. */
  static async start(to: { readonly host: string; readonly port: number }): Promise<Link> {
    const child = fork(RUNNER, [path.join(__dirname, 'link-process.ts')]);
    const { port } = await ask<{ port: number }>(child, { kind: 'open', host: to.host, port: to.port });
    return new Link(child, port);
  }

  async setSpeed(speed: LinkSpeed): Promise<void> {
    await ask(this.#child, { kind: 'speed', speed });
  }

  /** Since the start, of all connections. */
  bytes(): Promise<LinkBytes> {
    return ask(this.#child, { kind: 'bytes' });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    await ended;
  }
}

/** One request at a time: answers come in order. */
function ask<T>(child: ChildProcess, request: LinkRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error('the link has ended'));
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.off('exit', onExit);
      resolve(answer as T);
    });
    child.send(request);
  });
}
