/* err: what a function may come back with.
 *
 * Outcomes are part of a function's contract: each function lists those it returns, and its caller
 * handles them. Faults are never the caller's doing; they are passed up unchanged with TRY().
 * The words for people are in a `struct problems` (base/problem.h), not in the code. */
#pragma once

#define MUST_USE __attribute__((warn_unused_result))

typedef enum err {
    OK = 0,
    /* outcomes */
    ERR_INVALID,   /* the input is wrong: problems say where and why */
    ERR_DENIED,    /* the caller may not do this */
    ERR_NOT_FOUND, /* no such thing, or not visible to the caller */
    ERR_CONFLICT,  /* stale version, duplicate key, replay with another body */
    ERR_LIMIT,     /* too many, too large, too often */
    /* faults */
    ERR_UNAVAILABLE, /* database away, shutting down: try again later */
    ERR_DISK_FULL,   /* nothing can be written until somebody makes room */
    ERR_INTERNAL,    /* a bug or a broken invariant; logged where it was found */
} err_t;

static inline int err_is_fault(err_t e)
{
    return e >= ERR_UNAVAILABLE;
}

/* Short English word for logs: "invalid", "denied" … */
const char *err_name(err_t e);
int err_http_status(err_t e);
int err_exit_code(err_t e); /* 0 done, 1 refused, 3 fault */

#define TRY(expr)                                                                                  \
    do {                                                                                           \
        err_t try_err_ = (expr);                                                                   \
        if (try_err_ != OK)                                                                        \
            return try_err_;                                                                       \
    } while (0)
