-- Passwords, second factors, sessions, tokens (core/auth*.c).

-- name: auth_user_by_email
SELECT id FROM "user" WHERE email_fold = $1 AND active AND deleted_at IS NULL
ORDER BY CASE WHEN email = $2 THEN 0 ELSE 1 END, id LIMIT 1

-- name: auth_user
SELECT email, name, active FROM "user" WHERE id = $1 AND deleted_at IS NULL

-- name: auth_user_seen
UPDATE "user" SET seen_at = $2 WHERE id = $1

-- name: auth_credential
SELECT password_hash, totp_secret, totp_pending, totp_enabled_at, totp_last_step
FROM credential WHERE user_id = $1

-- name: auth_password_put
INSERT INTO credential (user_id, password_hash, totp_last_step, updated_at) VALUES ($1, $2, 0, $3)
ON CONFLICT (user_id) DO UPDATE
SET password_hash = excluded.password_hash, updated_at = excluded.updated_at

-- Users who had a password before their records told of it.
-- name: auth_password_noted
UPDATE "user" SET password_at =
    (SELECT c.updated_at FROM credential c WHERE c.user_id = "user".id)
WHERE password_at IS NULL
  AND id IN (SELECT c.user_id FROM credential c WHERE c.password_hash IS NOT NULL)

-- name: auth_invitation_put
INSERT INTO invitation (user_id, hash, created_at, created_by, expires_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (user_id) DO UPDATE
SET hash = excluded.hash, created_at = excluded.created_at, created_by = excluded.created_by,
    expires_at = excluded.expires_at, used_at = NULL

-- name: auth_invitation_find
SELECT i.user_id, i.created_by, i.expires_at, i.used_at, u.name, u.email
FROM invitation i JOIN "user" u ON u.id = i.user_id
WHERE i.hash = $1 AND u.active AND u.deleted_at IS NULL

-- name: auth_invitation_use
UPDATE invitation SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2

-- name: auth_invitation_void
DELETE FROM invitation WHERE user_id = $1 AND used_at IS NULL

-- name: auth_totp_pending_put
INSERT INTO credential (user_id, totp_pending, totp_last_step, updated_at) VALUES ($1, $2, 0, $3)
ON CONFLICT (user_id) DO UPDATE
SET totp_pending = excluded.totp_pending, updated_at = excluded.updated_at

-- name: auth_totp_enable
UPDATE credential
SET totp_secret = totp_pending, totp_pending = NULL, totp_enabled_at = $3, totp_last_step = $2,
    updated_at = $3
WHERE user_id = $1 AND totp_pending = $4

-- name: auth_totp_disable
UPDATE credential
SET totp_secret = NULL, totp_pending = NULL, totp_enabled_at = NULL, updated_at = $2
WHERE user_id = $1

-- name: auth_totp_use
UPDATE credential SET totp_last_step = $2 WHERE user_id = $1 AND totp_last_step < $2

-- name: auth_recovery_add
INSERT INTO recovery_code (user_id, hash) VALUES ($1, $2)

-- name: auth_recovery_use
DELETE FROM recovery_code WHERE user_id = $1 AND hash = $2

-- name: auth_recovery_clear
DELETE FROM recovery_code WHERE user_id = $1

-- name: auth_session_add
INSERT INTO session (id, hash, user_id, csrf, pending, created_at, seen_at, expires_at, proved_at,
                     address, agent)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $6, $8, $9)

-- name: auth_epoch
SELECT epoch, sessions FROM access_epoch WHERE id = 1

-- name: auth_epoch_raise
INSERT INTO access_epoch (id, epoch, sessions) VALUES (1, 0, $1)
ON CONFLICT (id) DO UPDATE SET sessions = excluded.sessions

-- name: auth_session_find
SELECT s.id, s.user_id, u.language, u.time_zone,
    (SELECT epoch FROM access_epoch WHERE id = 1), (SELECT sessions FROM access_epoch WHERE id = 1),
    s.expires_at, s.seen_at, s.proved_at, c.totp_enabled_at, s.csrf
FROM session s JOIN "user" u ON u.id = s.user_id LEFT JOIN credential c ON c.user_id = s.user_id
WHERE s.hash = $1 AND NOT s.pending AND s.expires_at > $2 AND s.seen_at > $3
  AND u.active AND u.deleted_at IS NULL

-- name: auth_sessions_alive
SELECT s.id FROM session s JOIN "user" u ON u.id = s.user_id
WHERE s.id IN @ints($1) AND NOT s.pending AND s.expires_at > $2 AND s.seen_at > $3
  AND u.active AND u.deleted_at IS NULL

-- name: auth_challenge_find
SELECT s.id, s.user_id FROM session s JOIN "user" u ON u.id = s.user_id
WHERE s.hash = $1 AND s.pending AND s.expires_at > $2 AND u.active AND u.deleted_at IS NULL

-- name: auth_session_touch
UPDATE session SET seen_at = $2 WHERE id = $1

-- name: auth_session_prove
UPDATE session SET proved_at = $3 WHERE id = $1 AND user_id = $2

-- name: auth_session_end
DELETE FROM session WHERE id = $1

-- name: auth_session_end_own
DELETE FROM session WHERE id = $1 AND user_id = $2

-- name: auth_sessions_end
DELETE FROM session WHERE user_id = $1 AND id <> $2

-- name: auth_sessions_of
SELECT id, created_at, seen_at, address, agent FROM session
WHERE user_id = $1 AND NOT pending AND expires_at > $2 AND seen_at > $3
ORDER BY seen_at DESC, id DESC

-- Those that were idle too long go with the rest, half a day later at most.
-- name: auth_sessions_expire
DELETE FROM session WHERE id IN (
    SELECT id FROM session WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)

-- name: auth_token_add
INSERT INTO token (id, hash, user_id, name, scopes, created_at, expires_at)
VALUES ($1, $2, $3, $4, CAST($5 AS text), $6, $7)

-- name: auth_token_find
SELECT t.id, t.user_id, u.language, u.time_zone,
    (SELECT epoch FROM access_epoch WHERE id = 1), (SELECT sessions FROM access_epoch WHERE id = 1),
    t.expires_at, t.used_at, t.scopes
FROM token t JOIN "user" u ON u.id = t.user_id
WHERE t.hash = $1 AND t.expires_at > $2 AND u.active AND u.deleted_at IS NULL

-- name: auth_tokens_alive
SELECT t.id FROM token t JOIN "user" u ON u.id = t.user_id
WHERE t.id IN @ints($1) AND t.expires_at > $2 AND u.active AND u.deleted_at IS NULL

-- name: auth_token_until
SELECT expires_at FROM token WHERE id = $1 AND expires_at > $2

-- name: auth_token_touch
UPDATE token SET used_at = $2 WHERE id = $1

-- name: auth_tokens_of
SELECT id, name, scopes, created_at, expires_at, used_at FROM token
WHERE user_id = $1 ORDER BY id DESC

-- name: auth_token_end_own
DELETE FROM token WHERE id = $1 AND user_id = $2

-- The row of a key, made when there is none and held against others until the transaction ends.
-- name: auth_attempt_take
INSERT INTO attempt (key, failures, last_at, next_at) VALUES ($1, 0, $2, 0)
ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING failures, last_at, next_at

-- name: auth_attempt_put
UPDATE attempt SET failures = $2, last_at = $3, next_at = $4 WHERE key = $1

-- name: auth_attempts_expire
DELETE FROM attempt WHERE key IN (
    SELECT key FROM attempt WHERE last_at < $1 AND next_at < $1 ORDER BY last_at LIMIT $2)
