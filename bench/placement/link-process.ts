/**
 * A TCP proxy in a process of its own, so that slowing bytes down takes no time from the gateway's loop. All connections
 * share the link: each direction carries so many bits a second, and every byte arrives half a round trip later. Bytes are
 * counted as they come in. Told what to do by messages; see link.ts.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { LinkRequest, LinkSpeed } from './link.ts';

/** How much of a direction's traffic is held back before its sender is made to wait: what is under way, and a little more. */
const heldBytesMax = ({ bitsPerSecond, roundTripMs }: LinkSpeed): number =>
  Math.max(1 << 18, ((bitsPerSecond ?? 0) / 8_000) * (roundTripMs + 10));

/** One direction of the link. */
class Direction {
  bytes = 0;
  speed: LinkSpeed = { bitsPerSecond: null, roundTripMs: 0 };
  /** When all that was accepted so far has left, on performance.now()'s clock. */
  #freeAtMs = 0;

  /** Accounts for a chunk; answers when it arrives. */
  accept(length: number): number {
    this.bytes += length;
    const { bitsPerSecond, roundTripMs } = this.speed;
    const now = performance.now();
    if (bitsPerSecond === null) return now + roundTripMs / 2;
    this.#freeAtMs = Math.max(now, this.#freeAtMs) + (length * 8_000) / bitsPerSecond;
    return this.#freeAtMs + roundTripMs / 2;
  }
}

/** Chunks in order, each written when it is due. */
function carry(from: Socket, to: Socket, direction: Direction): void {
  const held: { readonly chunk: Buffer; readonly dueMs: number }[] = [];
  let heldBytes = 0;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let blocked = false;
  const flow = (): void => {
    timer = undefined;
    while (!blocked && held.length > 0 && held[0]!.dueMs <= performance.now()) {
      const { chunk } = held.shift()!;
      heldBytes -= chunk.length;
      blocked = !to.write(chunk);
    }
    if (from.isPaused() && heldBytes < heldBytesMax(direction.speed)) from.resume();
    if (blocked) return;
    if (held.length > 0) timer = setTimeout(flow, Math.max(0, held[0]!.dueMs - performance.now()));
    else if (ended) to.end();
  };
  from.on('data', (chunk: Buffer) => {
    const dueMs = direction.accept(chunk.length);
    held.push({ chunk, dueMs });
    heldBytes += chunk.length;
    if (heldBytes >= heldBytesMax(direction.speed)) from.pause();
    if (timer === undefined && !blocked) flow();
  });
  to.on('drain', () => {
    blocked = false;
    if (timer === undefined) flow();
  });
  from.on('end', () => {
    ended = true;
    if (timer === undefined && !blocked) flow();
  });
  from.on('error', () => to.destroy());
  from.on('close', (failed) => {
    if (failed) to.destroy();
  });
  to.on('close', () => clearTimeout(timer));
}

const up = new Direction();
const down = new Direction();

function open(host: string, port: number): void {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const source = connect({ host, port, noDelay: true, allowHalfOpen: true });
    carry(client, source, up);
    carry(source, client, down);
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
}

process.on('message', (request: LinkRequest) => {
  switch (request.kind) {
    case 'open':
      return open(request.host, request.port);
    case 'speed':
      up.speed = down.speed = request.speed;
      return void process.send?.({});
    case 'bytes':
      return void process.send?.({ up: up.bytes, down: down.bytes });
  }
});
process.on('disconnect', () => process.exit(0));
