/* test_world: a small enterprise of every field type, with random records in memory and the same in
 * tables, for tests that hold the evaluators of conditions to each other. */
#pragma once

#include "db/db.h"
#include "model/condition.h"

struct test_dice {
    uint64_t state;
};
uint64_t test_dice_roll(struct test_dice *);
size_t test_dice_below(struct test_dice *, size_t n);
bool test_dice_chance(struct test_dice *, unsigned percent);

struct world_table {
    const struct object *object;
    const struct record **records;
    int64_t *customer; /* of records of customer-rooted objects */
    size_t count;
};

struct world {
    struct arena *arena;
    struct model *model;
    struct test_dice dice;
    struct world_table *tables; /* by object index */
};

extern const char *const WORLD_TEXTS[];
extern const size_t WORLD_TEXT_COUNT;
enum { WORLD_BATCHES = 3 }; /* a record is of the batch that its id leaves divided by this */
#define WORLD_NOW INT64_C(1795236600000000) /* 2026-11-21T04:50:00Z, a Saturday */

void world_make(struct world *, uint64_t seed);
void world_free(struct world *);
void world_store(struct world *, struct db *); /* tables and rows */
const struct world_table *world_table(const struct world *, const char *object);
struct condition_source world_source(struct world *);
