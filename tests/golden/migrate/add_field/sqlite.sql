ALTER TABLE "thing" ADD COLUMN "size" INTEGER;
ALTER TABLE "thing" ADD COLUMN "cost" INTEGER;
ALTER TABLE "thing" ADD COLUMN "cost_currency" TEXT;
ALTER TABLE "thing" ADD COLUMN "code" TEXT;
ALTER TABLE "thing" ADD COLUMN "code_fold" TEXT;
CREATE UNIQUE INDEX "thing_code_ix" ON "thing" ("code") WHERE "deleted_at" IS NULL;
