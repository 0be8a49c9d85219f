-- The newest that was run on the same bytes: few imports are looked at, each file by its key.
-- name: import_same_file across
SELECT i.id, i.ended_at, i.owner_id FROM "import" i
WHERE i.id <> $1 AND i.object = $2 AND i.deleted_at IS NULL AND i.undone_at IS NULL
    AND i.batch IS NOT NULL
    AND (SELECT f.sha256 FROM file f WHERE f.id = i.file_id)
        = (SELECT f.sha256 FROM file f WHERE f.id = $3)
ORDER BY i.id DESC LIMIT 1

-- name: import_progress_get
SELECT line, tally FROM import_progress WHERE import_id = $1

-- $4: where the one who writes has found it; when another has gone on meanwhile, nothing changes.
-- name: import_progress_put
INSERT INTO import_progress (import_id, line, tally) VALUES ($1, $2, $3)
ON CONFLICT (import_id) DO UPDATE SET line = excluded.line, tally = excluded.tally
WHERE import_progress.line = $4

-- name: import_progress_tally
UPDATE import_progress SET tally = $2 WHERE import_id = $1 AND tally = $3

-- name: import_progress_delete
DELETE FROM import_progress WHERE import_id = $1

-- name: import_row_put
INSERT INTO import_row (import_id, line, outcome, record_id, cells, problems, candidates)
VALUES ($1, $2, $3, CAST($4 AS bigint), $5, CAST($6 AS text), CAST($7 AS text))
ON CONFLICT (import_id, line) DO UPDATE
SET outcome = excluded.outcome, record_id = excluded.record_id, cells = excluded.cells,
    problems = excluded.problems, candidates = excluded.candidates

-- name: import_row_clear
DELETE FROM import_row WHERE import_id = $1

-- name: import_row_clear_some
DELETE FROM import_row
WHERE import_id = $1 AND line IN (SELECT line FROM import_row WHERE import_id = $1 LIMIT $2)

-- name: import_row_clear_done
DELETE FROM import_row WHERE import_id = $1 AND outcome <> 'ask'

-- name: import_row_kept_out
SELECT line FROM import_row
WHERE import_id = $1 AND outcome IN ('ask', 'refuse') AND line >= $2 AND line <= $3

-- name: import_row_page
SELECT line, outcome, record_id, cells, problems, candidates, answer FROM import_row
WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT $3

-- name: import_row_page_of
SELECT line, outcome, record_id, cells, problems, candidates, answer FROM import_row
WHERE import_id = $1 AND outcome = $2 AND line > $3 ORDER BY line LIMIT $4

-- name: import_row_get
SELECT line, outcome, record_id, cells, problems, candidates, answer FROM import_row
WHERE import_id = $1 AND line = $2

-- name: import_row_claim
DELETE FROM import_row WHERE import_id = $1 AND line = $2 AND outcome = 'ask'

-- name: import_row_answer
UPDATE import_row SET answer = $3 WHERE import_id = $1 AND line = $2 AND outcome = 'ask'

-- name: import_row_answers
SELECT line, answer FROM import_row
WHERE import_id = $1 AND outcome = 'ask' AND line > $2 AND line <= $3

-- A look into the unique index for each value: joined, a table without statistics is read as a whole.
-- name: identity_find_all
SELECT wanted.value,
    (SELECT customer_id FROM identity_key k
     WHERE k.kind = $1 AND k.value = wanted.value AND k.deleted_at IS NULL) AS customer
FROM @texts($2) wanted

-- name: match_key_find
SELECT record_id FROM match_key WHERE object = $1 AND key = $2 ORDER BY record_id LIMIT $3

-- name: match_key_add
INSERT INTO match_key (object, key, record_id) VALUES ($1, $2, $3)
ON CONFLICT (object, key, record_id) DO NOTHING

-- name: match_key_remove
DELETE FROM match_key WHERE object = $1 AND key = $2 AND record_id = $3

-- name: import_row_purge
DELETE FROM import_row
WHERE (import_id, line) IN (
    SELECT import_id, line FROM import_row
    WHERE import_id IN (SELECT id FROM "import" WHERE ended_at < $1) LIMIT $2)

-- name: import_progress_purge
DELETE FROM import_progress
WHERE import_id IN (
    SELECT import_id FROM import_progress
    WHERE import_id IN (SELECT id FROM "import" WHERE ended_at < $1) LIMIT $2)
