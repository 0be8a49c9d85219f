CREATE INDEX "thing_size_id_ix" ON "thing" ("size", "id") WHERE "deleted_at" IS NULL;
