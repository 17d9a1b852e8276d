/** Values for arguments of arrays and json. */
import type { EdgeSets } from './edge-values.ts';

export const containerSets: EdgeSets = {
  dimensions: { type: 'int4', values: ['-1', '0', '1', '2', '3', '7'] },
  items: { type: 'int4', values: ['1', '2', '3', '-5'] },
  integerlists: {
    type: 'int4[]',
    values: [
      '{}',
      '{1}',
      '{1,2}',
      '{2,NULL,1,2}',
      '{NULL}',
      '{{1,2},{3,4}}',
      '{{1,NULL}}',
      '[0:1]={1,2}',
      '[-3:-2][2:3]={{1,2},{3,4}}',
      '{{{1,2}}}',
      '{3,4}',
      '{{1},{2}}',
    ],
  },
  textlists: { type: 'text[]', values: ['{}', '{a}', '{a,b,A}', '{b,NULL,b}', '{{ä,a},{b,""}}', '{NULL}'] },
  words: { type: 'text', values: ['', 'a', 'b', ',', 'ä', 'NULL'] },
  keys: { type: 'text', values: ['a', 'b', '', 'c', 'ä', '0'] },
  indexes: { type: 'int4', values: ['0', '1', '-1', '2', '-4', '2147483647', '-2147483648'] },
  paths: {
    type: 'text[]',
    values: [
      '{}',
      '{a}',
      '{a,b}',
      '{a,b,0}',
      '{a,b,-1,c}',
      '{0}',
      '{3,a}',
      '{-2}',
      '{a,NULL}',
      '{" 1"}',
      '{x,y}',
      '{1x}',
      '{99999999999}',
      '{{a,b}}',
      '{5}',
      '{-9}',
    ],
  },
};
