#include "api/api.h"

#include "base/message.h"

/* Codes whose status is not that of their err_t. */
static const struct {
    const char *code;
    int status;
} SPECIAL[] = {
    {"signed_out", 401},
    {"token_unknown", 401},
    {"wrong_credentials", 401},
    {"second_factor_required", 401},
    {"precondition_required", 428},
    {"unsupported_media_type", 415},
    {"method_not_allowed", 405},
    {"idempotency_mismatch", 422},
    {"too_large_file", 413},
    {"too_slow", 422},
};

/* Problems whose first argument is the number of seconds to wait. */
static bool says_when(const char *code)
{
    static const char *const waits[] = {"too_many_attempts", "too_many_requests",
                                        "too_many_exports"};
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
        if (str_eqz(str_from(code), waits[i]))
            return true;
    return false;
}

/* Problems whose second argument is the record that they are about, where it may be seen. */
static bool names_record(const struct problem *p)
{
    return p->args[1].n &&
           (str_eqz(S("duplicate_identity"), p->code) || str_eqz(S("merged"), p->code));
}

int problem_status(err_t e, const char *code)
{
    for (size_t i = 0; code && i < sizeof SPECIAL / sizeof *SPECIAL; i++)
        if (str_eqz(str_from(code), SPECIAL[i].code))
            return SPECIAL[i].status;
    return err_http_status(e);
}

static void member(struct jw *w, const char *key, str text)
{
    jw_key(w, str_from(key));
    jw_str(w, text);
}

static void head(struct jw *w, str title, int status, const char *code, str request_id)
{
    jw_open(w, '{');
    member(w, "type", S("about:blank"));
    member(w, "title", title);
    jw_key(w, S("status"));
    jw_int(w, status);
    member(w, "code", str_from(code));
    if (request_id.n)
        member(w, "request_id", request_id);
}

const char *problem_code(const struct ctx *c, err_t e, size_t from)
{
    if (c->problems.list.n > from && !err_is_fault(e)) {
        const struct problem *first = &c->problems.list.at[from];
        if (first->pointer.n == 0 || problem_status(e, first->code) != err_http_status(e) ||
            e == ERR_CONFLICT || e == ERR_DENIED)
            return first->code;
    }
    return err_name(e);
}

void problem_reply(struct call *call, err_t e)
{
    struct ctx *c = &call->ctx;
    struct jw w = {.out = &call->reply->body};
    if (e == ERR_NOT_FOUND && !problems_any(&c->problems))
        problem_add_str(&c->problems, call->id.n ? S("id") : S(""),
                        call->id.n ? "no_record" : "not_found", call->id, (str){0}, (str){0});
    enum lang lang = c->lang;
    const char *code = problem_code(c, e, 0);
    int status = problem_status(e, code);
    buf_clear(&call->reply->body);
    call->reply->status = status;
    call->reply->type = "application/problem+json";
    const struct problem *first = c->problems.list.n ? &c->problems.list.at[0] : NULL;
    str title = first && first->code && str_eqz(str_from(first->code), code)
                    ? message_of_problem(call->request->arena, lang, first)
                    : message_get(lang, str_from(code));
    head(&w, title, status, code, call->request->request_id);
    if (c->problems.list.n && !err_is_fault(e)) {
        member(&w, "detail",
               message_of_problem(call->request->arena, lang, &c->problems.list.at[0]));
        jw_key(&w, S("errors"));
        jw_open(&w, '[');
        for (size_t i = 0; i < c->problems.list.n; i++) {
            const struct problem *p = &c->problems.list.at[i];
            jw_open(&w, '{');
            member(&w, "pointer", p->pointer);
            if (p->place.n)
                member(&w, "place", p->place);
            member(&w, "code", str_from(p->code));
            member(&w, "detail", message_of_problem(call->request->arena, lang, p));
            if (names_record(p))
                member(&w, "record", p->args[1]);
            jw_close(&w, '}');
        }
        jw_close(&w, ']');
        if (says_when(code) &&
            http_reply_header(call->reply, "Retry-After", c->problems.list.at[0].args[0]) != OK)
            call->reply->close = true;
    }
    if (str_eqz(S("proof_required"), code)) {
        call->extra_name = "proof";
        call->extra = call->session.second_factor ? S("\"code\"") : S("\"password\"");
    }
    if (call->extra.n) {
        jw_key(&w, str_from(call->extra_name));
        jw_raw(&w, call->extra);
    }
    jw_close(&w, '}');
}

void problem_simple(
    struct http_reply *reply, enum lang lang, int status, const char *code, str request_id)
{
    struct jw w = {.out = &reply->body};
    reply->status = status;
    reply->type = "application/problem+json";
    str words = message_get(lang, str_from(code));
    head(&w, words, status, code, request_id);
    member(&w, "detail", words);
    jw_close(&w, '}');
}
