/** AT TIME ZONE and AT LOCAL (the functions timezone), and date_trunc, + and - in a named zone. */
import type { SessionSettings } from '../../../algebra/plan.ts';
import type { Int64, Interval } from '../../../core/datum.ts';
import { formatInterval } from '../../../core/interval.ts';
import { sqlError } from '../../../core/sql-error.ts';
import { textContext } from '../../../core/text-format.ts';
import type { KernelTable } from '../kernel.ts';
import { applyInSession } from '../kernel.ts';
import { truncateIn } from './date-trunc.ts';
import { infinityOf, negateInterval } from './interval-arithmetic.ts';
import { addInterval, checkTimestamp, timestampInfinity, toLocal, toMoment } from './moments.ts';
import type { NamedZone } from './named-zone.ts';
import { localToMoment, momentToLocal, namedZone, zoneOfOffset } from './named-zone.ts';

/** `zone` is asked for finite moments only: of infinite ones any zone will do. */
const toLocalIn = (timestamp: Int64, zone: () => NamedZone): Int64 =>
  timestampInfinity(timestamp) !== 0 ? timestamp : checkTimestamp(momentToLocal(timestamp, zone()));
const toMomentIn = (timestamp: Int64, zone: () => NamedZone): Int64 =>
  timestampInfinity(timestamp) !== 0 ? timestamp : checkTimestamp(localToMoment(timestamp, zone()));

function zoneOfInterval(settings: SessionSettings, offset: Interval): NamedZone {
  const wrong = (what: string) =>
    sqlError('22023', `interval time zone "${formatInterval(offset, textContext(settings).intervals)}" must ${what}`);
  if (infinityOf(offset) !== 0) throw wrong('be finite');
  if (offset.months !== 0 || offset.days !== 0) throw wrong('not include months or days');
  return zoneOfOffset(Number(BigInt(offset.micros) / 1_000_000n));
}

const sessionZone = (settings: SessionSettings) => textContext(settings).zone;

export const timeZoneKernels: KernelTable = {
  'timezone(text,timestamptz)': applyInSession((s, name: string, t: Int64) => toLocalIn(t, () => namedZone(s, name))),
  'timezone(text,timestamp)': applyInSession((s, name: string, t: Int64) => toMomentIn(t, () => namedZone(s, name))),
  'timezone(interval,timestamptz)': applyInSession((s, span: Interval, t: Int64) => toLocalIn(t, () => zoneOfInterval(s, span))),
  'timezone(interval,timestamp)': applyInSession((s, span: Interval, t: Int64) => toMomentIn(t, () => zoneOfInterval(s, span))),
  'timezone(timestamptz)': applyInSession((s, t: Int64) => toLocal(t, sessionZone(s))),
  'timezone(timestamp)': applyInSession((s, t: Int64) => toMoment(t, sessionZone(s))),
  'date_trunc(text,timestamptz,text)': applyInSession((s, unit: string, t: Int64, name: string) =>
    truncateIn(unit, t, namedZone(s, name).zone),
  ),
  'date_add(timestamptz,interval)': applyInSession((s, t: Int64, span: Interval) => addInterval(t, span, sessionZone(s))),
  'date_add(timestamptz,interval,text)': applyInSession((s, t: Int64, span: Interval, name: string) =>
    addInterval(t, span, namedZone(s, name).zone),
  ),
  'date_subtract(timestamptz,interval)': applyInSession((s, t: Int64, span: Interval) =>
    addInterval(t, negateInterval(span), sessionZone(s)),
  ),
  'date_subtract(timestamptz,interval,text)': applyInSession((s, t: Int64, span: Interval, name: string) => {
    const { zone } = namedZone(s, name);
    return addInterval(t, negateInterval(span), zone);
  }),
};
