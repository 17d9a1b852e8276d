/** A gateway for tests of sessions: over no source unless told, trust, on a free port. */
import os from 'node:os';
import path from 'node:path';
import { parseConfiguration } from '../../server/configuration/load.ts';
import { startGateway } from '../../server/main.ts';
import type { Gateway } from '../../server/main.ts';
import type { WireAddress } from '../support/wire-client.ts';

export interface TestGateway extends Gateway {
  readonly address: WireAddress;
}

/** `yaml`: further keys of the configuration; the defaults are trust and silence. */
export async function startTestGateway(yaml = ''): Promise<TestGateway> {
  const defaults = ['listen: { port: 0 }', 'auth: { method: trust }', 'log: { level: silent }'];
  const lines = defaults.filter((line) => !new RegExp(`^${line.split(':')[0]}:`, 'm').test(yaml));
  const text = `${lines.join('\n')}\n${yaml}\n`;
  const { configuration } = parseConfiguration(text, path.join(os.tmpdir(), 'tributary.yaml'), {});
  const gateway = await startGateway(configuration);
  return { ...gateway, address: { host: gateway.host, port: gateway.port, user: 'tester', database: 'tributary' } };
}
