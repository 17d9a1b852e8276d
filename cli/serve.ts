/** `tributary serve`: the server until SIGINT or SIGTERM; SIGHUP reads the configuration again. */
import { loadConfiguration } from '../server/configuration/load.ts';
import type { Configuration } from '../server/configuration/schema.ts';
import { startGateway, type Gateway } from '../server/main.ts';

export async function serve(file: string, overrides: { readonly host?: string; readonly port?: string }): Promise<void> {
  const read = (): Configuration => {
    const { configuration } = loadConfiguration(file, process.env);
    const listen = {
      ...configuration.listen,
      ...(overrides.host === undefined ? {} : { host: overrides.host }),
      ...(overrides.port === undefined ? {} : { port: Number(overrides.port) }),
    };
    return { ...configuration, listen };
  };
  const gateway = await startGateway(read());
  process.stdout.write(`tributary ready on ${gateway.host}:${gateway.port}\n`);
  const reload = (): void => {
    reloadFrom(read, gateway).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      process.stderr.write(`${why}\nconfiguration unchanged\n`);
    });
  };
  process.on('SIGHUP', reload);
  await untilStopped();
  process.off('SIGHUP', reload);
  await gateway.stop();
}

const reloadFrom = async (read: () => Configuration, gateway: Gateway): Promise<void> => gateway.reload(read());

/** Resolves at the first SIGINT or SIGTERM. */
export const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
