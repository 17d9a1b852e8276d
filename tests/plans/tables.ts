/** A shop's tables: orders and staff in PostgreSQL (`shop`), customers and products in DuckDB (`lake`). */
import type { FederationTable, Placement } from '../support/federation.ts';

const SHOP = new Set(['orders', 'order_lines', 'staff', 'shipments']);
export const placement: Placement = (table) => (SHOP.has(table) ? 'shop' : 'lake');

const rows = (count: number, tuple: (i: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, i) => tuple(i));
const cycle = <T>(values: readonly T[], i: number): T => values[i % values.length]!;

export const TABLES: readonly FederationTable[] = [
  {
    name: 'customers',
    columns: ['customer_id int4 NOT NULL', 'name text', 'region text', 'vip bool', 'balance numeric(12,2)'],
    primaryKey: ['customer_id'],
    tuples: rows(12, (i) => {
      const region = cycle(["'north'", "'south'", 'NULL', "'east'"], i);
      return `(${i + 1}, ${cycle(["'Ada'", "'Bela'", 'NULL', "''"], i)}, ${region}, ${cycle(['true', 'false', 'NULL'], i)}, ${cycle(['10.50', '-3.25', 'NULL'], i)})`;
    }),
  },
  {
    name: 'products',
    columns: ['product_id int4 NOT NULL', 'title text NOT NULL', 'category text', 'weight float8'],
    primaryKey: ['product_id'],
    tuples: rows(
      8,
      (i) => `(${i + 1}, 'product ${i}', ${cycle(["'toys'", "'books'", 'NULL'], i)}, ${cycle(['0.5', 'NULL', '2.25'], i)})`,
    ),
  },
  {
    name: 'orders',
    columns: ['order_id int4 NOT NULL', 'customer_id int4', 'seller int4', 'total numeric(10,2)', 'ordered date', 'note text'],
    primaryKey: ['order_id'],
    tuples: rows(30, (i) => {
      const ordered = cycle(["DATE '2024-02-29'", "DATE '2024-03-01'", 'NULL', "DATE '2023-12-31'"], i);
      return `(${i + 1}, ${i % 7 === 6 ? 'NULL' : 1 + ((i * 5) % 14)}, ${1 + (i % 5)}, ${cycle(['19.99', '5.00', 'NULL', '250.00'], i)}, ${ordered}, ${cycle(["'gift'", 'NULL', "''"], i)})`;
    }),
  },
  {
    name: 'order_lines',
    columns: ['order_id int4 NOT NULL', 'line int2 NOT NULL', 'product_id int4', 'quantity int4', 'price numeric(8,2)'],
    primaryKey: ['order_id', 'line'],
    tuples: rows(
      50,
      (i) =>
        `(${1 + (i >> 1)}, ${1 + (i & 1)}, ${1 + (i % 9)}, ${cycle(['1', '2', 'NULL', '10'], i)}, ${cycle(['9.99', '0.50', 'NULL'], i)})`,
    ),
  },
  {
    name: 'staff',
    columns: ['staff_id int4 NOT NULL', 'name text', 'boss int4'],
    primaryKey: ['staff_id'],
    tuples: rows(6, (i) => `(${i + 1}, ${cycle(["'Uma'", "'Vic'", 'NULL'], i)}, ${i === 0 ? 'NULL' : 1 + (i >> 1)})`),
  },
  {
    name: 'shipments',
    columns: ['shipment_id int4 NOT NULL', 'clerk int4 NOT NULL', 'checker int4', 'order_id int4', 'line int2', 'weight int4'],
    primaryKey: ['shipment_id'],
    foreignKeys: [
      'FOREIGN KEY (clerk) REFERENCES staff',
      'FOREIGN KEY (checker) REFERENCES staff',
      'FOREIGN KEY (line, order_id) REFERENCES order_lines (line, order_id)',
    ],
    tuples: rows(20, (i) => {
      const parcel = i % 6 === 5 ? 'NULL, 1' : i % 7 === 6 ? '30, NULL' : `${1 + i}, ${1 + (i & 1)}`;
      return `(${i + 1}, ${1 + (i % 6)}, ${cycle(['2', 'NULL', '5'], i)}, ${parcel}, ${cycle(['7', 'NULL', '12', '0'], i)})`;
    }),
  },
];
