-- name: idempotency_get
SELECT request, status, reply FROM idempotency WHERE user_id = $1 AND key = $2

-- name: idempotency_add
INSERT INTO idempotency (user_id, key, request, status, reply, at) VALUES ($1, $2, $3, $4, $5, $6)
