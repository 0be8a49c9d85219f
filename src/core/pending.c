#include "core/change.h"
__attribute__((weak)) err_t batch_undo(struct ctx *c,
                                       int64_t batch,
                                       bool preview,
                                       struct undo_result *out,
                                       bool (*progress)(void *, size_t done, size_t total),
                                       void *context)
{
    (void)c;
    (void)batch;
    (void)preview;
    (void)progress;
    (void)context;
    *out = (struct undo_result){0};
    return OK;
}
