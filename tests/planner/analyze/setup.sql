CREATE SCHEMA shop;
CREATE SCHEMA lake;
CREATE TYPE shop.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE shop.customers (
  id bigint PRIMARY KEY, name varchar(40) NOT NULL, city char(10), balance numeric(12,2), mood shop.mood, since date, tags text[]
);
CREATE TABLE shop.orders (
  id bigint PRIMARY KEY, customer_id bigint NOT NULL, total numeric(10,2), placed timestamptz, note text, flags int2
);
CREATE TABLE lake.events (id int, customer_id int, kind text, at timestamp, weight double precision, payload jsonb);
CREATE TABLE lake.wide (a int, dropped int, "Été" text, c text COLLATE "C");
ALTER TABLE lake.wide DROP COLUMN dropped;
CREATE TABLE public.local (id int);
CREATE VIEW public.big_orders AS SELECT id, customer_id AS buyer, total FROM shop.orders WHERE total > 100;
CREATE VIEW public.buyers AS
  SELECT c.name, b.total FROM public.big_orders b JOIN shop.customers c ON c.id = b.buyer;
CREATE VIEW public.guarded WITH (security_barrier) AS SELECT id, note FROM shop.orders WHERE flags = 1;
CREATE TABLE lake.secrets (id int, tenant text, value int);
ALTER TABLE lake.secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenants ON lake.secrets USING (tenant = current_setting('app.tenant'));
CREATE POLICY known ON lake.secrets AS RESTRICTIVE USING (EXISTS (SELECT FROM shop.customers c WHERE c.name = tenant));
CREATE ROLE reader;
GRANT USAGE ON SCHEMA shop, lake TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA shop, lake TO reader;
CREATE FUNCTION public.add_defaults(a int, b int DEFAULT 2) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
