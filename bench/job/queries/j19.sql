-- What references what, across genres.
SELECT min(a.name) AS film, min(b.name) AS referred
FROM title a, title_genre ag, genre g1, title_link l, title b, title_genre bg, genre g2, country c
WHERE ag.title_id = a.id AND g1.id = ag.genre_id AND l.title_id = a.id AND b.id = l.other_id
  AND bg.title_id = b.id AND g2.id = bg.genre_id AND c.id = b.country_id
  AND l.link IN ('references', 'remake of') AND g1.name = 'Comedy' AND g2.name = 'Drama' AND c.code = 'US';
