/**
 * The user's own client_min_messages, by which notices are filtered: read back whenever it may have changed, since SET
 * LOCAL, ROLLBACK and RESET change it by PostgreSQL's rules. Only sessions that ever set it pay for that.
 */
import { queryBackend } from './backend-analysis.ts';
import type { Session } from './session.ts';
import { MESSAGES_SETTING } from './virtual-settings.ts';

/** Within an exchange; the caller ends it. */
export async function readMessageLevel(session: Session): Promise<void> {
  if (!session.setsMessageLevel) return;
  const answer = await queryBackend(session, 'tributary:level', `SELECT pg_catalog.current_setting('${MESSAGES_SETTING}', true)`);
  session.messageLevel = answer.rows[0]?.[0] ?? 'notice';
}
