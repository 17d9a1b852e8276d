/**
 * to_char of numbers: NUM_processor and NUM_numpart_to_char of formatting.c, step by step, because what is written for one
 * pattern depends on all before it. Decimal point, separators and signs are those of the locale C.
 */
import type { NumberTemplate } from './number-template.ts';
import { ordinalEnding } from './ordinal.ts';

/** A number's digits as they go into a template. */
export interface NumberText {
  readonly negative: boolean;
  /** Rounded to the template's digits after the point, without sign. */
  readonly digits: string;
  /** Digits after the point; fewer than the template's where the number has no more. */
  readonly after: number;
}

/** What C writes past the end of a number: it ends the result. */
const END = '\0';

export function formatNumber(template: NumberTemplate, number: NumberText): string {
  const text = new NumberWriter(template, number).write();
  const end = text.indexOf(END);
  return end < 0 ? text : text.slice(0, end);
}

class NumberWriter {
  private readonly template: NumberTemplate;
  private readonly number: string;
  private readonly sign: '+' | '-';
  private readonly after: number;
  /** Places of the template before the number's first digit. */
  private readonly blanks: number;
  private readonly brackets: boolean;
  private readonly signPlace: 'before' | 'after' | undefined;
  /** Index of the first 0 pattern among the digits. */
  private readonly zeroStart: number;
  private readonly count: number;
  /** Under FM, the last digit worth writing; undefined: not asked. */
  private readonly lastRelevant: number | undefined;
  private signWritten: boolean;
  private inNumber = false;
  private current = 0;
  private next = 0;
  private out = '';

  constructor(template: NumberTemplate, { negative, digits, after }: NumberText) {
    const { before, filled } = template;
    this.template = template;
    this.sign = negative ? '-' : '+';
    this.after = after;
    const point = digits.indexOf('.');
    const length = point < 0 ? digits.length : point;
    this.blanks = Math.max(before - length, 0);
    this.number = length > before ? `${'#'.repeat(before)}.${'#'.repeat(after)}` : digits;
    this.zeroStart = (template.firstZero ?? 1) - 1;
    this.brackets = template.brackets && (template.plus || template.minus || negative || !filled);
    const { sign } = template;
    this.signPlace = sign?.place === 'before' && sign.digitsBefore === before ? 'after' : sign?.place;
    if (template.plus || template.minus) {
      this.signWritten = !(template.plus && !template.minus);
    } else {
      this.signWritten = !negative && filled && sign === undefined;
    }
    this.lastRelevant = this.relevantEnd();
    this.count = after + before - 1 + (!this.signWritten && this.blanks === 0 ? 1 : 0);
  }

  private relevantEnd(): number | undefined {
    const point = this.number.indexOf('.');
    if (!this.template.filled || !this.template.hasPoint || point < 0) return undefined;
    let last = point;
    for (let i = point + 1; i < this.number.length; i++) if (this.number[i] !== '0') last = i;
    if (this.template.lastZero > this.blanks) {
      last = Math.max(last, Math.min(this.number.length - 1, this.template.lastZero - this.blanks));
    }
    return last;
  }

  write(): string {
    for (const node of this.template.nodes) {
      if (node.kind === 'text') this.out += node.text;
      else this.key(node.key);
    }
    return this.out;
  }

  private key(key: string): void {
    const { filled, hasPoint } = this.template;
    switch (key) {
      case '9':
      case '0':
      case '.':
      case 'D':
        this.digit(key);
        break;
      case ',':
      case 'G':
        if (this.inNumber) this.out += ',';
        else if (!filled) this.out += ' ';
        break;
      case 'L':
        this.out += ' ';
        break;
      case 'TH':
      case 'th':
        if (!this.number.startsWith('#') && this.sign === '+' && !hasPoint) this.out += ordinalEnding(this.number, key);
        break;
      case 'MI':
        if (this.sign === '-') this.out += '-';
        else if (!filled) this.out += ' ';
        break;
      case 'PL':
        if (this.sign === '+') this.out += '+';
        else if (!filled) this.out += ' ';
        break;
      case 'SG':
        this.out += this.sign;
        break;
      default:
      // B, C, FM, PR, S and SP are written with the digits or not at all.
    }
  }

  private get hasZero(): boolean {
    return this.template.firstZero !== undefined;
  }
  /** `9.9` shows 0.1 without its zero. */
  private get skipsZero(): boolean {
    return !this.hasZero && this.next === 0 && this.number.startsWith('0') && this.after !== 0;
  }
  private get endsInPoint(): boolean {
    return this.lastRelevant !== undefined && this.number[this.lastRelevant] === '.';
  }

  private digit(key: string): void {
    this.inNumber = false;
    this.writeSign();
    const isBlank = this.current < this.blanks;
    if (isBlank && (!this.hasZero || this.zeroStart > this.current)) {
      if (!this.template.filled) this.out += ' ';
    } else if (isBlank) {
      this.out += '0';
      this.inNumber = true;
    } else {
      this.nextCharacter(key);
      if (this.next < this.number.length) this.next++;
    }
    this.finishSign();
    this.current++;
  }

  private nextCharacter(key: string): void {
    const { filled } = this.template;
    if (this.number[this.next] === '.') {
      if (!this.endsInPoint || filled) this.out += '.';
    } else if (this.lastRelevant !== undefined && this.next > this.lastRelevant && key !== '0') {
      // Only zeros follow.
    } else if (this.skipsZero) {
      if (!filled) this.out += ' ';
      else if (this.endsInPoint) this.out += '0';
    } else {
      this.out += this.number[this.next] ?? END;
      this.inNumber = true;
    }
  }

  private writeSign(): void {
    const begins = this.current >= this.blanks || (this.hasZero && this.zeroStart === this.current);
    if (this.signWritten || !begins || (this.skipsZero && !this.endsInPoint)) return;
    if (this.template.sign !== undefined) {
      if (this.signPlace !== 'before') return;
      this.out += this.sign;
    } else if (this.brackets) {
      this.out += this.sign === '+' ? ' ' : '<';
    } else if (this.sign === '-') {
      this.out += '-';
    } else if (!this.template.filled) {
      this.out += ' ';
    }
    this.signWritten = true;
  }

  /** After the last digit: the closing bracket, or S. */
  private finishSign(): void {
    let end = this.count + (this.blanks > 0 ? 1 : 0) + (this.template.hasPoint ? 1 : 0);
    if (this.lastRelevant !== undefined && this.lastRelevant === this.next) end = this.current;
    if (this.current + 1 !== end) return;
    if (this.signWritten && this.brackets) this.out += this.sign === '+' ? ' ' : '>';
    else if (this.template.sign !== undefined && this.signPlace === 'after') this.out += this.sign;
  }
}
