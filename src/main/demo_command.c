#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/id.h"
#include "base/jw.h"
#include "base/limits.h"
#include "base/message.h"
#include "core/change.h"
#include "core/setting.h"
#include "main/control.h"
#include "main/demo/demo.h"
#include "main/serve.h"
#include "main/setup.h"

enum { RECORDS_A_TRANSACTION = 500, SETTLE_MILLISECONDS = 600000 };

/* Records on their way into the database, some hundred in each transaction. */
struct loading {
    struct invocation *in;
    struct app *app;
    struct arena *arena; /* of one transaction */
    struct {
        char object[48];
        int64_t id;
        json_t *record;
    } waiting[RECORDS_A_TRANSACTION];
    size_t count, done;
    int64_t greatest; /* id so far */
};

static err_t store_one(struct ctx *c, const struct object *o, int64_t id, json_t *record)
{
    struct record *r;
    char digits[24];
    static const struct write_options options = {
        .allow_duplicate = true,
        .trusted = true,
        .former = true,
        .quiet_refs = true,
        .joined = true,
        .defer_rollups = true,
    };
    snprintf(digits, sizeof digits, "%lld", (long long)id);
    json_object_set_new(record, "id", json_string(digits));
    err_t e = record_create(c, o, record, &options, &r);
    return e;
}

/* Departments come a second time, to name their managers. */
static err_t store(struct ctx *c, const struct object *o, int64_t id, json_t *record)
{
    struct record *known, *r;
    static const struct write_options options = {.trusted = true, .quiet_refs = true};
    if (str_eqz(o->name, "department") && record_get(c, o, id, OP_READ, &known) == OK) {
        json_object_del(record, "created_at");
        json_object_del(record, "created_by");
        json_object_del(record, "updated_at");
        return record_update(c, o, id, 0, record, &options, &r);
    }
    return store_one(c, o, id, record);
}

static err_t store_all(struct ctx *c, void *arg)
{
    struct loading *l = arg;
    for (size_t i = 0; i < l->count; i++) {
        const struct object *o = model_object(c->model, str_from(l->waiting[i].object));
        json_t *record = l->waiting[i].record;
        err_t e =
            o ? store(c, o, l->waiting[i].id, record) : FAULT("the demo has an unknown object");
        if (e != OK) {
            problem_add_str(&c->problems, S("demo"), "demo_record", str_from(l->waiting[i].object),
                            json_text(c->arena, record), (str){0});
            return e;
        }
    }
    return OK;
}

static err_t flush(struct loading *l)
{
    struct ctx c;
    if (l->count == 0)
        return OK;
    arena_reset(l->arena);
    TRY(ctx_init(&c, l->app, l->arena, "demo"));
    err_t e = ctx_transact(&c, store_all, l);
    for (size_t i = 0; e != OK && i < c.problems.list.n; i++) {
        const struct problem *p = &c.problems.list.at[i];
        problem_add_str(&l->in->problems, p->pointer, p->code, p->args[0], p->args[1], p->args[2]);
    }
    ctx_done(&c);
    for (size_t i = 0; i < l->count; i++)
        json_decref(l->waiting[i].record);
    l->done += l->count;
    l->count = 0;
    if (l->done % 20000 == 0 && isatty(STDERR_FILENO))
        fprintf(stderr, "\r%zu", l->done);
    return e;
}

static err_t take(void *context, const char *object, int64_t id, const json_t *record)
{
    struct loading *l = context;
    snprintf(l->waiting[l->count].object, sizeof l->waiting[l->count].object, "%s", object);
    l->waiting[l->count].id = id;
    l->waiting[l->count].record = json_incref((json_t *)(uintptr_t)record);
    l->count++;
    l->greatest = id > l->greatest ? id : l->greatest;
    return l->count == RECORDS_A_TRANSACTION ? flush(l) : OK;
}

/* ---- who signs in ---- */

struct first_user {
    str email, password;
};

static err_t first_user_work(struct ctx *c, void *arg)
{
    struct first_user *u = arg;
    int64_t id;
    TRY(find_user(c, u->email, &id));
    return auth_set_password(c, id, u->password, 0);
}

static const str ADMIN = S("shen@yunfan.example");

/* A new one-time password for the demo's administrator at every start. */
static err_t new_password(struct invocation *in, struct app *app, char password[static 20])
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    unsigned char bytes[16];
    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < 16; i++)
        password[i + i / 4 - (i / 4 > 3)] = letters[bytes[i] % (sizeof letters - 1)];
    for (size_t i = 4; i < 19; i += 5)
        password[i] = '-';
    password[19] = '\0';
    struct first_user u = {ADMIN, str_from(password)};
    return with_ctx(in, app, first_user_work, &u);
}

static err_t mark_demo(struct app *app, const char *how_far)
{
    json_t *yes = json_string(how_far), *name = json_string("云帆家居");
    err_t e = setting_put(app, "enterprise", name);
    if (e == OK)
        e = setting_put(app, "demo", yes);
    json_decref(yes);
    json_decref(name);
    return e;
}

static err_t work_out_figures(struct invocation *in, struct app *app)
{
    struct ctx c;
    TRY(ctx_init(&c, app, in->arena, "demo"));
    err_t e = record_rollups_rebuild(&c, NULL, NULL);
    ctx_done(&c);
    return e;
}

static err_t generate(struct invocation *in, struct app *app)
{
    struct demo_options o = {.now = clock_now()};
    int64_t seed, day;
    TRY(option_int(in, "seed", 0, INT64_MAX, 1, &seed));
    TRY(option_int(in, "customers", DEMO_LEAST_CUSTOMERS, DEMO_MOST_CUSTOMERS, 5000, &o.customers));
    o.seed = (uint64_t)seed;
    str now = option(in, "now");
    if (now.n) {
        if (day_parse(now, &day) != OK) {
            problem_add_str(&in->problems, S("--now"), "invalid_date", now, (str){0}, (str){0});
            return ERR_INVALID;
        }
        o.now = day * CLOCK_DAY;
    }
    struct loading l = {.in = in, .app = app, .arena = arena_new(512 * MIB)};
    err_t e = demo_generate(&o, take, &l);
    if (e == OK)
        e = flush(&l);
    id_set_least(l.greatest); /* --now may lie ahead: what is logged from now on comes later */
    if (e == OK)
        e = work_out_figures(in, app);
    arena_free(l.arena);
    return e;
}

static str ready_words(struct arena *arena, enum lang lang, str address, const char *password)
{
    str args[] = {address, ADMIN, str_from(password)};
    return message_format(arena, lang, S("demo_ready"), args, 3);
}

struct ready {
    struct invocation *in;
    struct app *app;
    const char *password;
};

/* Words for people; a program that reads our output gets the same as JSON. */
static void say_ready(void *context, str address)
{
    const struct ready *r = context;
    /* Who opens the demo searches at once: what was just made is to be found. */
    if (log_readers_settle(r->app, SETTLE_MILLISECONDS) != OK)
        log_event(LOG_WARN, "demo_still_indexing", NULL);
    str words = ready_words(r->in->arena, r->in->lang, address, r->password);
    str stop = message_get(r->in->lang, S("demo_stop"));
    fprintf(stderr, "\n" STR_FMT "\n\n" STR_FMT "\n\n", STR_ARG(words), STR_ARG(stop));
    if (isatty(STDOUT_FILENO))
        return;
    AUTO_BUF line;
    buf_init(&line, 4 * KIB);
    struct jw w = {.out = &line};
    jw_open(&w, '{');
    jw_key(&w, S("address"));
    jw_str(&w, address);
    jw_key(&w, S("user"));
    jw_str(&w, ADMIN);
    jw_key(&w, S("password"));
    jw_str(&w, str_from(r->password));
    jw_close(&w, '}');
    printf(STR_FMT "\n", STR_ARG(buf_str(&line)));
    fflush(stdout);
}

enum progress { DEMO_NONE, DEMO_HALF, DEMO_DONE };

static enum progress how_far(struct invocation *in, struct app *app)
{
    str mark = setting_text(app, in->arena, "demo", (str){0});
    return str_eqz(mark, "yes") ? DEMO_DONE : mark.n ? DEMO_HALF : DEMO_NONE;
}

static err_t make(struct invocation *in, struct app *app)
{
    struct ctx c;
    TRY(ctx_init(&c, app, in->arena, "command"));
    bool taken = enterprise_exists(&c);
    ctx_done(&c);
    if (taken || how_far(in, app) == DEMO_HALF) {
        problem_add_str(&in->problems, S("--db"), taken ? "enterprise_exists" : "demo_unfinished",
                        option(in, "db"), (str){0}, (str){0});
        return ERR_CONFLICT;
    }
    TRY(mark_demo(app, "half"));
    TRY(generate(in, app));
    return mark_demo(app, "yes");
}

static err_t run_demo(struct invocation *in, struct app *app)
{
    char password[20];
    struct ready ready = {in, app, password};
    if (how_far(in, app) != DEMO_DONE)
        TRY(make(in, app));
    if (option_given(in, "no-serve"))
        return OK;
    TRY(new_password(in, app, password));
    return serve_until_told(in, app, say_ready, &ready);
}

err_t work_demo_password(struct invocation *in, struct app *app)
{
    char password[20];
    TRY(new_password(in, app, password));
    buf_add(in->out, ready_words(in->arena, in->lang, in->address, password));
    buf_byte(in->out, '\n');
    return OK;
}

/* Asks the demo that runs already to let its caller in. */
static err_t visit(struct invocation *in, bool *served)
{
    struct invocation other = {.arena = in->arena,
                               .lang = in->lang,
                               .problems = {.arena = in->arena},
                               .command = command_named(S("demo password")),
                               .out = in->out};
    option_set(&other, "db", option(in, "db"));
    option_set(&other, "data", data_folder(in));
    return control_call(&other, served);
}

err_t command_demo(struct invocation *in)
{
    struct app *app;
    bool served = false;
    if (!option_given(in, "no-serve"))
        TRY(visit(in, &served));
    if (served)
        return OK;
    TRY(make_app(in, &app));
    err_t e = run_demo(in, app);
    app_close(app);
    return e;
}
