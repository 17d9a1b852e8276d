/** What a session remembers beside its backend: prepared statements and the portals and cursors that we run ourselves. */
import type { FederatedQuery } from '../analysed-queries.ts';
import type { FederatedPortal } from './federated-portal.ts';
import type { BindMessage } from '../wire/frontend-messages.ts';
import type { StatementClass } from './classify.ts';
import type { PrintedBody } from './function-bodies.ts';
import type { SentText } from './statement-text.ts';

/** A prepared statement, by Parse or PREPARE. The backend holds one of the same name. */
export interface Statement {
  readonly name: string;
  readonly text: SentText;
  readonly class: StatementClass;
  /** Set when it reads mirrors: then we run it. Replaced when the backend says that it changed. */
  federated: FederatedStatement | null;
}

/** A query over mirrors, as the backend described it. */
export interface FederatedStatement {
  /** The analysed, rewritten tree; identity of the query for plan caching. */
  readonly tree: Buffer;
  readonly text: SentText;
  readonly parameterTypes: readonly number[];
  /** Functions in it whose bodies read mirrors. */
  readonly bodies: ReadonlyMap<number, PrintedBody>;
  /** RowDescription in text format, with the exact types; null: no columns. */
  readonly rowDescription: Buffer | null;
  /** Analysed and planned at first execution. */
  query: FederatedQuery | null;
  /** The catalog's DDL counter when it was last known to mean the same. */
  generation?: string;
}

/** A bound portal. */
export type Portal =
  | { readonly kind: 'local'; readonly statement: Statement | undefined }
  | { readonly kind: 'federated'; readonly portal: FederatedPortal }
  /** A utility statement that we take over when it is executed. */
  | { readonly kind: 'taken'; readonly statement: Statement; readonly bind: BindMessage };

/** The backend's statement that receives a federated statement's parameters and stands for its portals. */
export const twinName = (statement: string): string => `tributary:twin:${statement}`;
