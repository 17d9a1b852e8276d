/** The link of the placement benchmark: what comes out is what went in, in order, and every byte is counted once. */
import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { Link, LINKS } from '../../bench/placement/link.ts';

const pattern = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
const ANSWER = pattern(1_500_000);

/** Takes a question to its end, answers with ANSWER, and tells what was asked. */
async function answering(): Promise<{ server: Server; port: number; asked: Promise<Buffer> }> {
  const server = createServer({ allowHalfOpen: true });
  const asked = new Promise<Buffer>((resolve) =>
    server.once('connection', (socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('end', () => {
        socket.end(ANSWER);
        resolve(Buffer.concat(chunks));
      });
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port, asked };
}

test.each(Object.keys(LINKS))('%s carries both directions whole and counts them', async (name) => {
  const { server, port, asked } = await answering();
  const link = await Link.start({ host: '127.0.0.1', port });
  try {
    await link.setSpeed(LINKS[name]!);
    const question = pattern(300_000);
    const client = connect({ host: link.host, port: link.port, allowHalfOpen: true });
    client.end(question);
    const chunks: Buffer[] = [];
    for await (const chunk of client) chunks.push(chunk as Buffer);
    expect((await asked).equals(question)).toBe(true);
    expect(Buffer.concat(chunks).equals(ANSWER)).toBe(true);
    expect(await link.bytes()).toEqual({ up: question.length, down: ANSWER.length });
  } finally {
    await link.stop();
    server.close();
  }
});

test('a source that is not there ends the connection', async () => {
  const { server, port } = await answering();
  await new Promise((resolve) => server.close(resolve));
  const link = await Link.start({ host: '127.0.0.1', port });
  try {
    const client = connect({ host: link.host, port: link.port });
    client.on('error', () => undefined);
    await once(client, 'close');
    expect(await link.bytes()).toEqual({ up: 0, down: 0 });
  } finally {
    await link.stop();
  }
});
