/** The seventeen dimension tables of TPC-DS (v3, clause 2.4). */
import { table, type DsTable } from './table.ts';

const ADDRESS = (prefix: string): string =>
  `street_number:t street_name:t street_type:t suite_number:t city:t county:t state:t zip:t country:t gmt_offset:g`
    .split(' ')
    .map((column) => `${prefix}_${column}`)
    .join(' ');

export const DIMENSION_TABLES: readonly DsTable[] = [
  table(
    'date_dim',
    'd_date_sk',
    `d_date_sk:i d_date_id:t d_date:d d_month_seq:i d_week_seq:i d_quarter_seq:i d_year:i d_dow:i d_moy:i d_dom:i d_qoy:i
     d_fy_year:i d_fy_quarter_seq:i d_fy_week_seq:i d_day_name:t d_quarter_name:t d_holiday:t d_weekend:t
     d_following_holiday:t d_first_dom:i d_last_dom:i d_same_day_ly:i d_same_day_lq:i d_current_day:t d_current_week:t
     d_current_month:t d_current_quarter:t d_current_year:t`,
  ),
  table(
    'time_dim',
    't_time_sk',
    't_time_sk:i t_time_id:t t_time:i t_hour:i t_minute:i t_second:i t_am_pm:t t_shift:t t_sub_shift:t t_meal_time:t',
  ),
  table(
    'store',
    's_store_sk',
    `s_store_sk:i s_store_id:t s_rec_start_date:d s_rec_end_date:d s_closed_date_sk:i s_store_name:t s_number_employees:i
     s_floor_space:i s_hours:t s_manager:t s_market_id:i s_geography_class:t s_market_desc:t s_market_manager:t
     s_division_id:i s_division_name:t s_company_id:i s_company_name:t ${ADDRESS('s')} s_tax_precentage:g`,
  ),
  table(
    'call_center',
    'cc_call_center_sk',
    `cc_call_center_sk:i cc_call_center_id:t cc_rec_start_date:d cc_rec_end_date:d cc_closed_date_sk:i cc_open_date_sk:i
     cc_name:t cc_class:t cc_employees:i cc_sq_ft:i cc_hours:t cc_manager:t cc_mkt_id:i cc_mkt_class:t cc_mkt_desc:t
     cc_market_manager:t cc_division:i cc_division_name:t cc_company:i cc_company_name:t ${ADDRESS('cc')}
     cc_tax_percentage:g`,
  ),
  table(
    'catalog_page',
    'cp_catalog_page_sk',
    `cp_catalog_page_sk:i cp_catalog_page_id:t cp_start_date_sk:i cp_end_date_sk:i cp_department:t cp_catalog_number:i
     cp_catalog_page_number:i cp_description:t cp_type:t`,
  ),
  table(
    'web_site',
    'web_site_sk',
    `web_site_sk:i web_site_id:t web_rec_start_date:d web_rec_end_date:d web_name:t web_open_date_sk:i web_close_date_sk:i
     web_class:t web_manager:t web_mkt_id:i web_mkt_class:t web_mkt_desc:t web_market_manager:t web_company_id:i
     web_company_name:t ${ADDRESS('web')} web_tax_percentage:g`,
  ),
  table(
    'web_page',
    'wp_web_page_sk',
    `wp_web_page_sk:i wp_web_page_id:t wp_rec_start_date:d wp_rec_end_date:d wp_creation_date_sk:i wp_access_date_sk:i
     wp_autogen_flag:t wp_customer_sk:i wp_url:t wp_type:t wp_char_count:i wp_link_count:i wp_image_count:i
     wp_max_ad_count:i`,
  ),
  table(
    'warehouse',
    'w_warehouse_sk',
    `w_warehouse_sk:i w_warehouse_id:t w_warehouse_name:t w_warehouse_sq_ft:i ${ADDRESS('w')}`,
  ),
  table(
    'customer',
    'c_customer_sk',
    `c_customer_sk:i c_customer_id:t c_current_cdemo_sk:i c_current_hdemo_sk:i c_current_addr_sk:i c_first_shipto_date_sk:i
     c_first_sales_date_sk:i c_salutation:t c_first_name:t c_last_name:t c_preferred_cust_flag:t c_birth_day:i
     c_birth_month:i c_birth_year:i c_birth_country:t c_login:t c_email_address:t c_last_review_date_sk:i`,
  ),
  table('customer_address', 'ca_address_sk', `ca_address_sk:i ca_address_id:t ${ADDRESS('ca')} ca_location_type:t`),
  table(
    'customer_demographics',
    'cd_demo_sk',
    `cd_demo_sk:i cd_gender:t cd_marital_status:t cd_education_status:t cd_purchase_estimate:i cd_credit_rating:t
     cd_dep_count:i cd_dep_employed_count:i cd_dep_college_count:i`,
  ),
  table(
    'household_demographics',
    'hd_demo_sk',
    'hd_demo_sk:i hd_income_band_sk:i hd_buy_potential:t hd_dep_count:i hd_vehicle_count:i',
  ),
  table('income_band', 'ib_income_band_sk', 'ib_income_band_sk:i ib_lower_bound:i ib_upper_bound:i'),
  table(
    'item',
    'i_item_sk',
    `i_item_sk:i i_item_id:t i_rec_start_date:d i_rec_end_date:d i_item_desc:t i_current_price:m i_wholesale_cost:m
     i_brand_id:i i_brand:t i_class_id:i i_class:t i_category_id:i i_category:t i_manufact_id:i i_manufact:t i_size:t
     i_formulation:t i_color:t i_units:t i_container:t i_manager_id:i i_product_name:t`,
  ),
  table(
    'promotion',
    'p_promo_sk',
    `p_promo_sk:i p_promo_id:t p_start_date_sk:i p_end_date_sk:i p_item_sk:i p_cost:w p_response_target:i p_promo_name:t
     p_channel_dmail:t p_channel_email:t p_channel_catalog:t p_channel_tv:t p_channel_radio:t p_channel_press:t
     p_channel_event:t p_channel_demo:t p_channel_details:t p_purpose:t p_discount_active:t`,
  ),
  table('reason', 'r_reason_sk', 'r_reason_sk:i r_reason_id:t r_reason_desc:t'),
  table('ship_mode', 'sm_ship_mode_sk', 'sm_ship_mode_sk:i sm_ship_mode_id:t sm_type:t sm_code:t sm_carrier:t sm_contract:t'),
];
