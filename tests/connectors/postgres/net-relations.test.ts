/** The rows of an operator that the net evaluates, when their reader leaves in the middle. */
import type { Rel } from '../../../algebra/rel.ts';
import type { Batch, BatchStream } from '../../../core/batch.ts';
import { NetRelationStream } from '../../../connectors/postgres/net-relations.ts';
import type { RemoteConnection } from '../../../connectors/postgres/remote-connection.ts';
import { Turns } from '../../../connectors/postgres/turns.ts';
import { column, int4 } from './rels.ts';

/** Turns after those that a reader may take fail, where it would go on for ever. */
class CountedTurns extends Turns {
  #left: number;

  constructor(most: number) {
    super();
    this.#left = most;
  }

  override take<T>(run: () => Promise<T>): Promise<T> {
    if (this.#left-- <= 0) return Promise.reject(new Error('one turn after the other'));
    return super.take(run);
  }
}

const noRows: BatchStream = { next: () => Promise.resolve<Batch | null>(null), close: () => Promise.resolve() };

const fragment: Rel = {
  kind: 'limit',
  input: { kind: 'input', index: 0, columns: [column('n', int4)] },
  limit: null,
  offset: null,
};

test('a reader that leaves while its fetch waits for its turn gets no rows, and waits no longer', async () => {
  // CREATE, DECLARE, the other's, FETCH, CLOSE, DROP.
  const turns = new CountedTurns(6);
  let requests = 0;
  let endOther = (): void => undefined;
  const connection = {
    isClosed: false,
    request: () => {
      // Once there is a cursor, another stream has the connection.
      if (++requests === 2) void turns.take(() => new Promise<void>((resolve) => (endOther = resolve)));
      return Promise.resolve({ error: undefined });
    },
  } as unknown as RemoteConnection;
  const stream = new NetRelationStream({
    source: 'net',
    connection,
    turns,
    fragment,
    name: 'r1',
    settings: {
      timeZone: 'UTC',
      dateStyle: 'ISO, MDY',
      intervalStyle: 'postgres',
      extraFloatDigits: 1,
      byteaOutput: 'hex',
      xmlBinary: 'base64',
    },
    options: { params: [], inputs: [noRows], signal: new AbortController().signal },
  });
  const next = stream.next();
  await new Promise(setImmediate);
  const closing = stream.close();
  endOther();
  expect(await next).toBeNull();
  await closing;
  expect(requests).toBe(4);
});
