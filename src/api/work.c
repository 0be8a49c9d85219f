#include "api/work.h"

#include "core/search.h"

err_t search_all(struct call *call)
{
    struct ctx *c = &call->ctx;
    struct search_hit *hits;
    size_t n;
    str words;
    int64_t limit;
    TRY(call_query(call, "q", &words));
    TRY(call_query_int(call, "limit", 1, 100, 20, &limit));
    TRY(search_check_words(c, str_trim(words), S("q")));
    TRY(search_find(c, NULL, str_trim(words), (size_t)limit, &hits, &n));
    call_begin(call, 200);
    jw_open(&call->out, '[');
    for (size_t i = 0; i < n; i++)
        search_write_hit(c, &hits[i], &call->out);
    jw_close(&call->out, ']');
    call_end(call);
    return OK;
}
