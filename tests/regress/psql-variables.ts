/** psql's variables: `:name`, `:'name'` and `:"name"` in statements and in the arguments of meta-commands. */

export type Variables = Map<string, string>;

const REFERENCE = /^:(?:(\w+)|'(\w+)'|"(\w+)"|\{\?(\w+)\})/;

/** The reference that begins at this colon, replaced; undefined: none, or a variable that is not set. */
export function interpolate(
  text: string,
  at: number,
  variables: Variables,
): { readonly value: string; readonly end: number } | undefined {
  if (text[at - 1] === ':' || text[at + 1] === ':') return undefined;
  const found = REFERENCE.exec(text.slice(at, at + 200));
  if (!found) return undefined;
  const [whole, plain, literal, name, tested] = found;
  const end = at + whole.length;
  if (tested !== undefined) return { value: variables.has(tested) ? 'TRUE' : 'FALSE', end };
  const value = variables.get(plain ?? literal ?? name ?? '');
  if (value === undefined) return undefined;
  if (plain !== undefined) return { value, end };
  const quote = literal === undefined ? '"' : "'";
  return { value: `${quote}${value.replaceAll(quote, quote + quote)}${quote}`, end };
}

/** Words of a meta-command's line: quotes removed, variables replaced. */
export function splitArguments(line: string, variables: Variables): string[] {
  const words: string[] = [];
  for (let at = 0; at < line.length;) {
    if (/\s/.test(line[at]!)) {
      at++;
      continue;
    }
    let word = '';
    while (at < line.length && !/\s/.test(line[at]!)) {
      const reference = line[at] === ':' ? interpolate(line, at, variables) : undefined;
      if (reference) {
        word += reference.value;
        at = reference.end;
      } else if (line[at] === "'") {
        const closing = /^'(?:[^'\\]|''|\\.)*'?/.exec(line.slice(at))![0];
        word += closing.replace(/^'|'$/g, '').replaceAll("''", "'").replaceAll('\\n', '\n');
        at += closing.length;
      } else word += line[at++]!;
    }
    words.push(word);
  }
  return words;
}
