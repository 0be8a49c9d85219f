-- place: in the order of coming, among customers or among all else; see core/search_block.c.
ALTER TABLE search ADD place bigint;
ALTER TABLE search ALTER terms SET STATISTICS -1;
CREATE TABLE search_space (customers boolean PRIMARY KEY, places bigint NOT NULL);
INSERT INTO search_space VALUES (true, 0), (false, 0);
