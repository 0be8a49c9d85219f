-- What people asked for is found among however many jobs of the server's own.
CREATE INDEX job_asked_due ON job (run_at, id) WHERE state IN ('waiting', 'running') AND actor_id IS NOT NULL;
