-- What has expired is cleared away without looking at the rest.
CREATE INDEX session_by_expiry ON session (expires_at);
CREATE INDEX attempt_by_last ON attempt (last_at);
