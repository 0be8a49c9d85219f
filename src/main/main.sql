-- name: user_by_email
SELECT id FROM "user" WHERE email_fold = $1 AND deleted_at IS NULL
ORDER BY CASE WHEN active THEN 0 ELSE 1 END, CASE WHEN email = $2 THEN 0 ELSE 1 END, id LIMIT 1

-- name: role_by_key
SELECT id FROM role WHERE key = $1 AND deleted_at IS NULL

-- name: user_count
SELECT COUNT(*) FROM "user"
