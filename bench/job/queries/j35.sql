-- All about well-known American films with a woman in the cast who has a biography.
SELECT min(t.name) AS film, min(p.name) AS actress, min(s.name) AS studio, min(w.word) AS word
FROM title t, title_kind k, country tc, credit c, job j, person p, person_fact pf, fact_kind pk, title_fact r, fact_kind rk,
     title_keyword tk, keyword w, title_studio ts, studio_part sp, studio s, title_genre tg
WHERE k.id = t.kind_id AND tc.id = t.country_id AND c.title_id = t.id AND j.id = c.job_id AND p.id = c.person_id
  AND pf.person_id = p.id AND pk.id = pf.kind_id AND r.title_id = t.id AND rk.id = r.kind_id AND tk.title_id = t.id
  AND w.id = tk.keyword_id AND ts.title_id = t.id AND sp.id = ts.part_id AND s.id = ts.studio_id AND tg.title_id = t.id
  AND k.name = 'feature' AND tc.code = 'US' AND j.name = 'actress' AND p.gender = 'f' AND pk.name = 'biography'
  AND rk.name = 'rating' AND r.amount > 6.5 AND w.word IN ('revenge', 'murder', 'first-love', 'robot', 'magic')
  AND sp.name = 'production' AND s.founded < 2000 AND tg.genre_id < 9;
