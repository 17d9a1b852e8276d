/**
 * TPC-H data at any scale, written as CSV: row counts, key structure, value ranges and dependencies of the specification
 * (TPC-H v3, clause 4.2.3); random numbers and comment texts are our own, from a fixed seed, so every machine makes the
 * same files.
 */
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import path from 'node:path';
import { DATA_FOLDER, makeOnce, writeRows } from '../data-folder.ts';
import { Random } from '../random.ts';
import { TPCH_TABLES, type BenchTable } from './tables.ts';
import * as words from './words.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,';
const START_DATE = Date.UTC(1992, 0, 1) / 86_400_000;
const END_DATE = Date.UTC(1998, 11, 31) / 86_400_000;
const CURRENT_DATE = Date.UTC(1995, 5, 17) / 86_400_000;

const cents = (value: number): string => {
  const digits = String(Math.abs(value)).padStart(3, '0');
  return `${value < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};
const dateText = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);
const key = (prefix: string, n: number): string => `${prefix}#${String(n).padStart(9, '0')}`;

function sentence(random: Random, low: number, high: number): string {
  const length = random.between(low, high);
  let text = '';
  while (text.length < length) {
    text += `${random.pick(words.ADVERBS)} ${random.pick(words.ADJECTIVES)} ${random.pick(words.NOUNS)} ${random.pick(words.VERBS)} `;
  }
  return text.slice(0, length).trimEnd();
}

const address = (random: Random): string => {
  let text = '';
  for (let n = random.between(10, 40); n > 0; n--) text += ALPHABET[random.between(0, ALPHABET.length - 1)]!;
  return `"${text.trim() || 'x'}"`;
};
const phone = (random: Random, nation: number): string =>
  `${nation + 10}-${random.between(100, 999)}-${random.between(100, 999)}-${random.between(1000, 9999)}`;

const retailCents = (part: number): number => 90_000 + (Math.floor(part / 10) % 20_001) + 100 * (part % 1_000);
const supplierOf = (part: number, i: number, suppliers: number): number =>
  ((part + i * (Math.floor(suppliers / 4) + Math.floor((part - 1) / suppliers))) % suppliers) + 1;

function* small(kind: 'region' | 'nation'): Generator<string> {
  const random = new Random(11);
  if (kind === 'region') for (const [i, name] of words.REGIONS.entries()) yield `${i},${name},${sentence(random, 31, 115)}`;
  else for (const [i, [name, region]] of words.NATIONS.entries()) yield `${i},${name},${region},${sentence(random, 31, 114)}`;
}

function* suppliers(count: number): Generator<string> {
  const random = new Random(22);
  for (let i = 1; i <= count; i++) {
    const nation = random.between(0, 24);
    let comment = sentence(random, 25, 100);
    // 5 of 10,000 complain and 5 recommend (clause 4.2.3); at least one of each, so that Q16 has something to exclude.
    if (i % 2_000 === 7 % count) comment = `${comment.slice(0, 40)}Customer ${random.pick(words.VERBS)} Complaints`;
    else if (i % 2_000 === 11 % count) comment = `${comment.slice(0, 40)}Customer ${random.pick(words.VERBS)} Recommends`;
    yield `${i},${key('Supplier', i)},${address(random)},${nation},${phone(random, nation)},${cents(random.between(-99_999, 999_999))},${comment}`;
  }
}

function* parts(count: number): Generator<string> {
  const random = new Random(33);
  for (let i = 1; i <= count; i++) {
    const name = new Set<string>();
    while (name.size < 5) name.add(random.pick(words.COLORS));
    const maker = random.between(1, 5);
    const type = words.TYPES.map((syllables) => random.pick(syllables)).join(' ');
    const container = words.CONTAINERS.map((syllables) => random.pick(syllables)).join(' ');
    const brand = `Brand#${maker}${random.between(1, 5)}`;
    yield `${i},${[...name].join(' ')},Manufacturer#${maker},${brand},${type},${random.between(1, 50)},${container},${cents(retailCents(i))},${sentence(random, 5, 22)}`;
  }
}

function* partSuppliers(partCount: number, supplierCount: number): Generator<string> {
  const random = new Random(44);
  for (let part = 1; part <= partCount; part++) {
    for (let i = 0; i < 4; i++) {
      yield `${part},${supplierOf(part, i, supplierCount)},${random.between(1, 9_999)},${cents(random.between(100, 100_000))},${sentence(random, 49, 198)}`;
    }
  }
}

function* customers(count: number): Generator<string> {
  const random = new Random(55);
  for (let i = 1; i <= count; i++) {
    const nation = random.between(0, 24);
    yield `${i},${key('Customer', i)},${address(random)},${nation},${phone(random, nation)},${cents(random.between(-99_999, 999_999))},${random.pick(words.SEGMENTS)},${sentence(random, 29, 116)}`;
  }
}

interface Counts {
  readonly orders: number;
  readonly customers: number;
  readonly parts: number;
  readonly suppliers: number;
  readonly clerks: number;
}

/** Orders and their lines are made together: status and total price of an order follow from its lines. */
function* ordersWithLines(counts: Counts): Generator<{ order: string; lines: readonly string[] }> {
  const random = new Random(66);
  for (let i = 0; i < counts.orders; i++) {
    const orderKey = Math.floor(i / 8) * 32 + (i % 8) + 1;
    let customer = random.between(1, counts.customers);
    while (customer % 3 === 0) customer = random.between(1, counts.customers);
    const ordered = random.between(START_DATE, END_DATE - 151);
    const lines: string[] = [];
    let total = 0;
    let open = 0;
    const lineCount = random.between(1, 7);
    for (let line = 1; line <= lineCount; line++) {
      const part = random.between(1, counts.parts);
      const supplier = supplierOf(part, random.between(0, 3), counts.suppliers);
      const quantity = random.between(1, 50);
      const price = quantity * retailCents(part);
      const discount = random.between(0, 10);
      const tax = random.between(0, 8);
      const shipped = ordered + random.between(1, 121);
      const committed = ordered + random.between(30, 90);
      const received = shipped + random.between(1, 30);
      const flag = received <= CURRENT_DATE ? random.pick(['R', 'A']) : 'N';
      const status = shipped > CURRENT_DATE ? 'O' : 'F';
      if (status === 'O') open++;
      total += Math.round((price * (100 + tax) * (100 - discount)) / 10_000);
      lines.push(
        `${orderKey},${part},${supplier},${line},${quantity}.00,${cents(price)},${cents(discount)},${cents(tax)},${flag},${status},` +
          `${dateText(shipped)},${dateText(committed)},${dateText(received)},${random.pick(words.INSTRUCTIONS)},${random.pick(words.MODES)},${sentence(random, 10, 43)}`,
      );
    }
    const status = open === lineCount ? 'O' : open === 0 ? 'F' : 'P';
    let comment = sentence(random, 19, 78);
    // Q13 looks for these; in the specification's text pool about one comment in a hundred has them.
    if (random.between(1, 100) === 1) comment = `${comment.slice(0, 30)} special packages sleep requests`;
    const order = `${orderKey},${customer},${status},${cents(total)},${dateText(ordered)},${random.pick(words.PRIORITIES)},${key('Clerk', random.between(1, counts.clerks))},0,${comment}`;
    yield { order, lines };
  }
}

/** The eight tables with their CSV files (made once: they are kept). */
export async function tpchTables(scale: number): Promise<readonly (BenchTable & { readonly csvFile: string })[]> {
  const folder = await makeOnce(path.join(DATA_FOLDER, `tpch-${scale}`), (work) => writeAll(scale, work));
  return TPCH_TABLES.map((table) => ({ ...table, csvFile: path.join(folder, `${table.name}.csv`) }));
}

async function writeAll(scale: number, work: string): Promise<void> {
  const counts: Counts = {
    orders: Math.round(1_500_000 * scale),
    customers: Math.round(150_000 * scale),
    parts: Math.round(200_000 * scale),
    suppliers: Math.round(10_000 * scale),
    clerks: Math.max(1, Math.round(1_000 * scale)),
  };
  const file = (name: string): string => path.join(work, `${name}.csv`);
  await writeRows(file('region'), small('region'));
  await writeRows(file('nation'), small('nation'));
  await writeRows(file('supplier'), suppliers(counts.suppliers));
  await writeRows(file('part'), parts(counts.parts));
  await writeRows(file('partsupp'), partSuppliers(counts.parts, counts.suppliers));
  await writeRows(file('customer'), customers(counts.customers));
  const lineFile = createWriteStream(file('lineitem'));
  const orderRows = function* (): Generator<string> {
    for (const { order, lines } of ordersWithLines(counts)) {
      lineFile.write(`${lines.join('\n')}\n`);
      yield order;
    }
  };
  await writeRows(file('orders'), orderRows());
  lineFile.end();
  await finished(lineFile);
}
