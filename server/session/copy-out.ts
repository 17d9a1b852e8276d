/** COPY … TO STDOUT over federated tables: text, csv and binary (PostgreSQL documentation, COPY, "File Formats"). */
import { featureNotSupported, sqlError } from '../../core/sql-error.ts';
import { backend, columnNames, commandComplete, copyDone, copyOutResponse, message } from '../wire/backend-messages.ts';
import { readDataRow } from './backend-exchange.ts';
import type { SyntaxNode } from './statement-text.ts';
import { openFederated } from './federated-execution.ts';
import type { FederatedPortal } from './federated-portal.ts';
import type { Session } from './session.ts';

interface CopyFormat {
  readonly format: 'text' | 'csv' | 'binary';
  readonly delimiter: string;
  readonly nullText: string;
  readonly quote: string;
  readonly escape: string;
  readonly header: boolean;
  /** FORCE_QUOTE: columns, or all. */
  readonly forceQuote: ReadonlySet<string> | 'all';
}

export const BINARY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
export const BINARY_TRAILER = Buffer.from([0xff, 0xff]);

export async function copyOut(
  session: Session,
  node: SyntaxNode,
  portalOf: (formats: readonly number[]) => FederatedPortal,
): Promise<void> {
  const format = readFormat(node);
  const code = format.format === 'binary' ? 1 : 0;
  const portal = portalOf([code]);
  await openFederated(session, portal, { kind: 'none' });
  const names = columnNames(portal.statement.federated!.rowDescription);
  session.write(copyOutResponse(code, names.length));
  const send = (data: Uint8Array): boolean => session.client.write(message(backend.copyData, data));
  if (format.format === 'binary') send(BINARY_HEADER);
  if (format.header)
    send(Buffer.from(`${names.map((name) => textField(Buffer.from(name), format, false)).join(format.delimiter)}\n`));
  const forced = names.map((name) => format.forceQuote === 'all' || format.forceQuote.has(name));
  const rows = await session.runPortal(portal, portal.timeoutMs, () =>
    portal.fetch(0, (bytes) => {
      for (const row of dataRows(bytes))
        send(format.format === 'binary' ? row.subarray(5) : Buffer.from(line(row, format, forced)));
      return session.client.congested ? session.client.drained() : undefined;
    }),
  );
  if (format.format === 'binary') send(BINARY_TRAILER);
  session.write(copyDone);
  session.write(commandComplete(`COPY ${rows}`));
}

export function* dataRows(bytes: Uint8Array): Generator<Buffer> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < buffer.length;) {
    const size = 1 + buffer.readInt32BE(at + 1);
    yield buffer.subarray(at, at + size);
    at += size;
  }
}

const line = (row: Buffer, format: CopyFormat, forced: readonly boolean[]): string =>
  `${readDataRow(row)
    .map((value, column) => (value === null ? format.nullText : textField(value, format, forced[column]!)))
    .join(format.delimiter)}\n`;

function textField(value: Buffer, format: CopyFormat, force: boolean): string {
  const text = value.toString('utf8');
  if (format.format === 'csv') {
    const { quote, escape, delimiter, nullText } = format;
    const needed =
      force || text === nullText || text.includes(delimiter) || text.includes(quote) || /[\r\n]/.test(text) || text === '\\.';
    if (!needed) return text;
    const escaped = Array.from(text)
      .map((c) => (c === quote || c === escape ? escape + c : c))
      .join('');
    return quote + escaped + quote;
  }
  const escapes: Readonly<Record<string, string>> = {
    '\\': '\\\\',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
  };
  // eslint-disable-next-line no-control-regex
  const escaped = text.replaceAll(/[\\\b\f\n\r\t\v]/g, (c) => escapes[c]!);
  return format.delimiter === '\t' ? escaped : escaped.replaceAll(format.delimiter, `\\${format.delimiter}`);
}

interface Option {
  readonly DefElem?: { readonly defname?: string; readonly arg?: Readonly<Record<string, unknown>> };
}

function readFormat(node: SyntaxNode): CopyFormat {
  const options = new Map<string, string | readonly string[]>();
  for (const { DefElem } of (node['options'] ?? []) as Option[]) {
    options.set(String(DefElem?.defname).toLowerCase(), DefElem?.arg ? optionValue(DefElem.arg) : 'true');
  }
  const text = (name: string, otherwise: string): string => String(options.get(name) ?? otherwise);
  const kind = text('format', 'text');
  if (kind !== 'text' && kind !== 'csv' && kind !== 'binary') throw sqlError('22023', `COPY format "${kind}" not recognized`);
  const csv = kind === 'csv';
  for (const name of ['encoding'])
    if (options.has(name) && !/^utf-?8$/i.test(text(name, ''))) throw featureNotSupported(`COPY with ${name}`);
  const quote = text('quote', '"');
  const force = options.get('force_quote');
  const header = text('header', 'false').toLowerCase();
  const format: CopyFormat = {
    format: kind,
    delimiter: text('delimiter', csv ? ',' : '\t'),
    nullText: text('null', csv ? '' : '\\N'),
    quote,
    escape: text('escape', quote),
    header: ['true', 'on', '1', 'yes'].includes(header),
    forceQuote: Array.isArray(force) ? new Set(force.map(String)) : force === undefined ? new Set() : 'all',
  };
  checkFormat(format);
  return format;
}

function checkFormat({ delimiter, quote, escape, format }: CopyFormat): void {
  if (Buffer.byteLength(delimiter) !== 1)
    throw featureNotSupported('COPY delimiter must be a single one-byte character: another one');
  if (/[\r\n]/.test(delimiter)) throw sqlError('22023', 'COPY delimiter cannot be newline or carriage return');
  if (format === 'text' && /[\\.a-z0-9]/.test(delimiter)) throw sqlError('22023', `COPY delimiter cannot be "${delimiter}"`);
  if (Buffer.byteLength(quote) !== 1) throw featureNotSupported('a COPY quote of more than one byte');
  if (Buffer.byteLength(escape) !== 1) throw featureNotSupported('a COPY escape of more than one byte');
}

/** String, Boolean, Integer, List and A_Star nodes. */
function optionValue(arg: Readonly<Record<string, unknown>>): string | readonly string[] {
  const [type, node] = Object.entries(arg)[0] as [string, Readonly<Record<string, string | number | boolean>>];
  switch (type) {
    case 'String':
      return String(node['sval'] ?? '');
    case 'Boolean':
      return String(node['boolval'] ?? false);
    case 'Integer':
      return String(node['ival'] ?? 0);
    case 'List':
      return ((arg['List'] as { items?: Readonly<Record<string, unknown>>[] }).items ?? []).map((item) =>
        String(optionValue(item)),
      );
    default:
      return 'all';
  }
}
