-- Companies are found by the sound of their names; the reindexing after the upgrade makes the keys anew.
DELETE FROM match_key WHERE key LIKE 'c:%';
