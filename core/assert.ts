/** Invariants of ours: a failure here is a bug of Tributary and reaches the client as XX000, never as a wrong answer. */

export class InternalError extends Error {
  override name = 'InternalError';
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/** Ends a switch over a closed union: the compiler proves it unreachable, this reports it if data proves the compiler wrong. */
export function unreachable(value: never): never {
  throw new InternalError(`unreachable: ${JSON.stringify(value)}`);
}
