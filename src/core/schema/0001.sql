-- The tables that are not objects. @id is a 63-bit integer key (INTEGER on SQLite, where that is the
-- row's own number; bigint on PostgreSQL), @text is text that sorts by its bytes.
-- Migration 1; later ones are 0002.sql … Dialect-specific parts: 0001.sqlite.sql, 0001.postgres.sql.

CREATE TABLE setting (
    key @text NOT NULL PRIMARY KEY,
    value @text NOT NULL,               -- JSON
    updated_at bigint NOT NULL
);

-- What administrators changed: one RFC 7396 patch an object.
CREATE TABLE model_patch (
    object @text NOT NULL PRIMARY KEY,
    definition @text NOT NULL,
    updated_at bigint NOT NULL,
    updated_by bigint
);

-- One row: the schema that the tables have, and the number of changes of the model so far.
CREATE TABLE model_state (
    id @id PRIMARY KEY,
    version bigint NOT NULL,
    schema @text NOT NULL,
    changed_at bigint NOT NULL
);

-- One row. epoch: raised by whatever changes rights (users, roles, departments); sessions: by
-- whatever ends or changes a session, an API token or a credential.
CREATE TABLE access_epoch (
    id @id PRIMARY KEY,
    epoch bigint NOT NULL,
    sessions bigint NOT NULL
);

-- The change log. tx: the transaction's number on PostgreSQL, 0 on SQLite (core/change.h).
CREATE TABLE change (
    id @id PRIMARY KEY,
    tx bigint NOT NULL,
    at bigint NOT NULL,
    actor_id bigint,
    through @text NOT NULL,
    batch_id bigint,
    op smallint NOT NULL,
    object @text NOT NULL,
    record_id bigint NOT NULL,
    customer_id bigint,
    version bigint NOT NULL,
    before @text,
    after @text
);
CREATE INDEX change_order ON change (tx, id);
CREATE INDEX change_record ON change (record_id, id);
CREATE INDEX change_batch ON change (batch_id, id) WHERE batch_id IS NOT NULL;
CREATE INDEX change_batch_records ON change (batch_id, op, record_id) WHERE batch_id IS NOT NULL;

CREATE TABLE log_epoch (
    id bigint NOT NULL PRIMARY KEY,     -- 1
    tx_offset bigint NOT NULL           -- what change.tx is above the database's own number
);
INSERT INTO log_epoch (id, tx_offset) VALUES (1, 0);

CREATE TABLE reader_position (
    reader @text NOT NULL PRIMARY KEY,
    tx bigint NOT NULL,
    id bigint NOT NULL,
    updated_at bigint NOT NULL,
    lease_by @text,                     -- the process that reads, unless it reads in transactions
    lease_until bigint
);

CREATE TABLE batch (
    id @id PRIMARY KEY,
    kind @text NOT NULL,
    title @text NOT NULL,
    at bigint NOT NULL,
    actor_id bigint,
    undo_until bigint NOT NULL,
    undone_at bigint,
    guarded boolean NOT NULL,           -- wrote to objects that decide who may do what
    undo_batch_id bigint                -- the batch that takes it back; set when that begins
);

CREATE TABLE seal (
    id @id PRIMARY KEY,
    at bigint NOT NULL,
    until_tx bigint NOT NULL,           -- the last change sealed
    until_id bigint NOT NULL,
    changes bigint NOT NULL,            -- how many since the seal before
    hash @text NOT NULL,                -- SHA-256 over the seal before and the changes, hex
    marks @text NOT NULL,               -- of each change its id and the head of its hash, base64
    mac @text NOT NULL                  -- HMAC of all the above by the installation's key, hex
);

CREATE TABLE credential (
    user_id @id PRIMARY KEY,
    password_hash @text,                -- argon2id
    totp_secret @text,                  -- sealed with the installation's key, base64
    totp_pending @text,
    totp_enabled_at bigint,
    totp_last_step bigint NOT NULL,
    updated_at bigint NOT NULL
);

CREATE TABLE recovery_code (
    user_id bigint NOT NULL,
    hash @text NOT NULL,
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE session (
    id @id PRIMARY KEY,
    hash @text NOT NULL,                -- of the cookie
    user_id bigint NOT NULL,
    csrf @text NOT NULL,
    pending boolean NOT NULL,           -- waits for the second factor
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    proved_at bigint NOT NULL,          -- when the user last proved who he is
    address @text NOT NULL,
    agent @text NOT NULL
);
CREATE UNIQUE INDEX session_hash ON session (hash);
CREATE INDEX session_by_user ON session (user_id);

CREATE TABLE token (
    id @id PRIMARY KEY,
    hash @text NOT NULL,
    user_id bigint NOT NULL,
    name @text NOT NULL,
    scopes @text,                       -- JSON array; NULL = all that the user may
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE UNIQUE INDEX token_hash ON token (hash);
CREATE INDEX token_by_user ON token (user_id);

-- Failed log-ins by account and by address.
CREATE TABLE attempt (
    key @text NOT NULL PRIMARY KEY,
    failures bigint NOT NULL,
    last_at bigint NOT NULL,
    next_at bigint NOT NULL             -- not before
);

CREATE TABLE idempotency (
    user_id bigint NOT NULL,
    key @text NOT NULL,
    request @text NOT NULL,             -- SHA-256 of method, path and body, hex
    status smallint NOT NULL,
    etag @text NOT NULL,                -- headers of the reply; may be empty
    location @text NOT NULL,
    reply @text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE job (
    id @id PRIMARY KEY,
    kind @text NOT NULL,
    key @text,                          -- two live jobs never have the same
    args @text NOT NULL,
    subject @text,                      -- a file's name, or "object:NAME"
    state @text NOT NULL,               -- waiting, running, done, failed, cancelled, dead
    run_at bigint NOT NULL,
    lease_until bigint,
    lease_by @text,
    attempts bigint NOT NULL,
    crashes bigint NOT NULL DEFAULT 0,  -- of its process, while it ran, since it last got further
    cancel boolean NOT NULL,
    done bigint NOT NULL,
    total bigint NOT NULL,
    error @text,                        -- JSON list of problems
    result @text,
    actor_id bigint,
    token_id bigint,                    -- the API token that asked for it
    scopes @text,                       -- its scopes, JSON
    batch_id bigint,
    created_at bigint NOT NULL,
    started_at bigint,
    ended_at bigint
);
CREATE INDEX job_due ON job (run_at, id) WHERE state IN ('waiting', 'running');
CREATE INDEX job_ended ON job (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX job_actor ON job (actor_id, id);
CREATE UNIQUE INDEX job_live_key ON job (key) WHERE key IS NOT NULL AND state IN ('waiting', 'running');

CREATE TABLE schedule (
    kind @text NOT NULL PRIMARY KEY,
    next_at bigint NOT NULL
);

-- What became of each row of an imported file.
CREATE TABLE import_row (
    import_id bigint NOT NULL,
    line bigint NOT NULL,
    outcome @text NOT NULL,             -- create, update, merge, skip, refuse, ask
    record_id bigint,
    cells @text NOT NULL,               -- the row as read, JSON array
    problems @text,                     -- JSON
    candidates @text,                   -- JSON, records it may be
    answer @text,                       -- JSON, what somebody chose
    PRIMARY KEY (import_id, line)
);
CREATE INDEX import_row_outcome ON import_row (import_id, outcome, line);

-- How far an import has come, and what it has counted so far: written with the records themselves, so
-- that a run that was killed goes on where it was.
CREATE TABLE import_progress (
    import_id @id PRIMARY KEY,
    line bigint NOT NULL,               -- the last line of the file that is done
    tally @text NOT NULL                -- JSON
);

-- The same of a bulk change.
CREATE TABLE bulk_progress (
    job_id @id PRIMARY KEY,
    last_id bigint NOT NULL,            -- the record that is done; they go by id, newest first
    tally @text NOT NULL,               -- JSON
    at bigint NOT NULL
);

-- By what records are recognised as perhaps the same, beside their identity keys: a company's name
-- without form and place ("c:yunfanmaoyi"), a person's name ("n:zhangwei"), as they sound.
CREATE TABLE match_key (
    object @text NOT NULL,
    key @text NOT NULL,
    record_id bigint NOT NULL,
    PRIMARY KEY (object, key, record_id)
);
