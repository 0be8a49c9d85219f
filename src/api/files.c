#include "api/files.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "core/access.h"
#include "core/file.h"

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* "%E5%AE%A2.xlsx": what is no percent sign with two digits stays. Empty when it is not UTF-8. */
static str decode_name(struct arena *arena, str s)
{
    char *out = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int high = s.p[i] == '%' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
        if (low >= 0) {
            out[n++] = (char)(high * 16 + low);
            i += 2;
        } else {
            out[n++] = s.p[i];
        }
    }
    str name = {out, n};
    return utf8_valid(name) && str_find_byte(name, '\0') == SIZE_MAX ? name : (str){0};
}

static void write_file(struct jw *w, const struct stored_file *f)
{
    jw_open(w, '{');
    jw_key(w, S("id"));
    jw_id(w, f->id);
    jw_key(w, S("name"));
    jw_str(w, f->name);
    jw_key(w, S("size"));
    jw_int(w, f->size);
    jw_key(w, S("type"));
    jw_str(w, f->type);
    jw_close(w, '}');
}

static err_t reply_file(struct call *call, int status, int64_t id)
{
    struct stored_file f;
    TRY(file_find(&call->ctx, id, &f));
    call_begin(call, status);
    write_file(&call->out, &f);
    call_end(call);
    return OK;
}

err_t files_create_prepare(struct call *call)
{
    struct ctx *c = &call->ctx;
    struct new_file *f = ARENA_NEW(c->arena, struct new_file);
    TRY(access_check_active(c));
    if (!call->request->body_file) {
        problem_add(&c->problems, S(""), "file_empty", NULL);
        return ERR_INVALID;
    }
    str name = decode_name(c->arena, http_header(call->request, "X-File-Name"));
    call->prepared = f;
    return file_look(c, call->request->body_file, name, f);
}

err_t files_create(struct call *call)
{
    int64_t id;
    TRY(file_keep_new(&call->ctx, call->prepared, &id));
    return reply_file(call, 201, id);
}

err_t files_get(struct call *call)
{
    int64_t id;
    TRY(call_id(call, 0, &id));
    return reply_file(call, 200, id);
}

/* RFC 6266: the name in UTF-8, percent-encoded. */
static str disposition(struct arena *arena, str name)
{
    static const char digits[] = "0123456789ABCDEF";
    AUTO_BUF out;
    buf_init(&out, 4096);
    buf_addz(&out, "attachment; filename*=UTF-8''");
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '.' ||
                     c == '-' || c == '_';
        if (!plain)
            buf_byte(&out, '%');
        buf_byte(&out, plain ? (char)c : digits[c >> 4]);
        if (!plain)
            buf_byte(&out, digits[c & 15]);
    }
    return arena_str(arena, buf_str(&out));
}

err_t call_download(struct call *call, const char *path, str name, str type)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return FAULT("a stored file is missing");
    call->reply->file = fd;
    call->reply->type = arena_strz(call->ctx.arena, type);
    call_header(call, "Content-Disposition", disposition(call->ctx.arena, name));
    return OK;
}

err_t files_content(struct call *call)
{
    struct stored_file f;
    int64_t id;
    TRY(call_id(call, 0, &id));
    TRY(file_find(&call->ctx, id, &f));
    return call_download(call, f.path, f.name, f.type);
}
