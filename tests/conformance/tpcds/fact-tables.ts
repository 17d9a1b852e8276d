/** The seven fact tables of TPC-DS (v3, clause 2.3), in the three channels and the inventory that feeds two of them. */
import { table, type DsTable } from './table.ts';

/** What a sale was worth; the store has no shipping. */
const SALE = (prefix: string, shipped: boolean): string =>
  (
    'quantity:i wholesale_cost:m list_price:m sales_price:m ext_discount_amt:m ext_sales_price:m ext_wholesale_cost:m ' +
    `ext_list_price:m ext_tax:m coupon_amt:m ${shipped ? 'ext_ship_cost:m ' : ''}net_paid:m net_paid_inc_tax:m ` +
    `${shipped ? 'net_paid_inc_ship:m net_paid_inc_ship_tax:m ' : ''}net_profit:m`
  )
    .split(' ')
    .map((column) => `${prefix}_${column}`)
    .join(' ');

export const FACT_TABLES: readonly DsTable[] = [
  table(
    'store_sales',
    'ss_item_sk ss_ticket_number',
    `ss_sold_date_sk:i ss_sold_time_sk:i ss_item_sk:i ss_customer_sk:i ss_cdemo_sk:i ss_hdemo_sk:i ss_addr_sk:i
     ss_store_sk:i ss_promo_sk:i ss_ticket_number:i ${SALE('ss', false)}`,
    ['ss_customer_sk', 'ss_sold_date_sk'],
  ),
  table(
    'store_returns',
    'sr_item_sk sr_ticket_number',
    `sr_returned_date_sk:i sr_return_time_sk:i sr_item_sk:i sr_customer_sk:i sr_cdemo_sk:i sr_hdemo_sk:i sr_addr_sk:i
     sr_store_sk:i sr_reason_sk:i sr_ticket_number:i sr_return_quantity:i sr_return_amt:m sr_return_tax:m
     sr_return_amt_inc_tax:m sr_fee:m sr_return_ship_cost:m sr_refunded_cash:m sr_reversed_charge:m sr_store_credit:m
     sr_net_loss:m`,
  ),
  table(
    'catalog_sales',
    'cs_item_sk cs_order_number',
    `cs_sold_date_sk:i cs_sold_time_sk:i cs_ship_date_sk:i cs_bill_customer_sk:i cs_bill_cdemo_sk:i cs_bill_hdemo_sk:i
     cs_bill_addr_sk:i cs_ship_customer_sk:i cs_ship_cdemo_sk:i cs_ship_hdemo_sk:i cs_ship_addr_sk:i cs_call_center_sk:i
     cs_catalog_page_sk:i cs_ship_mode_sk:i cs_warehouse_sk:i cs_item_sk:i cs_promo_sk:i cs_order_number:i
     ${SALE('cs', true)}`,
    ['cs_order_number', 'cs_bill_customer_sk'],
  ),
  table(
    'catalog_returns',
    'cr_item_sk cr_order_number',
    `cr_returned_date_sk:i cr_returned_time_sk:i cr_item_sk:i cr_refunded_customer_sk:i cr_refunded_cdemo_sk:i
     cr_refunded_hdemo_sk:i cr_refunded_addr_sk:i cr_returning_customer_sk:i cr_returning_cdemo_sk:i
     cr_returning_hdemo_sk:i cr_returning_addr_sk:i cr_call_center_sk:i cr_catalog_page_sk:i cr_ship_mode_sk:i
     cr_warehouse_sk:i cr_reason_sk:i cr_order_number:i cr_return_quantity:i cr_return_amount:m cr_return_tax:m
     cr_return_amt_inc_tax:m cr_fee:m cr_return_ship_cost:m cr_refunded_cash:m cr_reversed_charge:m cr_store_credit:m
     cr_net_loss:m`,
    ['cr_order_number'],
  ),
  table(
    'web_sales',
    'ws_item_sk ws_order_number',
    `ws_sold_date_sk:i ws_sold_time_sk:i ws_ship_date_sk:i ws_item_sk:i ws_bill_customer_sk:i ws_bill_cdemo_sk:i
     ws_bill_hdemo_sk:i ws_bill_addr_sk:i ws_ship_customer_sk:i ws_ship_cdemo_sk:i ws_ship_hdemo_sk:i ws_ship_addr_sk:i
     ws_web_page_sk:i ws_web_site_sk:i ws_ship_mode_sk:i ws_warehouse_sk:i ws_promo_sk:i ws_order_number:i
     ${SALE('ws', true)}`,
    ['ws_order_number', 'ws_bill_customer_sk'],
  ),
  table(
    'web_returns',
    'wr_item_sk wr_order_number',
    `wr_returned_date_sk:i wr_returned_time_sk:i wr_item_sk:i wr_refunded_customer_sk:i wr_refunded_cdemo_sk:i
     wr_refunded_hdemo_sk:i wr_refunded_addr_sk:i wr_returning_customer_sk:i wr_returning_cdemo_sk:i
     wr_returning_hdemo_sk:i wr_returning_addr_sk:i wr_web_page_sk:i wr_reason_sk:i wr_order_number:i wr_return_quantity:i
     wr_return_amt:m wr_return_tax:m wr_return_amt_inc_tax:m wr_fee:m wr_return_ship_cost:m wr_refunded_cash:m
     wr_reversed_charge:m wr_account_credit:m wr_net_loss:m`,
    ['wr_order_number'],
  ),
  table(
    'inventory',
    'inv_date_sk inv_item_sk inv_warehouse_sk',
    'inv_date_sk:i inv_item_sk:i inv_warehouse_sk:i inv_quantity_on_hand:i',
    ['inv_item_sk'],
  ),
];
