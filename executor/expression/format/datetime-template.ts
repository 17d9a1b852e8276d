/** Templates of to_char, to_date and to_timestamp taken apart (parse_format and its key words in formatting.c). */

export interface TemplateField {
  readonly kind: 'field';
  /** The key word in upper case, but for those whose case says how to write: names, eras, halves of the day, zones. */
  readonly field: string;
  /** FM: without blanks and leading zeros. */
  readonly filled: boolean;
  /** TM: in the language of lc_time. */
  readonly translated: boolean;
  /** An ordinal ending. */
  readonly ordinal: 'TH' | 'th' | undefined;
}
export interface TemplateText {
  readonly kind: 'character' | 'separator' | 'space';
  readonly text: string;
}
export type TemplateNode = TemplateField | TemplateText;

/** Longer ones before their beginnings. */
const keyWords = (
  'A.D. A.M. AD AM B.C. BC CC DAY DDD DD DY Day Dy D FF1 FF2 FF3 FF4 FF5 FF6 FX HH24 HH12 HH IDDD ID IW IYYY IYY IY I J ' +
  'MI MM MONTH MON MS Month Mon OF P.M. PM Q RM SSSSS SSSS SS TZH TZM TZ US WW W Y,YYY YYYY YYY YY Y ' +
  'a.d. a.m. ad am b.c. bc cc day ddd dd dy d ff1 ff2 ff3 ff4 ff5 ff6 fx hh24 hh12 hh iddd id iw iyyy iyy iy i j ' +
  'mi mm month mon ms of p.m. pm q rm sssss ssss ss tzh tzm tz us ww w y,yyy yyyy yyy yy y'
).split(' ');

/** The spelling of these is part of their meaning. */
const spelled = /^(?:[abp]\.?[cdm]\.?|day|dy|month|mon|rm|tz)$/i;

const byInitial = new Map<string, string[]>();
for (const word of keyWords) byInitial.set(word[0]!, [...(byInitial.get(word[0]!) ?? []), word]);

const PREFIXES = ['FM', 'fm', 'TM', 'tm'];
const SUFFIXES = ['TH', 'th', 'SP'];

const KNOWN_MAX = 200;
const known = new Map<string, readonly TemplateNode[]>();

export function parseTemplate(template: string): readonly TemplateNode[] {
  let nodes = known.get(template);
  if (nodes === undefined) {
    nodes = parse(template);
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(template, nodes);
  }
  return nodes;
}

function parse(template: string): readonly TemplateNode[] {
  const nodes: TemplateNode[] = [];
  let at = 0;
  while (at < template.length) {
    const prefix = PREFIXES.find((word) => template.startsWith(word, at))?.toUpperCase();
    if (prefix !== undefined) at += prefix.length;
    const word = byInitial.get(template[at] ?? '')?.find((candidate) => template.startsWith(candidate, at));
    if (word !== undefined) {
      at += word.length;
      const suffix = SUFFIXES.find((candidate) => template.startsWith(candidate, at));
      if (suffix !== undefined) at += suffix.length;
      nodes.push({
        kind: 'field',
        field: spelled.test(word) ? word : word.toUpperCase(),
        filled: prefix === 'FM',
        translated: prefix === 'TM',
        ordinal: suffix === 'TH' || suffix === 'th' ? suffix : undefined,
      });
    } else if (template[at] === '"') {
      at = quoted(template, at + 1, nodes);
    } else if (at < template.length) {
      if (template.startsWith('\\"', at)) at++;
      const text = String.fromCodePoint(template.codePointAt(at)!);
      nodes.push({ kind: kindOf(text), text });
      at += text.length;
    }
  }
  return nodes;
}

/** Up to the closing quote, which may be missing. */
function quoted(template: string, from: number, nodes: TemplateNode[]): number {
  let at = from;
  while (at < template.length) {
    if (template[at] === '"') return at + 1;
    if (template[at] === '\\' && at + 1 < template.length) at++;
    const text = String.fromCodePoint(template.codePointAt(at)!);
    nodes.push({ kind: 'character', text });
    at += text.length;
  }
  return at;
}

const kindOf = (text: string): TemplateText['kind'] =>
  /^[!-/:-@[-`{-~]$/.test(text) ? 'separator' : /^[ \t\n\v\f\r]$/.test(text) ? 'space' : 'character';
