-- name: idempotency_get
SELECT request, status, reply, etag, location FROM idempotency WHERE user_id = $1 AND key = $2

-- name: idempotency_add
INSERT INTO idempotency (user_id, key, request, status, reply, at, etag, location)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: health_one
SELECT 1

-- name: health_write
INSERT INTO idempotency (user_id, key, request, status, reply, at, etag, location)
VALUES (0, 'disk', '', 0, $2, $1, '', '')
ON CONFLICT (user_id, key) DO UPDATE SET at = excluded.at, reply = excluded.reply

-- Two halves, see change_after.
-- name: health_readers across
SELECT r.reader, (SELECT count(*) FROM (
    SELECT 1 FROM (SELECT 1 FROM change c WHERE c.tx = r.tx AND c.id > r.id LIMIT $1) same
    UNION ALL
    SELECT 1 FROM (SELECT 1 FROM change c WHERE c.tx > r.tx LIMIT $1) later
    LIMIT $1) behind)
FROM reader_position r ORDER BY r.reader

-- name: health_jobs
SELECT state, count(*) FROM job WHERE state IN ('waiting', 'running', 'failed', 'dead')
GROUP BY state ORDER BY state

-- name: health_overdue
SELECT kind, count(*) FROM job WHERE state = 'waiting' AND run_at < $1 GROUP BY kind ORDER BY kind
