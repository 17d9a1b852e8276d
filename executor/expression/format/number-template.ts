/** Templates of to_char for numbers taken apart (NUM_keywords and NUMDesc_prepare of formatting.c). */

export interface NumberKey {
  readonly kind: 'key';
  /** In upper case, but for TH and th. */
  readonly key: string;
}
export type NumberNode = NumberKey | { readonly kind: 'text'; readonly text: string };

/** What the template says as a whole. */
export interface NumberTemplate {
  readonly nodes: readonly NumberNode[];
  /** Digits before and after the point. */
  readonly before: number;
  readonly after: number;
  readonly hasPoint: boolean;
  readonly filled: boolean;
  /** Where S stands, by digits before it; undefined: there is none. */
  readonly sign: { readonly place: 'before' | 'after'; readonly digitsBefore: number } | undefined;
  readonly minus: boolean;
  readonly plus: boolean;
  readonly brackets: boolean;
  /** Number of the first 0 among the digits, from 1, and of the last. */
  readonly firstZero: number | undefined;
  readonly lastZero: number;
}

/** What is not written here: roman numbers, exponents, V, and templates PostgreSQL refuses. */
const UNSUPPORTED = /^(?:RN|EEEE|V)$/;

const keys = ', . 0 9 B C D EEEE FM G L MI PL PR RN SG SP S TH V'.split(' ');
const spellings = [...keys, ...keys.map((key) => key.toLowerCase())];

const KNOWN_MAX = 200;
const known = new Map<string, NumberTemplate | undefined>();

/** undefined: unsupported. */
export function parseNumberTemplate(template: string): NumberTemplate | undefined {
  if (known.has(template)) return known.get(template);
  const parsed = describe(nodesOf(template));
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(template, parsed);
  return parsed;
}

function nodesOf(template: string): readonly NumberNode[] {
  const nodes: NumberNode[] = [];
  let quoted = false;
  for (let at = 0; at < template.length;) {
    const key = quoted ? undefined : spellings.find((spelling) => template.startsWith(spelling, at));
    if (key !== undefined) {
      nodes.push({ kind: 'key', key: key === 'th' ? key : key.toUpperCase() });
      at += key.length;
      continue;
    }
    if (template[at] === '"') {
      quoted = !quoted;
      at++;
      continue;
    }
    // A backslash quotes: anything within quotes, only a quote outside of them.
    if (template[at] === '\\' && (quoted ? at + 1 < template.length : template[at + 1] === '"')) at++;
    const text = String.fromCodePoint(template.codePointAt(at)!);
    nodes.push({ kind: 'text', text });
    at += text.length;
  }
  return nodes;
}

function describe(nodes: readonly NumberNode[]): NumberTemplate | undefined {
  let [before, after, lastZero] = [0, 0, 0];
  let firstZero: number | undefined;
  let sign: NumberTemplate['sign'];
  const seen = new Set<string>();
  for (const node of nodes) {
    if (node.kind === 'text') continue;
    const { key } = node;
    const isPoint = key === 'D' || key === '.';
    const hasPoint = seen.has('.');
    if (UNSUPPORTED.test(key) || (isPoint && hasPoint)) return undefined;
    if (key === '9' || key === '0') {
      if (seen.has('PR')) return undefined;
      if (key === '0' && firstZero === undefined && !hasPoint) firstZero = before + 1;
      if (hasPoint) after++;
      else before++;
      if (key === '0') lastZero = before + after;
    }
    if (key === 'S') {
      if (sign !== undefined || ['PL', 'MI', 'SG', 'PR'].some((other) => seen.has(other))) return undefined;
      sign = hasPoint ? { place: 'after', digitsBefore: before } : { place: 'before', digitsBefore: before };
    }
    if ((key === 'MI' || key === 'PL' || key === 'SG') && sign !== undefined) return undefined;
    if (key === 'PR' && (sign !== undefined || ['PL', 'MI', 'SG'].some((other) => seen.has(other)))) return undefined;
    seen.add(isPoint ? '.' : key);
  }
  return {
    nodes,
    before,
    after,
    hasPoint: seen.has('.'),
    filled: seen.has('FM'),
    sign,
    minus: seen.has('MI') || seen.has('SG'),
    plus: seen.has('PL') || seen.has('SG'),
    brackets: seen.has('PR'),
    firstZero,
    lastZero,
  };
}
