-- name: setting_all
SELECT key, value FROM setting

-- name: setting_put
INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, $3)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at

-- name: migration_numbers
SELECT number FROM core_migration ORDER BY number

-- name: migration_add
INSERT INTO core_migration (number, at) VALUES ($1, $2)

-- name: model_state_get
SELECT version, schema FROM model_state WHERE id = 1

-- name: model_state_put
INSERT INTO model_state (id, version, schema, changed_at) VALUES (1, $1, $2, $3)
ON CONFLICT (id) DO UPDATE
SET version = excluded.version, schema = excluded.schema, changed_at = excluded.changed_at

-- name: model_patches
SELECT object, definition FROM model_patch ORDER BY object

-- name: model_patch_put
INSERT INTO model_patch (object, definition, updated_at, updated_by)
VALUES ($1, $2, $3, CAST($4 AS bigint))
ON CONFLICT (object) DO UPDATE
SET definition = excluded.definition, updated_at = excluded.updated_at, updated_by = excluded.updated_by

-- name: model_patch_delete
DELETE FROM model_patch WHERE object = $1

-- name: user_department
SELECT department_id FROM "user" WHERE id = $1 AND deleted_at IS NULL

-- name: identity_find
SELECT customer_id FROM identity_key WHERE kind = $1 AND value = $2 AND deleted_at IS NULL

-- name: identity_add
INSERT INTO identity_key (id, version, created_at, updated_at, kind, value, value_fold, customer_id)
VALUES ($1, 1, $2, $2, $3, $4, $4, $5)

-- name: identity_remove
DELETE FROM identity_key WHERE kind = $1 AND value = $2 AND customer_id = $3
