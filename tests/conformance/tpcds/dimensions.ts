/** Rows of the dimensions: every value that a query names occurs; keys follow the specification, sizes the scale. */
import type { Random } from '../../../bench/random.ts';
import { dateKey, dateRows, FIRST_DAY, FIRST_SALE, LAST_SALE, timeRows } from './calendar.ts';
import { money, rowOf, type Cell } from '../../../bench/csv.ts';
import * as words from './words.ts';

export interface Sizes {
  readonly customers: number;
  readonly addresses: number;
  readonly items: number;
  readonly storeSales: number;
  readonly catalogSales: number;
  readonly webSales: number;
}

export const STORES = 6;
export const WAREHOUSES = 5;
export const PROMOTIONS = 30;
export const WEB_SITES = 12;
export const WEB_PAGES = 40;
export const CATALOG_PAGES = 60;
export const SHIP_MODES = 20;
export const DEMOGRAPHICS = 280;
export const HOUSEHOLDS = 720;
export const REASON_COUNT = 35;

const id = (kind: string, n: number): string => kind + String(n).padStart(16 - kind.length, '0');
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

function address(random: Random, zip: string): Cell[] {
  return rowOf(
    [String(random.between(1, 999)), `${random.pick(words.STREETS)} ${random.pick(words.STREETS)}`],
    [random.pick(words.STREET_TYPES), `Suite ${random.between(1, 99) * 10}`, random.pick(words.CITIES)],
    [random.pick(words.COUNTIES), random.between(1, 3) === 1 ? 'TN' : random.pick(words.STATES), zip],
    ['United States', money(random.pick([-500, -500, -600, -700, -800]))],
  );
}

/** NULL once in `every`. */
const some = (random: Random, every: number, value: Cell): Cell => (random.between(1, every) === 1 ? null : value);
const remark = (random: Random, length: number): string =>
  numbers(length)
    .map(() => random.pick(words.REMARKS))
    .join(' ');
const person = (random: Random): string => `${random.pick(words.FIRST_NAMES)} ${random.pick(words.LAST_NAMES)}`;

function* stores(random: Random): Generator<Cell[]> {
  for (const n of numbers(STORES)) {
    yield rowOf(
      [n, id('STORE', Math.ceil(n / 2)), '1997-03-13', n % 2 ? '2000-03-12' : null, n === 3 ? dateKey(FIRST_SALE + 500) : null],
      [words.STORE_NAMES[n - 1]!, 190 + n * 15, 5_000_000 + n * 800_000, '8AM-8AM', person(random), n === 2 ? 8 : n, 'Unknown'],
      [remark(random, 6), person(random), 1, 'Unknown', 1, 'Unknown'],
      address(random, words.ZIPS[n % words.ZIPS.length]!).map((cell, i) =>
        i === 5 ? words.COUNTIES[n % 4]! : i === 6 ? ['TN', 'GA', 'OH'][n % 3]! : i === 9 ? '-5.00' : cell,
      ),
      [money(random.between(0, 11))],
    );
  }
}

function* callCenters(random: Random): Generator<Cell[]> {
  for (const [i, name] of words.CALL_CENTERS.entries()) {
    yield rowOf(
      [i + 1, id('CC', Math.ceil((i + 1) / 2)), '1998-01-01', null, null, dateKey(FIRST_DAY + i * 30), name],
      [random.pick(['small', 'medium', 'large']), random.between(100, 700), random.between(1_000, 40_000), '8AM-4PM'],
      [person(random), random.between(1, 6), remark(random, 3), remark(random, 8), person(random), random.between(1, 6)],
      [random.pick(words.COMPANIES), (i % 6) + 1, words.COMPANIES[i % 6]!, ...address(random, random.pick(words.ZIPS))].map(
        (cell, at) => (at === 8 ? words.COUNTIES[i % 3]! : cell),
      ),
      [money(random.between(0, 12))],
    );
  }
}

function* catalogPages(random: Random): Generator<Cell[]> {
  for (const n of numbers(CATALOG_PAGES)) {
    const start = dateKey(FIRST_SALE + (n % 20) * 90);
    const type = random.pick(['bi-annual', 'quarterly', 'monthly']);
    yield [
      n,
      id('PAGE', n),
      start,
      start + 89,
      'DEPARTMENT',
      Math.ceil(n / 10),
      (n % 10) + 1,
      remark(random, 7),
      some(random, 20, type),
    ];
  }
}

function* webSites(random: Random): Generator<Cell[]> {
  for (const n of numbers(WEB_SITES)) {
    yield rowOf(
      [n, id('SITE', Math.ceil(n / 2)), '1997-08-16', n % 4 ? null : '2001-08-15', `site_${Math.floor((n - 1) / 3)}`],
      [dateKey(FIRST_DAY + n), some(random, 2, dateKey(FIRST_DAY + 1500)), 'Unknown', person(random), random.between(1, 6)],
      [remark(random, 3), remark(random, 6), person(random), ((n - 1) % 6) + 1, words.COMPANIES[(n - 1) % 6]!],
      address(random, random.pick(words.ZIPS)),
      [money(random.between(0, 12))],
    );
  }
}

function* webPages(random: Random, customers: number): Generator<Cell[]> {
  for (const n of numbers(WEB_PAGES)) {
    const generated = n % 3 === 0;
    yield rowOf(
      [n, id('WEBPAGE', Math.ceil(n / 2)), '1997-09-03', null, dateKey(FIRST_SALE + n), dateKey(FIRST_SALE + n + 50)],
      [generated ? 'Y' : 'N', generated ? random.between(1, customers) : null, 'http://www.example.com'],
      [random.pick(['ad', 'dynamic', 'feedback', 'general', 'order', 'protected', 'welcome'])],
      [n % 4 === 0 ? random.between(5_000, 5_200) : random.between(300, 8_000), random.between(2, 25)],
      [random.between(1, 7), random.between(0, 4)],
    );
  }
}

function* warehouses(random: Random): Generator<Cell[]> {
  for (const n of numbers(WAREHOUSES))
    yield [
      n,
      id('WH', n),
      some(random, 6, remark(random, 3)),
      random.between(50_000, 990_000),
      ...address(random, random.pick(words.ZIPS)),
    ];
}

function* customers(random: Random, sizes: Sizes): Generator<Cell[]> {
  for (const n of numbers(sizes.customers)) {
    const first = random.between(FIRST_SALE, LAST_SALE - 200);
    const [given, family] = [random.pick(words.FIRST_NAMES), random.pick(words.LAST_NAMES)];
    yield rowOf(
      [n, id('CUST', n), some(random, 30, random.between(1, DEMOGRAPHICS)), some(random, 30, random.between(1, HOUSEHOLDS))],
      [random.between(1, sizes.addresses), dateKey(first + 30), dateKey(first), some(random, 30, random.pick(words.SALUTATIONS))],
      [
        some(random, 30, given),
        some(random, 30, family),
        some(random, 30, random.pick(['Y', 'N'])),
        some(random, 30, random.between(1, 28)),
      ],
      [
        some(random, 30, random.between(1, 12)),
        some(random, 30, random.between(1924, 1992)),
        some(random, 30, random.pick(words.COUNTRIES)),
      ],
      [
        null,
        some(random, 30, `${given}.${family}@example.org`),
        some(random, 30, dateKey(random.between(FIRST_SALE, LAST_SALE))),
      ],
    );
  }
}

function* addresses(random: Random, count: number): Generator<Cell[]> {
  for (const n of numbers(count)) {
    const cells = address(random, random.pick(words.ZIPS)).map((cell) => some(random, 40, cell));
    yield [n, id('ADDR', n), ...cells, random.pick(['apartment', 'condo', 'single family'])];
  }
}

function* demographics(random: Random): Generator<Cell[]> {
  for (let n = 0; n < DEMOGRAPHICS; n++) {
    yield rowOf(
      [n + 1, n % 2 ? 'F' : 'M', 'MSDWU'[(n >> 1) % 5]!, words.EDUCATION[Math.floor(n / 10) % 7]!, random.between(1, 20) * 500],
      [random.pick(words.CREDIT), random.between(0, 6), random.between(0, 6), random.between(0, 6)],
    );
  }
}

function* households(random: Random): Generator<Cell[]> {
  for (let n = 0; n < HOUSEHOLDS; n++)
    yield [n + 1, (n % 20) + 1, words.BUYING[Math.floor(n / 20) % 6]!, random.between(0, 9), random.between(-1, 4)];
}

function* items(random: Random, count: number): Generator<Cell[]> {
  const categories = Object.keys(words.CATEGORIES);
  for (const n of numbers(count)) {
    const categoryId = random.between(1, categories.length);
    const classes = words.CATEGORIES[categories[categoryId - 1]!]!;
    const classId = random.between(1, classes.length);
    const brand = random.between(1, 4);
    const manufacturer = random.between(1, 60);
    const price = random.between(9, 9_999);
    yield rowOf(
      [
        n,
        id('ITEM', Math.ceil(n / 2)),
        '1997-10-27',
        n % 2 ? '2000-10-26' : null,
        some(random, 50, remark(random, random.between(4, 20))),
      ],
      [some(random, 50, money(price)), money(Math.ceil(price * 0.6)), categoryId * 1_000_000 + classId * 1_000 + brand],
      [
        `${words.COMPANIES[brand]!}${classes[classId - 1]!} #${brand}`,
        classId,
        some(random, 50, classes[classId - 1]!),
        categoryId,
      ],
      [some(random, 50, categories[categoryId - 1]!), manufacturer, `maker${manufacturer}`, random.pick(words.SIZES)],
      [
        `${random.between(1000, 9999)}${random.pick(words.COLORS)}`,
        random.pick(words.COLORS),
        random.pick(words.UNITS),
        'Unknown',
      ],
      [random.between(1, 30), some(random, 80, `product${n}`)],
    );
  }
}

function* promotions(random: Random, itemCount: number): Generator<Cell[]> {
  for (const n of numbers(PROMOTIONS)) {
    const start = dateKey(random.between(FIRST_SALE, LAST_SALE - 60));
    const flag = (): Cell => random.pick(['Y', 'N', 'N']);
    yield rowOf(
      [n, id('PROMO', n), start, start + 45, random.between(1, itemCount), '1000.00', 1, words.COMPANIES[n % 6]!],
      [flag(), flag(), flag(), flag(), flag(), flag(), flag(), flag(), remark(random, 6), 'Unknown', 'N'],
    );
  }
}

/** Every dimension's rows, by its table's name. */
export function dimensionRows(random: Random, sizes: Sizes): Readonly<Record<string, Iterable<readonly Cell[]>>> {
  return {
    date_dim: dateRows(),
    time_dim: timeRows(),
    store: stores(random),
    call_center: callCenters(random),
    catalog_page: catalogPages(random),
    web_site: webSites(random),
    web_page: webPages(random, sizes.customers),
    warehouse: warehouses(random),
    customer: customers(random, sizes),
    customer_address: addresses(random, sizes.addresses),
    customer_demographics: demographics(random),
    household_demographics: households(random),
    income_band: numbers(20).map((n) => [n, (n - 1) * 10_000 + (n > 1 ? 1 : 0), n * 10_000]),
    item: items(random, sizes.items),
    promotion: promotions(random, sizes.items),
    reason: numbers(REASON_COUNT).map((n) => [n, id('REASON', n), n % 4 ? `reason ${n}` : words.REASONS[n % 6]!]),
    ship_mode: numbers(SHIP_MODES).map((n) => {
      const [type, code] = [words.SHIP_TYPES[(n - 1) % 5]!, words.SHIP_CODES[(n - 1) % 4]!];
      return [n, id('MODE', n), type, code, words.CARRIERS[n % 7]!, `contract${n}`];
    }),
  };
}
