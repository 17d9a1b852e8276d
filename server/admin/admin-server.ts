/** The operator's HTTP endpoint: /metrics, /healthz (the process answers), /readyz (the catalog server answers too). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.ts';

export interface AdminServer {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startAdminServer(options: {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly isReady: () => Promise<boolean>;
}): Promise<AdminServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    const failed = (error: unknown): void => answer(500, error instanceof Error ? error.message : 'internal error');
    switch (request.url) {
      case '/metrics':
        options.metrics.registry.metrics().then((text) => answer(200, text, options.metrics.registry.contentType), failed);
        break;
      case '/healthz':
        answer(200, 'ok\n');
        break;
      case '/readyz':
        options.isReady().then((ready) => answer(ready ? 200 : 503, ready ? 'ok\n' : 'not ready\n'), failed);
        break;
      default:
        answer(404, 'not found\n');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
