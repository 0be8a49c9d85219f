CREATE TABLE "order" (
    "id" INTEGER PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL,
    "created_by_id" INTEGER,
    "updated_at" INTEGER NOT NULL,
    "updated_by_id" INTEGER,
    "deleted_at" INTEGER,
    "owner_id" INTEGER,
    "department_id" INTEGER,
    "customer_id" INTEGER NOT NULL,
    "number" TEXT,
    "number_fold" TEXT,
    "amount" INTEGER,
    "amount_currency" TEXT,
    "state" TEXT,
    "labels" TEXT
) STRICT;
CREATE INDEX "order_customer" ON "order" ("customer_id", "id");
CREATE INDEX "order_owner_id_id_ix" ON "order" ("owner_id", "id");
CREATE UNIQUE INDEX "order_customer_id_number_ix" ON "order" ("customer_id", "number") WHERE "deleted_at" IS NULL;
CREATE INDEX "order_number_ix" ON "order" ("number") WHERE "deleted_at" IS NULL;
CREATE INDEX "order_deleted_id_ix" ON "order" ("id") WHERE "deleted_at" IS NOT NULL;
CREATE INDEX "order_department_id_id_ix" ON "order" ("department_id", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "order_state_amount_id_ix" ON "order" ("state", "amount", "id") WHERE "deleted_at" IS NULL;
CREATE TABLE "order__labels" (
    "customer_id" INTEGER NOT NULL,
    "record_id" INTEGER NOT NULL,
    "value" TEXT NOT NULL,
    PRIMARY KEY ("customer_id", "record_id", "value")
) STRICT, WITHOUT ROWID;
CREATE INDEX "order__labels_value_record_id_ix" ON "order__labels" ("value", "record_id");
