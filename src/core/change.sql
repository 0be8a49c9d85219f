-- name: change_add
INSERT INTO change (id, tx, at, actor_id, through, batch_id, op, object, record_id, customer_id,
    version, before, after)
VALUES ($1, @tx, $2, CAST($3 AS bigint), $4, CAST($5 AS bigint), $6, $7, $8, CAST($9 AS bigint), $10,
    CAST($11 AS text), CAST($12 AS text))
