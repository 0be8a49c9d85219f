-- The search index: one row a record, terms made by text/terms.c.
CREATE TABLE search (id bigint PRIMARY KEY, object text NOT NULL, terms tsvector NOT NULL);
ALTER TABLE search ALTER terms SET STATISTICS 1000;
CREATE INDEX search_terms ON search USING gin (terms);
