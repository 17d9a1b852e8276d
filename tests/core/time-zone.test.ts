import { formatTimestampTz, localToTimestampTz, formatTimestamp, timestampTzToLocal } from '../../core/datetime.ts';
import { parseTimestamp } from '../../core/datetime-parse.ts';
import { timeZone } from '../../core/time-zone.ts';
import type { Oracle } from './oracle.ts';
import { randomSource, startOracle } from './oracle.ts';

const dates = { style: 'SQL', order: 'MDY' } as const;
const utc = { order: 'MDY', zone: timeZone('UTC') } as const;

describe('time zones against PostgreSQL', () => {
  let oracle: Oracle;
  beforeAll(async () => {
    oracle = await startOracle();
  });
  afterAll(() => oracle.stop());

  test('every zone, both ways, over all its history and beyond', async () => {
    const { rows } = await oracle.client.query<{ name: string }>('SELECT name FROM pg_timezone_names ORDER BY name COLLATE "C"');
    const random = randomSource(21);
    const zones = rows.map((row) => row.name).filter(() => random.below(4) === 0);
    zones.push('America/New_York', 'Europe/London', 'Europe/Dublin', 'Africa/Casablanca', 'Pacific/Apia', 'Antarctica/Troll');
    zones.push('EST5EDT', '<+0330>-3:30', 'FOO3BAR', 'XYZ-1ABC,J60/0,300/25', 'europe/BERLIN');
    const moments = Array.from({ length: 60 }, () => {
      const year = random.pick([
        random.between(1850, 2060),
        random.between(1900, 2040),
        random.between(2030, 20000),
        random.between(1, 1800),
      ]);
      const month = random.pick([random.between(1, 12), 3, 4, 10, 11]);
      return `${String(year).padStart(4, '0')}-${month}-${random.between(1, 28)} ${random.below(24)}:${random.below(60)}:${random.below(60)}`;
    });
    const different: unknown[] = [];
    for (const name of zones) {
      await oracle.client.query(`SELECT set_config('TimeZone', $1, false), set_config('DateStyle', 'SQL, MDY', false)`, [name]);
      const result = await oracle.client.query<{ shown: string; local: string; back: string }>(
        `SELECT (t || '+00')::timestamptz::text AS shown, (t || '+00')::timestamptz::timestamp::text AS local,
                (t::timestamp::timestamptz AT TIME ZONE 'UTC')::text AS back FROM unnest($1::text[]) AS u(t)`,
        [moments],
      );
      const zone = timeZone(name);
      for (const [i, text] of moments.entries()) {
        const moment = parseTimestamp(`${text}+00`, utc, true);
        const ours = {
          shown: formatTimestampTz(moment, dates, zone),
          local: formatTimestamp(timestampTzToLocal(moment, zone), dates),
          back: formatTimestamp(localToTimestampTz(moment, zone), dates),
        };
        const theirs = { ...result.rows[i]! };
        if (JSON.stringify(ours) !== JSON.stringify(theirs)) different.push({ name, text, ours, theirs });
      }
    }
    expect({ count: different.length, first: different.slice(0, 6) }).toEqual({ count: 0, first: [] });
  });

  test('unknown names', () => {
    for (const name of ['Nowhere', '../etc/passwd', 'Europe', 'Europe/', '']) {
      expect(() => timeZone(name)).toThrow(`time zone "${name}" not recognized`);
    }
  });
});
