#include "core/seal_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "sql_core.h"

/* ---- what is hashed ---- */

static void add_int(crypto_hash_sha256_state *h, int64_t v)
{
    unsigned char bytes[8];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)((uint64_t)v >> (56 - 8 * i));
    crypto_hash_sha256_update(h, bytes, sizeof bytes);
}

static void add_str(crypto_hash_sha256_state *h, str s)
{
    add_int(h, (int64_t)s.n);
    crypto_hash_sha256_update(h, (const unsigned char *)s.p, s.n);
}

void seal_hash_change(const struct change *ch, unsigned char out[static crypto_hash_sha256_BYTES])
{
    const int64_t numbers[] = {ch->id, ch->tx,     ch->at,       ch->actor,  ch->batch,
                               ch->op, ch->record, ch->customer, ch->version};
    const str texts[] = {ch->through, ch->object, ch->before, ch->after};
    crypto_hash_sha256_state h;
    crypto_hash_sha256_init(&h);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        add_int(&h, numbers[i]);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add_str(&h, texts[i]);
    crypto_hash_sha256_final(&h, out);
}

void seal_mark(const struct change *ch,
               const unsigned char *hash,
               unsigned char out[static MARK_BYTES])
{
    for (unsigned i = 0; i < 8; i++)
        out[i] = (unsigned char)((uint64_t)ch->id >> (56 - 8 * i));
    memcpy(out + 8, hash, 8);
}

void seal_mac(const struct app *app, const struct seal *s, char hex[static HASH_HEX + 1])
{
    static const unsigned char purpose[] = "renmai seal";
    unsigned char key[crypto_auth_hmacsha256_KEYBYTES], digest[crypto_hash_sha256_BYTES],
        mac[crypto_auth_hmacsha256_BYTES];
    crypto_hash_sha256_state h;
    crypto_auth_hmacsha256(key, purpose, sizeof purpose, app->key);
    crypto_hash_sha256_init(&h);
    add_int(&h, s->id);
    add_int(&h, s->at);
    add_int(&h, s->until_tx);
    add_int(&h, s->until_id);
    add_int(&h, s->changes);
    add_str(&h, s->hash);
    add_str(&h, s->marks);
    crypto_hash_sha256_final(&h, digest);
    crypto_auth_hmacsha256(mac, digest, sizeof digest, key);
    sodium_bin2hex(hex, HASH_HEX + 1, mac, sizeof mac);
    sodium_memzero(key, sizeof key);
}

err_t seal_read(struct db_conn *conn,
                struct arena *arena,
                str sql,
                const value *params,
                size_t n,
                struct seal *out)
{
    value v[8];
    TRY(db_one(conn, arena, sql, params, n, v, 8));
    *out = (struct seal){v[0].i, v[1].i, v[2].i, v[3].i, v[4].i, v[5].s, v[6].s, v[7].s};
    return OK;
}

/* ---- the file ---- */

static const char *head_path(const struct app *app, struct arena *arena, const char *suffix)
{
    return arena_printf(arena, STR_FMT "/seal.head%s", STR_ARG(app->data_folder), suffix).p;
}

err_t seal_head_read(const struct app *app, struct arena *arena, struct seal *out)
{
    char text[512];
    int fd = open(head_path(app, arena, ""), O_RDONLY | O_CLOEXEC);
    *out = SEAL_NONE;
    if (fd < 0 && errno == ENOENT)
        return OK;
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return FAULT_DETAIL("cannot read seal.head", str_from(strerror(errno)));
    json_t *j = json_keep(arena, json_loadb(text, (size_t)n, 0, NULL));
    out->id = json_get_int(j, "seal", INT64_MAX); /* a file that nobody can read is no excuse */
    out->hash = arena_str(arena, json_get_str(j, "hash"));
    return OK;
}

static bool write_all(const char *path, str text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool done = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
    if (fd >= 0 && close(fd))
        done = false;
    return done;
}

static bool sync_folder(const struct app *app, struct arena *arena)
{
    int fd = open(arena_strz(arena, app->data_folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return done;
}

static err_t head_write(const struct app *app, struct arena *arena, const struct seal *s)
{
    const char *path = head_path(app, arena, ""), *new = head_path(app, arena, ".new");
    str text = arena_printf(arena, "{\"seal\":%lld,\"until\":\"%lld\",\"hash\":\"" STR_FMT "\"}\n",
                            (long long)s->id, (long long)s->until_id, STR_ARG(s->hash));
    if (!write_all(new, text) || rename(new, path) || !sync_folder(app, arena)) {
        log_event(LOG_ERROR, "seal_head_unwritable", "reason", LOG_Z(strerror(errno)), NULL);
        return ERR_UNAVAILABLE;
    }
    return OK;
}

/* ---- making ---- */

struct making {
    struct arena *arena; /* of this seal: a long log has thousands */
    int64_t cutoff;
    struct seal seal; /* the one that is made */
    str prior;        /* hash of the one before, hex */
    crypto_hash_sha256_state chain;
    unsigned char marks[SEAL_CHANGES * MARK_BYTES];
    bool ended; /* what comes next is not old enough */
};

static void take_change(struct making *m, const struct change *ch)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    seal_hash_change(ch, hash);
    crypto_hash_sha256_update(&m->chain, hash, sizeof hash);
    seal_mark(ch, hash, &m->marks[m->seal.changes * MARK_BYTES]);
    m->seal.changes++;
    m->seal.until_tx = ch->tx;
    m->seal.until_id = ch->id;
}

/* The changes that follow, while they are old enough and one seal holds them. Never one whose
 * transaction might still see an earlier one commit. */
static err_t take_changes(struct ctx *c, struct making *m)
{
    AUTO_ARENA page = arena_new(LIMIT_REQUEST_ARENA);
    while (!m->ended && m->seal.changes < SEAL_CHANGES) {
        struct change *changes;
        size_t n;
        value params[] = {V_INT(m->seal.until_tx), V_INT(m->seal.until_id), V_INT(SEAL_PAGE)};
        arena_reset(page);
        TRY(change_read(c->conn, page, SQL_CHANGE_AFTER, params, 3, SEAL_PAGE_BYTES, &changes, &n));
        m->ended = n == 0;
        for (size_t i = 0; i < n && !m->ended && m->seal.changes < SEAL_CHANGES; i++) {
            m->ended = changes[i].at >= m->cutoff;
            if (!m->ended)
                take_change(m, &changes[i]);
        }
    }
    return OK;
}

static err_t make_work(struct ctx *c, void *arg)
{
    struct making *m = arg;
    struct seal last;
    err_t e = seal_read(c->conn, m->arena, SQL_SEAL_LAST, NULL, 0, &last);
    if (e == ERR_NOT_FOUND)
        last = SEAL_NONE;
    else
        TRY(e);
    m->ended = false;
    m->seal = (struct seal){
        .id = last.id + 1, .at = c->now, .until_tx = last.until_tx, .until_id = last.until_id};
    crypto_hash_sha256_init(&m->chain);
    crypto_hash_sha256_update(&m->chain, (const unsigned char *)last.hash.p, last.hash.n);
    TRY(take_changes(c, m));
    if (!m->seal.changes)
        return OK;

    unsigned char hash[crypto_hash_sha256_BYTES];
    char hex[HASH_HEX + 1], mac[HASH_HEX + 1];
    char marks[sodium_base64_ENCODED_LEN(sizeof m->marks, sodium_base64_VARIANT_ORIGINAL)];
    crypto_hash_sha256_final(&m->chain, hash);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    sodium_bin2base64(marks, sizeof marks, m->marks, (size_t)m->seal.changes * MARK_BYTES,
                      sodium_base64_VARIANT_ORIGINAL);
    m->seal.hash = arena_str(m->arena, str_from(hex));
    m->seal.marks = str_from(marks);
    seal_mac(c->app, &m->seal, mac);
    int64_t added;
    value params[] = {V_INT(m->seal.id),       V_INT(m->seal.at),      V_INT(m->seal.until_tx),
                      V_INT(m->seal.until_id), V_INT(m->seal.changes), V_TEXT(m->seal.hash),
                      V_TEXT(m->seal.marks),   V_TEXT(str_from(mac))};
    TRY(db_run(c->conn, SQL_SEAL_ADD, params, 8, &added));
    return added ? OK : ERR_UNAVAILABLE; /* another process sealed at the same time */
}

err_t seal_next(struct ctx *c, int64_t *sealed)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct making m = {.arena = arena, .cutoff = c->now / CLOCK_HOUR * CLOCK_HOUR};
    TRY(ctx_transact(c, make_work, &m));
    *sealed = m.seal.changes;
    if (!m.seal.changes)
        return OK;
    TRY(head_write(c->app, arena, &m.seal));
    log_event(LOG_INFO, "log_sealed", "seal", LOG_INT(m.seal.id), "changes",
              LOG_INT(m.seal.changes), "until", LOG_INT(m.seal.until_id), "hash",
              LOG_STR(m.seal.hash), NULL);
    return OK;
}
