-- Series with many episodes in crime or mystery, their place and certificate.
SELECT min(s.name) AS series, min(pl.value) AS place, count(DISTINCT e.id) AS episodes
FROM title e, title s, title_kind sk, title_fact pl, fact_kind plk, title_genre tg, genre g, country c
WHERE s.id = e.series_id AND sk.id = s.kind_id AND pl.title_id = s.id AND plk.id = pl.kind_id AND tg.title_id = s.id
  AND g.id = tg.genre_id AND c.id = s.country_id
  AND sk.name = 'series' AND plk.name = 'place' AND pl.value LIKE '%United%' AND g.name IN ('Crime', 'Mystery')
  AND c.language = 'English';
