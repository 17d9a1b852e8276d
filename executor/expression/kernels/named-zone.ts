/**
 * Time zones named in a query (AT TIME ZONE 'CET', make_timestamptz): abbreviations of the session's zone, then the general
 * ones, then zone names (DecodeTimezoneName of datetime.c).
 */
import type { SessionSettings } from '../../../algebra/plan.ts';
import { joinTimestamp, MICROS_PER_SECOND, splitTimestamp } from '../../../core/calendar.ts';
import { localToTimestampTz, timestampTzToLocal } from '../../../core/datetime.ts';
import type { Int64 } from '../../../core/datum.ts';
import { UNIX_TO_PG_DAYS } from '../../../core/datum.ts';
import { textContext } from '../../../core/text-format.ts';
import { abbreviationMeaning } from '../../../core/time-zone-abbreviations.ts';
import { timeZone, TimeZone } from '../../../core/time-zone.ts';

export interface NamedZone {
  readonly zone: TimeZone;
  /** Set for an abbreviation whose meaning changed with time. */
  readonly abbreviation?: string;
}

const fixedZone = (name: string, offset: number, isDst: boolean): NamedZone => ({
  zone: new TimeZone(name, { offset, isDst, abbreviation: name }, [], undefined),
});

export const zoneOfOffset = (seconds: number): NamedZone => fixedZone('', seconds, false);

function resolve(name: string, session: TimeZone): NamedZone {
  const upper = name.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
  const own = session.meaningsOf(upper);
  if (own.length > 1) return { zone: session, abbreviation: upper };
  const meaning = own[0] ?? abbreviationMeaning(upper);
  if (meaning === undefined) return { zone: timeZone(name) };
  return 'zone' in meaning
    ? { zone: timeZone(meaning.zone), abbreviation: upper }
    : fixedZone(upper, meaning.offset, meaning.isDst);
}

const KNOWN_MAX = 100;
const known = new WeakMap<SessionSettings, Map<string, NamedZone>>();

/** 22023 when there is none of that name. */
export function namedZone(settings: SessionSettings, name: string): NamedZone {
  let zones = known.get(settings);
  if (zones === undefined) known.set(settings, (zones = new Map()));
  let found = zones.get(name);
  if (found === undefined) {
    found = resolve(name, textContext(settings).zone);
    if (zones.size < KNOWN_MAX) zones.set(name, found);
  }
  return found;
}

const unixSeconds = (days: number, micros: number): number =>
  (days + UNIX_TO_PG_DAYS) * 86_400 + Math.floor(micros / MICROS_PER_SECOND);

/** What clocks there show at a moment. */
export function momentToLocal(timestamp: Int64, { zone, abbreviation }: NamedZone): Int64 {
  if (abbreviation === undefined) return timestampTzToLocal(timestamp, zone);
  const { days, micros } = splitTimestamp(timestamp);
  const seconds = unixSeconds(days, micros);
  const offset = zone.meaningOf(abbreviation, seconds)?.offset ?? zone.offsetAt(seconds);
  return joinTimestamp(days, micros + offset * MICROS_PER_SECOND);
}

/** The moment at which clocks there show a local time. */
export function localToMoment(timestamp: Int64, { zone, abbreviation }: NamedZone): Int64 {
  if (abbreviation === undefined) return localToTimestampTz(timestamp, zone);
  const { days, micros } = splitTimestamp(timestamp);
  const local = unixSeconds(days, micros);
  const usual = zone.offsetOfLocal(local);
  const offset = zone.meaningOf(abbreviation, local - usual)?.offset ?? usual;
  return joinTimestamp(days, micros - offset * MICROS_PER_SECOND);
}
