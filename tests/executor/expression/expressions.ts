/** Expressions over the columns of the table in expressions.test.ts, one a line. */
export const expressions: readonly string[] = `
b AND i4 > 0
b OR i4 > 0
NOT (b AND n > 0)
b AND NULL
b OR NULL
b IS TRUE
b IS NOT FALSE
(i4 > 1) IS UNKNOWN
(i4 > 1) IS NOT UNKNOWN
i4 IS NULL
(i4 + i8) IS NOT NULL
i2 + i4 * 2
i4 + 1
i4 - i8
i8 * 1000
i4 / NULLIF(i2, 0)
i4 / i2
i8 % 5
-i4
@ i4
i4 = i8
i2 < f8
f4 = f8
f8 / 2
f4 * f8
n + m
n - 1
n * (1 - m) * (1 + m)
n / 3
n / m
n % 7
round(n * m, 3)
round(n, 1)
round(n, -2)
trunc(n / 3, 4)
n::numeric(5,1)
(m * 10)::numeric(6,3)
n::int4
wild::float8
f8::numeric
wild + n
wild * n
wild = n
wild > 1
n = wild
n > 12
n BETWEEN 1 AND 1000.5
n IN (12.340, 1, 5)
wild IN (1.0, 12.3400)
i4 IN (1, 42, 3)
i4 IN (1, NULL)
i4 NOT IN (1, 42, 3)
i4 NOT IN (1, 42, NULL, 3)
i8 IN (1, 42, 9007199254740993)
i4 = ANY (ia)
i4 <> ALL (ia)
i4 > ANY (ia)
i4 > ALL ('{}'::int4[])
t IN ('abc', 'ABC', '日本語', '')
t NOT IN ('abc', 'a')
t = ANY (ta)
t LIKE ANY (ta)
c IN ('ab', 'abcd', 'x')
c = 'ab'
c < 'abc'
c || '|'
c LIKE 'ab%'
c::text = 'ab'
v || t
v || i4
t || d
t < 'abc'
t >= '日本'
t > v
t = v
t LIKE 'a%'
t LIKE '%c'
t LIKE '%b%'
t LIKE 'a_c'
t LIKE '%a%c%'
t NOT LIKE '%x%'
t LIKE 'a\\%c'
t LIKE 'a!%c' ESCAPE '!'
t LIKE 'x\\'
t LIKE '%\\'
t ILIKE 'ab%'
t ILIKE '%ÄÖ%'
upper(t)
lower(t)
lower(t) = 'abc'
length(t) + octet_length(t)
length(c)
char_length(v)
substring(t from 2 for 3)
substring(t, i2)
substr(t, 0, 2)
left(t, -1) || right(t, 2)
trim(t)
trim(both 'a ' from t)
position('b' in t)
strpos(t, v)
split_part(t, ',', 2)
repeat(v, 2)
replace(t, 'b', 'XX')
reverse(t)
lpad(v, 6, '*-')
md5(t)
t::varchar(3)
t::char(3)
t::bytea
v::int4
i4::text
i8::text || n::text
f8::text
b::text
b::int4
n::text
d::text
ts::text
tz::text
iv::text
u::text
ia::text
'2024-02-29'::text::date
i4::text::int8
CASE WHEN i4 > 0 THEN 'pos' WHEN i4 < 0 THEN t ELSE v END
CASE WHEN i4 = 0 THEN 0 ELSE 10 / i4 END
CASE WHEN b THEN n ELSE m END
CASE WHEN b THEN n END
CASE i4 WHEN 1 THEN 'one' WHEN 42 THEN 'many' END
CASE i4 WHEN i2 THEN n WHEN 42 THEN wild ELSE 0 END
CASE WHEN b THEN CASE i4 WHEN 1 THEN d ELSE d + 1 END ELSE d - 1 END
CASE WHEN i4 IS NULL THEN 1/0 ELSE 1 END
CASE WHEN true THEN i4 ELSE 1/0 END
COALESCE(i4, i2, 0)
COALESCE(t, v, 'none')
COALESCE(n, wild)
COALESCE(i4, 1/0)
COALESCE(NULL, n)
NULLIF(i4, 42)
NULLIF(t, 'abc')
NULLIF(b, true)
NULLIF(n, 1.0)
GREATEST(i4, i2, 5)
LEAST(n, m)
GREATEST(t, v)
GREATEST(wild, n, 2)
LEAST(d, date '2001-01-01')
GREATEST(f8, f4)
LEAST(NULL, i4)
i4 IS DISTINCT FROM 42
i4 IS NOT DISTINCT FROM i8
t IS DISTINCT FROM v
NULL IS DISTINCT FROM n
d + 1
d - i2
d - date '2000-01-01'
d + interval '1 month'
date '1998-12-01' - interval '90 days'
d <= date '1998-12-01' - interval '90 days'
d < ts
d = tz
ts > tz
ts - timestamp '2000-01-01'
ts + iv
tz + interval '1 day'
tz - interval '1 mon'
extract(year from d)
extract(month from ts)
extract(epoch from iv)
extract(second from ts)
extract(hour from tz)
date_trunc('month', ts)
date_trunc('hour', tz)
date_trunc('day', d)
ts::date
tz::date
tz::timestamp
ts::timestamptz
d::timestamptz
ts::time
iv = interval '24 hours'
iv > interval '1 day'
iv IN (interval '24 hours', interval '1 mon', interval '7 days')
iv * 2
u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
u < 'ffffffff-ffff-ffff-ffff-ffffffffffff'
u IN ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12')
by > '\\x01'
by || '\\xff'
ia = '{1,2}'
ia < '{3}'
ARRAY[i4, i2, NULL]
ARRAY[t, v]
ARRAY[ia, ia]
i4 + i4 * i4
abs(i2) + sign(n) + ceil(n) + floor(m)
power(m, 2)
sqrt(abs(n))
i4 & 6 | i2
i4 << 2
f8 > 'NaN'
f4 < 'NaN'
f8 IN (0.5, 0, 'NaN')
n * 9999999999.99 * n
n * n * n * n * n
(n + m) * (n - m) = n * n - m * m
round(sqrt(abs(i8::numeric)), 3)
to_hex(i4)
chr(i2 + 65)
initcap(t)
ascii(t)
t || NULL
NULL::int4 + i4
i8::int4
n::int2
concat(t, i4, b, d)
concat_ws('-', v, i4, NULL, c)
format('%s is %L', v, i4)
t || j::text
j->>'a'
j->'b'->>0
j #>> '{b,0}'
j ? 'a'
j @> '{"a": 1}'
j || '{"z": true}'
(j->>'a')::int4
json_build_object('k', i4, 'd', d, 'l', ia)
to_jsonb(t)::text
jsonb_build_array(i4, n, ts)
'{"a": 1}'::text::jsonb
array_length(ia, 1)
ia || 7
ia || ia
7 || ia
array_position(ia, 2)
ia @> ARRAY[2]
array_to_string(ia, ',', '*')
string_to_array(t, ',')
ts AT TIME ZONE 'America/New_York'
tz AT TIME ZONE 'UTC'
date_part('year', d)
date_part('epoch', ts)
date_bin('15 minutes', ts, timestamp '2001-01-01')
make_date(2000, 1, i2 + 9)
make_interval(1, 2, 3, 4, i4 % 10, 0, 1.5)
(d, iv) OVERLAPS (date '2000-01-01', interval '1 year')
encode(by, 'base64')
quote_literal(t)
t ~ '^[a-z]+$'
t !~* 'AB'
t ~ 'a|b'
CASE WHEN b THEN 'abc' SIMILAR TO 'a%' ELSE 'x' ~* '^X$' END
'{1,2}'::text::int4[]::text[]
CASE WHEN i4 > 0 THEN 1 ELSE 1 / (1 - 1) END
COALESCE(i4, 10 / (5 - 5), 3)
t SIMILAR TO '%(b|d)%'
t NOT SIMILAR TO 'a\\_%' ESCAPE '\\'
c ~ 'b $'
substring(t from '[[:alpha:]]+')
regexp_replace(t, '[^a-z]', '', 'g')
regexp_match(t, '(\\w)(\\w)')
regexp_count(t, 'a')
ia::text[]
ia::int8[]
ta::varchar(2)[]
ia::numeric(5,1)[]
ta::bool[]
ia::text::int4[]
(ia::text[] || t)::text
'{1,2}'::int4[]::float8[]
to_char(d, 'YYYY-MM')
to_date(to_char(d, 'YYYYMMDD'), 'YYYYMMDD')
to_timestamp('2024-01-01 03:04', 'YYYY-MM-DD HH24:MI')
to_char(ts, 'FMDay DD.MM.YYYY HH24:MI')
to_char(tz, 'YYYY-MM-DD TZ')
to_char(n, 'FM999,999,990.00')
to_char(i4, '000')
i4 NOT IN (SELECT k FROM shop.keys)
i4 IN (SELECT k FROM shop.keys WHERE k IS NOT NULL)
i4 > ALL (SELECT k FROM shop.keys WHERE k IS NOT NULL)
i8 = ANY (SELECT k FROM shop.keys)
(i4, t) IN (SELECT k, w FROM shop.keys)
(i4, t) NOT IN (SELECT k, w FROM shop.keys)
`
  .trim()
  .split('\n');
