/* Lists by words: best hit first. The hits are at most a thousand, so a page is cut from all of
 * them that the other conditions leave; the cursor is the number of records already shown. */
#include "api/records.h"

static struct record *find(const struct list_page *page, int64_t id)
{
    for (size_t i = 0; i < page->count; i++)
        if (record_id(page->records[i]) == id)
            return page->records[i];
    return NULL;
}

err_t list_ranked(struct call *call, const struct list_params *p, struct list_page *out)
{
    struct ctx *c = &call->ctx;
    struct list_query all = p->query;
    struct list_page found, page = {0};
    int64_t skip = 0;
    if (all.after.n && (str_to_int(all.after, &skip) != OK || skip < 0)) {
        problem_add(&c->problems, S("after"), "bad_cursor", NULL);
        return ERR_INVALID;
    }
    all.after = (str){0};
    all.limit = all.id_count + 1;
    TRY(record_list(c, &all, &found));
    page.records = ARENA_ARRAY(c->arena, struct record *, p->query.limit);
    int64_t seen = 0;
    for (size_t i = 0; i < p->query.id_count && !page.has_more; i++) {
        struct record *r = find(&found, p->query.ids[i]);
        if (!r || seen++ < skip)
            continue;
        page.has_more = page.count == p->query.limit;
        if (!page.has_more)
            page.records[page.count++] = r;
    }
    if (page.has_more)
        page.next = arena_printf(c->arena, "%lld", (long long)(skip + (int64_t)page.count));
    *out = page;
    return OK;
}
