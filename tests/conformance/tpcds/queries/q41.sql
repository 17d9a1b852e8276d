-- TPC-DS Q41: products of makers that have some combination of colour, unit and size
SELECT DISTINCT i_product_name
FROM item i1
WHERE i_manufact_id BETWEEN 1 AND 40
  AND (
    SELECT count(*) AS item_cnt
    FROM item
    WHERE (i_manufact = i1.i_manufact
           AND ((i_category = 'Women' AND i_color IN ('powder', 'khaki', 'azure') AND i_size IN ('medium', 'extra large', 'small'))
             OR (i_category = 'Men' AND i_color IN ('floral', 'plum', 'peach', 'navy') AND i_units IN ('Bunch', 'Ton', 'Each', 'Oz'))))
       OR (i_manufact = i1.i_manufact
           AND ((i_category = 'Shoes' AND i_units IN ('Ounce', 'Oz', 'Case', 'Dozen'))
             OR (i_category = 'Music' AND i_color IN ('orchid', 'peach', 'snow', 'rosy', 'slate'))))
  ) > 0
ORDER BY i_product_name
LIMIT 100;
