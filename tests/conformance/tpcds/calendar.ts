/** The days of the warehouse: surrogate keys are Julian day numbers; sequences count from 1900 as in TPC-DS v3. */
import { rowOf, type Cell } from '../../../bench/csv.ts';

const DAY_MILLIS = 86_400_000;
const dayOf = (year: number, month: number, date: number): number => Date.UTC(year, month - 1, date) / DAY_MILLIS;
const EPOCH_SK = 2_440_588;
/** 1899-12-31, a Sunday: weeks are counted from it. */
const FIRST_SUNDAY = dayOf(1899, 12, 31);

export const FIRST_DAY = dayOf(1997, 1, 1);
export const LAST_DAY = dayOf(2003, 12, 31);
export const FIRST_SALE = dayOf(1998, 1, 2);
export const LAST_SALE = dayOf(2002, 12, 31);

export const dateKey = (day: number): number => day + EPOCH_SK;
export const dateText = (day: number): string => new Date(day * DAY_MILLIS).toISOString().slice(0, 10);
export const monthDay = (year: number, month: number, date: number): number => dayOf(year, month, date);

const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export function* dateRows(): Generator<readonly Cell[]> {
  for (let day = FIRST_DAY; day <= LAST_DAY; day++) {
    const date = new Date(day * DAY_MILLIS);
    const [year, month, dom, dow] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay()];
    const quarter = Math.ceil(month / 3);
    const monthSeq = (year - 1900) * 12 + month - 1;
    const quarterSeq = (year - 1900) * 4 + quarter;
    const weekSeq = Math.floor((day - FIRST_SUNDAY) / 7) + 1;
    const holiday = (at: number): string => (isHoliday(new Date(at * DAY_MILLIS)) ? 'Y' : 'N');
    const first = dayOf(year, month, 1);
    const last = dayOf(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - 1;
    yield rowOf(
      [dateKey(day), `DATE${String(dateKey(day)).padStart(12, '0')}`, dateText(day), monthSeq, weekSeq, quarterSeq],
      [year, dow, month, dom, quarter, year, quarterSeq, weekSeq, DAY_NAMES[dow]!, `${year}Q${quarter}`],
      [holiday(day), dow === 0 || dow === 6 ? 'Y' : 'N', holiday(day - 1), dateKey(first), dateKey(last)],
      [dateKey(day - 365), dateKey(day - 91), 'N', 'N', 'N', 'N', 'N'],
    );
  }
}

const isHoliday = (date: Date): boolean =>
  ['1-1', '7-4', '11-11', '12-24', '12-25', '12-26'].includes(`${date.getUTCMonth() + 1}-${date.getUTCDate()}`);

/** One row a minute: the key of a time is its second of the day. */
export function* timeRows(): Generator<readonly Cell[]> {
  for (let minute = 0; minute < 1440; minute++) {
    const hour = Math.floor(minute / 60);
    const meal =
      hour >= 6 && hour < 9 ? 'breakfast' : hour >= 11 && hour < 14 ? 'lunch' : hour >= 17 && hour < 21 ? 'dinner' : null;
    const shift = hour < 8 ? 'third' : hour < 16 ? 'first' : 'second';
    const part = hour < 6 ? 'night' : hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening';
    const key = minute * 60;
    yield [key, `TIME${String(key).padStart(12, '0')}`, key, hour, minute % 60, 0, hour < 12 ? 'AM' : 'PM', shift, part, meal];
  }
}
