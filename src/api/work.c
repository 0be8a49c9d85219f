#include "api/work.h"

#include "core/search.h"

static void write_matched(const struct search_hit *hit, struct jw *w)
{
    if (!hit->matched) {
        jw_null(w);
        return;
    }
    jw_open(w, '{');
    jw_key(w, S("field"));
    jw_str(w, hit->matched->name);
    jw_key(w, S("text"));
    jw_str(w, hit->text.n ? hit->text : hit->title);
    jw_close(w, '}');
}

err_t search_all(struct call *call)
{
    struct ctx *c = &call->ctx;
    struct jw *w = &call->out;
    struct search_hit *hits;
    size_t n;
    str words;
    int64_t limit;
    TRY(call_query(call, "q", &words));
    TRY(call_query_int(call, "limit", 1, 100, 20, &limit));
    TRY(search_find(c, NULL, str_trim(words), (size_t)limit, &hits, &n));
    call_begin(call, 200);
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        jw_key(w, S("object"));
        jw_str(w, hits[i].object->name);
        jw_key(w, S("id"));
        jw_id(w, hits[i].id);
        jw_key(w, S("title"));
        jw_str(w, hits[i].title);
        jw_key(w, S("subtitle"));
        jw_str(w, hits[i].subtitle);
        jw_key(w, S("score"));
        jw_int(w, hits[i].score);
        jw_key(w, S("matched"));
        write_matched(&hits[i], w);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    call_end(call);
    return OK;
}
