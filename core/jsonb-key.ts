/** One text for each jsonb value: of its texts only the numbers differ, 1 and 1.0. */
import { withoutTrailingZeros } from './numeric-text.ts';

const STRING_OR_DECIMAL = /"[^"\\]*(?:\\.[^"\\]*)*"|\d+\.\d+/g;

/** `text`: as PostgreSQL prints jsonb. UTF-8 read as latin1 will do as well. */
export const jsonbKey = (text: string): string => (text.includes('.') ? text.replace(STRING_OR_DECIMAL, shortest) : text);

function shortest(part: string): string {
  if (part.startsWith('"')) return part;
  const digits = withoutTrailingZeros(part);
  return digits.endsWith('.') ? digits.slice(0, -1) : digits;
}
