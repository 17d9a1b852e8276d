/**
 * LIKE and ILIKE over UTF-8 bytes. The matcher follows MatchText of PostgreSQL's like_match.c step by step, because an
 * unfinished escape is an error only when matching gets that far. Constant patterns of the common shapes (`abc`, `abc%`,
 * `%abc`, `%abc%`) become plain comparisons of bytes.
 */
import { sqlError } from '../../../core/sql-error.ts';
import { compareSpans, equalSpans } from '../compare.ts';
import { asForm, asSpan } from '../convert.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { apply, kernel, resultOf } from '../kernel.ts';
import type { SpanValue, Value } from '../value.ts';
import { characterCount } from './characters.ts';
import { letterCase } from './letter-case.ts';

const BACKSLASH = 92;
const PERCENT = 37;
const UNDERSCORE = 95;

type Match = 'yes' | 'no' | 'abort';

const danglingEscape = () => sqlError('22025', 'LIKE pattern must not end with escape character');

/** The start of the next character. */
function nextCharacter(t: Uint8Array, at: number, end: number): number {
  at++;
  while (at < end && (t[at]! & 0xc0) === 0x80) at++;
  return at;
}

function match(t: Uint8Array, tAt: number, tEnd: number, p: Uint8Array, pAt: number, pEnd: number): Match {
  if (pEnd - pAt === 1 && p[pAt] === PERCENT) return 'yes';
  while (tAt < tEnd && pAt < pEnd) {
    const wanted = p[pAt]!;
    if (wanted === BACKSLASH) {
      if (++pAt >= pEnd) throw danglingEscape();
      if (p[pAt] !== t[tAt]) return 'no';
    } else if (wanted === PERCENT) {
      return matchAfterPercent(t, tAt, tEnd, p, pAt + 1, pEnd);
    } else if (wanted === UNDERSCORE) {
      tAt = nextCharacter(t, tAt, tEnd);
      pAt++;
      continue;
    } else if (wanted !== t[tAt]) {
      return 'no';
    }
    tAt++;
    pAt++;
  }
  if (tAt < tEnd) return 'no';
  while (pAt < pEnd && p[pAt] === PERCENT) pAt++;
  return pAt >= pEnd ? 'yes' : 'abort';
}

function matchAfterPercent(t: Uint8Array, tAt: number, tEnd: number, p: Uint8Array, pAt: number, pEnd: number): Match {
  for (; pAt < pEnd; pAt++) {
    if (p[pAt] === UNDERSCORE) {
      if (tAt >= tEnd) return 'abort';
      tAt = nextCharacter(t, tAt, tEnd);
    } else if (p[pAt] !== PERCENT) break;
  }
  if (pAt >= pEnd) return 'yes';
  let first = p[pAt]!;
  if (first === BACKSLASH) {
    if (pEnd - pAt < 2) throw danglingEscape();
    first = p[pAt + 1]!;
  }
  for (; tAt < tEnd; tAt = nextCharacter(t, tAt, tEnd)) {
    if (t[tAt] !== first) continue;
    const rest = match(t, tAt, tEnd, p, pAt, pEnd);
    if (rest !== 'no') return rest;
  }
  return 'abort';
}

const isLike = (t: Uint8Array, tFrom: number, tTo: number, p: Uint8Array, pFrom: number, pTo: number): boolean =>
  match(t, tFrom, tTo, p, pFrom, pTo) === 'yes';

function contains(t: Uint8Array, from: number, to: number, part: Uint8Array): boolean {
  const last = to - part.length;
  const first = part[0];
  search: for (let at = from; at <= last; at++) {
    if (t[at] !== first) continue;
    for (let i = 1; i < part.length; i++) if (t[at + i] !== part[i]) continue search;
    return true;
  }
  return false;
}

/** The code of `text LIKE pattern` for a constant pattern of a simple shape. */
function simpleMatch(call: { hoist(value: unknown): string }, text: SpanValue, pattern: string): string | undefined {
  const shape = /^(%?)([^%_\\]+)(%?)$/.exec(pattern);
  if (shape === null) return undefined;
  const bytes = Buffer.from(shape[2]!, 'utf8');
  const part = call.hoist(bytes);
  const { data, from, to } = text;
  const size = bytes.length;
  if (shape[1] === '') {
    const end = shape[3] === '' ? to : `${from} + ${size}`;
    const longEnough = shape[3] === '' ? '' : `${to} - ${from} >= ${size} && `;
    return `${longEnough}${call.hoist(equalSpans)}(${data}, ${from}, ${end}, ${part}, 0, ${size})`;
  }
  if (shape[3] === '') {
    return `${to} - ${from} >= ${size} && ${call.hoist(equalSpans)}(${data}, ${to} - ${size}, ${to}, ${part}, 0, ${size})`;
  }
  return `${call.hoist(contains)}(${data}, ${from}, ${to}, ${part})`;
}

const like = (negated: boolean): Kernel =>
  kernel((call) => {
    const { emitter } = call;
    const text = asSpan(emitter, call.args[0]!);
    const pattern = call.args[1]!;
    const simple = typeof pattern.constant === 'string' ? simpleMatch(emitter, text, pattern.constant) : undefined;
    const general = (): string => {
      const p = asSpan(emitter, pattern);
      return `${emitter.hoist(isLike)}(${text.data}, ${text.from}, ${text.to}, ${p.data}, ${p.from}, ${p.to})`;
    };
    const test = simple ?? general();
    return resultOf(call, negated ? `!(${test})` : test);
  }, 'order');

const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');

const ilike = (negated: boolean): Kernel =>
  kernel((call) => {
    const { emitter } = call;
    const lower = emitter.hoist(letterCase(call.inputCollation).lower);
    const lowered = (value: Value): string =>
      emitter.name(`${emitter.hoist(utf8)}(${lower}(${asForm(emitter, value, 'string')}))`);
    const [text, pattern] = [lowered(call.args[0]!), lowered(call.args[1]!)];
    const test = `${emitter.hoist(isLike)}(${text}, 0, ${text}.length, ${pattern}, 0, ${pattern}.length)`;
    return resultOf(call, negated ? `!${test}` : test);
  }, 'order');

/** `pattern ESCAPE escape` as a pattern with backslashes (do_like_escape). */
function likeEscape(pattern: string, escape: string): string {
  if (escape === '') return pattern.replaceAll('\\', '\\\\');
  if (characterCount(escape) > 1) {
    throw sqlError('22025', 'invalid escape string', { hint: 'Escape string must be empty or one character.' });
  }
  if (escape === '\\') return pattern;
  let out = '';
  let escaped = false;
  for (const character of pattern) {
    if (character === escape && !escaped) {
      out += '\\';
      escaped = true;
      continue;
    }
    out += character === '\\' && !escaped ? '\\\\' : character;
    escaped = false;
  }
  return out;
}

const startsWith = (a: Uint8Array, aFrom: number, aTo: number, b: Uint8Array, bFrom: number, bTo: number): boolean =>
  aTo - aFrom >= bTo - bFrom && compareSpans(a, aFrom, aFrom + bTo - bFrom, b, bFrom, bTo) === 0;

const prefixTest = kernel((call) => {
  const a = asSpan(call.emitter, call.args[0]!);
  const b = asSpan(call.emitter, call.args[1]!);
  return resultOf(call, `${call.emitter.hoist(startsWith)}(${a.data}, ${a.from}, ${a.to}, ${b.data}, ${b.from}, ${b.to})`);
}, 'order');

export const likeKernels: KernelTable = {
  'textlike(text,text)': like(false),
  'textnlike(text,text)': like(true),
  'like(text,text)': like(false),
  'notlike(text,text)': like(true),
  'bpcharlike(bpchar,text)': like(false),
  'bpcharnlike(bpchar,text)': like(true),
  'namelike(name,text)': like(false),
  'namenlike(name,text)': like(true),
  'texticlike(text,text)': ilike(false),
  'texticnlike(text,text)': ilike(true),
  'bpchariclike(bpchar,text)': ilike(false),
  'bpcharicnlike(bpchar,text)': ilike(true),
  'nameiclike(name,text)': ilike(false),
  'nameicnlike(name,text)': ilike(true),
  'like_escape(text,text)': apply(likeEscape),
  'starts_with(text,text)': prefixTest,
};
