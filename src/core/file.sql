-- name: file_used
SELECT CAST(coalesce(sum(size), 0) AS bigint) FROM file WHERE created_by_id = $1 AND deleted_at IS NULL

-- name: file_page
SELECT id, name, storage, size, coalesce(sha256, '') FROM file WHERE deleted_at IS NULL AND id > $1
ORDER BY id LIMIT $2

-- name: file_live
SELECT 1 FROM file WHERE id = $1 AND deleted_at IS NULL

-- name: file_expired
SELECT id, storage FROM file WHERE expires_at <= $1 AND deleted_at IS NULL ORDER BY expires_at LIMIT $2
