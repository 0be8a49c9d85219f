-- The search index: one row a record, terms made by text/terms.c.
-- place: in the order of coming, among customers or among all else; see core/search_block.c.
CREATE TABLE search (id bigint PRIMARY KEY, object text NOT NULL, place bigint NOT NULL,
    terms tsvector NOT NULL);
CREATE INDEX search_terms ON search USING gin (terms);
CREATE TABLE search_space (customers boolean PRIMARY KEY, places bigint NOT NULL);
INSERT INTO search_space VALUES (true, 0), (false, 0);
