/* work: search, jobs, data quality, exports. */
#pragma once

#include "api/api.h"

err_t search_all(struct call *) MUST_USE;

err_t jobs_list(struct call *) MUST_USE;
err_t jobs_get(struct call *) MUST_USE;
err_t jobs_cancel(struct call *) MUST_USE;
err_t jobs_retry(struct call *) MUST_USE;
err_t batches_get(struct call *) MUST_USE;
err_t batches_undo_prepare(struct call *) MUST_USE;
err_t batches_undo(struct call *) MUST_USE;
/* {"data":job}. */
err_t call_job(struct call *, int status, int64_t id) MUST_USE;

err_t quality_get(struct call *) MUST_USE;
err_t quality_queue(struct call *) MUST_USE;
err_t records_export_prepare(struct call *) MUST_USE;
err_t records_export(struct call *) MUST_USE;
