/* sums: SHA256SUMS in the folder of a backup: a line for each file in it, as sha256sum writes and
 * checks them. They are written and read one by one, however many there are. */
#pragma once

#include "base/digest.h"
#include "main/command.h"

/* Of all that lies in the folder; hex becomes the digest of the list itself. */
err_t sums_write(struct invocation *,
                 const char *folder,
                 char hex[static DIGEST_CHARS + 1]) MUST_USE;
/* ERR_INVALID with problems that name the files, "backup_file_missing" or "backup_file_differs". */
err_t sums_check(struct invocation *, const char *folder, str hex) MUST_USE;
