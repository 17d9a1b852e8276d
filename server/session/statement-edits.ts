/** Everything that is replaced in a statement's text before the catalog server sees it. */
import { scramVerifier, formatVerifier } from '../auth/scram.ts';
import { fileFunctionEdits } from './file-functions.ts';
import { qualifiedNameEdits } from './qualified-names.ts';
import { renamedColumnEdits } from './renamed-catalog-columns.ts';
import type { Session } from './session.ts';
import { tokensOf } from './statement-text.ts';
import { SentText, visitSyntax } from './statement-text.ts';
import type { AmbiguousName, Edit, RawStatement } from './statement-text.ts';
import { MESSAGES_SETTING, virtualSettingEdits } from './virtual-settings.ts';

/** The whole text for a lone statement (`span` undefined), or its part of a string. */
export async function sentText(session: Session, sql: string, statement: RawStatement, part: boolean): Promise<SentText> {
  const files = await fileFunctionEdits(session, sql, statement);
  const [from, to] = part ? [statement.start, statement.end] : [0, undefined];
  return new SentText(sql, from, to, statementEdits(session, sql, statement, files), ambiguousNames(session, sql, statement));
}

/** Bare relation names that more than one source has. CTEs hide them. */
function ambiguousNames(session: Session, sql: string, statement: RawStatement): AmbiguousName[] {
  if (!session.hasDefaultSearchPath) return [];
  const ctes = new Set<string>();
  const found: AmbiguousName[] = [];
  visitSyntax({ [statement.type]: statement.node }, (type, node) => {
    if (type === 'CommonTableExpr') ctes.add(String(node['ctename']));
    if (type !== 'RangeVar' || node['schemaname'] !== undefined) return;
    const name = String(node['relname']);
    const sources = session.federation.sources.holding(name);
    if (sources.length < 2 || (session.source !== undefined && sources.includes(session.source))) return;
    const before = Buffer.from(sql, 'utf8').toString('utf8', 0, Number(node['location'] ?? 0));
    found.push({ name, sources, position: Array.from(before).length + 1 });
  });
  return found.filter(({ name }) => !ctes.has(name));
}

function statementEdits(session: Session, sql: string, statement: RawStatement, files: readonly Edit[]): Edit[] {
  const names = qualifiedNameEdits(sql, statement, session.federation.sources, session.source);
  const edits = [
    ...files,
    ...names.filter((name) => !files.some((call) => call.start <= name.start && name.end <= call.end)),
    ...virtualSettingEdits(sql, statement),
    ...passwordEdits(sql, statement),
    ...renamedColumnEdits(sql, statement),
  ];
  if (edits.some((edit) => edit.replacement.includes(MESSAGES_SETTING))) session.setsMessageLevel = true;
  return edits.sort((a, b) => a.start - b.start);
}

/** A clear-text password never travels further than here: it becomes a SCRAM verifier. */
function passwordEdits(sql: string, statement: RawStatement): Edit[] {
  if (statement.type !== 'CreateRoleStmt' && statement.type !== 'AlterRoleStmt') return [];
  const tokens = tokensOf(sql);
  return tokens.flatMap((token, i) => {
    const value = tokens[i + 1];
    if (token.start < statement.start || token.end > statement.end || token.text.toLowerCase() !== 'password' || !value?.isString)
      return [];
    const options = (statement.node['options'] ?? []) as {
      DefElem?: { defname?: string; arg?: { String?: { sval?: string } } };
    }[];
    const password = options.find((option) => option.DefElem?.defname === 'password')?.DefElem?.arg?.String?.sval ?? '';
    if (password === '' || password.startsWith('md5')) return [];
    return [{ start: value.start, end: value.end, replacement: `'${formatVerifier(scramVerifier(password))}'` }];
  });
}
