/** Sizes and durations as people write them in YAML: `2GB`, `512MB`, `1s`, `500ms`, `0`. */

const SIZE: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 };
const DURATION_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

function parseUnit(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(text);
  if (!match) return undefined;
  const name = match[2] === '' ? Object.keys(units)[0]! : match[2]!;
  const factor = units[name] ?? units[name.toUpperCase()] ?? units[name.toLowerCase()];
  return factor === undefined ? undefined : Math.round(Number(match[1]) * factor);
}

/** Bytes; a bare number is bytes. Undefined when malformed. */
export const parseSize = (text: string): number | undefined => parseUnit(text, SIZE);

/** Milliseconds; a bare number is milliseconds, as PostgreSQL's timeouts. Undefined when malformed. */
export const parseDuration = (text: string): number | undefined => parseUnit(text, DURATION_MS);
