/** Functions on bool. */
import type { KernelTable } from '../kernel.ts';
import { inline } from '../kernel.ts';

export const booleanKernels: KernelTable = {
  'int4(bool)': inline(([a]) => `${a} ? 1 : 0`),
  'bool(int4)': inline(([a]) => `${a} !== 0`),
  'text(bool)': inline(([a]) => `${a} ? 'true' : 'false'`),
};
