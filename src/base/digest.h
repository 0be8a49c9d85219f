/* digest: the SHA-256 of a file, in hex as sha256sum prints it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { DIGEST_CHARS = 64 };

/* Of what is left to read of fd; false with errno when that fails. */
bool digest_fd(int fd, char hex[static DIGEST_CHARS + 1], int64_t *size);
/* The same of the file at path. */
bool digest_file(const char *path, char hex[static DIGEST_CHARS + 1], int64_t *size);
