-- name: bulk_progress_get
SELECT last_id, tally FROM bulk_progress WHERE job_id = $1

-- $5: where the one who writes has found it; when another has gone on meanwhile, nothing changes.
-- name: bulk_progress_put
INSERT INTO bulk_progress (job_id, last_id, tally, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (job_id) DO UPDATE SET last_id = excluded.last_id, tally = excluded.tally, at = excluded.at
WHERE bulk_progress.last_id = $5

-- name: bulk_progress_purge
DELETE FROM bulk_progress
WHERE job_id IN (SELECT job_id FROM bulk_progress WHERE at < $1 LIMIT $2)
