/** Where statistics are kept, and the views that show them: of columns the reader may read, without rows hidden from him. */
export const STATISTICS = `
CREATE TABLE tributary.statistics (
  site text NOT NULL, source_schema text NOT NULL, source_name text NOT NULL, version text NOT NULL, rows float8 NOT NULL, details jsonb NOT NULL,
  collected_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (site, source_schema, source_name));
CREATE SCHEMA tributary_stats;
GRANT USAGE ON SCHEMA tributary_stats TO PUBLIC;
CREATE VIEW tributary_stats.tables AS
  SELECT m.site AS source, m.schema AS schemaname, m.name AS tablename, s.rows, s.collected_at,
    s.details -> 'indexes' AS indexes, s.details -> 'combinations' AS combinations
  FROM tributary.statistics s JOIN tributary.mirror m USING (site, source_schema, source_name)
  WHERE has_any_column_privilege(m.oid, 'SELECT') AND NOT row_security_active(m.oid);
CREATE VIEW tributary_stats.columns AS
  SELECT m.site AS source, m.schema AS schemaname, m.name AS tablename, d.name AS attname,
    (c.value ->> 'nullFraction')::float8 AS null_frac, (c.value ->> 'width')::float8 AS avg_width, (c.value ->> 'distinct')::float8 AS n_distinct,
    ARRAY(SELECT e ->> 'text' FROM jsonb_array_elements(c.value -> 'common') e) AS most_common_vals,
    ARRAY(SELECT (e ->> 'fraction')::float8 FROM jsonb_array_elements(c.value -> 'common') e) AS most_common_freqs,
    ARRAY(SELECT jsonb_array_elements_text(c.value -> 'histogram')) AS histogram_bounds,
    (c.value ->> 'correlation')::float8 AS correlation
  FROM tributary.statistics s JOIN tributary.mirror m USING (site, source_schema, source_name),
    jsonb_each(s.details -> 'columns') c, jsonb_to_recordset(m.definition::jsonb -> 'columns') d(name text, "sourceName" text)
  WHERE d."sourceName" = c.key AND has_column_privilege(m.oid, d.name, 'SELECT') AND NOT row_security_active(m.oid);
GRANT SELECT ON tributary_stats.tables, tributary_stats.columns TO PUBLIC;
`;
