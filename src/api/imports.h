/* imports: from an uploaded file to records (core/import.h). */
#pragma once

#include "api/api.h"

err_t imports_list(struct call *) MUST_USE;
err_t imports_create_prepare(struct call *) MUST_USE;
err_t imports_create(struct call *) MUST_USE;
err_t imports_get(struct call *) MUST_USE;
err_t imports_delete(struct call *) MUST_USE;
err_t imports_update(struct call *) MUST_USE;
err_t imports_check(struct call *) MUST_USE;
err_t imports_run(struct call *) MUST_USE;
err_t imports_undo(struct call *) MUST_USE;
err_t imports_rows(struct call *) MUST_USE;
err_t imports_answers(struct call *) MUST_USE;
err_t imports_refused_xlsx(struct call *) MUST_USE;
err_t imports_refused_csv(struct call *) MUST_USE;
