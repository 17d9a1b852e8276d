/**
 * Days and µs ↔ year, month, day, hour …: the proleptic Gregorian calendar over PostgreSQL's whole range (4713 BC to
 * 5874897 AD for dates, 294276 AD for timestamps). Years are astronomical: 0 is 1 BC.
 */
import type { Int64 } from './datum.ts';
import { int64 } from './datum.ts';

export interface CivilDate {
  readonly year: number;
  /** 1 … 12 */
  readonly month: number;
  readonly day: number;
}

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_DAY = 86_400_000_000;
/** Julian day number of 2000-01-01. */
export const EPOCH_JULIAN_DAY = 2451545;
/** 4714-11-24 BC and the day after 5874897-12-31. */
export const DATE_MIN = -EPOCH_JULIAN_DAY;
export const DATE_END = 2147483494 - EPOCH_JULIAN_DAY;
/** 4714-11-24 00:00 BC and 294277-01-01 00:00. */
export const TIMESTAMP_MIN = -211_813_488_000_000_000n;
export const TIMESTAMP_END = 9_223_371_331_200_000_000n;

/** 2000-01-01 counted from 0000-03-01, where the 400-year cycle of leap years starts. */
const EPOCH_IN_CYCLES = 730_425;
const DAYS_PER_CYCLE = 146_097;

export function daysToCivil(days: number): CivilDate {
  const shifted = days + EPOCH_IN_CYCLES;
  const cycle = Math.floor(shifted / DAYS_PER_CYCLE);
  const dayOfCycle = shifted - cycle * DAYS_PER_CYCLE;
  const yearOfCycle = Math.floor(
    (dayOfCycle - Math.floor(dayOfCycle / 1460) + Math.floor(dayOfCycle / 36_524) - Math.floor(dayOfCycle / 146_096)) / 365,
  );
  // Years are counted from March, so that the leap day comes last.
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, day };
}

/** Days since 2000-01-01. Day and month may lie outside their range by what a caller adds; they carry over. */
export function civilToDays(year: number, month: number, day: number): number {
  const years = year + Math.floor((month - 1) / 12);
  const monthOfYear = month - Math.floor((month - 1) / 12) * 12;
  const marchYear = monthOfYear <= 2 ? years - 1 : years;
  const marchMonth = monthOfYear <= 2 ? monthOfYear + 9 : monthOfYear - 3;
  const cycle = Math.floor(marchYear / 400);
  const yearOfCycle = marchYear - cycle * 400;
  const dayOfCycle =
    yearOfCycle * 365 +
    Math.floor(yearOfCycle / 4) -
    Math.floor(yearOfCycle / 100) +
    Math.floor((153 * marchMonth + 2) / 5) +
    day -
    1;
  return cycle * DAYS_PER_CYCLE + dayOfCycle - EPOCH_IN_CYCLES;
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
export const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
/** month: 1 … 12 */
export const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeapYear(year) ? 29 : monthDays[month - 1]!;

/** 0 = Sunday. */
export const dayOfWeek = (days: number): number => {
  const rest = (days + 6) % 7;
  return rest < 0 ? rest + 7 : rest;
};

/** A timestamp's day and the µs into it (0 ≤ micros < MICROS_PER_DAY). */
export function splitTimestamp(timestamp: Int64): { days: number; micros: number } {
  if (typeof timestamp === 'number') {
    const days = Math.floor(timestamp / MICROS_PER_DAY);
    const micros = timestamp - days * MICROS_PER_DAY;
    // The quotient of a large timestamp may have been rounded to the next day.
    if (micros < 0) return { days: days - 1, micros: micros + MICROS_PER_DAY };
    return micros >= MICROS_PER_DAY ? { days: days + 1, micros: micros - MICROS_PER_DAY } : { days, micros };
  }
  const perDay = BigInt(MICROS_PER_DAY);
  let days = timestamp / perDay;
  if (timestamp < 0n && days * perDay !== timestamp) days--;
  return { days: Number(days), micros: Number(timestamp - days * perDay) };
}

/** The inverse; `micros` may be of any size. */
export function joinTimestamp(days: number, micros: number): Int64 {
  const sum = days * MICROS_PER_DAY + micros;
  return Number.isSafeInteger(sum) ? sum : int64(BigInt(days) * BigInt(MICROS_PER_DAY) + BigInt(micros));
}

/** Whether a finite timestamp is within PostgreSQL's range. */
export const isTimestampInRange = (timestamp: Int64): boolean => timestamp >= TIMESTAMP_MIN && timestamp < TIMESTAMP_END;
