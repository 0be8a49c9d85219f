/* package: the parts of an .xlsx, each streamed from the zip through a push parser.
 *
 * Only parts named by the package itself are read, nothing is ever written by an entry's name.
 * Bytes are counted while inflating. DOCTYPE, deep nesting and network are refused. */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

struct package;
struct part;
struct part_attributes;

struct part_handler {
    void (*start)(void *context, const char *name, const struct part_attributes *);
    void (*end)(void *context, const char *name);
    void (*text)(void *context, str text);
};

/* ERR_INVALID with "sheet_broken", "sheet_bomb", "sheet_encrypted". */
err_t package_open(const char *path, struct problems *, struct package **) MUST_USE;
void package_close(struct package *);
bool package_has(struct package *, const char *name);
/* Bytes inflated so far, of all parts; may be set back before a part is read again. */
uint64_t package_inflated(const struct package *);
void package_set_inflated(struct package *, uint64_t bytes);

/* Names are local names, without prefix. */
err_t part_open(struct package *,
                const char *name,
                const struct part_handler *,
                void *context,
                struct problems *,
                struct part **) MUST_USE;
/* Reads and parses some more, which calls the handler. */
err_t part_feed(struct part *, bool *end, struct problems *) MUST_USE;
double part_progress(const struct part *);
void part_close(struct part *); /* NULL is fine */
/* A whole part at once. */
err_t part_read(struct package *,
                const char *name,
                const struct part_handler *,
                void *context,
                struct problems *) MUST_USE;
/* Whether the bytes of the part have the word; what is broken or too large has none. */
bool part_mentions(struct package *, const char *name, const char *word);
/* Adds "sheet_broken" with the part's name, the line in it (0 = none) and why (messages
 * "sheet_why_…"); ERR_INVALID. */
err_t part_broken(const char *name, size_t line, const char *why, struct problems *) MUST_USE;

/* Borrowed while in start(); p is NULL when absent. */
str part_attribute(const struct part_attributes *, const char *name);
