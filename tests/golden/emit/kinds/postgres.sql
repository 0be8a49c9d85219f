CREATE TABLE "kinds" (
    "id" bigint NOT NULL,
    "version" bigint NOT NULL,
    "created_at" bigint NOT NULL,
    "created_by_id" bigint,
    "updated_at" bigint NOT NULL,
    "updated_by_id" bigint,
    "deleted_at" bigint,
    "text" text COLLATE "C",
    "text_fold" text COLLATE "C",
    "long" text COLLATE "C",
    "rich" text COLLATE "C",
    "site" text COLLATE "C",
    "site_fold" text COLLATE "C",
    "mail" text COLLATE "C",
    "mail_fold" text COLLATE "C",
    "call" text COLLATE "C",
    "call_fold" text COLLATE "C",
    "whole" bigint,
    "real" double precision,
    "share" double precision,
    "price" bigint,
    "price_currency" text COLLATE "C",
    "flag" boolean,
    "day" bigint,
    "at" bigint,
    "one" text COLLATE "C",
    "many" text COLLATE "C",
    "tags" text COLLATE "C",
    "home_country" text COLLATE "C",
    "home_country_fold" text COLLATE "C",
    "home_province" text COLLATE "C",
    "home_province_fold" text COLLATE "C",
    "home_city" text COLLATE "C",
    "home_city_fold" text COLLATE "C",
    "home_district" text COLLATE "C",
    "home_district_fold" text COLLATE "C",
    "home_street" text COLLATE "C",
    "home_street_fold" text COLLATE "C",
    "home_postcode" text COLLATE "C",
    "home_postcode_fold" text COLLATE "C",
    "spot_lat" double precision,
    "spot_lng" double precision,
    "boss_id" bigint,
    "team" text COLLATE "C",
    "any" text COLLATE "C",
    "half" double precision,
    "given" text COLLATE "C",
    "given_fold" text COLLATE "C",
    "secret" text COLLATE "C",
    "secret_fold" text COLLATE "C",
    PRIMARY KEY ("id")
);
CREATE INDEX "kinds_boss_id_id_ix" ON "kinds" ("boss_id", "id");
CREATE INDEX "kinds_deleted_id_ix" ON "kinds" ("id") WHERE "deleted_at" IS NOT NULL;
CREATE TABLE "kinds__many" (
    "record_id" bigint NOT NULL,
    "value" text COLLATE "C" NOT NULL,
    PRIMARY KEY ("record_id", "value")
);
CREATE INDEX "kinds__many_value_record_id_ix" ON "kinds__many" ("value", "record_id");
CREATE TABLE "kinds__tags" (
    "record_id" bigint NOT NULL,
    "value" text COLLATE "C" NOT NULL,
    PRIMARY KEY ("record_id", "value")
);
CREATE INDEX "kinds__tags_value_record_id_ix" ON "kinds__tags" ("value", "record_id");
CREATE TABLE "kinds__team" (
    "record_id" bigint NOT NULL,
    "value" bigint NOT NULL,
    PRIMARY KEY ("record_id", "value")
);
CREATE INDEX "kinds__team_value_record_id_ix" ON "kinds__team" ("value", "record_id");
