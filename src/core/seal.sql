-- name: seal_last
SELECT id, at, until_tx, until_id, changes, hash, marks, mac FROM seal ORDER BY id DESC LIMIT 1

-- name: seal_next
SELECT id, at, until_tx, until_id, changes, hash, marks, mac FROM seal WHERE id > $1 ORDER BY id LIMIT 1

-- name: seal_add
INSERT INTO seal (id, at, until_tx, until_id, changes, hash, marks, mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING

-- In two halves as change_after (change.sql).
-- name: seal_changes across
SELECT id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id, version, before,
    after
FROM (
    SELECT * FROM (
        SELECT id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id, version, before,
        after
        FROM change WHERE tx = $1 AND id > $2 AND (tx, id) <= ($3, $4) ORDER BY id LIMIT $5) same
    UNION ALL
    SELECT * FROM (
        SELECT id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id, version, before,
        after
        FROM change WHERE tx > $1 AND (tx, id) <= ($3, $4) ORDER BY tx, id LIMIT $5) later
) both_halves
ORDER BY tx, id LIMIT $5

-- name: seal_any_after across
SELECT id FROM change WHERE tx = $1 AND id > $2
UNION ALL
SELECT id FROM change WHERE tx > $1
LIMIT 1
