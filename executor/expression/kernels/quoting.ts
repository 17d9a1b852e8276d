/** quote_ident, quote_literal and quote_nullable (quote.c). */
import { quoteIdentifier, quoteString } from '../../../core/quoting.ts';
import type { KernelTable } from '../kernel.ts';
import { apply, applyNullable } from '../kernel.ts';
import { overAnything } from './any-text.ts';

const quoteNullable = (text: string | null): string => (text === null ? 'NULL' : quoteString(text));

export const quotingKernels: KernelTable = {
  'quote_ident(text)': apply(quoteIdentifier),
  'quote_literal(text)': apply(quoteString),
  'quote_nullable(text)': applyNullable(quoteNullable),
  'quote_literal(anyelement)': overAnything((texts) => quoteString(texts[0]!), 'text cast'),
  'quote_nullable(anyelement)': overAnything((texts) => quoteNullable(texts[0]!), 'text cast'),
};
