/**
 * Reads the sqllogictest format (sqlite.org/sqllogictest): records separated by empty lines, `statement ok|error`,
 * `query TYPES [SORT] [LABEL]` with the result behind `----`, `skipif`/`onlyif` conditions, `hash-threshold`, `halt`.
 */
export type SortMode = 'nosort' | 'rowsort' | 'valuesort';

export type SltRecord =
  | { readonly kind: 'statement'; readonly line: number; readonly sql: string; readonly fails: boolean }
  | {
      readonly kind: 'query';
      readonly line: number;
      readonly sql: string;
      /** One letter a column: I integer, R real, T text. */
      readonly types: string;
      readonly sort: SortMode;
      readonly label: string | undefined;
      /** One line a value or a row, or `N values hashing to MD5`; undefined: the file does not say. */
      readonly expected: readonly string[] | undefined;
    };

export interface SltFile {
  readonly records: readonly SltRecord[];
  /** Results of more values than this are given as a hash; 0: never. */
  readonly hashThreshold: number;
}

const isSortMode = (word: string): word is SortMode => word === 'nosort' || word === 'rowsort' || word === 'valuesort';

/** `engine`: by which name `skipif` and `onlyif` mean us. Throws on a line it does not know. */
export function parseSlt(text: string, engine = 'postgresql'): SltFile {
  const records: SltRecord[] = [];
  let hashThreshold = 0;
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length;) {
    const block: string[] = [];
    let line = at + 1;
    while (at < lines.length && lines[at]!.trim() === '') line = ++at + 1;
    while (at < lines.length && lines[at]!.trim() !== '') block.push(lines[at++]!);
    const skipped = { value: false };
    while (block.length > 0) {
      const [command, word] = block[0]!.split(/[\s#]+/);
      if (command === '' || command!.startsWith('#') || block[0]!.startsWith('#')) block.shift();
      else if (command === 'skipif' || command === 'onlyif') {
        if ((word === engine) === (command === 'skipif')) skipped.value = true;
        block.shift();
      } else break;
      line++;
    }
    if (block.length === 0 || skipped.value) continue;
    const [command, ...words] = block[0]!.split('#')[0]!.trim().split(/\s+/);
    const rest = block.slice(1);
    switch (command) {
      case 'halt':
        return { records, hashThreshold };
      case 'hash-threshold':
        hashThreshold = Number(words[0]);
        break;
      case 'statement':
        records.push({ kind: 'statement', line, sql: rest.join('\n'), fails: words[0] === 'error' });
        break;
      case 'query': {
        const dashes = rest.indexOf('----');
        const sort = words.slice(1).find(isSortMode) ?? 'nosort';
        const label = words.slice(1).find((word) => !isSortMode(word));
        const sql = rest.slice(0, dashes < 0 ? undefined : dashes).join('\n');
        const expected = dashes < 0 ? undefined : rest.slice(dashes + 1);
        records.push({ kind: 'query', line, sql, types: words[0] ?? '', sort, label, expected });
        break;
      }
      default:
        throw new Error(`line ${line}: unknown record "${block[0]!}"`);
    }
  }
  return { records, hashThreshold };
}
