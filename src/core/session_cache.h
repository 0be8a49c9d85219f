/* session_cache: sessions and API tokens as they were last read, by the hash of their secret. One
 * holds while the two numbers of access_epoch that were read with it still stand: whatever ends or
 * changes a session, a token, a credential (auth_forget) or a user (access_forget) raises one of
 * them in its transaction, so that the next request sees it on every node. */
#pragma once

#include "core/auth.h"
#include "core/auth_secret.h"

struct known_session {
    char hash[HASH_CHARS + 1];
    struct auth_epoch epoch;
    int64_t id, user;
    int64_t seen_at, expires_at, proved_at; /* seen_at 0 = never */
    bool is_token, second_factor;
    char csrf[48];
    char language[16], time_zone[48]; /* may be empty */
    str scopes;                       /* JSON of an API token; p == NULL: none */
};

struct session_cache;
struct session_cache *session_cache_new(void);
void session_cache_free(struct session_cache *); /* NULL is fine */

/* Fills *out, its scopes in the arena; false: it has to be read. */
bool session_cache_find(struct session_cache *,
                        struct arena *,
                        const char *hash,
                        const struct auth_epoch *,
                        struct known_session *out);
/* The epoch that was read last: what a caller may presume. */
struct auth_epoch session_cache_epoch(struct session_cache *);
void session_cache_note(struct session_cache *, const struct auth_epoch *);
/* In the place of the one not used for longest. One with scopes of more than 4 KiB is not kept. */
void session_cache_keep(struct session_cache *, const struct known_session *);
