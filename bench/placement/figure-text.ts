/** Figures in words. */
import { totalBytes } from './compare.ts';
import type { Figure } from './measure.ts';

export const timeText = ({ ms, isLate }: Figure): string =>
  ms === null ? 'failed' : `${isLate ? '> ' : ''}${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;

/** Over all links. */
export function bytesText(figure: Figure): string {
  const bytes = totalBytes(figure);
  return bytes < 1e4 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}
