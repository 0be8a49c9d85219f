#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sodium.h>

#include "base/limits.h"

bool digest_fd(int fd, char hex[static DIGEST_CHARS + 1], int64_t *size)
{
    crypto_hash_sha256_state state;
    unsigned char bytes[64 * KIB], hash[crypto_hash_sha256_BYTES];
    ssize_t n;
    crypto_hash_sha256_init(&state);
    *size = 0;
    while ((n = read(fd, bytes, sizeof bytes)) > 0) {
        crypto_hash_sha256_update(&state, bytes, (unsigned long long)n);
        *size += n;
    }
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(hex, DIGEST_CHARS + 1, hash, sizeof hash);
    return n == 0;
}

bool digest_file(const char *path, char hex[static DIGEST_CHARS + 1], int64_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool whole = digest_fd(fd, hex, size);
    int why = errno;
    close(fd);
    errno = why;
    return whole;
}
