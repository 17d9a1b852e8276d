/**
 * Reads a psql script as psql would: statements end at a semicolon outside of quotes, comments, parentheses and
 * `BEGIN ATOMIC` bodies; lines of data follow `COPY … FROM stdin`; `:name` is replaced; `\if` hides what is not taken.
 * The reader is lazy: a variable that `\gset` sets after one statement is seen by the next.
 */
import { interpolate, splitArguments, type Variables } from './psql-variables.ts';

export type ScriptItem =
  | {
      readonly kind: 'statement';
      readonly line: number;
      readonly sql: string;
      /** `;`, or the meta-command that sent it: `\gset prefix`, `\gexec`, … */
      readonly sentBy: string;
      /** What followed `COPY … FROM stdin`, up to the line `\.`. */
      readonly data: string | undefined;
    }
  | { readonly kind: 'meta'; readonly line: number; readonly name: string; readonly words: readonly string[] };

const SENDING = new Set(['g', 'gx', 'gset', 'gexec', 'gdesc', 'crosstabview', 'watch', 'sendpipeline']);
const COPY_FROM_STDIN = /^\s*copy\b[\s\S]*\bfrom\s+stdin\b/i;
const BEGINS_FUNCTION = /^\s*create\s+(?:or\s+replace\s+)?(?:function|procedure)\b/i;

interface Condition {
  /** Whether what stands here is read. */
  active: boolean;
  /** Whether a branch has been taken. */
  taken: boolean;
}

export function* readScript(text: string, variables: Variables): Generator<ScriptItem> {
  const conditions: Condition[] = [];
  let at = 0;
  let line = 1;
  let start = 0;
  let startLine = 1;
  let sql = '';
  let depth = 0;
  let atomic = 0;

  const isRead = (): boolean => conditions.every((condition) => condition.active);
  const take = (end: number): void => {
    const piece = text.slice(at, end);
    sql += piece;
    for (const character of piece) if (character === '\n') line++;
    at = end;
  };
  const restOfLine = (): string => {
    const end = text.indexOf('\n', at);
    return text.slice(at, end < 0 ? text.length : end);
  };
  const finish = (sentBy: string): ScriptItem | undefined => {
    const statement = sql.trim();
    sql = '';
    depth = atomic = 0;
    let data: string | undefined;
    if (isRead() && COPY_FROM_STDIN.test(statement)) {
      at += restOfLine().length + 1;
      line++;
      const from = at;
      while (at < text.length && restOfLine() !== '\\.') {
        at += restOfLine().length + 1;
        line++;
      }
      data = text.slice(from, at);
      at += 2;
    }
    if (!isRead() || statement === '') return undefined;
    return { kind: 'statement', line: startLine, sql: statement, sentBy, data };
  };

  while (at < text.length) {
    if (sql.trim() === '') {
      startLine = line;
      start = at;
      sql = '';
    }
    const character = text[at]!;
    const quoted = tokenEnd(text, at);
    if (quoted !== undefined) {
      const comment = text.startsWith('--', at) && sql.trim() === '';
      take(quoted);
      if (comment) sql = '';
    } else if (character === '\\') {
      const [command = '', ...after] = /^\\(;|\S[^\s\\]*|)([^\n]*)/.exec(text.slice(at))!.slice(1);
      if (command === ';') {
        at += 2;
        sql += ';';
        continue;
      }
      at += 1 + command.length + after[0]!.length;
      const rest = after[0]!.replace(/\\\\[\s\S]*$/, '');
      const words = splitArguments(rest, variables);
      if (conditional(command, words, conditions)) continue;
      if (SENDING.has(command) && sql.trim() !== '') {
        const item = finish(`\\${[command, ...words].join(' ')}`);
        if (item) yield item;
      } else {
        if (command === 'r' || command === 'reset') sql = '';
        if (isRead()) yield { kind: 'meta', line, name: command, words };
      }
    } else if (character === ':' && isRead()) {
      const found = interpolate(text, at, variables);
      if (found) {
        sql += found.value;
        at = found.end;
      } else take(text[at + 1] === ':' ? at + 2 : at + 1);
    } else if (/[A-Za-z_\u0080-\uffff]/.test(character)) {
      const word = /^[\w$\u0080-\uffff]+/.exec(text.slice(at, at + 200))![0].toLowerCase();
      take(at + word.length);
      if (BEGINS_FUNCTION.test(sql)) {
        if (word === 'begin' || (word === 'case' && atomic > 0)) atomic++;
        else if (word === 'end' && atomic > 0) atomic--;
      }
    } else if (character === ';' && depth === 0 && atomic === 0) {
      at++;
      const item = finish(';');
      if (item) yield item;
    } else {
      if (character === '(' || character === '[') depth++;
      if ((character === ')' || character === ']') && depth > 0) depth--;
      take(at + 1);
    }
  }
  if (sql.trim() !== '' && start < text.length) {
    const item = finish('end of file');
    if (item) yield item;
  }
}

/** Handles `\if` and its like; false: another command. */
function conditional(command: string, words: readonly string[], conditions: Condition[]): boolean {
  const isTrue = /^(?:t|true|on|yes|y|1)$/i.test(words[0] ?? '');
  const innermost = conditions.at(-1);
  switch (command) {
    case 'if':
      conditions.push({ active: isTrue, taken: isTrue });
      return true;
    case 'elif':
    case 'else':
      if (!innermost) throw new Error(`\\${command} without \\if`);
      innermost.active = !innermost.taken && (command === 'else' || isTrue);
      innermost.taken ||= innermost.active;
      return true;
    case 'endif':
      conditions.pop();
      return true;
    default:
      return false;
  }
}

/** Where a comment, a string or a quoted name that begins here ends; undefined: none begins here. */
function tokenEnd(text: string, at: number): number | undefined {
  const end = (found: number, length: number): number => (found < 0 ? text.length : found + length);
  if (text.startsWith('--', at)) return end(text.indexOf('\n', at), 0);
  if (text.startsWith('/*', at)) {
    let depth = 1;
    let i = at + 2;
    while (i < text.length && depth > 0) {
      const step = text.startsWith('/*', i) ? 1 : text.startsWith('*/', i) ? -1 : 0;
      depth += step;
      i += step === 0 ? 1 : 2;
    }
    return i;
  }
  if (text[at] === "'" || text[at] === '"') {
    const escapes = text[at] === "'" && /[eE]/.test(text[at - 1] ?? '') && !/[\w$]/.test(text[at - 2] ?? '');
    for (let i = at + 1; i < text.length; i++) {
      if (escapes && text[i] === '\\') i++;
      else if (text[i] === text[at]) return i + 1;
    }
    return text.length;
  }
  if (text[at] === '$' && !/[\w$]/.test(text[at - 1] ?? '')) {
    const tag = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(text.slice(at, at + 100))?.[0];
    if (tag !== undefined) return end(text.indexOf(tag, at + tag.length), tag.length);
  }
  return undefined;
}
