/**
 * Wire transcripts: `tests/wire/*.wire`. A case is a title and lines: `> Message [arguments]` is sent, `< …` is expected, in
 * order. What is sent is gathered up to a Query, a Sync or the next expected line. The same file is run against PostgreSQL and the gateway.
 *
 *   ## empty query
 *   > Query [""]
 *   < I
 *   < Z I
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { messageOf, WireClient } from './wire-client.ts';
import type { WireAddress } from './wire-client.ts';

interface Exchange {
  readonly sent: readonly string[];
  readonly expected: readonly string[];
}
export interface TranscriptCase {
  readonly title: string;
  readonly exchanges: readonly Exchange[];
}

export function readTranscript(file: string): TranscriptCase[] {
  const cases: { title: string; exchanges: { sent: string[]; expected: string[] }[] }[] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.startsWith('## ')) cases.push({ title: line.slice(3), exchanges: [] });
    const current = cases.at(-1);
    if (!current) continue;
    if (line.startsWith('> ')) {
      const last = current.exchanges.at(-1);
      if (!last || last.expected.length > 0 || endsExchange(last.sent.at(-1)!))
        current.exchanges.push({ sent: [line.slice(2)], expected: [] });
      else last.sent.push(line.slice(2));
    } else if (line.startsWith('< ')) current.exchanges.at(-1)!.expected.push(line.slice(2));
  }
  return cases;
}

const endsExchange = (line: string): boolean => /^(Sync|Query|Flush|CopyDone|CopyFail)\b/.test(line);

/** Sends a case's lines and answers what came back, exchange by exchange. */
export async function runCase(address: WireAddress, { exchanges }: TranscriptCase): Promise<string[][]> {
  const client = await WireClient.connect(address);
  try {
    const received: string[][] = [];
    for (const { sent, expected } of exchanges) {
      client.send(Buffer.concat(sent.map(messageOf)));
      const last = sent.at(-1)!;
      // Without Sync there is no end to wait for but the number of answers expected.
      const ends = last.startsWith('Sync') || last.startsWith('Query') || last.startsWith('Copy');
      const counted = !ends || (expected.length > 0 && !expected.at(-1)!.startsWith('Z'));
      received.push(counted ? await client.take(expected.length) : await client.untilReady());
    }
    return received;
  } finally {
    client.end();
  }
}

/** Rewrites the expected lines of a file from what a server answers. */
export async function updateTranscript(file: string, address: WireAddress): Promise<void> {
  const header = readFileSync(file, 'utf8').split('## ')[0]!;
  const parts: string[] = [];
  for (const each of readTranscript(file)) {
    const answers = await runCase(address, each);
    const lines = each.exchanges.flatMap(({ sent }, i) => [
      ...sent.map((line) => `> ${line}`),
      ...answers[i]!.map((line) => `< ${line}`),
    ]);
    parts.push(`## ${each.title}\n${lines.join('\n')}\n`);
  }
  writeFileSync(file, header + parts.join('\n'));
}
