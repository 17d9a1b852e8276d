-- The most expensive American action films and their writers' births.
SELECT min(t.name) AS film, min(b.value) AS budget, min(bp.value) AS birth_place, min(p.name) AS writer
FROM title t, country c, title_genre tg, genre g, title_fact b, fact_kind bk, credit cr, job j, person p, person_fact bp,
     fact_kind bpk, title_kind k
WHERE c.id = t.country_id AND tg.title_id = t.id AND g.id = tg.genre_id AND b.title_id = t.id AND bk.id = b.kind_id
  AND cr.title_id = t.id AND j.id = cr.job_id AND p.id = cr.person_id AND bp.person_id = p.id AND bpk.id = bp.kind_id
  AND k.id = t.kind_id
  AND c.code = 'US' AND g.name = 'Action' AND bk.name = 'budget' AND b.amount > 20000000 AND j.name = 'writer'
  AND cr.note IN ('(screenplay)', '(story)', '(novel)') AND bpk.name = 'birth place' AND k.name = 'feature';
