-- Views over both sources, and a local table, on the gateway of `conformance -- sqlsmith`.
CREATE VIEW public.both AS SELECT s.id, s.t, s.n, f.ts, f.wide FROM shop.scalars s JOIN lake.facts f USING (id);
CREATE VIEW public.everything AS
  SELECT region AS name, count(*) AS n, sum(amount) AS total FROM shop.sales GROUP BY region
  UNION ALL SELECT page, visits, NULL FROM lake.pages;
CREATE TABLE public.notes (id int PRIMARY KEY, note text, at timestamptz DEFAULT now());
INSERT INTO public.notes SELECT i, 'note ' || i FROM generate_series(1, 20) i;
GRANT SELECT ON public.both, public.everything, public.notes TO PUBLIC;
