/** What the catalog has to say to the operator. Never holds a statement's text, a literal or a password. */
export interface CatalogLogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [field: string]: unknown;
}
export type CatalogLog = (entry: CatalogLogEntry) => void;

/** Of errors of any origin; those of several attempts (`AggregateError`) have theirs inside. */
export function messageOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null) return 'unknown error';
  const inner = 'errors' in error && Array.isArray(error.errors) ? error.errors.map(messageOf).join('; ') : '';
  const own = 'message' in error && typeof error.message === 'string' ? error.message : '';
  return [...new Set([own, inner])].filter((part) => part !== '').join(': ') || 'unknown error';
}
