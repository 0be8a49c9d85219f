-- The search index: one row a record, terms made by text/terms.c.
CREATE TABLE search (id INTEGER PRIMARY KEY, object TEXT NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE search_index USING fts5(doc, content='search', content_rowid='id',
    detail=none, columnsize=0, tokenize="ascii tokenchars '^$_=~'");
