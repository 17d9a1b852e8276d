/**
 * Fragments over local, temporary and catalog tables as portals on the session's backend, in the exchange that the statement
 * holds. An error there is the statement's: the backend's transaction has failed already when it is told, so the session
 * notes it (`backendFailure`), and nothing that follows can spare it.
 */
import type { PortalHost } from '../../connectors/postgres/local-tables.ts';
import { backend, columnTypes } from '../wire/backend-messages.ts';
import { writeBind, writeDescribePortal, writeExecute, writeParse } from '../wire/frontend-messages.ts';
import { closePortal, closeStatement } from './backend-analysis.ts';
import { Capture } from './backend-exchange.ts';
import type { Outcome, Receiver } from './backend-exchange.ts';
import { clientError, withoutPosition } from './error-messages.ts';
import type { Session } from './session.ts';
import { BackendError, Skipped } from './session-errors.ts';

export function sessionPortals(session: Session): PortalHost {
  const { exchange } = session;
  const settled = async (step: Promise<Outcome>, error: () => Buffer | null): Promise<void> => {
    exchange.flush();
    const outcome = await step;
    const failure = error();
    if (failure) throw (session.backendFailure ??= new BackendError(withoutPosition(clientError(failure, null))));
    if (outcome !== 'done') throw session.backendFailure ?? new Skipped();
  };
  return {
    async open(portal, sql, parameters, formats) {
      const capture = new Capture();
      let described!: Promise<Outcome>;
      const values = parameters.map(({ bytes }) => (bytes === null ? null : Buffer.from(bytes)));
      exchange.together(() => {
        void exchange.send('parse', writeParse(portal, sql), capture);
        void exchange.send('bind', writeBind(portal, portal, values, formats, parameters.map(({ format }) => format)), capture); // prettier-ignore
        described = exchange.send('describe', writeDescribePortal(portal), capture);
        exchange.flush();
      });
      await settled(described, () => capture.error);
      return columnTypes(capture.rowDescription).map(({ oid }) => oid);
    },

    async fetch(portal, rowsMax, sink) {
      let error: Buffer | null = null;
      let suspended = false;
      const receiver: Receiver = {
        message: (type, message) => {
          if (type === backend.dataRow) sink.rows(message, 0, message.length);
          else if (type === backend.portalSuspended) suspended = true;
          else if (type === backend.errorResponse) error = message;
        },
      };
      await settled(exchange.send('execute', writeExecute(portal, rowsMax), receiver), () => error);
      return suspended;
    },

    async close(portal) {
      const capture = new Capture();
      let closed!: Promise<Outcome>;
      exchange.together(() => {
        void exchange.send('close', closePortal(portal), capture);
        closed = exchange.send('close', closeStatement(portal), capture);
        exchange.flush();
      });
      await closed;
    },

    cancel: () => session.cancelOnBackend(),
  };
}
