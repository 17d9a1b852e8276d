/** Arithmetic, bit operations and casts of smallint, integer and bigint, with their overflow checks. */
import type { Int64 } from '../../../core/datum.ts';
import { int64 } from '../../../core/datum.ts';
import { addInt64, multiplyInt64, subtractInt64 } from '../../../core/int64.ts';
import { divisionByZero, outOfRange } from '../../../core/sql-error.ts';
import type { Emitter } from '../emitter.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { apply, inline } from '../kernel.ts';

type Width = '2' | '4' | '8';
const typeNames = { '2': 'smallint', '4': 'integer', '8': 'bigint' } as const;

const raiseOutOfRange = {
  '2': (): never => {
    throw outOfRange('smallint');
  },
  '4': (): never => {
    throw outOfRange('integer');
  },
  '8': (): never => {
    throw outOfRange('bigint');
  },
};
const raiseDivisionByZero = (): never => {
  throw divisionByZero();
};

/** The number checked against the width; -0 becomes 0. */
function checked(emitter: Emitter, code: string, width: '2' | '4'): string {
  const wide = emitter.name(code);
  const narrow = emitter.name(width === '4' ? `${wide} | 0` : `(${wide} << 16) >> 16`);
  emitter.line(`if (${narrow} !== ${wide}) ${emitter.hoist(raiseOutOfRange[width])}();`);
  return narrow;
}

const must = (value: Int64 | undefined): Int64 => {
  if (value === undefined) throw outOfRange('bigint');
  return value;
};
const add8 = (a: Int64, b: Int64): Int64 => must(addInt64(a, b));
const subtract8 = (a: Int64, b: Int64): Int64 => must(subtractInt64(a, b));
const multiply8 = (a: Int64, b: Int64): Int64 => must(multiplyInt64(a, b));
const slow8 = { '+': add8, '-': subtract8, '*': multiply8 } as const;

function divide8(a: Int64, b: Int64): Int64 {
  if (b === 0) throw divisionByZero();
  if (typeof a === 'number' && typeof b === 'number') return (a - (a % b)) / b + 0;
  const quotient = BigInt(a) / BigInt(b);
  if (quotient > 0x7fffffffffffffffn) throw outOfRange('bigint');
  return int64(quotient);
}
function modulo8(a: Int64, b: Int64): Int64 {
  if (b === 0) throw divisionByZero();
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  return int64(BigInt(a) % BigInt(b));
}

/** a op b in 64 bits: in doubles while the result is safe. */
function wide(emitter: Emitter, op: '+' | '-' | '*', a: string, b: string): string {
  const result = emitter.temporary();
  emitter.line(`let ${result};`);
  emitter.line(
    `if (typeof ${a} === 'number' && typeof ${b} === 'number' && (${result} = ${a} ${op} ${b}${op === '*' ? ' + 0' : ''}) <= 9007199254740991 && ${result} >= -9007199254740991) {} else ${result} = ${emitter.hoist(slow8[op])}(${a}, ${b});`,
  );
  return result;
}

const arithmetic = (op: '+' | '-' | '*', width: Width): Kernel =>
  inline(([a, b], emitter) => (width === '8' ? wide(emitter, op, a!, b!) : checked(emitter, `${a} ${op} ${b}`, width)));

const divide = (width: Width): Kernel =>
  inline(([a, b], emitter) => {
    if (width === '8') return `${emitter.hoist(divide8)}(${a}, ${b})`;
    emitter.line(`if (${b} === 0) ${emitter.hoist(raiseDivisionByZero)}();`);
    return checked(emitter, `Math.trunc(${a} / ${b})`, width);
  });
const modulo = (width: Width): Kernel =>
  inline(([a, b], emitter) => {
    if (width === '8') return `${emitter.hoist(modulo8)}(${a}, ${b})`;
    emitter.line(`if (${b} === 0) ${emitter.hoist(raiseDivisionByZero)}();`);
    return `(${a} % ${b}) | 0`;
  });

const negate = (width: Width): Kernel =>
  inline(([a], emitter) => (width === '8' ? wide(emitter, '-', '0', a!) : checked(emitter, `0 - ${a}`, width)));
/** The depth of SEARCH BREADTH FIRST. */
const increment8 = (a: Int64): Int64 => add8(a, 1);
const absolute8 = (a: Int64): Int64 => (a < 0 ? subtract8(0, a) : a);
const absolute = (width: Width): Kernel =>
  width === '8' ? apply(absolute8) : inline(([a], emitter) => checked(emitter, `Math.abs(${a})`, width));

const shiftLeft8 = (a: Int64, b: number): Int64 => int64(BigInt.asIntN(64, BigInt(a) << BigInt(b & 63)));
const shiftRight8 = (a: Int64, b: number): Int64 => int64(BigInt(a) >> BigInt(b & 63));
const and8 = (a: Int64, b: Int64): Int64 => int64(BigInt(a) & BigInt(b));
const or8 = (a: Int64, b: Int64): Int64 => int64(BigInt(a) | BigInt(b));
const xor8 = (a: Int64, b: Int64): Int64 => int64(BigInt(a) ^ BigInt(b));
const not8 = (a: Int64): Int64 => int64(~BigInt(a));

/** Euclid on magnitudes; the result must fit the width (gcd(min, 0) does not). */
const divisorOf = (width: '4' | '8') => {
  const limit = width === '4' ? 2147483647n : 9223372036854775807n;
  return (a: Int64, b: Int64): Int64 => {
    const result = greatestDivisor(BigInt(a), BigInt(b));
    if (result > limit) throw outOfRange(typeNames[width]);
    return int64(result);
  };
};
const multipleOf = (width: '4' | '8') => {
  const limit = width === '4' ? 2147483647n : 9223372036854775807n;
  return (a: Int64, b: Int64): Int64 => {
    if (a === 0 || b === 0) return 0;
    const product = (BigInt(a) / greatestDivisor(BigInt(a), BigInt(b))) * BigInt(b);
    const result = product < 0n ? -product : product;
    if (result > limit) throw outOfRange(typeNames[width]);
    return int64(result);
  };
};
function greatestDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
}

const narrow8 =
  (least: number, greatest: number, type: string) =>
  (value: Int64): number => {
    if (typeof value === 'bigint' || value < least || value > greatest) throw outOfRange(type);
    return value;
  };

const table: Record<string, Kernel> = {
  'int2(int4)': inline(([a], emitter) => checked(emitter, a!, '2')),
  'int2(int8)': apply(narrow8(-32768, 32767, 'smallint')),
  'int4(int2)': inline(([a]) => a!),
  'int4(int8)': apply(narrow8(-2147483648, 2147483647, 'integer')),
  'int8(int2)': inline(([a]) => a!),
  'int8(int4)': inline(([a]) => a!),
  'int8inc(int8)': apply(increment8),
  'int8and(int8,int8)': apply(and8),
  'int8or(int8,int8)': apply(or8),
  'int8xor(int8,int8)': apply(xor8),
  'int8not(int8)': apply(not8),
  'int8shl(int8,int4)': apply(shiftLeft8),
  'int8shr(int8,int4)': apply(shiftRight8),
  'int2shl(int2,int4)': inline(([a, b]) => `((${a} << ${b}) << 16) >> 16`),
  'int4shl(int4,int4)': inline(([a, b]) => `${a} << ${b}`),
  'gcd(int4,int4)': apply(divisorOf('4')),
  'gcd(int8,int8)': apply(divisorOf('8')),
  'lcm(int4,int4)': apply(multipleOf('4')),
  'lcm(int8,int8)': apply(multipleOf('8')),
};

for (const width of ['2', '4'] as const) {
  const type = `int${width}`;
  table[`${type}and(${type},${type})`] = inline(([a, b]) => `${a} & ${b}`);
  table[`${type}or(${type},${type})`] = inline(([a, b]) => `${a} | ${b}`);
  table[`${type}xor(${type},${type})`] = inline(([a, b]) => `${a} ^ ${b}`);
  table[`${type}not(${type})`] = inline(([a]) => `~${a}`);
  table[`${type}shr(${type},int4)`] = inline(([a, b]) => `${a} >> ${b}`);
}
for (const width of ['2', '4', '8'] as const) {
  const type = `int${width}`;
  table[`${type}um(${type})`] = negate(width);
  table[`${type}up(${type})`] = inline(([a]) => a!);
  table[`${type}abs(${type})`] = absolute(width);
  table[`abs(${type})`] = absolute(width);
  table[`${type}mod(${type},${type})`] = modulo(width);
  table[`mod(${type},${type})`] = modulo(width);
  for (const other of ['2', '4', '8'] as const) {
    const prefix = width === other ? type : `${type}${other}`;
    const args = `(${type},int${other})`;
    const result: Width = width > other ? width : other;
    table[`${prefix}pl${args}`] = arithmetic('+', result);
    table[`${prefix}mi${args}`] = arithmetic('-', result);
    table[`${prefix}mul${args}`] = arithmetic('*', result);
    table[`${prefix}div${args}`] = divide(result);
  }
}

export const integerKernels: KernelTable = table;
