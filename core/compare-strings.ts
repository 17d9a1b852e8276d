/** The order of text under collation C: that of its UTF-8 bytes. */

/** By code points; both well-formed UTF-16. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // A surrogate stands for a code point above all others of 16 bits.
    const aAbove = (x & 0xf800) === 0xd800;
    const bAbove = (y & 0xf800) === 0xd800;
    if (aAbove !== bAbove) return aAbove ? 1 : -1;
    return x < y ? -1 : 1;
  }
  return a.length < b.length ? -1 : a.length > b.length ? 1 : 0;
}
