/**
 * Proves who the client is, before a session exists. Wording is PostgreSQL's, since tools match on it. Errors here are
 * FATAL and end the connection; nothing a failed attempt answers tells whether the name exists.
 */
import { protocolViolation, sqlError } from '../../core/sql-error.ts';
import { authentication } from '../wire/backend-messages.ts';
import type { ClientConnection } from '../wire/client-connection.ts';
import { frontend, readSaslInitial } from '../wire/frontend-messages.ts';
import { mockVerifier, ScramExchange } from './scram.ts';
import type { scramVerifier } from './scram.ts';

export type Verifier = ReturnType<typeof scramVerifier>;

export type AuthenticationPolicy =
  /** `users`: null: any well-formed name. */
  | { readonly method: 'trust'; readonly users: ReadonlySet<string> | null }
  | { readonly method: 'scram-sha-256'; readonly users: ReadonlyMap<string, Verifier>; readonly channelBinding: Buffer | null };

const SASL = 10;
const SASL_CONTINUE = 11;
const SASL_FINAL = 12;
const AUTHENTICATION_OK = 0;
/** PostgreSQL's PG_MAX_SASL_MESSAGE_LENGTH. */
const SASL_BYTES_MAX = 1024;

/** Returns false when the client left in between. */
export async function authenticate(client: ClientConnection, user: string, policy: AuthenticationPolicy): Promise<boolean> {
  switch (policy.method) {
    case 'trust':
      if (policy.users && !policy.users.has(user)) throw sqlError('28000', `role "${user}" does not exist`);
      return true;
    case 'scram-sha-256':
      return scram(client, user, policy.users.get(user), client.tls ? policy.channelBinding : null);
  }
}

export const authenticationOk = (): Buffer => authentication(AUTHENTICATION_OK);

async function scram(
  client: ClientConnection,
  user: string,
  known: Verifier | undefined,
  binding: Buffer | null,
): Promise<boolean> {
  const failed = sqlError('28P01', `password authentication failed for user "${user}"`);
  const exchange = new ScramExchange(known ?? mockVerifier(user), binding);
  client.write(authentication(SASL, Buffer.from(`${exchange.mechanisms.map((name) => `${name}\0`).join('')}\0`)));
  const initial = await passwordMessage(client);
  if (!initial) return false;
  const { mechanism, data } = readSaslInitial(initial);
  const challenge = exchange.first(mechanism, (data ?? Buffer.alloc(0)).toString('utf8'));
  client.write(authentication(SASL_CONTINUE, Buffer.from(challenge)));
  const response = await passwordMessage(client);
  if (!response) return false;
  const final = exchange.final(response.toString('utf8'));
  if (final === null || !known) throw failed;
  client.write(authentication(SASL_FINAL, Buffer.from(final)));
  return true;
}

async function passwordMessage(client: ClientConnection): Promise<Buffer | null> {
  const message = await client.next();
  if (message === null || message.type === frontend.terminate) return null;
  if (message.type !== frontend.password) throw protocolViolation(`expected SASL response, got message type ${message.type}`);
  if (message.body.length > SASL_BYTES_MAX) throw protocolViolation('invalid message length');
  return message.body;
}
