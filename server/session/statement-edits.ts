/** Everything that is replaced in a statement's text before the catalog server sees it. */
import { scramVerifier, formatVerifier } from '../auth/scram.ts';
import { qualifiedNameEdits } from './qualified-names.ts';
import { renamedColumnEdits } from './renamed-catalog-columns.ts';
import type { Session } from './session.ts';
import { tokensOf } from './statement-text.ts';
import type { Edit, RawStatement } from './statement-text.ts';
import { MESSAGES_SETTING, virtualSettingEdits } from './virtual-settings.ts';

export function statementEdits(session: Session, sql: string, statement: RawStatement): Edit[] {
  const edits = [
    ...qualifiedNameEdits(sql, statement, session.federation.sources, session.source),
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
    if (token.start < statement.start || token.end > statement.end || token.text.toLowerCase() !== 'password' || !value?.isString) return [];
    const options = (statement.node['options'] ?? []) as { DefElem?: { defname?: string; arg?: { String?: { sval?: string } } } }[];
    const password = options.find((option) => option.DefElem?.defname === 'password')?.DefElem?.arg?.String?.sval ?? '';
    if (password === '' || password.startsWith('md5')) return [];
    return [{ start: value.start, end: value.end, replacement: `'${formatVerifier(scramVerifier(password))}'` }];
  });
}
