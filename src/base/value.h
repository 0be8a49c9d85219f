/* value: one cell, the same in a record, a condition, a statement's parameter and a result column.
 * Text is borrowed from an arena or a running statement. */
#pragma once

#include "base/str.h"

enum value_kind { VALUE_NULL, VALUE_BOOL, VALUE_INT, VALUE_REAL, VALUE_TEXT };

typedef struct {
    enum value_kind kind;
    union {
        bool b;
        int64_t i; /* numbers, ids, instants (microseconds UTC), days since 1970, minor units */
        double r;
        str s;
    };
} value;

#define V_NULL ((value){.kind = VALUE_NULL})
#define V_BOOL(x) ((value){.kind = VALUE_BOOL, .b = (x)})
#define V_INT(x) ((value){.kind = VALUE_INT, .i = (x)})
#define V_REAL(x) ((value){.kind = VALUE_REAL, .r = (x)})
#define V_TEXT(x) ((value){.kind = VALUE_TEXT, .s = (x)})
/* NULL when the str is empty. */
#define V_TEXT_OR_NULL(x) ((x).n ? V_TEXT(x) : V_NULL)
/* 0 is no record. */
#define V_ID(x) ((x) ? V_INT(x) : V_NULL)

bool value_eq(value a, value b); /* NULL equals NULL; INT and REAL compare as numbers */
/* NULL first, then by kind, numbers together, text bytewise. */
int value_cmp(value a, value b);
