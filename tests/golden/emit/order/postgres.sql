CREATE TABLE "order" (
    "id" bigint NOT NULL,
    "version" bigint NOT NULL,
    "created_at" bigint NOT NULL,
    "created_by_id" bigint,
    "updated_at" bigint NOT NULL,
    "updated_by_id" bigint,
    "deleted_at" bigint,
    "owner_id" bigint,
    "department_id" bigint,
    "customer_id" bigint NOT NULL,
    "number" text COLLATE "C",
    "number_fold" text COLLATE "C",
    "amount" bigint,
    "amount_currency" text COLLATE "C",
    "state" text COLLATE "C",
    "labels" text COLLATE "C",
    PRIMARY KEY ("customer_id", "id")
);
CREATE INDEX "order_id" ON "order" ("id");
CREATE INDEX "order_owner_id_id_ix" ON "order" ("owner_id", "id");
CREATE UNIQUE INDEX "order_customer_id_number_ix" ON "order" ("customer_id", "number") WHERE "deleted_at" IS NULL;
CREATE INDEX "order_number_ix" ON "order" ("number") WHERE "deleted_at" IS NULL;
CREATE INDEX "order_deleted_id_ix" ON "order" ("id") WHERE "deleted_at" IS NOT NULL;
CREATE INDEX "order_department_id_id_ix" ON "order" ("department_id", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "order_state_amount_id_ix" ON "order" ("state", "amount", "id") WHERE "deleted_at" IS NULL;
CREATE TABLE "order__labels" (
    "customer_id" bigint NOT NULL,
    "record_id" bigint NOT NULL,
    "value" text COLLATE "C" NOT NULL,
    PRIMARY KEY ("customer_id", "record_id", "value")
);
CREATE INDEX "order__labels_value_record_id_ix" ON "order__labels" ("value", "record_id");
