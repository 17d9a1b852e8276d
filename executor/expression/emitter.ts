/**
 * Collects the statements of one generated loop: names for temporaries, names for hoisted values and functions, blocks.
 * What a scalar means is written in emit-scalar.ts and kernels/; here is only the pen.
 */
import { assert } from '../../core/assert.ts';
import type { SqlType } from '../../core/sql-type.ts';
import type { PlainForm, Value } from './value.ts';

/** Variables declared before a branch and assigned in it. */
export interface Slot {
  readonly value: Value;
  /** Statement that copies a value of the same form (and scale) into the variables. */
  readonly assign: (from: Value) => string;
}

export type SlotForm = { readonly form: PlainForm | 'span' } | { readonly form: 'decimal'; readonly scale: number };

export class Emitter {
  #lines: string[] = [];
  #next = 0;
  readonly #names: string[] = [];
  readonly #bindings: unknown[] = [];
  readonly #byValue = new Map<unknown, string>();
  /** What was computed already, by expression, innermost block last. */
  #scopes: Map<number, Value>[] = [new Map()];

  temporary(prefix = 'v'): string {
    return `${prefix}${this.#next++}`;
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  /** Name of a value that is the same for all rows. */
  hoist(value: unknown): string {
    const known = this.#byValue.get(value);
    if (known !== undefined) return known;
    const name = `k${this.#names.length}`;
    this.#names.push(name);
    this.#bindings.push(value);
    // Map keys do not tell -0 from 0.
    if (!Object.is(value, -0) && value !== 0) this.#byValue.set(value, name);
    return name;
  }

  get names(): readonly string[] {
    return this.#names;
  }
  get bindings(): readonly unknown[] {
    return this.#bindings;
  }

  /** Runs `write` in a block of its own; its lines are returned, not placed. */
  capture<T>(write: () => T): { readonly lines: readonly string[]; readonly result: T } {
    this.#scopes.push(new Map());
    const captured = this.captureHere(write);
    this.#scopes.pop();
    return captured;
  }

  /** The same in the current block: what it computes stays usable after it. */
  captureHere<T>(write: () => T): { readonly lines: readonly string[]; readonly result: T } {
    const outer = this.#lines;
    const lines: string[] = [];
    this.#lines = lines;
    const result = write();
    this.#lines = outer;
    return { lines, result };
  }

  block(header: string, lines: readonly string[], footer = '}'): void {
    this.#lines.push(header, ...lines, footer);
  }

  recall(key: number): Value | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const value = this.#scopes[i]!.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }
  remember(key: number, value: Value): void {
    this.#scopes[this.#scopes.length - 1]!.set(key, value);
  }

  /** A name for an expression, so that it is evaluated once. */
  name(code: string): string {
    if (/^[a-z]\d+$/.test(code)) return code;
    const name = this.temporary();
    this.line(`const ${name} = ${code};`);
    return name;
  }

  /** Declares the variables of a value that branches will give. `nullable`: with a NULL flag, true at first. */
  slot(type: SqlType, form: SlotForm, nullable: boolean): Slot {
    const isNull = nullable ? this.temporary('n') : null;
    const flag = isNull === null ? '' : `, ${isNull} = true`;
    const assignNull = (from: Value): string => (isNull === null ? '' : ` ${isNull} = ${from.isNull ?? 'false'};`);
    if (form.form === 'span') {
      const data = this.temporary();
      const start = this.temporary();
      const end = this.temporary();
      this.line(`let ${data} = ${this.hoist(noBytes)}, ${start} = 0, ${end} = 0${flag};`);
      return {
        value: { form: 'span', type, isNull, data, from: start, to: end },
        assign: (from) => {
          assert(from.form === 'span', 'assignment of another form');
          return `${data} = ${from.data}; ${start} = ${from.from}; ${end} = ${from.to};${assignNull(from)}`;
        },
      };
    }
    const code = this.temporary();
    this.line(`let ${code} = ${initial(form.form)}${flag};`);
    const value: Value =
      form.form === 'decimal'
        ? { form: 'decimal', scale: form.scale, type, isNull, code }
        : { form: form.form, type, isNull, code };
    return {
      value,
      assign: (from) => {
        assert(from.form === form.form && from.form !== 'span', 'assignment of another form');
        return `${code} = ${from.code};${assignNull(from)}`;
      },
    };
  }

  /** The lines so far, as text. */
  text(): string {
    return this.#lines.join('\n');
  }
}

const noBytes = new Uint8Array(0);

function initial(form: PlainForm | 'decimal'): string {
  switch (form) {
    case 'bool':
      return 'false';
    case 'int':
    case 'int64':
    case 'float':
    case 'decimal':
      return '0';
    case 'string':
      return "''";
    case 'numeric':
    case 'bytes':
    case 'interval':
    case 'array':
      return 'undefined';
  }
}
