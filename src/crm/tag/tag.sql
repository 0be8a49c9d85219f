-- name: tag_find
SELECT id FROM tag WHERE name = $1 AND deleted_at IS NULL
