/** The grammar of nodeToString, and the traps in it. */
import { readTree } from '../../../planner/analyze/tree-reader.ts';

const read = (text: string): unknown => readTree(Buffer.from(text));

/** As PostgreSQL's format_node_dump() wraps: lines of at most 78 bytes, broken at a space where there is one. */
function wrap(text: string): Buffer {
  const bytes = Buffer.from(text);
  const lines: Buffer[] = [];
  let start = 0;
  while (bytes.length - start > 78) {
    let end = start + 78;
    if (bytes[end] !== 32) {
      let space = end - 1;
      while (space > start && bytes[space] !== 32) space--;
      if (space > start) end = space;
    }
    lines.push(bytes.subarray(start, end), Buffer.from('\n'));
    start = bytes[end] === 32 ? end + 1 : end;
  }
  return Buffer.concat([...lines, bytes.subarray(start)]);
}

test('values of every kind', () => {
  const tree =
    '({NODE :null <> :yes true :no false :number -12 :word abc :kind n :bits (b 8 9) :ints (i 1 -2) :oids (o 1700) :nothing (b) ' +
    ':strings ("a" "b c" "") :child {CHILD :x 1} :list ({A :x 1} <> {B :x 2}) :nested (({A :x 1}) ({A :x 2}))})';
  expect(read(tree.replace('b c', String.raw`b\ c`))).toEqual([
    {
      tag: 'NODE',
      null: null,
      yes: true,
      no: false,
      number: -12,
      word: 'abc',
      kind: 'n',
      bits: [8, 9],
      ints: [1, -2],
      oids: [1700],
      nothing: [],
      strings: ['a', 'b c', ''],
      child: { tag: 'CHILD', x: 1 },
      list: [{ tag: 'A', x: 1 }, null, { tag: 'B', x: 2 }],
      nested: [[{ tag: 'A', x: 1 }], [{ tag: 'A', x: 2 }]],
    },
  ]);
});

test('datums: by-value ones dump eight bytes, bytes are signed', () => {
  expect(read('{C :constvalue 4 [ 3 0 0 0 -1 0 0 0 ] :after 1}')).toEqual({
    tag: 'C',
    constvalue: new Uint8Array([3, 0, 0, 0, 255, 0, 0, 0]),
    after: 1,
  });
  expect(read('{C :constvalue 10 [ 40 0 0 0 -61 -87 0 0 0 1 ]}')).toEqual({
    tag: 'C',
    constvalue: new Uint8Array([40, 0, 0, 0, 195, 169, 0, 0, 0, 1]),
  });
});

test('string fields are strings whatever they hold', () => {
  expect(read('{T :resname true :aliasname false}')).toEqual({ tag: 'T', resname: 'true', aliasname: 'false' });
  expect(read(String.raw`{T :resname \123 :aliasname \<>}`)).toEqual({ tag: 'T', resname: '123', aliasname: '<>' });
});

test('escapes', () => {
  expect(read(String.raw`{T :resname a\ b\(\)\{\}\\c}`)).toEqual({ tag: 'T', resname: 'a b(){}\\c' });
});

test('wrapped lines: a newline stands for a space', () => {
  const numbers = Array.from({ length: 200 }, (_, index) => index * 977);
  expect(readTree(wrap(`{N :numbers (i ${numbers.join(' ')}) :last 1}`))).toEqual({ tag: 'N', numbers, last: 1 });
});

test.each([1, 10, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 77, 78, 79, 80, 100, 155, 156, 157, 158, 300])(
  'a token of %i bytes, cut by a newline when longer than a line',
  (length) => {
    const name = 'é'.repeat(Math.floor(length / 2)) + 'x'.repeat(length % 2);
    const tree = readTree(wrap(`{T :resno 1 :resname ${name} :ressortgroupref 2 :names ("${name}" "${name}") :x 3}`));
    expect(tree).toEqual({ tag: 'T', resno: 1, resname: name, ressortgroupref: 2, names: [name, name], x: 3 });
  },
);

test('nesting without limit', () => {
  const depth = 50_000;
  let node: unknown = read(`${'{N :child '.repeat(depth)}<>${'}'.repeat(depth)}`);
  let count = 0;
  for (; node !== null; count++) node = (node as { child: unknown }).child;
  expect(count).toBe(depth);
});

test.each(['', '{', '({N :x 1}', '{N 1}', '{N :x}', '{N :x 1}}', '(i x)', '{N :d 2 [ 1 x ]}', '{N :x 1} {M :x 1}'])(
  'malformed: %s',
  (text) => {
    expect(() => read(text)).toThrow(/query tree from the catalog server cannot be read/);
  },
);

test('a tree above the limit is refused', () => {
  expect(() => readTree(Buffer.from('{N :x 1}'), 4)).toThrow(expect.objectContaining({ code: '54000' }));
});
