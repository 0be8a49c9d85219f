/* problems: what was wrong with an input, for people and programs.
 *
 * A function that can refuse its input takes a `struct problems *` and adds one problem for each
 * place before it returns ERR_INVALID (or another outcome that wants words). A problem has a stable
 * code, the place as a JSON pointer (RFC 6901; "" is the whole input) and up to three arguments;
 * the sentence is made from the message catalogue in the reader's language (base/message.h). */
#pragma once

#include "base/vec.h"

enum { PROBLEM_ARGS = 3 };

struct problem {
    const char *code; /* a key of messages/<lang>.json, such as "required"; static */
    str pointer;      /* "/phone", "/lines/3/quantity" */
    str place;        /* what it is about when that is not the input: a file and line; or empty */
    str args[PROBLEM_ARGS];
};

struct problems {
    struct arena *arena; /* copies of pointers and arguments */
    VEC(struct problem) list;
    size_t dropped; /* beyond LIMIT_PROBLEMS */
};

/* Adds one; args are NULL-terminated C strings or omitted:
 * problem_add(p, S("/name"), "too_long", "200", NULL). p may be NULL: nothing is kept. */
void problem_add(struct problems *, str pointer, const char *code, ...) __attribute__((sentinel));
/* The same with str arguments; unused ones empty. */
void problem_add_str(struct problems *, str pointer, const char *code, str a, str b, str c);
bool problems_any(const struct problems *);
/* prefix + "/" + escaped key, in the arena (RFC 6901 escapes ~ and /). */
str pointer_join(struct arena *, str prefix, str key);
str pointer_index(struct arena *, str prefix, size_t index);
