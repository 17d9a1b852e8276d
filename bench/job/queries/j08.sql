-- Released in the USA on the internet, and where it was made.
SELECT min(c.name) AS country, min(t.name) AS title, min(f.value) AS released
FROM title t, country c, title_fact f, fact_kind fk, title_kind k
WHERE c.id = t.country_id AND f.title_id = t.id AND fk.id = f.kind_id AND k.id = t.kind_id
  AND fk.name = 'release' AND f.note = '(internet)' AND f.value LIKE 'US:%' AND t.year > 2005
  AND k.name IN ('feature', 'tv film', 'series');
