/**
 * Rows of the facts. A sale's amounts follow from one another as the specification has it (clause 2.3); some customers,
 * items and days are hot; returns refer to their sale, and a part of the catalog and web sales repeats the customer and
 * the item or day of an earlier store sale, so that the queries over several channels find something.
 */
import type { Random } from '../../../bench/random.ts';
import { dateKey, FIRST_SALE, LAST_SALE, monthDay } from './calendar.ts';
import { money, rowOf, type Cell } from '../../../bench/csv.ts';
import * as sizesOf from './dimensions.ts';

type Row = readonly Cell[];

interface Facts {
  readonly store_sales: Row[];
  readonly store_returns: Row[];
  readonly catalog_sales: Row[];
  readonly catalog_returns: Row[];
  readonly web_sales: Row[];
  readonly web_returns: Row[];
  readonly inventory: Row[];
}

interface Buyer {
  readonly customer: number;
  readonly demo: number;
  readonly household: number;
  readonly address: number;
}

/** What later sales and returns refer to. */
interface Visit {
  readonly day: number;
  readonly buyer: Buyer;
  readonly item: number;
}

interface Amounts {
  readonly quantity: number;
  readonly salesPrice: number;
  readonly tax: number;
  readonly cells: readonly Cell[];
}

const HOT_DAYS = [1998, 1999, 2000, 2001, 2002].flatMap((year) => [
  monthDay(year, 1, 15),
  monthDay(year, 5, 9),
  monthDay(year, 11, 12),
  monthDay(year, 12, 20),
]);

export class FactMaker {
  readonly #random: Random;
  readonly #sizes: sizesOf.Sizes;
  readonly #visits: Visit[] = [];
  readonly #returned: Visit[] = [];
  readonly #facts: Facts = {
    store_sales: [],
    store_returns: [],
    catalog_sales: [],
    catalog_returns: [],
    web_sales: [],
    web_returns: [],
    inventory: [],
  };

  constructor(random: Random, sizes: sizesOf.Sizes) {
    this.#random = random;
    this.#sizes = sizes;
  }

  make(): Facts {
    for (let ticket = 1; this.#facts.store_sales.length < this.#sizes.storeSales; ticket++) this.#storeVisit(ticket);
    for (let order = 1; this.#facts.catalog_sales.length < this.#sizes.catalogSales; order++) this.#catalogOrder(order);
    for (let order = 1; this.#facts.web_sales.length < this.#sizes.webSales; order++) this.#webOrder(order);
    this.#stock();
    return this.#facts;
  }

  #between(low: number, high: number): number {
    return this.#random.between(low, high);
  }

  #chance(percent: number): boolean {
    return this.#between(1, 100) <= percent;
  }

  /** A foreign key; NULL now and then. */
  #key(value: number): Cell {
    return this.#between(1, 25) === 1 ? null : value;
  }

  #day(): number {
    const day = this.#chance(20) ? this.#random.pick(HOT_DAYS) : this.#between(FIRST_SALE, LAST_SALE);
    // The last quarter sells more.
    const month = new Date(day * 86_400_000).getUTCMonth();
    return month < 9 && this.#chance(20) ? Math.min(day + 91, LAST_SALE) : day;
  }

  #time(): number {
    return this.#between(7 * 60, 22 * 60) * 60;
  }

  #buyer(): Buyer {
    const many = this.#sizes.customers;
    return {
      customer: this.#chance(40) ? this.#between(1, Math.ceil(many / 10)) : this.#between(1, many),
      demo: this.#between(1, sizesOf.DEMOGRAPHICS),
      household: this.#between(1, sizesOf.HOUSEHOLDS),
      address: this.#between(1, this.#sizes.addresses),
    };
  }

  #items(count: number): readonly number[] {
    const found = new Set<number>();
    while (found.size < count) found.add(this.#chance(30) ? this.#between(1, 6) : this.#between(1, this.#sizes.items));
    return [...found];
  }

  /** The cells from the quantity to the net profit; `shipped` also has shipping. */
  #amounts(shipped: boolean): Amounts {
    const quantity = this.#between(1, 100);
    const wholesale = this.#between(100, 10_000);
    const list = Math.round((wholesale * this.#between(100, 200)) / 100);
    const salesPrice = Math.round((list * this.#between(0, 100)) / 100);
    const sales = salesPrice * quantity;
    const coupon = this.#chance(20) ? Math.round((sales * this.#between(0, 100)) / 100) : 0;
    const paid = sales - coupon;
    const tax = Math.round((paid * this.#between(0, 9)) / 100);
    const shipping = Math.round((list * quantity * this.#between(0, 50)) / 100);
    const values = [wholesale, list, salesPrice, (list - salesPrice) * quantity, sales, wholesale * quantity, list * quantity];
    values.push(tax, coupon, ...(shipped ? [shipping] : []), paid, paid + tax);
    values.push(...(shipped ? [paid + shipping, paid + shipping + tax] : []), paid - wholesale * quantity);
    const cells = values.map((value) => (this.#between(1, 40) === 1 ? null : money(value)));
    return { quantity, salesPrice, tax, cells: [this.#key(quantity), ...cells] };
  }

  /** The cells from the returned quantity to the net loss. */
  #refund(sale: Amounts): readonly Cell[] {
    const quantity = this.#between(1, sale.quantity);
    const amount = quantity * sale.salesPrice;
    const tax = Math.round((sale.tax * quantity) / sale.quantity);
    const fee = this.#between(50, 10_000);
    const shipping = this.#between(0, 5_000);
    const cash = Math.round((amount * this.#between(0, 100)) / 100);
    const reversed = Math.round(((amount - cash) * this.#between(0, 100)) / 100);
    const values = [amount, tax, amount + tax, fee, shipping, cash, reversed, amount - cash - reversed, fee + shipping + tax];
    return [this.#key(quantity), ...values.map((value) => (this.#between(1, 40) === 1 ? null : money(value)))];
  }

  #storeVisit(ticket: number): void {
    const [day, time, buyer, store] = [this.#day(), this.#time(), this.#buyer(), this.#between(1, sizesOf.STORES)];
    const lines = this.#chance(20) ? this.#between(15, 20) : this.#between(1, 10);
    const head = [this.#key(dateKey(day)), this.#key(time)];
    const who = [buyer.customer, buyer.demo, buyer.household, buyer.address, store].map((key) => this.#key(key));
    for (const item of this.#items(lines)) {
      const amounts = this.#amounts(false);
      const promotion = this.#key(this.#between(1, sizesOf.PROMOTIONS));
      this.#facts.store_sales.push([...head, item, ...who, promotion, ticket, ...amounts.cells]);
      const visit = { day, buyer, item };
      if (this.#chance(12)) {
        const back = day + this.#between(1, 130);
        this.#facts.store_returns.push(
          rowOf(
            [this.#key(dateKey(back)), this.#key(this.#time()), item, ...who],
            [this.#key(this.#between(1, sizesOf.REASON_COUNT)), ticket, ...this.#refund(amounts)],
          ),
        );
        this.#returned.push({ ...visit, day: back });
      }
      this.#visits.push(visit);
    }
  }

  /** Whom and when an order is for, and its items: sometimes one who returned that item, or shopped that day. */
  #order(lines: number): { readonly day: number; readonly buyer: Buyer; readonly items: readonly number[] } {
    const items = this.#items(lines);
    if (this.#chance(35)) {
      const visit = this.#random.pick(this.#returned);
      const rest = items.filter((item) => item !== visit.item).slice(1);
      return { day: visit.day + this.#between(0, 60), buyer: visit.buyer, items: [visit.item, ...rest] };
    }
    if (this.#chance(30)) {
      const visit = this.#random.pick(this.#visits);
      return { day: visit.day, buyer: visit.buyer, items };
    }
    return { day: this.#day(), buyer: this.#buyer(), items };
  }

  #keys(buyer: Buyer): readonly Cell[] {
    return [buyer.customer, buyer.demo, buyer.household, buyer.address].map((key) => this.#key(key));
  }

  #catalogOrder(order: number): void {
    const { day, buyer, items } = this.#order(this.#between(1, 6));
    const [bill, ship] = [this.#keys(buyer), this.#keys(this.#chance(80) ? buyer : this.#buyer())];
    const [center, page] = [this.#between(1, 6), this.#between(1, sizesOf.CATALOG_PAGES)];
    const head = [this.#key(dateKey(day)), this.#key(this.#time())];
    for (const item of items) {
      const amounts = this.#amounts(true);
      const mode = this.#between(1, sizesOf.SHIP_MODES);
      const place = [center, page, mode, this.#between(1, sizesOf.WAREHOUSES)].map((key) => this.#key(key));
      const promotion = this.#key(this.#between(1, sizesOf.PROMOTIONS));
      const shipped = day + this.#between(2, 130);
      const cells = [...bill, ...ship, ...place, item, promotion, order, ...amounts.cells];
      this.#facts.catalog_sales.push([...head, this.#key(dateKey(shipped)), ...cells]);
      if (!this.#chance(15)) continue;
      this.#facts.catalog_returns.push(
        rowOf(
          [dateKey(Math.min(shipped + this.#between(1, 60), LAST_SALE + 200)), this.#key(this.#time()), item, ...bill],
          [...(this.#chance(85) ? bill : ship), ...place, this.#key(this.#between(1, sizesOf.REASON_COUNT)), order],
          this.#refund(amounts),
        ),
      );
    }
  }

  #webOrder(order: number): void {
    const { day, buyer, items } = this.#order(this.#between(1, 6));
    const [bill, ship] = [this.#keys(buyer), this.#keys(this.#chance(80) ? buyer : this.#buyer())];
    const site = this.#key(this.#between(1, sizesOf.WEB_SITES));
    const head = [this.#key(dateKey(day)), this.#key(this.#time())];
    for (const item of items) {
      const amounts = this.#amounts(true);
      const page = this.#key(this.#between(1, sizesOf.WEB_PAGES));
      const from = [this.#between(1, sizesOf.SHIP_MODES), this.#between(1, sizesOf.WAREHOUSES)].map((key) => this.#key(key));
      const promotion = this.#key(this.#between(1, sizesOf.PROMOTIONS));
      const shipped = day + this.#between(1, 130);
      const cells = [item, ...bill, ...ship, page, site, ...from, promotion, order, ...amounts.cells];
      this.#facts.web_sales.push([...head, this.#key(dateKey(shipped)), ...cells]);
      if (!this.#chance(20)) continue;
      this.#facts.web_returns.push(
        rowOf(
          [this.#key(dateKey(Math.min(shipped + this.#between(1, 60), LAST_SALE + 200))), this.#key(this.#time()), item],
          [...bill, ...(this.#chance(85) ? bill : ship), page, this.#key(this.#between(1, sizesOf.REASON_COUNT)), order],
          this.#refund(amounts),
        ),
      );
    }
  }

  /** Every week, some of the items in two of the warehouses. */
  #stock(): void {
    for (let day = FIRST_SALE - 1; day <= LAST_SALE; day += 7) {
      for (let item = 1; item <= this.#sizes.items; item += 6) {
        for (const warehouse of [1 + (item % sizesOf.WAREHOUSES), 1 + ((item + 2) % sizesOf.WAREHOUSES)]) {
          const quantity = this.#chance(20) ? this.#between(0, 1_000) : this.#between(0, 250);
          this.#facts.inventory.push([dateKey(day), item, warehouse, this.#key(quantity)]);
        }
      }
    }
  }
}
