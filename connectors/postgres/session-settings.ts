/** The settings that a remote session must share with the gateway's session, as SQL that changes only what differs. */
import type { SessionSettings } from '../../algebra/plan.ts';
import { FIXED_SETTINGS } from '../../core/text-settings.ts';
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
  ...Object.entries(FIXED_SETTINGS).map(([name, value]) => `SET ${name} = ${quoteString(value)}`),
].join('; ');

const NAMES: readonly (readonly [Exclude<keyof SessionSettings, 'planner'>, string])[] = [
  ['timeZone', 'timezone'],
  ['dateStyle', 'datestyle'],
  ['intervalStyle', 'intervalstyle'],
  ['extraFloatDigits', 'extra_float_digits'],
  ['byteaOutput', 'bytea_output'],
  ['xmlBinary', 'xmlbinary'],
];

/** Empty when the session is as wanted. */
export const settingsSql = (wanted: SessionSettings, current: SessionSettings | null): string =>
  NAMES.filter(([key]) => current?.[key] !== wanted[key])
    .map(([key, name]) => `SET ${name} = ${quoteString(String(wanted[key]))}`)
    .join('; ');

/**
 * The planner's settings of one connection: what statements that call functions wanted, and the source's own for all others.
 * One that the source's version does not have is left out.
 */
export class PlannerSettings {
  private readonly everSet = new Set<string>();
  private inForce: ReadonlyMap<string, string> = new Map();

  /** What to say before the next request; `isUnknown`: what was said last may not have been done. */
  change(wanted: Readonly<Record<string, string>> = {}, isUnknown = false): readonly string[] {
    const values = new Map(Object.entries(wanted));
    const changed = [...values].filter(([name, value]) => isUnknown || this.inForce.get(name) !== value);
    const gone = [...(isUnknown ? this.everSet : this.inForce.keys())].filter((name) => !values.has(name));
    this.inForce = values;
    for (const name of values.keys()) this.everSet.add(name);
    const known = 'FROM pg_catalog.pg_settings s';
    const resets = `SELECT pg_catalog.set_config(s.name, s.reset_val, false) ${known} WHERE s.name IN (${gone.map(quoteString).join(', ')})`;
    const pairs = changed.map(([name, value]) => `(${quoteString(name)}, ${quoteString(value)})`).join(', ');
    const sets = `SELECT pg_catalog.set_config(s.name, v.value, false) ${known} JOIN (VALUES ${pairs}) AS v (name, value) ON s.name = v.name`;
    return [...(gone.length > 0 ? [resets] : []), ...(changed.length > 0 ? [sets] : [])];
  }
}
