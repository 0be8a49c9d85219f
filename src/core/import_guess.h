/* import_guess: what the files of the guess share. */
#pragma once

#include "core/import_reading.h"
#include "core/import_words.h"

/* How sure a column's field is: its header says so, a part of the header, the look of its values.
 */
#define GUESS_SURE 1.0
#define GUESS_PART 0.7
#define GUESS_LOOKS 0.6

struct import_guesser {
    struct ctx *ctx;
    const struct object *object;
    struct import_words words;
    VEC(struct import_words) beside; /* of the objects that may come along */
};

/* The first settable field of a type; identity "" = any. */
const struct field *import_field_in(const struct import_guesser *,
                                    const struct object *,
                                    const char *type,
                                    const char *identity);
/* Which of several columns has a field, and what goes to what comes along. */
void import_settle(const struct import_guesser *, struct import_map *);
