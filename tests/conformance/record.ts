/** Writes the summary of a proof into docs/conformance.md, between the marks that bear its name. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const FILE = path.join(__dirname, '../../docs/conformance.md');

export function recordProof(name: string, markdown: string): void {
  const text = readFileSync(FILE, 'utf8');
  const [from, to] = [`<!-- proof: ${name} -->\n`, '<!-- /proof -->'];
  const start = text.indexOf(from);
  const end = text.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`docs/conformance.md has no place for ${name}`);
  writeFileSync(FILE, text.slice(0, start + from.length) + `${markdown.trim()}\n` + text.slice(end));
}

/** `rows`: of plain text; the first is the head. */
export function markdownTable(rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  const [head = [], ...rest] = rows;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rest.map(line)].join('\n');
}
