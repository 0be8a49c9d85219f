-- destructive
ALTER TABLE "thing" DROP COLUMN "size";
-- destructive
ALTER TABLE "thing" DROP COLUMN "tags";
-- destructive
DROP TABLE "thing__tags";
