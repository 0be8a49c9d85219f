/* file_internal: what the files of core/file*.c share. */
#pragma once

#include "core/file.h"
#include "core/record.h"

/* A file is seen by who made it and by who may see the record that it belongs to. */
bool file_may_see(struct ctx *, const struct record *file);
/* Within the transaction that writes the record. ERR_INVALID "unknown_ref": a file that is gone, or
 * not the caller's to see. before may be NULL. */
err_t file_attach(struct ctx *, const struct record *before, const struct record *after) MUST_USE;
