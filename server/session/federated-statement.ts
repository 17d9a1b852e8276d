/** A statement over mirrors when it is prepared: what we refuse, and the twin that will receive its parameters. */
import { featureNotSupported } from '../../core/sql-error.ts';
import { writeParse } from '../wire/frontend-messages.ts';
import { closeStatement } from './backend-analysis.ts';
import { Capture } from './backend-exchange.ts';
import type { StatementClass } from './classify.ts';
import type { Session } from './session.ts';
import { twinName } from './session-state.ts';
import type { FederatedStatement } from './session-state.ts';

/** A statement over mirrors that we do not run. */
export function refuseFederated(kind: StatementClass): void {
  if (kind.kind !== 'analysable') return;
  if (kind.modifies) throw featureNotSupported('a data-modifying statement over federated tables');
  if (kind.locks) throw featureNotSupported('FOR UPDATE or FOR SHARE of federated tables');
}

/** The twin's text: gives back the parameters it gets. */
const twinSql = (types: readonly number[]): string => `SELECT ${types.map((_, i) => `$${i + 1}`).join(', ')}`;

/** The twin of a statement: gives its parameters back. */
export async function prepareTwin(session: Session, name: string, federated: FederatedStatement): Promise<void> {
  const { exchange } = session;
  await session.federation.loadTypes(federated.parameterTypes);
  const capture = new Capture();
  let parsing!: ReturnType<typeof exchange.send>;
  exchange.together(() => {
    void exchange.send('close', closeStatement(twinName(name)), new Capture());
    parsing = exchange.send(
      'parse',
      writeParse(twinName(name), twinSql(federated.parameterTypes), federated.parameterTypes),
      capture,
    );
    exchange.flush();
  });
  await session.captured(parsing, capture);
}
