/**
 * How far away a PostgreSQL source is: the time of a round trip, and of bytes. Asked for along with statistics; what is as
 * near as this machine's own loopback keeps the standard figures, so that noise does not change plans.
 */
import type pg from 'pg';
import type { LinkCosts } from '../../algebra/site-costs.ts';
import { POSTGRES_COSTS } from './costs.ts';

const ROUNDS = 3;
const PAYLOAD_BYTES = 131_072;
/** Slower than this, and it is a network. */
const NEAR_ROUND_TRIP_MS = 2;
const NEAR_BYTE_NS = 6;
/** On the wire, beside the values: type and length of a message and its number of columns; the length of a value. */
const ROW_BYTES = 7;
const COLUMN_BYTES = 4;

export async function measureLink(client: pg.ClientBase): Promise<LinkCosts> {
  const { link } = POSTGRES_COSTS;
  const roundTripMs = await fastest(client, 'SELECT 1');
  const payloadMs = await fastest(client, `SELECT repeat('x', ${PAYLOAD_BYTES})`);
  const measured = (Math.max(0, payloadMs - roundTripMs) * 1e6) / PAYLOAD_BYTES;
  const byte = measured > NEAR_BYTE_NS ? measured : link.byte;
  return {
    startMs: roundTripMs > NEAR_ROUND_TRIP_MS ? link.startMs + roundTripMs : link.startMs,
    row: link.row + ROW_BYTES * (byte - link.byte),
    column: link.column + COLUMN_BYTES * (byte - link.byte),
    byte,
  };
}

async function fastest(client: pg.ClientBase, sql: string): Promise<number> {
  let bestMs = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const startedMs = performance.now();
    await client.query(sql);
    bestMs = Math.min(bestMs, performance.now() - startedMs);
  }
  return bestMs;
}
