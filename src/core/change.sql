-- name: change_add
INSERT INTO change (id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id,
    version, before, after)
VALUES ($1, @tx + (SELECT tx_offset FROM log_epoch), $2, CAST($3 AS bigint), $4, CAST($5 AS bigint), $6, $7, $8, CAST($9 AS bigint), $10,
    CAST($11 AS text), CAST($12 AS text))

-- Two halves, each with its own range of the index: SQLite would walk all of (tx, id) > ($1, $2).
-- name: change_after across
SELECT id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id, version, before,
    after
FROM (
    SELECT * FROM (
        SELECT id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id, version, before,
        after
        FROM change WHERE tx = $1 AND id > $2 AND tx < @horizon + (SELECT tx_offset FROM log_epoch) ORDER BY id LIMIT $3) same
    UNION ALL
    SELECT * FROM (
        SELECT id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id, version, before,
        after
        FROM change WHERE tx > $1 AND tx < @horizon + (SELECT tx_offset FROM log_epoch) ORDER BY tx, id LIMIT $3) later
) both_halves
ORDER BY tx, id LIMIT $3

-- The same without what was before and after, which may be long.
-- name: change_heads_after across
SELECT id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id, version,
    CAST(NULL AS text), CAST(NULL AS text)
FROM (
    SELECT * FROM (
        SELECT id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id, version
        FROM change WHERE tx = $1 AND id > $2 AND tx < @horizon + (SELECT tx_offset FROM log_epoch) ORDER BY id LIMIT $3) same
    UNION ALL
    SELECT * FROM (
        SELECT id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id, version
        FROM change WHERE tx > $1 AND tx < @horizon + (SELECT tx_offset FROM log_epoch) ORDER BY tx, id LIMIT $3) later
) both_halves
ORDER BY tx, id LIMIT $3

-- name: change_of_record across
SELECT id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id, version, before,
    after
FROM change WHERE record_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3

-- name: change_edits_of_record across
SELECT id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id, version, before,
    after
FROM change WHERE record_id = $1 AND id < $2 AND op IN (0, 1, 2, 3) ORDER BY id DESC LIMIT $3

-- name: change_newest across
SELECT tx, id FROM change ORDER BY tx DESC, id DESC LIMIT 1

-- name: change_settled across
SELECT tx, id FROM change WHERE tx < @horizon + (SELECT tx_offset FROM log_epoch) ORDER BY tx DESC, id DESC LIMIT 1

-- Transactions of a cluster that the log was restored into count from low numbers again: from now on
-- they are moved beyond all that is in the log.
-- name: log_epoch_move across
UPDATE log_epoch SET tx_offset = (SELECT max(tx) FROM change) + 1 - @next_tx
WHERE (SELECT max(tx) FROM change) >= @next_tx + tx_offset

-- name: change_highest_id across
SELECT max(id) FROM change

-- name: reader_add
INSERT INTO reader_position (reader, tx, id, updated_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (reader) DO NOTHING

-- name: reader_get
SELECT tx, id FROM reader_position WHERE reader = $1

-- name: reader_take
SELECT tx, id FROM reader_position WHERE reader = $1 @skip_locked

-- name: reader_lease
UPDATE reader_position SET lease_by = $2, lease_until = $3
WHERE reader = $1 AND (lease_by = $2 OR lease_until IS NULL OR lease_until < $4)

-- name: reader_give_back
UPDATE reader_position SET lease_until = NULL WHERE reader = $1 AND lease_by = $2

-- name: reader_move
UPDATE reader_position SET tx = $2, id = $3, updated_at = $4
WHERE reader = $1 AND (CAST($5 AS text) IS NULL OR lease_by = $5)

-- name: batch_add
INSERT INTO batch (id, kind, title, at, actor_id, undo_until, guarded)
VALUES ($1, $2, $3, $4, CAST($5 AS bigint), $6, FALSE)
