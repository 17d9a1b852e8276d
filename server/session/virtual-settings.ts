/**
 * Settings that analysis needs at values of its own (`client_min_messages`, `debug_*`: see the catalog server's rules).
 * A user's value for them is kept under another name on the backend, `tributary.<name>`: a custom setting, so SET LOCAL,
 * ROLLBACK, RESET and start-up values behave as PostgreSQL's. Names are replaced in the statement's text.
 */
import { featureNotSupported, invalidParameterValue, sqlError } from '../../core/sql-error.ts';
import { tokensOf, visitSyntax } from './statement-text.ts';
import type { Edit, RawStatement, SyntaxNode } from './statement-text.ts';

const PREFIX = 'tributary.';
export const MESSAGES_SETTING = `${PREFIX}client_min_messages`;

/** By name: the value a user sees before setting any. */
const defaults: Readonly<Record<string, string>> = {
  client_min_messages: 'notice',
  debug_print_parse: 'off',
  debug_print_rewritten: 'off',
  debug_print_plan: 'off',
  debug_pretty_print: 'on',
};
const isVirtual = (name: string): boolean => Object.hasOwn(defaults, name.toLowerCase());

/** In force on every backend, whatever users set. */
const ours: Readonly<Record<string, string>> = {
  client_min_messages: 'log',
  debug_print_parse: 'off',
  debug_print_rewritten: 'on',
  debug_print_plan: 'off',
  debug_pretty_print: 'off',
};

/** Puts ours in force again, should something have changed them. */
export const reapplyOurSettings: string = `SELECT ${Object.entries(ours)
  .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', false)`)
  .join(', ')}`;

const messageLevels = ['debug5', 'debug4', 'debug3', 'debug2', 'debug1', 'log', 'notice', 'warning', 'error'];

/** Start-up parameters of the client as the backend gets them. Throws 0A000 for an encoding other than UTF8. */
export function backendParameters(client: ReadonlyMap<string, string>): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of Object.entries(defaults)) parameters[PREFIX + name] = value;
  const given = [...client].flatMap(([name, value]) =>
    name === 'options' ? settingsInOptions(value) : [[name, value] as const],
  );
  for (const [name, value] of given) {
    const lower = name.toLowerCase();
    if (lower === 'user' || lower === 'database' || lower === 'replication') continue;
    if (lower === 'client_encoding') checkEncoding(value);
    else parameters[isVirtual(lower) ? PREFIX + lower : lower] = value;
  }
  return { ...parameters, client_encoding: 'UTF8', ...ours };
}

/**
 * `-c name=value`, `--name=value`: the one use clients make of the start-up parameter `options`. As settings of their own
 * they win over our defaults.
 */
function settingsInOptions(options: string): (readonly [string, string])[] {
  const words = [...options.matchAll(/(?:\\.|[^\s\\])+/gs)].map(([word]) => word.replaceAll(/\\(.)/gs, '$1'));
  const found: (readonly [string, string])[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const assignment = word === '-c' ? words[++i] : (/^(?:-c|--)(.+)$/s.exec(word)?.[1] ?? undefined);
    const split = assignment?.indexOf('=') ?? -1;
    if (assignment === undefined || split < 1) {
      throw sqlError('42601', `invalid command-line argument for server process: ${word}`);
    }
    found.push([assignment.slice(0, split).replaceAll('-', '_'), assignment.slice(split + 1)]);
  }
  return found;
}

function checkEncoding(value: string): void {
  const plain = value.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
  if (plain !== 'utf8' && plain !== 'unicode') throw featureNotSupported(`client_encoding "${value}"`, { hint: 'Use UTF8.' });
}

interface SetNode {
  readonly kind?: string;
  readonly name?: string;
  readonly args?: readonly { readonly A_Const?: { readonly sval?: { readonly sval?: string } } }[];
}

/** The edits one statement needs; throws what PostgreSQL would for a bad value. */
export function virtualSettingEdits(sql: string, statement: RawStatement): Edit[] {
  const { type, node } = statement;
  if (type === 'VariableSetStmt') {
    const set = node as SetNode;
    const name = set.name?.toLowerCase() ?? '';
    const value = set.args?.[0]?.A_Const?.sval?.sval;
    if (name === 'client_encoding' && value !== undefined) checkEncoding(value);
    if (!isVirtual(name)) return [];
    if (set.kind === 'VAR_SET_VALUE' && value !== undefined) checkValue(name, value);
    return [nameToken(sql, statement, name)];
  }
  if (type === 'VariableShowStmt') {
    const name = String(node['name']).toLowerCase();
    return isVirtual(name) ? [nameToken(sql, statement, name)] : [];
  }
  return /client_min_messages|debug_p/i.test(sql) ? functionArguments(sql, statement) : [];
}

function checkValue(name: string, value: string): void {
  if (name === 'client_min_messages') {
    if (messageLevels.includes(value.toLowerCase()) || /^(info|debug|fatal|panic)$/i.test(value)) return;
    throw invalidParameterValue(`invalid value for parameter "${name}": "${value}"`, {
      hint: `Available values: ${messageLevels.join(', ')}.`,
    });
  }
  if (!/^(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|0|1)$/i.test(value)) {
    throw invalidParameterValue(`parameter "${name}" requires a Boolean value`);
  }
}

function nameToken(sql: string, statement: RawStatement, name: string): Edit {
  const token = tokensOf(sql).find(
    (found) => found.start >= statement.start && found.text.replaceAll('"', '').toLowerCase() === name,
  )!;
  return { start: token.start, end: token.end, replacement: PREFIX + name };
}

/** `current_setting('client_min_messages')`, `set_config('client_min_messages', …)`. */
function functionArguments(sql: string, statement: RawStatement): Edit[] {
  const edits: Edit[] = [];
  visitSyntax({ [statement.type]: statement.node }, (type, node) => {
    if (type !== 'FuncCall') return;
    const names = node['funcname'] as { String?: { sval?: string } }[];
    const name = names.at(-1)?.String?.sval;
    if (name !== 'current_setting' && name !== 'set_config') return;
    const first = (node['args'] as SyntaxNode[] | undefined)?.[0]?.['A_Const'] as
      { sval?: { sval?: string }; location?: number } | undefined;
    const setting = first?.sval?.sval;
    if (setting === undefined || !isVirtual(setting)) return;
    const token = tokensOf(sql).find((found) => found.start === first?.location);
    if (token) edits.push({ start: token.start, end: token.end, replacement: `'${PREFIX}${setting.toLowerCase()}'` });
  });
  return edits;
}

/** The column SHOW answers under, with the name the user knows. */
export function showColumnName(rowDescription: Buffer): Buffer {
  const end = rowDescription.indexOf(0, 7);
  const name = rowDescription.toString('utf8', 7, end);
  if (!name.startsWith(PREFIX) || !isVirtual(name.slice(PREFIX.length))) return rowDescription;
  const renamed = Buffer.concat([
    rowDescription.subarray(0, 7),
    Buffer.from(name.slice(PREFIX.length)),
    rowDescription.subarray(end),
  ]);
  renamed.writeInt32BE(renamed.length - 1, 1);
  return renamed;
}

/** Whether a notice of this severity reaches a user whose client_min_messages is `level`. */
export function noticeReaches(severity: string, level: string): boolean {
  if (severity === 'INFO') return true;
  const rank = (name: string): number => {
    const at = messageLevels.indexOf(name === 'debug' ? 'debug2' : name);
    return at < 0 ? messageLevels.indexOf('notice') : at;
  };
  return rank(severity.toLowerCase()) >= rank(level.toLowerCase());
}
