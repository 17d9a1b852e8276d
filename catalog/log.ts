/** What the catalog has to say to the operator. Never holds a statement's text, a literal or a password. */
export interface CatalogLogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [field: string]: unknown;
}
export type CatalogLog = (entry: CatalogLogEntry) => void;
