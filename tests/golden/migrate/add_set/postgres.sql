ALTER TABLE "thing" ADD COLUMN "tags" text COLLATE "C";
CREATE TABLE "thing__tags" (
    "record_id" bigint NOT NULL,
    "value" text COLLATE "C" NOT NULL,
    PRIMARY KEY ("record_id", "value")
);
CREATE INDEX "thing__tags_value_record_id_ix" ON "thing__tags" ("value", "record_id");
