/* bench: the server within this process, on a database filled with believable customers. */
#pragma once

#include "api/api.h"
#include "client.h"
#include "core/auth_session.h"
#include "core/record_internal.h"

enum { CLIENTS = 16, PAGE = 50 };

struct bench {
    struct app *app;
    struct api *api;
    struct arena *arena;
    struct ctx ctx;
    const struct object *customer;
    struct login login;
    int64_t *ids; /* of customers with orders and history, in no order */
    size_t id_count;
    size_t customers;
    double seconds;
};

void bench_check(err_t, const char *what); /* ends the program */
/* Opens the database, fills it up to so many customers, waits until all can be found, serves. */
void bench_begin(struct bench *, const char *url, size_t customers, double seconds);
void bench_end(struct bench *);

/* From now on requests come from a new person who reads these rows: "all", "own". */
int64_t bench_sign_in(struct bench *, const char *rows);

/* A GET of the person who is signed in; path after /api/v1/. */
void bench_get(struct buf *, const struct bench *, const char *path);
/* What a second gives beside the bare libraries, and whether the ratio is as it should be. */
void bench_line(const char *what, double here, double bare, double goal);
/* The most that a figure may be. */
void bench_most(const char *what, double here, const char *unit, double goal);

double bench_median(double *, size_t n); /* sorts them */

void bench_search(struct bench *);
void bench_growth(struct bench *small, struct bench *large);
