/** The settings that a remote session must share with the gateway's session, as SQL that changes only what differs. */
import type { SessionSettings } from '../../algebra/plan.ts';
import { quoteString } from '../sql/identifiers.ts';

/** Names without a schema are pg_catalog's. */
export const OUR_SEARCH_PATH = 'SET search_path = pg_catalog, pg_temp';

/** Said once per connection, before anything else: names mean pg_catalog's, nothing is written, no limit but the gateway's. */
export const CONNECTION_SETUP = [
  OUR_SEARCH_PATH,
  'SET default_transaction_read_only = on',
  'SET default_transaction_isolation = "read committed"',
  'SET standard_conforming_strings = on',
  'SET statement_timeout = 0',
  'SET lock_timeout = 0',
  'SET idle_in_transaction_session_timeout = 0',
  "SET lc_monetary = 'C'",
  "SET lc_numeric = 'C'",
  "SET lc_time = 'C'",
  'SET xmloption = content',
  'SET array_nulls = on',
].join('; ');

const NAMES: readonly (readonly [keyof SessionSettings, string])[] = [
  ['timeZone', 'timezone'],
  ['dateStyle', 'datestyle'],
  ['intervalStyle', 'intervalstyle'],
  ['extraFloatDigits', 'extra_float_digits'],
  ['byteaOutput', 'bytea_output'],
];

/** Empty when the session is as wanted. */
export const settingsSql = (wanted: SessionSettings, current: SessionSettings | null): string =>
  NAMES.filter(([key]) => current?.[key] !== wanted[key])
    .map(([key, name]) => `SET ${name} = ${quoteString(String(wanted[key]))}`)
    .join('; ');
