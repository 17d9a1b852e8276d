-- People with a biography in films of their birth country.
SELECT min(p.name) AS person, min(t.name) AS film
FROM person p, person_fact pf, fact_kind fk, credit c, title t, country n
WHERE pf.person_id = p.id AND fk.id = pf.kind_id AND c.person_id = p.id AND t.id = c.title_id AND n.id = t.country_id
  AND p.birth_country_id = n.id AND fk.name = 'biography' AND n.name = 'Sweden' AND p.gender = 'f'
  AND p.birth_year BETWEEN 1940 AND 1975;
