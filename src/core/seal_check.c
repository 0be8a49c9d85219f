#include <string.h>

#include "base/limits.h"
#include "core/seal_internal.h"
#include "sql_core.h"

struct checking {
    struct ctx *ctx;
    struct arena *arena; /* of one seal */
    struct seal seal;
    int64_t tx, id; /* the last change that was found right */
    size_t at;      /* how many marks of the seal have been met */
    crypto_hash_sha256_state chain;
    unsigned char marks[SEAL_CHANGES * MARK_BYTES];
    struct seal_fault fault;
};

/* Notes the first fault; false, for the caller to pass on. */
static bool wrong(struct checking *k, int64_t change, const char *why)
{
    k->fault = (struct seal_fault){k->seal.id, change, why};
    return false;
}

static int64_t mark_id(const struct checking *k, size_t i)
{
    uint64_t id = 0;
    for (size_t b = 0; b < 8; b++)
        id = id << 8 | k->marks[i * MARK_BYTES + b];
    return (int64_t)id;
}

static bool marked_later(const struct checking *k, int64_t id)
{
    for (size_t i = k->at; i < (size_t)k->seal.changes; i++)
        if (mark_id(k, i) == id)
            return true;
    return false;
}

/* Is the change the next one of the seal? */
static bool meet(struct checking *k, const struct change *ch)
{
    unsigned char hash[crypto_hash_sha256_BYTES], mark[MARK_BYTES];
    seal_hash_change(ch, hash);
    seal_mark(ch, hash, mark);
    if (k->at == (size_t)k->seal.changes || mark_id(k, k->at) != ch->id)
        return marked_later(k, ch->id) ? wrong(k, mark_id(k, k->at), "removed")
                                       : wrong(k, ch->id, "added");
    if (memcmp(mark, &k->marks[k->at * MARK_BYTES], MARK_BYTES) != 0)
        return wrong(k, ch->id, "edited");
    crypto_hash_sha256_update(&k->chain, hash, sizeof hash);
    k->at++;
    k->tx = ch->tx;
    k->id = ch->id;
    return true;
}

/* The changes up to the seal's end are those of its marks. */
static err_t check_changes(struct checking *k, bool *right)
{
    AUTO_ARENA page = arena_new(LIMIT_REQUEST_ARENA);
    size_t n;
    *right = true;
    do {
        struct change *changes;
        value params[] = {V_INT(k->tx), V_INT(k->id), V_INT(k->seal.until_tx),
                          V_INT(k->seal.until_id), V_INT(SEAL_PAGE)};
        arena_reset(page);
        TRY(change_read(k->ctx->conn, page, SQL_SEAL_CHANGES, params, 5, SEAL_PAGE_BYTES, &changes,
                        &n));
        for (size_t i = 0; i < n && *right; i++)
            *right = meet(k, &changes[i]);
    } while (n && *right);
    if (!*right || k->at == (size_t)k->seal.changes)
        return OK;
    value params[] = {V_INT(k->tx), V_INT(k->id)}, any;
    err_t e = db_one(k->ctx->conn, k->arena, SQL_SEAL_ANY_AFTER, params, 2, &any, 1);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *right = wrong(k, mark_id(k, k->at), e == OK ? "removed" : "truncated");
    return OK;
}

/* The seal itself is as it was made, and follows the one before. */
static bool check_form(struct checking *k, int64_t expected)
{
    char mac[HASH_HEX + 1];
    size_t n;
    if (k->seal.id != expected) {
        k->seal.id = expected;
        return wrong(k, 0, "seal");
    }
    seal_mac(k->ctx->app, &k->seal, mac);
    if (k->seal.mac.n != HASH_HEX || sodium_memcmp(k->seal.mac.p, mac, HASH_HEX) != 0)
        return wrong(k, 0, "seal");
    if (sodium_base642bin(k->marks, sizeof k->marks, k->seal.marks.p, k->seal.marks.n, NULL, &n,
                          NULL, sodium_base64_VARIANT_ORIGINAL) ||
        n != (size_t)k->seal.changes * MARK_BYTES)
        return wrong(k, 0, "seal");
    return true;
}

static err_t check_seal(struct checking *k, const char prior[static HASH_HEX + 1], bool *right)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char hex[HASH_HEX + 1];
    crypto_hash_sha256_init(&k->chain);
    crypto_hash_sha256_update(&k->chain, (const unsigned char *)prior, HASH_HEX);
    k->at = 0;
    TRY(check_changes(k, right));
    if (!*right)
        return OK;
    crypto_hash_sha256_final(&k->chain, hash);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    if (!str_eqz(k->seal.hash, hex))
        *right = wrong(k, 0, "seal");
    return OK;
}

/* All seals in order; *last is how many, *head_right whether that of the file is among them. */
static err_t check_seals(struct checking *k, const struct seal *head, int64_t *last, bool *right)
{
    char prior[HASH_HEX + 1];
    memcpy(prior, SEAL_NONE.hash.p, sizeof prior);
    *right = true;
    for (*last = 0;; *last = k->seal.id) {
        value after = V_INT(*last);
        arena_reset(k->arena);
        err_t e = seal_read(k->ctx->conn, k->arena, SQL_SEAL_NEXT, &after, 1, &k->seal);
        if (e == ERR_NOT_FOUND)
            return OK;
        TRY(e);
        *right = check_form(k, *last + 1);
        if (*right)
            TRY(check_seal(k, prior, right));
        if (*right && k->seal.id == head->id && !str_eq(k->seal.hash, head->hash))
            *right = wrong(k, 0, "seal");
        if (!*right)
            return OK;
        memcpy(prior, k->seal.hash.p, HASH_HEX);
    }
}

err_t seal_check(struct ctx *c, struct seal_fault *out, int64_t *looked, bool *clean)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    struct checking k = {
        .ctx = c, .arena = arena, .tx = SEAL_NONE.until_tx, .id = SEAL_NONE.until_id};
    struct seal head;
    int64_t last;
    bool right;
    TRY(seal_head_read(c->app, c->arena, &head));
    TRY(check_seals(&k, &head, &last, &right));
    *looked = last + !right;
    k.seal.id = last + 1;
    if (right && head.id > last)
        right = wrong(&k, 0, "truncated");
    else if (right && last > 0 && !head.id) /* somebody took the file away */
        right = wrong(&k, 0, "seal");
    *clean = right;
    if (!right)
        *out = k.fault;
    return OK;
}
