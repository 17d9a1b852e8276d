/** One text for each jsonb value: of its texts only the numbers differ, 1 and 1.0. */
const QUOTE = 34;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const BACKSLASH = 92;

/** `text`: as PostgreSQL prints jsonb. UTF-8 read as latin1 will do as well. */
export function jsonbKey(text: string): string {
  if (!text.includes('.')) return text;
  let key = '';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === QUOTE) at = endOfString(text, at);
    if (c !== POINT) continue;
    let end = at + 1;
    while (text.charCodeAt(end) >= ZERO && text.charCodeAt(end) <= NINE) end++;
    let kept = end;
    while (text.charCodeAt(kept - 1) === ZERO) kept--;
    key += text.slice(copied, kept === at + 1 ? at : kept);
    copied = end;
    at = end - 1;
  }
  return key + text.slice(copied);
}

/** Where its closing quote is. */
function endOfString(text: string, at: number): number {
  for (at++; text.charCodeAt(at) !== QUOTE; at++) if (text.charCodeAt(at) === BACKSLASH) at++;
  return at;
}
