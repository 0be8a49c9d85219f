/* export: a list as a file, under the export right: what its list shows, masks included. */
#pragma once

#include "core/job.h"
#include "core/record.h"

/* What to export: {"where","q","sort","fields":["name",…] or "a,b","format":"xlsx"|"csv"}. */
struct export
{
    const struct object *object;
    struct list_query query;
    const struct field **fields;
    size_t field_count;
    bool csv;
    const json_t *request;
};
/* ERR_INVALID with problems; ERR_DENIED. */
err_t export_read(struct ctx *, const struct object *, const json_t *, struct export *out) MUST_USE;
/* Enqueues it. ERR_DENIED "proof_required" (auth_fresh); ERR_LIMIT "too_many_exports" with the
 * seconds to wait: 5 an hour (C5). */
err_t export_start(struct ctx *, const struct export *, int64_t *job) MUST_USE;
/* Writes the file and the entry of the audit; job may be NULL. */
err_t export_write(
    struct ctx *, struct job *, const struct export *, const char *path, size_t *rows) MUST_USE;
void export_attach(void);
