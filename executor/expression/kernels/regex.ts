/**
 * Regular expressions: `~` and its like, regexp_like, regexp_replace, regexp_match, regexp_substr, regexp_count,
 * regexp_instr, regexp_split_to_array, substring(… from pattern). Pattern and flags are constants, and only patterns that
 * mean the same in JavaScript are taken (regex/translate.ts).
 */
import type { Datum } from '../../../core/datum.ts';
import { invalidParameterValue } from '../../../core/sql-error.ts';
import type { Collation } from '../../../core/sql-type.ts';
import { makeArray } from '../array-constructor.ts';
import { asForm } from '../convert.ts';
import type { Kernel, KernelArgument, KernelTable } from '../kernel.ts';
import { apply, datumCode, nullableResult, resultOf } from '../kernel.ts';
import type { RegexMatch } from '../regex/matches.ts';
import { findMatch, matchesOf, replaceMatches, splitByMatches } from '../regex/matches.ts';
import { similarToRegex } from '../regex/similar.ts';
import { Unsupported } from '../regex/syntax.ts';
import type { Finder } from '../regex/translate.ts';
import { finderOf, testerOf } from '../regex/translate.ts';
import { characterCount, sliceCharacters } from './characters.ts';

const PATTERN = 1;

interface Flags {
  readonly ignoreCase: boolean;
  readonly global: boolean;
}

/** undefined: flags that change the meaning of patterns, or none of PostgreSQL's. */
function flagsOf(text: string): Flags | undefined {
  if (!/^[gcist]*$/.test(text)) return undefined;
  return { ignoreCase: text.lastIndexOf('i') > text.lastIndexOf('c'), global: text.includes('g') };
}

/** Runs what may be Unsupported; its reason as text. */
function attempt<T>(compute: () => T): T | string {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Unsupported) return error.message;
    throw error;
  }
}

/** `flags`: where they are among the arguments. */
function refusalOf(
  args: readonly KernelArgument[],
  flagsAt: number | undefined,
  mayBeGlobal: boolean,
  translate: (pattern: string, flags: Flags) => unknown,
): string | undefined {
  const pattern = args[PATTERN]!.constant;
  const flagText = flagsAt === undefined ? '' : args[flagsAt]!.constant;
  if (pattern === null || flagText === null) return undefined;
  if (typeof pattern !== 'string' || typeof flagText !== 'string') return 'a regular expression that is not constant';
  const flags = flagsOf(flagText);
  if (flags === undefined || (flags.global && !mayBeGlobal)) return `regular expressions with the flags "${flagText}"`;
  const result = attempt(() => translate(pattern, flags));
  return typeof result === 'string' ? `the regular expression "${pattern}" (${result})` : undefined;
}

const constantText = (value: Datum | undefined): string => value as string;

/** Whether there is a match. */
function test(negated: boolean, ignoreCase: boolean, flagsAt?: number): Kernel {
  const tester = (pattern: string, flags: Flags, collation: Collation): RegExp =>
    testerOf(pattern, { collation, ignoreCase: ignoreCase || flags.ignoreCase });
  return {
    collation: 'order',
    refusal: (args, collation) => refusalOf(args, flagsAt, false, (pattern, flags) => tester(pattern, flags, collation)),
    emit: (call) => {
      const flags = flagsOf(flagsAt === undefined ? '' : constantText(call.args[flagsAt]!.constant))!;
      const regex = call.emitter.hoist(tester(constantText(call.args[PATTERN]!.constant), flags, call.inputCollation));
      return resultOf(call, `${negated ? '!' : ''}${regex}.test(${asForm(call.emitter, call.args[0]!, 'string')})`);
    },
  };
}

type Answer = (finder: Finder, global: boolean, text: string, ...others: never[]) => Datum;

/** A function of matches; it is given the arguments but for pattern and flags. */
function matching(answer: Answer, flagsAt?: number, mayBeGlobal = false): Kernel {
  return {
    collation: 'order',
    refusal: (args, collation) =>
      refusalOf(args, flagsAt, mayBeGlobal, (pattern, { ignoreCase }) => finderOf(pattern, { collation, ignoreCase })),
    emit: (call) => {
      const { emitter, args, inputCollation: collation } = call;
      const { ignoreCase, global } = flagsOf(flagsAt === undefined ? '' : constantText(args[flagsAt]!.constant))!;
      const finder = emitter.hoist(finderOf(constantText(args[PATTERN]!.constant), { collation, ignoreCase }));
      const others = args.filter((_, i) => i !== PATTERN && i !== flagsAt).map((arg) => datumCode(emitter, arg));
      return nullableResult(call, `${emitter.hoist(answer)}(${[finder, String(global), ...others].join(', ')})`);
    },
  };
}

function positive(name: string, value: number): number {
  if (value <= 0) throw invalidParameterValue(`invalid value for parameter "${name}": ${value}`);
  return value;
}
function notNegative(name: string, value: number): number {
  if (value < 0) throw invalidParameterValue(`invalid value for parameter "${name}": ${value}`);
  return value;
}

/** The unit at which character `start` (from 1) begins; beyond the text no match is looked for. */
const unitOf = (text: string, start: number): number => {
  const before = positive('start', start) - 1;
  return before > characterCount(text) ? Infinity : sliceCharacters(text, 0, before).length;
};

function nthMatch(finder: Finder, text: string, start: number, nth: number): RegexMatch | undefined {
  let number = 0;
  for (const match of matchesOf(finder, text, start)) if (++number === nth) return match;
  return undefined;
}

const replace: Answer = (finder, global, text: string, template: string) =>
  replaceMatches(finder, text, template, 0, global ? 0 : 1);
const replaceFrom: Answer = (finder, _, text: string, template: string, start: number, nth: number = 1) =>
  replaceMatches(finder, text, template, unitOf(text, start), notNegative('n', nth));

/** The groups, or the whole without groups. */
const match: Answer = (finder, _, text: string) => {
  const found = findMatch(finder, text, 0);
  if (found === undefined) return null;
  return makeArray(finder.groups === 0 ? [found.groups[0]!] : found.groups.slice(1));
};
const firstGroup: Answer = (finder, _, text: string) => findMatch(finder, text, 0)?.groups[Math.min(finder.groups, 1)] ?? null;

const count: Answer = (finder, _, text: string, start: number = 1) => {
  let number = 0;
  for (const _match of matchesOf(finder, text, unitOf(text, start))) number++;
  return number;
};

const substring: Answer = (finder, _, text: string, start: number = 1, nth: number = 1, group: number = 0) => {
  const from = unitOf(text, start);
  positive('n', nth);
  const found = nthMatch(finder, text, from, notNegative('subexpr', group) >= 0 ? nth : 0);
  return found?.groups[group] ?? null;
};

/** Without subexpressions: where a group begins or ends is not known. */
const position: Answer = (finder, _, text: string, start: number = 1, nth: number = 1, end: number = 0) => {
  const from = unitOf(text, start);
  positive('n', nth);
  if (end !== 0 && end !== 1) throw invalidParameterValue(`invalid value for parameter "endoption": ${end}`);
  const found = nthMatch(finder, text, from, nth);
  return found === undefined ? 0 : characterCount(text.slice(0, end === 1 ? found.to : found.from)) + 1;
};

const split: Answer = (finder, _, text: string) => makeArray(splitByMatches(finder, text));

const table: Record<string, Kernel> = {
  'regexp_like(text,text)': test(false, false),
  'regexp_like(text,text,text)': test(false, false, 2),
  'regexp_replace(text,text,text)': matching(replace),
  'regexp_replace(text,text,text,text)': matching(replace, 3, true),
  'regexp_replace(text,text,text,int4)': matching(replaceFrom),
  'regexp_replace(text,text,text,int4,int4)': matching(replaceFrom),
  'regexp_replace(text,text,text,int4,int4,text)': matching(replaceFrom, 5, true),
  'regexp_match(text,text)': matching(match),
  'regexp_match(text,text,text)': matching(match, 2),
  'substring(text,text)': matching(firstGroup),
  'regexp_count(text,text)': matching(count),
  'regexp_count(text,text,int4)': matching(count),
  'regexp_count(text,text,int4,text)': matching(count, 3),
  'regexp_substr(text,text)': matching(substring),
  'regexp_substr(text,text,int4)': matching(substring),
  'regexp_substr(text,text,int4,int4)': matching(substring),
  'regexp_substr(text,text,int4,int4,text)': matching(substring, 4),
  'regexp_substr(text,text,int4,int4,text,int4)': matching(substring, 4),
  'regexp_instr(text,text)': matching(position),
  'regexp_instr(text,text,int4)': matching(position),
  'regexp_instr(text,text,int4,int4)': matching(position),
  'regexp_instr(text,text,int4,int4,int4)': matching(position),
  'regexp_instr(text,text,int4,int4,int4,text)': matching(position, 5),
  'regexp_split_to_array(text,text)': matching(split),
  'regexp_split_to_array(text,text,text)': matching(split, 2),
  'similar_to_escape(text)': apply((pattern: string) => similarToRegex(pattern)),
  'similar_to_escape(text,text)': apply((pattern: string, escape: string) => similarToRegex(pattern, escape)),
};
for (const type of ['text', 'bpchar', 'name']) {
  table[`${type}regexeq(${type},text)`] = test(false, false);
  table[`${type}regexne(${type},text)`] = test(true, false);
  table[`${type}icregexeq(${type},text)`] = test(false, true);
  table[`${type}icregexne(${type},text)`] = test(true, true);
}
export const regexKernels: KernelTable = table;
