-- What a user's rights are made of (core/access.c).

-- name: access_epoch
SELECT epoch FROM access_epoch WHERE id = 1;

-- name: access_epoch_raise
INSERT INTO access_epoch (id, epoch, sessions) VALUES (1, $1, 0)
ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch;

-- name: access_user
SELECT department_id FROM "user" WHERE id = $1 AND active AND deleted_at IS NULL;

-- name: access_user_roles
SELECT r.id, r.administrator, CAST(r.definition AS text)
FROM user__roles m JOIN role r ON r.id = m.value
WHERE m.record_id = $1 AND r.deleted_at IS NULL ORDER BY r.id;

-- name: access_departments
SELECT id, parent_id FROM department WHERE deleted_at IS NULL;

-- name: access_role_administrator
SELECT 1 FROM role WHERE id = $1 AND administrator AND deleted_at IS NULL;

-- name: access_role_held
SELECT 1 FROM user__roles m JOIN "user" u ON u.id = m.record_id
WHERE m.value = $1 AND u.active AND u.deleted_at IS NULL LIMIT 1;

-- name: access_administrators
SELECT 1 FROM role r JOIN user__roles m ON m.value = r.id JOIN "user" u ON u.id = m.record_id
WHERE r.administrator AND r.deleted_at IS NULL AND u.active AND u.deleted_at IS NULL LIMIT 1;
