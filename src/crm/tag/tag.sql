-- name: tag_find
SELECT name FROM tag WHERE deleted_at IS NULL AND (name = $1 OR folded = $2)
ORDER BY CASE WHEN name = $1 THEN 0 ELSE 1 END, id LIMIT 1

-- name: tag_unfolded
SELECT name FROM tag WHERE folded IS NULL AND deleted_at IS NULL ORDER BY id

-- name: tag_folded_by
SELECT id FROM tag WHERE folded = $1 AND id <> $2 AND deleted_at IS NULL

-- name: tag_rewrites
SELECT args FROM job WHERE kind = 'tag_rewrite' AND state IN ('waiting', 'running') ORDER BY id DESC
