/**
 * LIKE over the few texts that statistics hold. Nobody knows what patterns come: what follows the last `%` met is tried one
 * character further on and nothing before it ever again, so that a text costs no more than its length squared.
 */

type Part = '%' | '_' | { readonly char: string };

/** Whether a text matches; `ignoresCase`: as for ILIKE. Escaped by a backslash; a last one stands for itself. */
export function likeTest(pattern: string, ignoresCase: boolean): (text: string) => boolean {
  const folded = ignoresCase ? (text: string): string => text.toLowerCase() : (text: string): string => text;
  const parts = partsOf(folded(pattern));
  return (text) => matches(parts, Array.from(folded(text)));
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  let isEscaped = false;
  for (const char of pattern) {
    if (isEscaped || !(char === '%' || char === '_' || char === '\\')) parts.push({ char });
    else if (char !== '\\') parts.push(char);
    isEscaped = !isEscaped && char === '\\';
  }
  if (isEscaped) parts.push({ char: '\\' });
  return parts;
}

function matches(parts: readonly Part[], text: readonly string[]): boolean {
  let [at, read] = [0, 0];
  /** The last `%`, and where what follows it is tried. */
  let last: { readonly at: number; readonly read: number } | undefined;
  while (read < text.length) {
    const part = parts[at];
    if (part === '%') last = { at: at++, read };
    else if (part !== undefined && (part === '_' || part.char === text[read])) [at, read] = [at + 1, read + 1];
    else if (last !== undefined) {
      last = { at: last.at, read: last.read + 1 };
      [at, read] = [last.at + 1, last.read];
    } else return false;
  }
  return parts.slice(at).every((part) => part === '%');
}
