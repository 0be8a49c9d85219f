#include "core/auth_secret.h"

#include <sodium.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"

enum { BASE64 = sodium_base64_VARIANT_ORIGINAL_NO_PADDING, SEALED_MOST = 1 * KIB };

void secret_hash(str secret, char out[static HASH_CHARS + 1])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)secret.p, secret.n);
    sodium_bin2hex(out, HASH_CHARS + 1, digest, sizeof digest);
}

void secret_mac(const struct app *app, int64_t user, str secret, char out[static HASH_CHARS + 1])
{
    unsigned char digest[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, app->key, sizeof app->key);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)"recovery", 8);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)&user, sizeof user);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)secret.p, secret.n);
    crypto_auth_hmacsha256_final(&state, digest);
    sodium_bin2hex(out, HASH_CHARS + 1, digest, sizeof digest);
    sodium_memzero(&state, sizeof state);
}

str secret_seal(const struct app *app, struct arena *arena, const void *plain, size_t n)
{
    enum { NONCE = crypto_secretbox_NONCEBYTES };
    size_t size = NONCE + crypto_secretbox_MACBYTES + n;
    unsigned char *box = arena_alloc(arena, size);
    randombytes_buf(box, NONCE);
    crypto_secretbox_easy(box + NONCE, plain, n, box, app->key);
    size_t chars = sodium_base64_encoded_len(size, BASE64);
    char *text = arena_alloc(arena, 2 + chars);
    memcpy(text, "1:", 2);
    sodium_bin2base64(text + 2, chars, box, size, BASE64);
    return str_from(text);
}

err_t secret_open(const struct app *app, str sealed, void *out, size_t n)
{
    enum { NONCE = crypto_secretbox_NONCEBYTES };
    unsigned char box[SEALED_MOST];
    size_t size;
    if (!str_starts(sealed, S("1:")) ||
        sodium_base642bin(box, sizeof box, sealed.p + 2, sealed.n - 2, NULL, &size, NULL, BASE64) ||
        size != NONCE + crypto_secretbox_MACBYTES + n ||
        crypto_secretbox_open_easy(out, box + NONCE, size - NONCE, box, app->key))
        return FAULT("a sealed secret cannot be opened with this key");
    return OK;
}
