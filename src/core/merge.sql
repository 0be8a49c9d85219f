-- name: merged_put
INSERT INTO merged (record_id, object, into_id, batch_id, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (record_id) DO UPDATE
SET into_id = excluded.into_id, batch_id = excluded.batch_id, at = excluded.at

-- Only while it is not taken back.
-- name: merged_into
SELECT m.into_id, m.object FROM merged m JOIN batch b ON b.id = m.batch_id
WHERE m.record_id = $1 AND b.undone_at IS NULL

-- name: merged_by
SELECT 1 FROM merged WHERE record_id = $1 AND batch_id = $2

-- name: merged_in
SELECT object, into_id FROM merged WHERE batch_id = $1
