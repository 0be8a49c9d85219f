/* files: uploads and downloads. */
#pragma once

#include "api/api.h"

err_t files_create_prepare(struct call *) MUST_USE;
err_t files_create(struct call *) MUST_USE;
err_t files_get(struct call *) MUST_USE;
err_t files_content(struct call *) MUST_USE;

/* Answers with the bytes of a file under a name of its own, as a download. */
err_t call_download(struct call *, const char *path, str name, str type) MUST_USE;
