ALTER TABLE "thing" ADD COLUMN "tags" TEXT;
CREATE TABLE "thing__tags" (
    "record_id" INTEGER NOT NULL,
    "value" TEXT NOT NULL,
    PRIMARY KEY ("record_id", "value")
) STRICT, WITHOUT ROWID;
CREATE INDEX "thing__tags_value_record_id_ix" ON "thing__tags" ("value", "record_id");
