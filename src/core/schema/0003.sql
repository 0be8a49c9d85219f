-- The link by which a user sets a password: of each user the newest.
CREATE TABLE invitation (
    user_id @id PRIMARY KEY,
    hash @text NOT NULL,
    created_at bigint NOT NULL,
    created_by bigint,                  -- NULL: by a command
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE UNIQUE INDEX invitation_hash ON invitation (hash);
