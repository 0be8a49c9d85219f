/* access_world: what the matrices of rights (security Z1) are held against: an enterprise with
 * records of every object in every relation to the one who looks, and a naive evaluation of roles,
 * worked out once more from docs/internals/access.md, record by record. */
#pragma once

#include "core/access.h"
#include "core/record.h"
#include "core/test_app.h"

enum person { ME, MATE, BELOW, OTHER, PEOPLE };
enum { NOBODY = -1, ROLES_MOST = 2 };

struct world {
    struct ctx server; /* makes the records and reads them for the naive evaluation */
    struct arena *arena;
    int64_t people[PEOPLE], departments[PEOPLE]; /* ME and MATE share theirs; BELOW's is below it */
    int64_t *made[PEOPLE];                       /* one record an object, by index */
    unsigned number;
    int64_t role_ids[8];
    const json_t *roles[8]; /* definitions */
    size_t role_count;
    /* who is looking */
    const json_t *held[ROLES_MOST];
    size_t held_count;
    bool administrator;
    struct ctx user;
    size_t checks, differences;
};

void world_build(struct world *, struct app *, struct arena *);
/* The record of the object that this person made, linked to what he made himself. */
int64_t world_made(struct world *, const struct object *, int person);
/* The sets of roles that are tried: the administrator last, for he has to remain. */
struct role_set {
    size_t roles[ROLES_MOST], n;
};
enum { ROLE_SETS = 8 };
extern const struct role_set ROLE_SET[ROLE_SETS];
/* ME gets these roles and is w->user until ctx_done of it. */
void world_look_as(struct world *, struct app *, const struct role_set *);
void world_compare(struct world *, bool same, const char *what, const struct object *, str detail);

/* ---- the naive evaluation ---- */

const char *world_op_name(enum op);
bool world_reaches(struct world *, const struct record *, enum op);
/* own: on records that they may update. */
enum field_access world_field(const struct world *, const struct field *, bool own);
/* May any role of theirs do this with the object at all? */
bool world_grants(const struct world *, const struct object *, enum op);
