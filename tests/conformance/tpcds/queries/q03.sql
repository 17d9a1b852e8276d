-- TPC-DS Q3: sales of one manufacturer's brands in the Novembers
SELECT d.d_year, i_brand_id AS brand_id, i_brand AS brand, sum(ss_ext_sales_price) AS sum_agg
FROM date_dim d, store_sales, item
WHERE d.d_date_sk = ss_sold_date_sk
  AND ss_item_sk = i_item_sk
  AND i_manufact_id = 28
  AND d.d_moy = 11
GROUP BY d.d_year, i_brand, i_brand_id
ORDER BY d.d_year, sum_agg DESC, brand_id
LIMIT 100;
