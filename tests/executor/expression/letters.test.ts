/** upper, lower and initcap of every code point against PostgreSQL's builtin locale. */
import { letterCase } from '../../../executor/expression/kernels/letter-case.ts';
import { Oracle } from './oracle.ts';

test('letter case of every code point', async () => {
  const oracle = await Oracle.start();
  try {
    const { rows } = await oracle.client.query<Record<'cp' | 'upper' | 'lower' | 'words', string>>(`
      SELECT g AS cp, upper(chr(g)), lower(chr(g)), initcap('x' || chr(g) || 'y') AS words FROM generate_series(1, 1114111) g
      WHERE g NOT BETWEEN 55296 AND 57343 AND (upper(chr(g)) <> chr(g) OR lower(chr(g)) <> chr(g) OR initcap('x' || chr(g) || 'y') <> 'X' || chr(g) || 'Y')`);
    const changing = new Map(rows.map((row) => [Number(row.cp), row]));
    const { upper, lower, initcap } = letterCase('default');
    const wrong: string[] = [];
    for (let codePoint = 1; codePoint <= 0x10ffff; codePoint++) {
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      const character = String.fromCodePoint(codePoint);
      const expected = changing.get(codePoint) ?? { upper: character, lower: character, words: `X${character}Y` };
      const fine =
        upper(character) === expected.upper &&
        lower(character) === expected.lower &&
        initcap(`x${character}y`) === expected.words;
      if (!fine) wrong.push(codePoint.toString(16));
    }
    expect(wrong).toEqual([]);
  } finally {
    await oracle.stop();
  }
});
