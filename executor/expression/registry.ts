/** All kernels, by signature. */
import type { Kernel, KernelTable } from './kernel.ts';
import { anyArgumentKernels } from './kernels/any-arguments.ts';
import { datePartKernels } from './kernels/date-part.ts';
import { dateBinKernels } from './kernels/date-bin.ts';
import { makeDatetimeKernels } from './kernels/make-datetime.ts';
import { timeZoneKernels } from './kernels/time-zones.ts';
import { encodingKernels } from './kernels/encoding.ts';
import { wholeNumberKernels } from './kernels/whole-numbers.ts';
import { arrayKernels } from './kernels/arrays.ts';
import { arrayBuildKernels } from './kernels/array-build.ts';
import { jsonAccessKernels } from './kernels/json-access.ts';
import { jsonBuildKernels } from './kernels/json-build.ts';
import { jsonbEditKernels } from './kernels/jsonb-edit.ts';
import { jsonbValueKernels } from './kernels/jsonb-values.ts';
import { regexKernels } from './kernels/regex.ts';
import { toCharKernels } from './kernels/to-char.ts';
import { toCharNumberKernels } from './kernels/to-char-number.ts';
import { toDatetimeKernels } from './kernels/to-datetime.ts';
import { quotingKernels } from './kernels/quoting.ts';
import { subqueryKernels } from './kernels/subquery.ts';
import { booleanKernels } from './kernels/boolean.ts';
import { byteaKernels } from './kernels/bytea.ts';
import { comparisonKernels } from './kernels/comparison.ts';
import { dateTruncKernels } from './kernels/date-trunc.ts';
import { datetimeKernels } from './kernels/datetime.ts';
import { extractKernels } from './kernels/extract.ts';
import { floatKernels } from './kernels/float.ts';
import { integerKernels } from './kernels/integer.ts';
import { intervalKernels } from './kernels/interval-arithmetic.ts';
import { likeKernels } from './kernels/like.ts';
import { numericKernels } from './kernels/numeric.ts';
import { textKernels } from './kernels/text.ts';
import { textCastKernels } from './kernels/text-casts.ts';

const tables: readonly KernelTable[] = [
  booleanKernels,
  comparisonKernels,
  integerKernels,
  floatKernels,
  numericKernels,
  textKernels,
  textCastKernels,
  likeKernels,
  byteaKernels,
  datetimeKernels,
  intervalKernels,
  extractKernels,
  dateTruncKernels,
  subqueryKernels,
  anyArgumentKernels,
  quotingKernels,
  toDatetimeKernels,
  toCharNumberKernels,
  toCharKernels,
  regexKernels,
  jsonAccessKernels,
  jsonBuildKernels,
  jsonbEditKernels,
  jsonbValueKernels,
  arrayKernels,
  arrayBuildKernels,
  encodingKernels,
  wholeNumberKernels,
  datePartKernels,
  dateBinKernels,
  makeDatetimeKernels,
  timeZoneKernels,
];

const bySignature = new Map<string, Kernel>();
for (const table of tables) for (const [signature, kernel] of Object.entries(table)) bySignature.set(signature, kernel);

export const kernelFor = (signature: string): Kernel | undefined => bySignature.get(signature);

/** For the test that compares every kernel with PostgreSQL. */
export const registeredSignatures = (): readonly string[] => [...bySignature.keys()];
