/* file: what people upload and what the server makes for them. The bytes lie under random names in
 * data_folder/files, outside anything that is served; a record of object `file` says what they are
 * (security F2: type by content and allow-list, a quota for each user). */
#pragma once

#include "core/ctx.h"

enum {
    FILE_QUOTA_MIB = 4096, /* of one user */
    EXPORT_DAYS = 7,       /* the file of an export is kept */
};

struct stored_file {
    int64_t id, size;
    str name, type;
    const char *path;
};

/* What is to be found out of a file before it is kept, which takes long: outside a transaction. */
struct new_file {
    const char *path;
    str name;
    const char *type;
    str sha256; /* in hex */
    int64_t size;
};
/* Takes out of a picture what it does not show (core/image.h). ERR_INVALID "file_type_refused",
 * "file_empty", "image_broken", "image_too_large"; ERR_DISK_FULL. */
err_t file_look(struct ctx *, const char *path, str name, struct new_file *out) MUST_USE;
/* As file_keep, in a transaction too. */
err_t file_keep_new(struct ctx *, const struct new_file *, int64_t *id) MUST_USE;
/* Takes the file at path away and keeps it as the caller's. ERR_INVALID "file_type_refused",
 * "file_empty"; ERR_LIMIT "file_quota". Where it fails the file stays where it was. */
err_t file_keep(struct ctx *, const char *path, str name, int64_t *id) MUST_USE;
/* The same for a list of the object's records: for EXPORT_DAYS, and only for whoever made it, while
 * he may still export these. */
err_t file_keep_export(
    struct ctx *, const char *path, str name, const struct object *, int64_t *id) MUST_USE;
/* Removes the next files whose time is over, with their bytes; *removed 0: there are none. Outside
 * a transaction. */
err_t file_expire(struct ctx *, int64_t *removed) MUST_USE;
/* Removes the bytes of a file whose record has been deleted; nothing when it lives. */
err_t file_wipe(struct ctx *, int64_t id) MUST_USE;
/* What the caller may see: own files, those of a record in his sight. ERR_NOT_FOUND otherwise. */
err_t file_find(struct ctx *, int64_t id, struct stored_file *out) MUST_USE;
/* Whoever asks; for what the server itself reads. */
err_t file_load(struct ctx *, int64_t id, struct stored_file *out) MUST_USE;
/* How the bytes differ from what was kept: "missing", "unreadable", "size", "content"; NULL: not at
 * all. hash may be empty. */
const char *file_wrong(struct ctx *, str storage, int64_t size, str hash);
/* A new path for a temporary file in data_folder/spool. */
const char *file_spool_path(struct ctx *);

/* file_type.c: the media type that the bytes have, or NULL when such files are not taken. */
const char *file_type(const char *path, str name);
