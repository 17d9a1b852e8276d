/** How a statement can end early, beside an SqlError of ours. */
import { errorFromMessage } from '../../catalog/backend-error.ts';

/** An error of the backend that the client has yet to hear; the backend's side of it has happened. */
export class BackendError extends Error {
  readonly response: Buffer;
  constructor(response: Buffer) {
    super(errorFromMessage(response).message);
    this.response = response;
  }
}
/** An earlier message of the same group failed, or the connection is gone: the client was told, nothing is left to do. */
export class Skipped extends Error {}
