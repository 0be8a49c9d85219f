ALTER TABLE "thing" ADD COLUMN "size" bigint;
ALTER TABLE "thing" ADD COLUMN "cost" bigint;
ALTER TABLE "thing" ADD COLUMN "cost_currency" text COLLATE "C";
ALTER TABLE "thing" ADD COLUMN "code" text COLLATE "C";
ALTER TABLE "thing" ADD COLUMN "code_fold" text COLLATE "C";
CREATE UNIQUE INDEX "thing_code_ix" ON "thing" ("code") WHERE "deleted_at" IS NULL;
