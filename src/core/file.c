#include "core/file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/image.h"
#include "core/record_internal.h"
#include "sql_core.h"

enum { NAME_CHARS = 255, EXPIRED_AT_ONCE = 100 };

static const struct object *files(const struct ctx *c)
{
    return model_object(c->model, S("file"));
}

static str text_of(const struct record *r, const char *field)
{
    value v = record_cell(r, object_field(r->object, str_from(field)), 0);
    return v.kind == VALUE_TEXT ? v.s : (str){0};
}

/* "ab/<rest>": a folder of thousands of files is split by the first two characters. */
static const char *path_of(struct ctx *c, str storage)
{
    return arena_printf(c->arena, STR_FMT "/files/" STR_FMT, STR_ARG(c->app->data_folder),
                        STR_ARG(storage))
        .p;
}

const char *file_spool_path(struct ctx *c)
{
    char token[TOKEN_CHARS + 1];
    token_new(token);
    return arena_printf(c->arena, STR_FMT "/spool/%s", STR_ARG(c->app->data_folder), token).p;
}

/* Flushes the file to the disk and gives its SHA-256. */
static err_t digest(const char *path, char hex[static DIGEST_CHARS + 1], int64_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return FAULT("file to keep cannot be read");
    bool whole = digest_fd(fd, hex, size) && fsync(fd) == 0;
    close(fd);
    return whole ? OK : ERR_UNAVAILABLE;
}

static err_t check_quota(struct ctx *c, int64_t size)
{
    value used = V_INT(0), user = V_INT(c->user);
    if (!c->user)
        return OK;
    TRY(db_one(c->conn, c->arena, SQL_FILE_USED, &user, 1, &used, 1));
    if (used.i + size <= (int64_t)FILE_QUOTA_MIB * MIB)
        return OK;
    problem_add_str(&c->problems, S(""), "file_quota", arena_printf(c->arena, "%d", FILE_QUOTA_MIB),
                    (str){0}, (str){0});
    return ERR_LIMIT;
}

static err_t refuse(struct ctx *c, const char *code)
{
    problem_add(&c->problems, S(""), code, NULL);
    return ERR_INVALID;
}

static str last_part(str name)
{
    str part = name, rest = name;
    while (str_split(&rest, '/', &part))
        continue;
    rest = part;
    while (str_split(&rest, '\\', &part))
        continue;
    part = utf8_prefix(str_trim(part), NAME_CHARS);
    return part.n ? part : S("file");
}

static err_t move(struct ctx *c, const char *path, str storage)
{
    const char *folder = path_of(c, str_cut(storage, 0, 2));
    if ((mkdir(folder, 0700) && errno != EEXIST) || rename(path, path_of(c, storage)))
        return errno == ENOSPC ? ERR_DISK_FULL : ERR_UNAVAILABLE;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return ERR_UNAVAILABLE;
    bool bad = fsync(fd);
    close(fd);
    return bad ? ERR_UNAVAILABLE : OK;
}

/* The record is the server's own work: nobody writes its columns himself. */
static err_t create(struct ctx *c, const json_t *body, int64_t *id)
{
    const struct access *mine = c->access;
    int64_t batch = c->batch;
    struct record *r;
    c->access = NULL;
    c->batch = 0;
    err_t e = record_create(c, files(c), body, NULL, &r);
    c->access = mine;
    c->batch = batch;
    if (e == OK)
        *id = record_id(r);
    return e;
}

static enum image_fault clean_into(const char *type, int fd, int64_t size, FILE *out)
{
    void *bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return IMAGE_BROKEN;
    enum image_fault fault = image_clean(str_from(type), (str){bytes, (size_t)size}, out);
    munmap(bytes, (size_t)size);
    return fault;
}

/* In the place of what was uploaded. */
static err_t clean(struct ctx *c, const char *path, const char *type)
{
    const char *cleaned = file_spool_path(c);
    struct stat of;
    err_t e = OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    FILE *out = fopen(cleaned, "wxe");
    if (fd < 0 || !out || fstat(fd, &of) || !of.st_size)
        e = errno == ENOSPC ? ERR_DISK_FULL : ERR_UNAVAILABLE;
    enum image_fault fault = e == OK ? clean_into(type, fd, of.st_size, out) : IMAGE_FINE;
    if (fd >= 0)
        close(fd);
    if (out && (ferror(out) | fclose(out)) && e == OK)
        e = errno == ENOSPC ? ERR_DISK_FULL : ERR_UNAVAILABLE;
    if (e == OK && fault)
        e = refuse(c, fault == IMAGE_BROKEN ? "image_broken" : "image_too_large");
    if (e == OK && rename(cleaned, path))
        e = ERR_UNAVAILABLE;
    if (e != OK)
        unlink(cleaned);
    return e;
}

err_t file_look(struct ctx *c, const char *path, str name, struct new_file *out)
{
    char hex[DIGEST_CHARS + 1];
    int64_t size;
    struct stat of;
    if (stat(path, &of) == 0 && !of.st_size)
        return refuse(c, "file_empty");
    name = arena_str(c->arena, last_part(name));
    const char *type = file_type(path, name);
    if (!type)
        return refuse(c, "file_type_refused");
    if (str_starts(str_from(type), S("image/")))
        TRY(clean(c, path, type));
    TRY(digest(path, hex, &size));
    *out = (struct new_file){path, name, type, arena_str(c->arena, str_from(hex)), size};
    return OK;
}

/* more: what else the record holds. */
static err_t keep(struct ctx *c, const struct new_file *f, json_t *more, int64_t *id)
{
    char token[TOKEN_CHARS + 1];
    TRY(check_quota(c, f->size));
    token_new(token);
    str storage = arena_printf(c->arena, "%.2s/%s", token, token + 2);
    TRY(move(c, f->path, storage));
    json_t *body =
        json_keep(c->arena, json_pack("{s:s%, s:s, s:I, s:s%, s:s%}", "name", f->name.p, f->name.n,
                                      "type", f->type, "size", (json_int_t)f->size, "sha256",
                                      f->sha256.p, f->sha256.n, "storage", storage.p, storage.n));
    if (more)
        json_object_update(body, more);
    err_t e = body ? create(c, body, id) : ERR_INVALID;
    if (e != OK && rename(path_of(c, storage), f->path))
        log_event(LOG_WARN, "file_left_over", "errno", LOG_INT(errno), NULL);
    return e;
}

err_t file_keep_new(struct ctx *c, const struct new_file *f, int64_t *id)
{
    return keep(c, f, NULL, id);
}

err_t file_keep(struct ctx *c, const char *path, str name, int64_t *id)
{
    struct new_file f;
    TRY(file_look(c, path, name, &f));
    return keep(c, &f, NULL, id);
}

err_t file_keep_export(
    struct ctx *c, const char *path, str name, const struct object *o, int64_t *id)
{
    char until[INSTANT_CHARS + 1];
    struct new_file f;
    TRY(file_look(c, path, name, &f));
    instant_format(c->now + EXPORT_DAYS * CLOCK_DAY, until);
    json_t *more = json_keep(
        c->arena, json_pack("{s:s%, s:s}", "export_of", o->name.p, o->name.n, "expires_at", until));
    return keep(c, &f, more, id);
}

static void describe(struct ctx *c, const struct record *r, struct stored_file *out)
{
    *out = (struct stored_file){
        .id = record_id(r),
        .size = record_cell(r, object_field(r->object, S("size")), 0).i,
        .name = text_of(r, "name"),
        .type = text_of(r, "type"),
        .path = path_of(c, text_of(r, "storage")),
    };
}

err_t file_load(struct ctx *c, int64_t id, struct stored_file *out)
{
    struct record *r;
    TRY(record_load(c, files(c), id, &r));
    if (!record_live(r))
        return ERR_NOT_FOUND;
    describe(c, r, out);
    return OK;
}

err_t file_wipe(struct ctx *c, int64_t id)
{
    struct record *r;
    err_t e = record_load(c, files(c), id, &r);
    if (e != OK || record_live(r))
        return e == ERR_NOT_FOUND ? OK : e;
    if (unlink(path_of(c, text_of(r, "storage"))) && errno != ENOENT)
        return ERR_UNAVAILABLE;
    return OK;
}

/* ---- what is kept for a time ---- */

struct expired {
    int64_t ids[EXPIRED_AT_ONCE];
    size_t n;
};

static err_t delete_expired(struct ctx *c, void *arg)
{
    const struct expired *x = arg;
    struct record *unused;
    for (size_t i = 0; i < x->n; i++) {
        err_t e = record_delete(c, files(c), x->ids[i], 0, &unused);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
    }
    return OK;
}

/* First the bytes: what is broken off in between is found again. */
err_t file_expire(struct ctx *c, int64_t *removed)
{
    struct expired x = {0};
    value params[] = {V_INT(c->now), V_INT(EXPIRED_AT_ONCE)};
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_FILE_EXPIRED, params, 2, &rows));
    while (x.n < EXPIRED_AT_ONCE && db_next(rows)) {
        if (unlink(path_of(c, db_text(rows, 1))) && errno != ENOENT)
            return ERR_UNAVAILABLE;
        x.ids[x.n++] = db_int(rows, 0);
    }
    TRY(db_rows_error(rows));
    *removed = (int64_t)x.n;
    return x.n ? ctx_transact(c, delete_expired, &x) : OK;
}

const char *file_wrong(struct ctx *c, str storage, int64_t size, str hash)
{
    char hex[DIGEST_CHARS + 1];
    int64_t found;
    if (!digest_file(path_of(c, storage), hex, &found))
        return errno == ENOENT ? "missing" : "unreadable";
    return found != size ? "size" : hash.n && !str_eqz(hash, hex) ? "content" : NULL;
}

static bool may_see_export(struct ctx *c, const struct record *r, str of, bool own)
{
    const struct object *o = model_object(c->model, of);
    value until = record_cell(r, object_field(r->object, S("expires_at")), 0);
    return own && o && access_may(c->access, o, OP_EXPORT) && until.i > c->now;
}

bool file_may_see(struct ctx *c, const struct record *r)
{
    struct record *unused;
    int64_t id;
    bool own = c->user && record_cell(r, r->object->created_by, 0).i == c->user;
    str export_of = text_of(r, "export_of");
    if (export_of.n)
        return may_see_export(c, r, export_of, own);
    if (own || access_administrator(c->access))
        return true;
    const struct object *o = model_object(c->model, text_of(r, "object"));
    if (o && id_parse(text_of(r, "record"), &id) == OK)
        return record_get(c, o, id, OP_READ, &unused) == OK;
    value customer = record_cell(r, object_field(r->object, S("customer")), 0);
    return customer.kind == VALUE_INT &&
           record_get(c, model_object(c->model, S("customer")), customer.i, OP_READ, &unused) == OK;
}

err_t file_find(struct ctx *c, int64_t id, struct stored_file *out)
{
    struct record *r;
    TRY(record_load(c, files(c), id, &r));
    if (!record_live(r) || !file_may_see(c, r))
        return ERR_NOT_FOUND;
    describe(c, r, out);
    return OK;
}
