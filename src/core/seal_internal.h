/* seal_internal: what making and checking seals share. */
#pragma once

#include <sodium.h>

#include "core/change_internal.h"

enum {
    SEAL_CHANGES = 1000, /* most in one seal */
    SEAL_PAGE = 200,
    SEAL_PAGE_BYTES = 8 * 1024 * 1024,
    MARK_BYTES = 16, /* id and head of the hash, 8 each */
    HASH_HEX = 2 * crypto_hash_sha256_BYTES,
};

/* A row of the table. */
struct seal {
    int64_t id, at, until_tx, until_id, changes;
    str hash, marks, mac;
};

/* What stands before the first: no change is older. */
#define SEAL_NONE                                                                                  \
    ((struct seal){.until_tx = INT64_MIN,                                                          \
                   .until_id = INT64_MIN,                                                          \
                   .hash = S("0000000000000000000000000000000000000000000000000000000000000000")})

/* ERR_NOT_FOUND: there is none. */
err_t seal_read(struct db_conn *,
                struct arena *,
                str sql,
                const value *params,
                size_t n,
                struct seal *out) MUST_USE;
void seal_hash_change(const struct change *, unsigned char out[static crypto_hash_sha256_BYTES]);
void seal_mark(const struct change *,
               const unsigned char *hash,
               unsigned char out[static MARK_BYTES]);
/* Of everything in the seal but the mac. */
void seal_mac(const struct app *, const struct seal *, char hex[static HASH_HEX + 1]);

/* The file in the data folder: *out is SEAL_NONE when there is none. Its hash lives in the arena.
 */
err_t seal_head_read(const struct app *, struct arena *, struct seal *out) MUST_USE;
