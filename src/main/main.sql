-- name: user_by_email
SELECT id FROM "user" WHERE email = $1 AND deleted_at IS NULL

-- name: role_by_key
SELECT id FROM role WHERE key = $1 AND deleted_at IS NULL

-- name: user_count
SELECT COUNT(*) FROM "user"
