-- Which record a deleted one was merged into.
CREATE TABLE merged (
    record_id @id PRIMARY KEY,
    object @text NOT NULL,
    into_id bigint NOT NULL,
    batch_id bigint NOT NULL,
    at bigint NOT NULL
);
CREATE INDEX merged_batch ON merged (batch_id);
