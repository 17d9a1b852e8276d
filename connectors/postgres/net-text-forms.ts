/**
 * Values of types that only PostgreSQL knows come from the sources as text, printed under the settings of the user's session.
 * Under some settings that text is no longer the value: such a column cannot be shipped to the net to be computed with.
 */
import type { SessionSettings } from '../../algebra/plan.ts';
import type { Rel } from '../../algebra/rel.ts';
import { visitRel } from '../../algebra/transform.ts';
import { featureNotSupported } from '../../core/sql-error.ts';
import type { SqlType } from '../../core/sql-type.ts';

const OF_FLOATS = /^pg_catalog\._?(?:point|lseg|line|box|path|polygon|circle)$/;
/** Outside of ISO style they are printed with names of zones, which mean several. */
const OF_ZONED_TIMES = /^pg_catalog\._?tstz(?:range|multirange)$/;
const OWN = /^pg_catalog\./;

/** Below this, floats are printed with fewer digits than they have. */
const EXACT_FLOAT_DIGITS = 1;

/** Throws 0A000, naming column and setting, when rows that `fragment` is given would lose something on the way. */
export function requireExactText(fragment: Rel, settings: SessionSettings): void {
  const rounds = settings.extraFloatDigits < EXACT_FLOAT_DIGITS;
  const namesZones = !/^iso\b/i.test(settings.dateStyle);
  if (!rounds && !namesZones) return;
  visitRel(fragment, (node) => {
    if (node.kind !== 'input') return;
    for (const { name, type } of node.columns) {
      const { kind, name: typeName } = type.kind === 'array' ? (type.element ?? type) : type;
      if (kind !== 'opaque') continue;
      const setting = lossy(typeName, rounds, namesZones);
      if (setting !== undefined)
        throw featureNotSupported(`computing with column "${name}" of type ${typeName} under this ${setting}`);
    }
  });
}

function lossy(type: SqlType['name'], rounds: boolean, namesZones: boolean): string | undefined {
  if (rounds && (OF_FLOATS.test(type) || !OWN.test(type))) return 'extra_float_digits';
  if (namesZones && (OF_ZONED_TIMES.test(type) || !OWN.test(type))) return 'DateStyle';
  return undefined;
}
