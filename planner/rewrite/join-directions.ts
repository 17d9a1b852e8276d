/** Which sides of a join may be thinned out by what its conditions, or a filter above it, say of their rows. */
import type { Join } from '../../algebra/rel.ts';

export interface Directions {
  /** Nobody misses rows of that side which fit no condition of the join. */
  readonly toLeft: boolean;
  readonly toRight: boolean;
  /** Its rows come out as they went in, some or all: a filter above that refuses one refuses all that came of it. */
  readonly keepsLeft: boolean;
  readonly keepsRight: boolean;
}

export function directions({ type, nullAware }: Join): Directions {
  return {
    toLeft: type === 'inner' || type === 'semi' || type === 'right',
    toRight: type === 'inner' || type === 'semi' || type === 'left' || (type === 'anti' && nullAware !== true),
    keepsLeft: type !== 'full' && type !== 'right',
    keepsRight: type === 'inner' || type === 'right',
  };
}
