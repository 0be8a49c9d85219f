-- name: job_add
INSERT INTO job (id, kind, key, args, state, run_at, attempts, cancel, done, total, actor_id, batch_id,
    created_at, scopes, subject, token_id)
VALUES ($1, $2, CAST($3 AS text), $4, 'waiting', $5, 0, FALSE, 0, 0, CAST($6 AS bigint),
    CAST($7 AS bigint), $8, CAST($9 AS text), CAST($10 AS text),
    CAST($11 AS bigint))
ON CONFLICT DO NOTHING

-- name: job_by_key
SELECT id FROM job WHERE key = $1 AND state IN ('waiting', 'running')

-- name: job_due
SELECT id FROM job
WHERE state IN ('waiting', 'running') AND run_at <= $1 AND kind IN @texts($2)
    AND (state = 'waiting' OR lease_until < $1)
LIMIT 1

-- Of what is due the oldest; when $5, of what people asked for, if there is any.
-- name: job_take
UPDATE job
SET state = 'running', lease_until = $2, lease_by = $3, attempts = attempts + 1,
    started_at = coalesce(started_at, $1)
WHERE id = coalesce((
        SELECT id FROM job
        WHERE CAST($5 AS boolean) AND actor_id IS NOT NULL AND state IN ('waiting', 'running')
            AND run_at <= $1 AND kind IN @texts($4) AND (state = 'waiting' OR lease_until < $1)
        ORDER BY run_at, id LIMIT 1 @skip_locked), (
        SELECT id FROM job
        WHERE state IN ('waiting', 'running') AND run_at <= $1 AND kind IN @texts($4)
            AND (state = 'waiting' OR lease_until < $1)
        ORDER BY run_at, id LIMIT 1 @skip_locked))
RETURNING id, kind, args, attempts, actor_id, batch_id, cancel, scopes, crashes,
    token_id

-- name: job_lease
UPDATE job SET lease_until = $2 WHERE id = $1

-- name: job_beat
UPDATE job
SET attempts = CASE WHEN CAST($6 AS boolean) AND done < $2 THEN 1 ELSE attempts END,
    crashes = CASE WHEN done < $2 THEN 0 ELSE crashes END, done = $2, total = $3, lease_until = $4
WHERE id = $1 AND lease_by = $5 AND state = 'running'
RETURNING cancel

-- Those that have to wait come back at different moments, so that one that takes the process down has
-- it for itself, and those that only ran beside it get on.
-- name: job_release
UPDATE job
SET state = 'waiting', lease_by = NULL, lease_until = NULL, attempts = attempts - 1, crashes = crashes + 1,
    run_at = CASE WHEN crashes + 1 < $2 THEN run_at ELSE $3 + id % 16 * 1000000 END
WHERE state = 'running' AND lease_by LIKE $1

-- name: job_end
UPDATE job
SET state = $2, run_at = $3, attempts = attempts - $4, error = CAST($5 AS text),
    result = CAST($6 AS text), ended_at = CAST($7 AS bigint), lease_by = NULL, lease_until = NULL
WHERE id = $1 AND lease_by = $8 AND state = 'running'

-- name: job_cancel
UPDATE job
SET cancel = TRUE,
    ended_at = CASE WHEN state = 'waiting' THEN CAST($2 AS bigint) ELSE ended_at END,
    state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END
WHERE id = $1 AND state IN ('waiting', 'running')

-- name: job_retry
UPDATE job
SET state = 'waiting', run_at = $2, attempts = 0, crashes = 0, cancel = FALSE, error = NULL, result = NULL,
    ended_at = NULL
WHERE id = $1 AND state IN ('failed', 'cancelled', 'dead')

-- name: job_get
SELECT id, kind, state, done, total, attempts, cancel, error, result, created_at, started_at, ended_at,
    subject, batch_id, actor_id
FROM job WHERE id = $1 AND (CAST($2 AS boolean) OR actor_id = $3)

-- name: job_state
SELECT state, error FROM job WHERE id = $1

-- name: job_count_since
SELECT count(*), min(run_at) FROM job WHERE actor_id = $1 AND kind = $2 AND run_at > $3

-- name: job_asked
SELECT kind, CAST(args AS text), actor_id FROM job WHERE id = $1

-- name: job_actor
SELECT actor_id FROM job WHERE id = $1

-- name: job_list
SELECT id, kind, state, done, total, attempts, cancel, error, result, created_at, started_at, ended_at,
    subject, batch_id, actor_id
FROM job
WHERE id < $1 AND (CAST($2 AS boolean) OR actor_id = $3) AND (CAST($4 AS text) IS NULL OR state = $4)
ORDER BY id DESC LIMIT $5

-- name: job_purge
DELETE FROM job WHERE id IN (SELECT id FROM job WHERE ended_at < $1 ORDER BY ended_at LIMIT $2)

-- name: idempotency_purge
DELETE FROM idempotency
WHERE (user_id, key) IN (SELECT user_id, key FROM idempotency WHERE at < $1 ORDER BY at LIMIT $2)

-- name: job_batch
SELECT CASE WHEN undone_at IS NOT NULL OR undo_batch_id IS NOT NULL THEN 1 ELSE 0 END
FROM batch WHERE id = (SELECT batch_id FROM job WHERE id = $1)
@for_update

-- name: schedule_all
SELECT kind, next_at FROM schedule

-- name: schedule_add
INSERT INTO schedule (kind, next_at) VALUES ($1, $2) ON CONFLICT (kind) DO NOTHING

-- name: schedule_move
UPDATE schedule SET next_at = $3 WHERE kind = $1 AND next_at = $2

-- name: job_of_batch
SELECT 1 FROM job WHERE batch_id = $1 AND state IN ('waiting', 'running') LIMIT 1
