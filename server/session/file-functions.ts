/**
 * `FROM lake.read_parquet('…')`: found in the raw parse, before analysis. The source is asked what the files hold, its mirror
 * is made, and the call is replaced in the text by the mirror's name. Before every execution the files are looked at again.
 *
 * Invariant: a user who may not EXECUTE the function learns nothing about any file.
 */
import { FILE_FUNCTION_SCHEMA } from '../../algebra/file-functions.ts';
import type { FileCall, FileOption } from '../../algebra/file-functions.ts';
import type { SourceTable } from '../../algebra/rel.ts';
import { qualifiedName, quoteText } from '../../catalog/quote.ts';
import { featureNotSupported, sqlError } from '../../core/sql-error.ts';
import type { FederatedQuery } from '../analysed-queries.ts';
import { queryBackend } from './backend-analysis.ts';
import { mirrorSchema } from './qualified-names.ts';
import type { Session } from './session.ts';
import { parseText, tokensOf, visitSyntax } from './statement-text.ts';
import type { Edit, RawStatement, SyntaxNode } from './statement-text.ts';

const READER = /^read_(?:parquet|csv|json)$/;
/** Statements that end with their rows, or keep these: nothing else of theirs may outlive the mirror. */
const READING = new Set(['SelectStmt', 'ExplainStmt', 'DeclareCursorStmt', 'CopyStmt', 'PrepareStmt', 'CreateTableAsStmt']);
/** How others are called when they are refused. */
const OUTLIVING: Readonly<Record<string, string>> = {
  ViewStmt: 'a view',
  CreateFunctionStmt: 'a function',
  CreatePolicyStmt: 'a policy',
};
const OPEN_TIMEOUT_MS = 60_000;

interface FoundCall {
  readonly source: string;
  readonly reader: string;
  readonly args: readonly SyntaxNode[];
  readonly location: number;
  readonly hasAlias: boolean;
  /** What its rows cannot be had by. */
  readonly refused: string | undefined;
}

/** The edits one statement needs; its files are described and mirrored by then. */
export async function fileFunctionEdits(session: Session, sql: string, statement: RawStatement): Promise<Edit[]> {
  if (!/read_(?:parquet|csv|json)/i.test(sql)) return [];
  const { sites, refresh } = session.federation.parts;
  const isReader = ({ source }: FoundCall): boolean => sites.get(source)?.type === 'duckdb';
  refuseInBody(statement, isReader);
  const edits: Edit[] = [];
  for (const found of callsIn(statement).filter(isReader)) {
    const site = sites.get(found.source)!;
    const position = Array.from(Buffer.from(sql, 'utf8').toString('utf8', 0, found.location)).length + 1;
    const refused = whyOutlived(statement) ?? found.refused;
    if (refused !== undefined) throw refusal(found, refused, position);
    if (!site.files) {
      throw featureNotSupported(`${found.reader} of source "${found.source}"`, {
        position,
        hint: 'The operator can list what may be read: see allow_paths in the configuration.',
      });
    }
    await requireExecute(session, found, position);
    const { table, hasChanged } = await site.files.open(fileCall(found, position), AbortSignal.timeout(OPEN_TIMEOUT_MS));
    const name = qualifiedName(mirrorSchema(found.source, FILE_FUNCTION_SCHEMA, site.defaultSchema), table);
    // Another session may have opened it a moment ago, and its mirror not be made yet.
    if (hasChanged || !(await isMirrored(session, name))) await refresh(found.source);
    edits.push(editAt(sql, found, name));
  }
  return edits;
}

/** Whether files of the query have other columns than when it was analysed; their mirrors are up to date then. */
export async function filesHaveChanged(session: Session, query: FederatedQuery): Promise<boolean> {
  const { sites, refresh } = session.federation.parts;
  let changed = false;
  for (const table of query.fileTables) {
    const files = sites.get(table.site)?.files;
    if (!files) throw featureNotSupported(`reading files of source "${table.site}"`);
    if (!(await files.hasChanged(table.name, AbortSignal.timeout(OPEN_TIMEOUT_MS)))) continue;
    await refresh(table.site);
    changed = true;
  }
  return changed;
}

/** SQL of the function among those behind these tables that the session's user may not call; NULL when there is none. */
export function fileFunctionDenied(tables: readonly SourceTable[]): string {
  const cases = tables.map(({ site, name }) => {
    const reader = name.slice(0, name.indexOf('~'));
    return `WHEN NOT ${mayExecute(site, reader)} THEN ${quoteText(`function ${reader}`)}`;
  });
  return cases.length === 0 ? 'NULL' : `CASE ${cases.join(' ')} END`;
}

const mayExecute = (source: string, reader: string): string =>
  `pg_catalog.has_function_privilege(${quoteText(`${qualifiedName(source, reader)}(text)`)}, 'EXECUTE')`;

function whyOutlived({ type, node }: RawStatement): string | undefined {
  if (node['objtype'] === 'OBJECT_MATVIEW') return 'a materialized view';
  return READING.has(type) ? undefined : (OUTLIVING[type] ?? 'a statement that is no query');
}

/** The text of a function in language SQL is statements of its own. */
function refuseInBody({ type, node }: RawStatement, isReader: (call: FoundCall) => boolean): void {
  if (type !== 'CreateFunctionStmt') return;
  const options = (node['options'] ?? []) as { DefElem?: { defname?: string; arg?: BodyText } }[];
  const text = options.find((option) => option.DefElem?.defname === 'as')?.DefElem?.arg?.List?.items?.[0]?.String?.sval;
  const body = parseText(text ?? '');
  const found = body.kind === 'statements' ? body.statements.flatMap(callsIn).find(isReader) : undefined;
  if (found) throw refusal(found, 'a function');
}

interface BodyText {
  readonly List?: { readonly items?: readonly { readonly String?: { readonly sval?: string } }[] };
}

const refusal = ({ source, reader }: FoundCall, within: string, position?: number): Error =>
  featureNotSupported(`${source}.${reader} in ${within}`, {
    ...(position === undefined ? {} : { position }),
    hint: 'It stands in FROM, alone, in queries and CREATE TABLE AS.',
  });

async function requireExecute(session: Session, { source, reader }: FoundCall, position: number): Promise<void> {
  const sql = `SELECT CASE WHEN pg_catalog.has_schema_privilege(${quoteText(source)}, 'USAGE') THEN ${mayExecute(source, reader)} END`;
  const { rows } = await queryBackend(session, 'tributary:execute', sql);
  const may = rows[0]?.[0];
  if (may === null || may === undefined) throw sqlError('42501', `permission denied for schema ${source}`, { position });
  if (may !== 't') throw sqlError('42501', `permission denied for function ${reader}`, { position });
}

async function isMirrored(session: Session, name: string): Promise<boolean> {
  const { rows } = await queryBackend(
    session,
    'tributary:mirrored',
    `SELECT pg_catalog.to_regclass(${quoteText(name)}) IS NOT NULL`,
  );
  return rows[0]?.[0] === 't';
}

function callsIn(statement: RawStatement): FoundCall[] {
  const found: FoundCall[] = [];
  visitSyntax({ [statement.type]: statement.node }, (type, node) => {
    if (type !== 'RangeFunction') return;
    const functions = (node['functions'] ?? []) as { List?: { items?: readonly { FuncCall?: SyntaxNode }[] } }[];
    for (const call of functions.map((one) => one.List?.items?.[0]?.FuncCall ?? {})) {
      const names = ((call['funcname'] ?? []) as { String?: { sval?: string } }[]).map((part) => part.String?.sval ?? '');
      const reader = names.at(-1) ?? '';
      const isNamed = names.length === 2 || (names.length === 3 && names[1] === 'main');
      if (!isNamed || !READER.test(reader)) continue;
      found.push({
        source: names[0]!,
        reader,
        args: (call['args'] ?? []) as readonly SyntaxNode[],
        location: Number(call['location'] ?? 0),
        hasAlias: node['alias'] !== undefined,
        refused: whyNotTable(node),
      });
    }
  });
  return found.sort((a, b) => a.location - b.location);
}

/** Its rows have no order that could be counted, and its columns names and types of their own. */
function whyNotTable(range: SyntaxNode): string | undefined {
  if (range['is_rowsfrom'] === true) return 'ROWS FROM';
  if (range['ordinality'] === true) return 'FROM … WITH ORDINALITY';
  if (range['lateral'] === true) return 'LATERAL';
  return range['coldeflist'] === undefined ? undefined : 'FROM with a column definition list';
}

function fileCall({ reader, args }: FoundCall, position: number): FileCall {
  const notConstant = (): Error => featureNotSupported(`an argument of ${reader} that is not a constant`, { position });
  const [first, ...named] = args;
  const paths = first && constant(first);
  const isText = typeof paths === 'string' || (Array.isArray(paths) && paths.length > 0);
  if (!isText) {
    if (first === undefined || paths !== undefined) throw sqlError('42883', `${reader} takes the name of a file`, { position });
    throw notConstant();
  }
  const options = named.map((argument): readonly [string, FileOption] => {
    const { name, arg } = (argument['NamedArgExpr'] ?? {}) as { name?: string; arg?: SyntaxNode };
    if (name === undefined || !arg) {
      throw sqlError('42883', `${reader} takes one file name or list of them, and named arguments`, { position });
    }
    const value = constant(arg);
    if (value === undefined) throw notConstant();
    return [name, value];
  });
  return { reader, paths: typeof paths === 'string' ? [paths] : (paths as readonly string[]), options };
}

interface ConstantNode {
  readonly A_Const?: {
    readonly sval?: { readonly sval?: string };
    readonly ival?: { readonly ival?: number };
    readonly fval?: { readonly fval?: string };
    readonly boolval?: { readonly boolval?: boolean };
  };
  readonly A_ArrayExpr?: { readonly elements?: readonly SyntaxNode[] };
}

/** Undefined for anything else. An empty name, 0 and false come without their value. */
function constant(node: SyntaxNode): FileOption | undefined {
  const { A_Const: value, A_ArrayExpr: array } = node as ConstantNode;
  if (array) {
    const elements = (array.elements ?? []).map(constant);
    return elements.every((element) => typeof element === 'string') ? elements : undefined;
  }
  if (value?.sval) return value.sval.sval ?? '';
  if (value?.ival) return value.ival.ival ?? 0;
  if (value?.fval) return Number(value.fval.fval);
  return value?.boolval ? value.boolval.boolval === true : undefined;
}

/** From the call's first name to its closing parenthesis. */
function editAt(sql: string, { reader, location, hasAlias }: FoundCall, table: string): Edit {
  const tokens = tokensOf(sql).filter((token) => token.start >= location);
  let depth = 0;
  const last = tokens.find((token) => {
    if (token.text === '(') depth++;
    return token.text === ')' && --depth === 0;
  });
  return { start: location, end: last!.end, replacement: hasAlias ? table : `${table} AS ${reader}` };
}
