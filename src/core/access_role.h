/* access_role: what the definition of a role says about one object; private to core/access*.c.
 *
 *   role.definition ─ access_role_entry ─► struct entry ─┐ one for each role and object
 *                                                        ▼ added up
 *                            struct grant ─ access_rows ─► struct rows: a condition for each op */
#pragma once

#include "core/access.h"

/* Whose records: each level holds the ones before it. */
enum level { LEVEL_NONE, LEVEL_OWN, LEVEL_DEPARTMENT, LEVEL_BELOW, LEVEL_ALL };

/* Records of a level, or those that the condition holds for. */
struct scope {
    enum level level;
    const struct condition *when; /* NULL: no condition */
};

static inline bool access_granted(struct scope s)
{
    return s.level != LEVEL_NONE || s.when;
}

struct entry {
    struct scope ops[OP_COUNT]; /* CREATE and EXPORT: LEVEL_ALL or LEVEL_NONE */
    bool open[OP_COUNT];        /* LEVEL_ALL by the condition {}: whatever the link says */
    const json_t *fields;       /* {"phone": "mask", "*": "read"}; NULL = nothing said */
};

/* Several roles on one object. */
struct grant {
    struct scope ops[OP_COUNT];
    /* What entries that name an object with access_via add to the rows that its link gives. */
    struct scope beside[OP_COUNT];
};

/* Which records: none, all (where == NULL) or those that `where` holds for. */
struct rows {
    bool any;
    const struct condition *where;
};

struct object_access {
    bool may[OP_COUNT];
    struct rows rows[OP_COUNT];
    enum level whose;       /* read: of an owned object at most these; LEVEL_NONE: it depends */
    struct rows linked;     /* those of a record that the user may update, beside rows[OP_UPDATE] */
    const bool *phones;     /* by field->index: a text in which phones are masked; NULL: none */
    bool link_only;         /* reading: exactly what the record behind access_via allows */
    enum field_access most; /* of any field */
    const uint8_t *fields;  /* enum field_access by field->index */
    const uint8_t *own;     /* the same on records that the user may update */
};

struct access {
    _Atomic unsigned holders;
    const struct access *whole; /* of a narrowed one, which lives in its caller's arena; or NULL */
    bool administrator;
    bool rights[RIGHT_COUNT];
    struct arena *arena;
    const struct model *model;
    int64_t epoch, model_version;
    uint64_t source; /* what it was compiled from, hashed */
    int64_t user, department;
    const int64_t *departments; /* own and all below */
    size_t department_count;
    struct object_access *objects; /* by object->index */
};

/* What a definition says about the object; with object NULL only the words are checked. star: the
 * entry "*", which may not hold conditions. False when it is broken: problems say where. */
bool access_role_entry(const struct model *,
                       const struct object *,
                       const json_t *,
                       bool star,
                       str at,
                       struct problems *,
                       struct arena *,
                       struct entry *out);
/* By the word in "rights" and in the scopes of tokens; false if there is none. */
bool access_role_right(str word, enum right *out);
/* "read", "create" … */
bool access_op_parse(str word, enum op *out);
/* What an entry that can (or cannot) write makes of a field: on all records that it reads, and on
 * those that it updates. */
struct field_grant {
    enum field_access all, own;
};
struct field_grant access_role_field(const struct entry *, const struct field *);

/* ERR_NOT_FOUND: no such active user. */
err_t access_compile(struct db_conn *,
                     const struct model *,
                     int64_t epoch,
                     int64_t user,
                     struct access **out) MUST_USE;
/* The hooks of access_people.c; once. */
void access_people_attach(void);
/* The ref by which a record is a part of what is known of another: access_via, or the customer that
 * it names. NULL: it stands for itself. */
const struct field *access_belongs(const struct object *);
/* Fills objects[].may, rows and linked of an access whose department and user are known. */
void access_rows(struct access *, const struct grant *grants);
