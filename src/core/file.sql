-- name: file_used
SELECT CAST(coalesce(sum(size), 0) AS bigint) FROM file WHERE created_by_id = $1 AND deleted_at IS NULL
