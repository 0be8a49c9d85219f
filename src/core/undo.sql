-- name: batch_get
SELECT kind, title, at, actor_id, undo_until, undone_at, undo_batch_id,
    CASE WHEN guarded THEN 1 ELSE 0 END
FROM batch WHERE id = $1

-- name: batch_take
SELECT kind, title, at, actor_id, undo_until, undone_at, undo_batch_id,
    CASE WHEN guarded THEN 1 ELSE 0 END
FROM batch WHERE id = $1
@for_update

-- name: batch_guard
UPDATE batch SET guarded = TRUE WHERE id = $1 AND NOT guarded

-- name: batch_undo_begins
UPDATE batch SET undo_batch_id = $2 WHERE id = $1

-- name: batch_undo_ends
UPDATE batch SET undone_at = $2 WHERE id = $1

-- name: batch_counts across
SELECT op, count(*) FROM (SELECT DISTINCT op, record_id FROM change WHERE batch_id = $1 AND op <= 3) touched
GROUP BY op

-- name: batch_touched across
SELECT 1 FROM change WHERE batch_id = $1 AND op IN (0, 1) AND record_id = $2 LIMIT 1

-- name: batch_objects across
SELECT DISTINCT object FROM change WHERE batch_id = $1 AND op <= 3

-- name: undo_total across
SELECT count(*) FROM change WHERE batch_id = $1 AND op <= 3

-- name: undo_restored across
SELECT count(DISTINCT record_id) FROM change WHERE batch_id = $1 AND op <= 3

-- name: undo_walk across
SELECT id, object, record_id FROM change
WHERE batch_id = $1 AND id < $2 AND +op <= 3
ORDER BY id DESC LIMIT $3

-- name: undo_walk_names across
SELECT id, object, record_id FROM change
WHERE batch_id = $1 AND id < $2 AND +op <= 3 AND object IN @texts($4)
ORDER BY id DESC LIMIT $3

-- By the records: + keeps the indexes of the batch, which may have a million changes, out of it.
-- name: undo_changes across
SELECT id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id, version, before,
    after
FROM change WHERE record_id @in_ints($1) AND +batch_id = $2 AND op <= 3 ORDER BY record_id, id
