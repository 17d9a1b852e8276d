/**
 * CancelRequest: a connection of its own that says which backend to interrupt and is closed by the server once it has sent
 * the signal. Over TLS when the connection it cancels is.
 */
import net from 'node:net';
import tls from 'node:tls';
import type { Client } from 'pg';
import { cancelRequest, sslRequest } from './frontend-messages.ts';

const CONNECT_TIMEOUT_MS = 900;

interface ConnectedClient {
  readonly host: string;
  readonly port: number;
  readonly ssl: boolean | tls.ConnectionOptions;
  readonly processID: number;
  readonly secretKey: number;
}

/** Resolves when the server has acted on it: our end stays open until then, which a proxy would close the other one for. */
export function sendCancel(client: Client): Promise<void> {
  const { host, port, ssl, processID, secretKey } = client as unknown as ConnectedClient;
  return new Promise((resolve, reject) => {
    const socket = host.startsWith('/') ? net.connect(`${host}/.s.PGSQL.${port}`) : net.connect(port, host);
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('timed out')));
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.once('connect', () => {
      if (!ssl) {
        socket.write(cancelRequest(processID, secretKey));
        return;
      }
      socket.write(sslRequest());
      socket.once('data', () => {
        const secure = tls.connect({ ...(ssl === true ? {} : ssl), socket, host });
        secure.once('error', reject);
        secure.once('secureConnect', () => secure.write(cancelRequest(processID, secretKey)));
      });
    });
    socket.resume();
  });
}
