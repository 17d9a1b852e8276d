-- Who works with whom: director and player born in one country, film made in another.
SELECT min(d.name) AS director, min(p.name) AS player, min(t.name) AS film
FROM title t, country tc, title_kind k, credit cd, job jd, person d, credit cp, job jp, person p, country bc, title_fact f,
     fact_kind fk, title_genre tg, genre g
WHERE tc.id = t.country_id AND k.id = t.kind_id AND cd.title_id = t.id AND jd.id = cd.job_id AND d.id = cd.person_id
  AND cp.title_id = t.id AND jp.id = cp.job_id AND p.id = cp.person_id AND bc.id = d.birth_country_id
  AND p.birth_country_id = d.birth_country_id AND f.title_id = t.id AND fk.id = f.kind_id AND tg.title_id = t.id
  AND g.id = tg.genre_id
  AND jd.name = 'director' AND jp.name = 'actor' AND bc.code <> 'US' AND tc.code = 'US' AND k.name = 'feature'
  AND fk.name = 'votes' AND f.amount > 50 AND g.name NOT IN ('Documentary', 'Animation') AND cp.billing < 20;
