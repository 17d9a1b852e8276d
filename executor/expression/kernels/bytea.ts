/** Functions on bytea. */
import { sqlError } from '../../../core/sql-error.ts';
import { createHash } from 'node:crypto';
import { asSpan } from '../convert.ts';
import type { Kernel, KernelTable } from '../kernel.ts';
import { apply, kernel, resultOf } from '../kernel.ts';

const INT_MAX = 2147483647;

function substring(bytes: Uint8Array, start: number, length = INT_MAX): Uint8Array {
  if (length < 0) throw sqlError('22011', 'negative substring length not allowed');
  const end = Math.min(start + length, INT_MAX);
  return end < 1 ? bytes.subarray(0, 0) : bytes.subarray(Math.max(start, 1) - 1, end - 1);
}
const substringFrom = (bytes: Uint8Array, start: number): Uint8Array => bytes.subarray(Math.max(start, 1) - 1);

const length = (factor: number): Kernel =>
  kernel((call) => {
    const { from, to } = asSpan(call.emitter, call.args[0]!);
    return resultOf(call, `(${to} - ${from}) * ${factor}`);
  });

const concatenate = (a: Uint8Array, b: Uint8Array): Uint8Array => Buffer.concat([a, b]);
const position = (bytes: Uint8Array, part: Uint8Array): number => Buffer.from(bytes).indexOf(part) + 1;
const reverse = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes).reverse();
const digest = (algorithm: string): Kernel => apply((bytes: Uint8Array) => createHash(algorithm).update(bytes).digest());

export const byteaKernels: KernelTable = {
  'byteacat(bytea,bytea)': apply(concatenate),
  'substring(bytea,int4,int4)': apply(substring),
  'substring(bytea,int4)': apply(substringFrom),
  'substr(bytea,int4,int4)': apply(substring),
  'substr(bytea,int4)': apply(substringFrom),
  'length(bytea)': length(1),
  'octet_length(bytea)': length(1),
  'bit_length(bytea)': length(8),
  'position(bytea,bytea)': apply(position),
  'reverse(bytea)': apply(reverse),
  'sha224(bytea)': digest('sha224'),
  'sha256(bytea)': digest('sha256'),
  'sha384(bytea)': digest('sha384'),
  'sha512(bytea)': digest('sha512'),
};
