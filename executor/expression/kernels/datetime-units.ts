/** The names of date/time fields, with PostgreSQL's abbreviations (deltatktbl and datetktbl in datetime.c). */
import { sqlError } from '../../../core/sql-error.ts';

export type Unit =
  | 'microsecond'
  | 'millisecond'
  | 'second'
  | 'minute'
  | 'hour'
  | 'day'
  | 'week'
  | 'month'
  | 'quarter'
  | 'year'
  | 'decade'
  | 'century'
  | 'millennium'
  | 'julian'
  | 'isoyear'
  | 'dow'
  | 'isodow'
  | 'doy'
  | 'timezone'
  | 'timezone_hour'
  | 'timezone_minute'
  | 'epoch';

const spellings: Readonly<Record<Unit, string>> = {
  microsecond: 'us usec usecond useconds usecs microsecon',
  millisecond: 'ms msec msecond mseconds msecs millisecon',
  second: 's sec second seconds secs',
  minute: 'm min mins minute minutes',
  hour: 'h hour hours hr hrs',
  day: 'd day days',
  week: 'w week weeks',
  month: 'mon mons month months',
  quarter: 'qtr quarter',
  year: 'y year years yr yrs',
  decade: 'dec decade decades decs',
  century: 'c cent centuries century',
  millennium: 'mil millennia millennium mils',
  julian: 'j jd julian',
  isoyear: 'isoyear',
  dow: 'dow',
  isodow: 'isodow',
  doy: 'doy',
  timezone: 'timezone',
  timezone_hour: 'timezone_h',
  timezone_minute: 'timezone_m',
  epoch: 'epoch',
};

const bySpelling = new Map<string, Unit>();
for (const [unit, words] of Object.entries(spellings)) for (const word of words.split(' ')) bySpelling.set(word, unit as Unit);

/** PostgreSQL looks at the first ten characters only. */
const SIGNIFICANT_CHARACTERS = 10;

const lowered = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Fields that extract knows and date_trunc does not. */
const onlyExtracted: ReadonlySet<Unit | undefined> = new Set<Unit>(['julian', 'isoyear', 'dow', 'isodow', 'doy', 'epoch']);

/** 22023 for a word that is no field. `type` in SQL's words. */
export function unitOf(text: string, type: string, use: 'extract' | 'truncate' = 'extract'): Unit {
  const unit = bySpelling.get(text) ?? bySpelling.get(lowered(text).slice(0, SIGNIFICANT_CHARACTERS));
  if (unit === undefined || (use === 'truncate' && onlyExtracted.has(unit)))
    throw sqlError('22023', `unit "${lowered(text)}" not recognized for type ${type}`);
  return unit;
}

export const unsupportedUnit = (text: string, type: string) =>
  sqlError('0A000', `unit "${lowered(text)}" not supported for type ${type}`);
