/* What a condition is once parsed; only the files condition*.c look inside.
 *
 * Every operator is reduced to a positive test and a `not` around it (ne = not eq, isNull true =
 * not present), so that each evaluator has to get only one thing right: a positive test on an empty
 * field, or over a link that leads nowhere, is false. */
#pragma once

#include "base/limits.h"
#include "model/condition.h"
#include "model/field_type.h"

enum test {
    TEST_PRESENT,
    TEST_EQ,
    TEST_LT,
    TEST_LE,
    TEST_GT,
    TEST_GE,
    TEST_BETWEEN,
    TEST_IN,
    TEST_HAS_ANY,
    TEST_HAS_ALL,
    TEST_CONTAINS,
    TEST_STARTS,
    TEST_SAME, /* as folded; made in C only: condition_same */
    TEST_OLDER,
    TEST_WITHIN,
    TEST_ME,
    TEST_MY_DEPARTMENTS,
};

/* What may be compared with a cell. */
enum kind {
    KIND_TEXT,
    KIND_PHONE,
    KIND_CHOICE,
    KIND_ID,
    KIND_BOOL,
    KIND_INT,
    KIND_REAL,
    KIND_DATE,
    KIND_INSTANT,
    KIND_OPAQUE, /* only empty or not: JSON, and fields that are nothing but parts */
};

struct path_link {
    const struct field *ref; /* followed to its target, or, going down, back to its object */
    bool down;               /* to every record whose ref names this one */
};

struct path {
    struct path_link links[LIMIT_PATH_LINKS];
    unsigned link_count;
    const struct field *field;
    unsigned part;
    bool whole;     /* a field that is nothing but parts: there when any part is */
    enum kind kind; /* of the cell; for a set, of its members */
};

struct operand {
    value v;   /* text to search for is folded */
    bool day;  /* v is a local day, compared with an instant: all of that day */
    str token; /* for sets: the member as it stands in the cell, "\"vip\"" */
};

enum moment_unit {
    MOMENT_MINUTES,
    MOMENT_DAYS,
    MOMENT_WEEK,
    MOMENT_MONTH,
    MOMENT_QUARTER,
    MOMENT_YEAR
};

/* "113d", "+7d", "lastQuarter". */
struct moment {
    enum moment_unit unit;
    bool word;      /* a calendar word: `amount` periods from the present one */
    bool ahead;     /* a duration into the future */
    int64_t amount; /* of a duration: minutes or days */
};

/* Days or instants, both ends included. */
struct span {
    int64_t low, high;
};

struct leaf {
    struct path path;
    enum test test;
    struct operand *operands; /* of `in`: sorted, unless days are among them */
    size_t operand_count;
    bool sorted;
    struct moment moment;
};

/* {"eq"|"ne"|…: number} */
struct comparison {
    enum test test; /* TEST_EQ … TEST_GE */
    bool negated;
    double number;
};

struct did {
    const struct event *event;
    const struct object *object;
    const struct condition *where; /* NULL = all */
    bool has_within;
    struct moment within;
    struct comparison times;
    const struct field *sum; /* NULL = not asked */
    struct comparison total;
};

enum node_kind {
    NODE_ALL,
    NODE_ANY,
    NODE_NOT,
    NODE_LEAF,
    NODE_DID,
    NODE_SEGMENT,
    NODE_BATCH,
    NODE_VIA
};

struct condition {
    enum node_kind kind;
    const struct condition **members; /* all, any; not and via have one */
    size_t member_count;
    const struct leaf *leaf;
    const struct did *did;
    int64_t segment, batch;
    const struct field *ref; /* via */
};

struct condition_parser {
    const struct model *model;
    struct problems *problems;
    struct arena *arena;
    unsigned nodes;
    bool failed; /* a problem was added */
};

/* ---- condition.c ---- */
void condition_refuse(struct condition_parser *, str at, const char *code, str a, str b);
struct condition *condition_new(struct arena *, enum node_kind);
struct condition *condition_not(struct arena *, const struct condition *);
/* NULL when it was refused. */
const struct condition *condition_node(
    struct condition_parser *, const struct object *, const json_t *, str at, unsigned depth);

/* ---- condition_path.c ---- */
bool path_parse(struct condition_parser *, const struct object *, str text, str at, struct path *);
enum kind path_kind(const struct field *, unsigned part);
bool path_is_set(const struct path *);
const struct column *path_column(const struct path *);

/* ---- condition_leaf.c ---- */
const struct condition *
condition_leaf(struct condition_parser *, const struct object *, const json_t *, str at);
const struct condition *
condition_me(struct condition_parser *, const struct object *, const json_t *, str at);

/* ---- condition_did.c ---- */
const struct condition *condition_did(
    struct condition_parser *, const struct object *, const json_t *, str at, unsigned depth);
bool comparison_holds(const struct comparison *, double);

/* ---- condition_time.c ---- */
bool moment_parse(str text, struct moment *);
struct span moment_within(const struct moment *, const struct condition_env *, enum kind);
struct span moment_older(const struct moment *, const struct condition_env *, enum kind);
/* The values that satisfy the leaf, for a date or an instant; not for `in`. */
struct span leaf_span(const struct leaf *, const struct condition_env *);
struct span operand_span(const struct operand *, const struct condition_env *);
