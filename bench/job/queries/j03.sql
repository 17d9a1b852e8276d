-- Well-rated documentaries.
SELECT min(t.name) AS title, max(f.amount) AS rating
FROM title t
JOIN title_genre tg ON tg.title_id = t.id
JOIN genre g ON g.id = tg.genre_id
JOIN title_fact f ON f.title_id = t.id
JOIN fact_kind fk ON fk.id = f.kind_id
WHERE g.name = 'Documentary' AND fk.name = 'rating' AND f.amount > 7.5 AND t.year > 2000;
