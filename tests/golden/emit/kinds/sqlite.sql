CREATE TABLE "kinds" (
    "id" INTEGER PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by_id" INTEGER,
    "updated_at" INTEGER NOT NULL,
    "updated_by_id" INTEGER,
    "deleted_at" INTEGER,
    "text" TEXT,
    "text_fold" TEXT,
    "long" TEXT,
    "rich" TEXT,
    "site" TEXT,
    "site_fold" TEXT,
    "mail" TEXT,
    "mail_fold" TEXT,
    "call" TEXT,
    "call_fold" TEXT,
    "whole" INTEGER,
    "real" REAL,
    "share" REAL,
    "price" INTEGER,
    "price_currency" TEXT,
    "flag" INTEGER,
    "day" INTEGER,
    "at" INTEGER,
    "one" TEXT,
    "many" TEXT,
    "tags" TEXT,
    "home_country" TEXT,
    "home_country_fold" TEXT,
    "home_province" TEXT,
    "home_province_fold" TEXT,
    "home_city" TEXT,
    "home_city_fold" TEXT,
    "home_district" TEXT,
    "home_district_fold" TEXT,
    "home_street" TEXT,
    "home_street_fold" TEXT,
    "home_postcode" TEXT,
    "home_postcode_fold" TEXT,
    "spot_lat" REAL,
    "spot_lng" REAL,
    "boss_id" INTEGER,
    "team" TEXT,
    "any" TEXT,
    "half" REAL,
    "given" TEXT,
    "given_fold" TEXT,
    "secret" TEXT,
    "secret_fold" TEXT
) STRICT;
CREATE INDEX "kinds_boss_id_id_ix" ON "kinds" ("boss_id", "id");
CREATE INDEX "kinds_deleted_id_ix" ON "kinds" ("id") WHERE "deleted_at" IS NOT NULL;
CREATE TABLE "kinds__many" (
    "record_id" INTEGER NOT NULL,
    "value" TEXT NOT NULL,
    PRIMARY KEY ("record_id", "value")
) STRICT, WITHOUT ROWID;
CREATE INDEX "kinds__many_value_record_id_ix" ON "kinds__many" ("value", "record_id");
CREATE TABLE "kinds__tags" (
    "record_id" INTEGER NOT NULL,
    "value" TEXT NOT NULL,
    PRIMARY KEY ("record_id", "value")
) STRICT, WITHOUT ROWID;
CREATE INDEX "kinds__tags_value_record_id_ix" ON "kinds__tags" ("value", "record_id");
CREATE TABLE "kinds__team" (
    "record_id" INTEGER NOT NULL,
    "value" INTEGER NOT NULL,
    PRIMARY KEY ("record_id", "value")
) STRICT, WITHOUT ROWID;
CREATE INDEX "kinds__team_value_record_id_ix" ON "kinds__team" ("value", "record_id");
