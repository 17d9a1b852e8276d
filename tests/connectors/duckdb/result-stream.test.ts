/** What a stream asks of DuckDB, in which order: one call at a time, and the connection given back once, after the last. */
import { ResultReturnType } from '@duckdb/node-api';
import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import { ResultStream } from '../../../connectors/duckdb/result-stream.ts';

const chunk = { rowCount: 2_048 } as DuckDBDataChunk;

/** A result of no columns whose fetches end when the test says so. */
class Source {
  readonly waiting: ((chunk: DuckDBDataChunk | null) => void)[] = [];
  readonly failures: ((error: Error) => void)[] = [];
  readonly log: string[] = [];
  returnType: ResultReturnType = ResultReturnType.QUERY_RESULT;
  readonly abort = new AbortController();
  readonly stream: ResultStream;

  constructor() {
    const fetchChunk = (): Promise<DuckDBDataChunk | null> => new Promise((resolve) => this.waiting.push(resolve));
    const returnType = (): ResultReturnType => this.returnType;
    const result = {
      fetchChunk,
      get returnType() {
        return returnType();
      },
    };
    this.stream = new ResultStream({
      result: result as unknown as DuckDBResult,
      readers: [],
      owner: {
        interrupt: () => this.log.push('interrupt'),
        translate: (error) => error as Error,
        failure: () => new Promise((resolve) => this.failures.push(resolve)),
        release: (reusable) => this.log.push(`release ${reusable}`),
      },
      signal: this.abort.signal,
      metrics: undefined,
    });
  }

  get inFlight(): number {
    return this.waiting.length;
  }
  get released(): readonly string[] {
    return this.log.filter((entry) => entry.startsWith('release'));
  }
  async settle(answer: DuckDBDataChunk | null): Promise<void> {
    this.waiting.shift()!(answer);
    await quiet();
  }
}

/** Until all that follows from what happened so far has happened. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('closed while a read waits: one fetch at a time, to the end of the result', async () => {
  const source = new Source();
  const read = source.stream.next();
  const closed = source.stream.close();
  expect(source.log).toContain('interrupt');
  for (let i = 0; i < 3; i++) {
    expect(source.inFlight).toBe(1);
    expect(source.released).toEqual([]);
    await source.settle(chunk);
  }
  expect(source.inFlight).toBe(1);
  await source.settle(null);
  await closed;
  expect(await read).toBeNull();
  expect(source.inFlight).toBe(0);
  expect(source.released).toEqual(['release false']);
  await source.stream.close();
  expect(source.released).toEqual(['release false']);
});

test('closed while the reason of a failure is looked for: released after that', async () => {
  const source = new Source();
  const read = source.stream.next();
  const failed = expect(read).rejects.toThrow('division by zero');
  source.returnType = ResultReturnType.INVALID;
  await source.settle(null);
  expect(source.failures).toHaveLength(1);
  const closed = source.stream.close();
  await quiet();
  expect(source.released).toEqual([]);
  source.failures[0]!(new Error('division by zero'));
  await closed;
  await failed;
  expect(source.released).toEqual(['release false']);
  await source.stream.close();
  expect(source.released).toEqual(['release false']);
});

test('aborted, then closed: interrupted until the fetch in flight has ended', async () => {
  const source = new Source();
  const read = source.stream.next();
  source.abort.abort();
  const closed = source.stream.close();
  await source.settle(null);
  await closed;
  expect(await read).toBeNull();
  expect(source.released).toEqual(['release false']);
});

test('read to its end: the connection may be used again', async () => {
  const source = new Source();
  const read = source.stream.next();
  await source.settle(chunk);
  await source.settle(null);
  expect(await read).toEqual({ length: 2_048, columns: [] });
  expect(await source.stream.next()).toBeNull();
  await source.stream.close();
  expect(source.released).toEqual(['release true']);
  expect(source.log).toEqual(['release true']);
});
