/** The session settings that decide how values read and print, taken apart once. */

/** The part of the session's settings that text forms depend on (algebra's SessionSettings have more). */
export interface TextSettings {
  readonly timeZone: string;
  readonly dateStyle: string;
  readonly intervalStyle: string;
  readonly extraFloatDigits: number;
  readonly byteaOutput: 'hex' | 'escape';
}

/** Settings that expressions depend on too, and the only value that statements on sources' tables are evaluated under. */
export const FIXED_SETTINGS = {
  array_nulls: 'on',
  xmloption: 'content',
  timezone_abbreviations: 'Default',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
} as const;

export type DateStyle = 'ISO' | 'SQL' | 'Postgres' | 'German';
export type DateOrder = 'MDY' | 'DMY' | 'YMD';
export type IntervalStyle = 'postgres' | 'postgres_verbose' | 'sql_standard' | 'iso_8601';

export interface DateSettings {
  readonly style: DateStyle;
  readonly order: DateOrder;
}

/** Reads what SHOW DateStyle answers: `ISO, MDY`, and the spellings SET takes. */
export function dateSettings(dateStyle: string): DateSettings {
  let style: DateStyle = 'ISO';
  let order: DateOrder | undefined;
  for (const word of dateStyle.toLowerCase().split(',')) {
    const name = word.trim();
    if (name.startsWith('iso')) style = 'ISO';
    else if (name.startsWith('sql')) style = 'SQL';
    else if (name.startsWith('postgres')) style = 'Postgres';
    else if (name.startsWith('german')) {
      style = 'German';
      order ??= 'DMY';
    } else if (name === 'dmy' || name.startsWith('euro')) order = 'DMY';
    else if (name === 'mdy' || name.startsWith('us') || name.startsWith('noneuro')) order = 'MDY';
    else if (name === 'ymd') order = 'YMD';
  }
  return { style, order: order ?? 'MDY' };
}

export function intervalStyle(setting: string): IntervalStyle {
  const name = setting.toLowerCase();
  return name === 'postgres_verbose' || name === 'sql_standard' || name === 'iso_8601' ? name : 'postgres';
}
