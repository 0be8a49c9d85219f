#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/message.h"
#include "core/auth_user.h"
#include "core/check.h"
#include "core/registry.h"
#include "core/setting.h"
#include "main/setup.h"
#include "sql_main.h"
#include "text/text.h"

err_t find_user(struct ctx *c, str email, int64_t *out)
{
    str address, folded = account_fold(c->arena, email, &address);
    value params[] = {V_TEXT(folded), V_TEXT(address)}, id;
    err_t e = db_one(c->conn, c->arena, SQL_USER_BY_EMAIL, params, 2, &id, 1);
    if (e == ERR_NOT_FOUND)
        problem_add_str(&c->problems, S("email"), "unknown_user", email, (str){0}, (str){0});
    *out = e == OK ? id.i : 0;
    return e;
}

err_t find_role(struct ctx *c, str key, int64_t *out)
{
    value param = V_TEXT(key), id;
    err_t e = db_one(c->conn, c->arena, SQL_ROLE_BY_KEY, &param, 1, &id, 1);
    if (e == ERR_NOT_FOUND)
        problem_add_str(&c->problems, S("role"), "unknown_role", key, (str){0}, (str){0});
    *out = e == OK ? id.i : 0;
    return e;
}

static err_t create(struct ctx *c, const char *object, json_t *body, int64_t *id)
{
    struct record *r;
    TRY(record_create(c, model_object(c->model, str_from(object)), json_keep(c->arena, body), NULL,
                      &r));
    *id = record_id(r);
    return OK;
}

err_t add_user(struct ctx *c, const struct new_user *u, int64_t *id)
{
    int64_t role;
    TRY(find_role(c, u->role, &role));
    json_t *roles = json_array();
    json_array_append_new(roles, json_string(arena_printf(c->arena, "%lld", (long long)role).p));
    json_t *body = json_pack("{s:s%,s:s%,s:o,s:b}", "name", u->name.p, u->name.n, "email",
                             u->email.p, u->email.n, "roles", roles, "active", 1);
    if (u->language.n)
        json_object_set_new(body, "language", json_stringn(u->language.p, u->language.n));
    TRY(create(c, "user", body, id));
    return u->password.p ? auth_set_password(c, *id, u->password, 0) : OK;
}

/* The records that an empty enterprise starts with (seed/base.json): departments, roles, stages. */
err_t seed_base(struct ctx *c)
{
    const struct asset *asset = asset_find(S("seed/base.json"));
    json_t *records = NULL, *one;
    size_t i;
    int64_t id;
    if (!asset)
        return FAULT("seed/base.json is missing");
    TRY(json_read(c->arena, asset->bytes, &c->problems, &records));
    json_array_foreach(records, i, one)
        TRY(create(c, json_string_value(json_object_get(one, "object")),
                   json_deep_copy(json_object_get(one, "record")), &id));
    return OK;
}

bool enterprise_exists(struct ctx *c)
{
    value n;
    return db_one(c->conn, c->arena, SQL_USER_COUNT, NULL, 0, &n, 1) == OK && n.i > 0;
}

struct init {
    struct new_user admin;
};

static err_t init_work(struct ctx *c, void *arg)
{
    const struct init *init = arg;
    int64_t id;
    TRY(seed_base(c));
    return add_user(c, &init->admin, &id);
}

static err_t put_text(struct app *app, const char *key, str text)
{
    if (!text.n)
        return OK;
    json_t *j = json_stringn(text.p, text.n);
    err_t e = setting_put(app, key, j);
    json_decref(j);
    return e;
}

static err_t put_settings(struct invocation *in, struct app *app)
{
    enum lang lang;
    str zone = option(in, "time-zone"), language = option(in, "language");
    str region = option(in, "region");
    if (zone.n && !zone_find(zone)) {
        problem_add_str(&in->problems, S("--time-zone"), "unknown_time_zone", zone, (str){0},
                        (str){0});
        return ERR_INVALID;
    }
    if (language.n && !lang_parse(language, &lang)) {
        problem_add_str(&in->problems, S("--language"), "unknown_choice", language, (str){0},
                        (str){0});
        return ERR_INVALID;
    }
    if (region.n && !text_phone_region(region)) {
        problem_add_str(&in->problems, S("--region"), "unknown_region", region, (str){0}, (str){0});
        return ERR_INVALID;
    }
    TRY(put_text(app, "enterprise", option(in, "enterprise")));
    TRY(put_text(app, "phone_region", region));
    TRY(put_text(app, "base_currency", option(in, "currency")));
    TRY(put_text(app, "time_zone", zone));
    return put_text(app, "language", language);
}

err_t with_ctx(struct invocation *in,
               struct app *app,
               err_t (*work)(struct ctx *, void *),
               void *arg)
{
    struct ctx c;
    TRY(ctx_init(&c, app, in->arena, "command"));
    c.lang = in->lang;
    err_t e = ctx_transact(&c, work, arg);
    for (size_t i = 0; i < c.problems.list.n; i++)
        *VEC_PUSH(in->arena, in->problems.list) = c.problems.list.at[i];
    ctx_done(&c);
    return e;
}

static err_t run_init(struct invocation *in, struct app *app)
{
    struct init init = {.admin = {.email = option(in, "admin-email"),
                                  .name = option(in, "admin-name"),
                                  .password = in->secret,
                                  .role = S("administrator")}};
    struct ctx c;
    TRY(ctx_init(&c, app, in->arena, "command"));
    bool exists = enterprise_exists(&c);
    ctx_done(&c);
    if (exists) {
        problem_add(&in->problems, S("--db"), "enterprise_exists", NULL);
        return ERR_CONFLICT;
    }
    if (!init.admin.name.n)
        init.admin.name = S("Administrator");
    TRY(put_settings(in, app));
    return with_ctx(in, app, init_work, &init);
}

err_t command_init(struct invocation *in)
{
    struct app *app;
    TRY(make_app(in, &app));
    err_t e = run_init(in, app);
    app_close(app);
    return e;
}

/* ---- users and tokens ---- */

struct token {
    str email, name;
    const json_t *scopes; /* NULL = all */
    unsigned days;
    char secret[64];
};

static err_t token_work(struct ctx *c, void *arg)
{
    struct token *t = arg;
    int64_t user, id;
    TRY(find_user(c, t->email, &user));
    return auth_token_create(c, user, t->name, t->scopes, t->days, t->secret, &id);
}

/* NULL when none are given: all that the user may. */
static json_t *scopes_of(struct invocation *in)
{
    str rest = option(in, "scopes"), one;
    if (!rest.n)
        return NULL;
    json_t *list = json_keep(in->arena, json_array());
    while (str_split(&rest, ',', &one)) {
        one = str_trim(one);
        json_array_append_new(list, json_stringn(one.p, one.n));
    }
    return list;
}

err_t work_token_create(struct invocation *in, struct app *app)
{
    int64_t days;
    TRY(option_int(in, "days", 1, 365, 365, &days));
    struct token t = {option(in, "user"), option(in, "name"), scopes_of(in), (unsigned)days, ""};
    TRY(with_ctx(in, app, token_work, &t));
    buf_printf(in->out, "%s\n", t.secret);
    return OK;
}

static err_t password_work(struct ctx *c, void *arg)
{
    const struct new_user *u = arg;
    int64_t id;
    TRY(find_user(c, u->email, &id));
    return auth_set_password(c, id, u->password, 0);
}

static struct new_user user_of(const struct invocation *in)
{
    return (struct new_user){.email = option(in, "email"),
                             .name = option(in, "name"),
                             .role = option(in, "role"),
                             .password = option_given(in, "password-file") ? in->secret : (str){0}};
}

err_t work_user_password(struct invocation *in, struct app *app)
{
    struct new_user u = user_of(in);
    return with_ctx(in, app, password_work, &u);
}

struct invite {
    struct new_user user; /* who is to be added first; name.p == NULL: is there */
    struct invitation made;
};

static err_t invite_work(struct ctx *c, void *arg)
{
    struct invite *i = arg;
    int64_t id;
    TRY(i->user.name.p ? add_user(c, &i->user, &id) : find_user(c, i->user.email, &id));
    return i->user.password.p ? OK : auth_invite(c, id, &i->made);
}

/* Where the screen is: as given, or where the server listens. */
static err_t screen_address(struct invocation *in, str *out)
{
    str url = option_given(in, "url") ? option(in, "url") : in->address, rest = url;
    if (!url.n) {
        problem_add(&in->problems, S("--url"), "required", NULL);
        return ERR_INVALID;
    }
    if (str_starts(url, S("http://")) || str_starts(url, S("https://")))
        rest = str_cut(url, str_find(url, S("://")) + 3, url.n);
    if (rest.n == url.n || !rest.n || rest.p[0] == '/') {
        problem_add_str(&in->problems, S("--url"), "not_web_address", url, (str){0}, (str){0});
        return ERR_INVALID;
    }
    *out = str_ends(url, S("/")) ? str_cut(url, 0, url.n - 1) : url;
    return OK;
}

static err_t invite(struct invocation *in, struct app *app, struct invite *i)
{
    str url;
    TRY(screen_address(in, &url));
    TRY(with_ctx(in, app, invite_work, i));
    buf_printf(in->out, STR_FMT "/welcome#%s\n", STR_ARG(url), i->made.secret);
    return OK;
}

err_t work_user_add(struct invocation *in, struct app *app)
{
    struct invite i = {.user = user_of(in)};
    if (!option_given(in, "password-file"))
        return invite(in, app, &i);
    return with_ctx(in, app, invite_work, &i);
}

err_t work_user_invite(struct invocation *in, struct app *app)
{
    struct invite i = {.user = {.email = option(in, "email")}};
    return invite(in, app, &i);
}

err_t work_check(struct invocation *in, struct app *app)
{
    struct ctx c;
    bool clean = false;
    struct jw w = {.out = in->out};
    TRY(ctx_init(&c, app, in->arena, "command"));
    err_t e = check_run(&c, option_given(in, "repair"), &w, &clean);
    ctx_done(&c);
    buf_byte(in->out, '\n');
    if (e == OK && !app_key_kept(app))
        problem_add_str(&in->problems, S(""), "check_key_gone", app->data_folder, (str){0},
                        (str){0});
    if (e == OK && !clean) {
        problem_add(&in->problems, S(""), "check_found", NULL);
        e = ERR_CONFLICT;
    }
    return e;
}

static void say_nothing_to_do(const struct invocation *in)
{
    str text = message_get(in->lang, S("nothing_to_do"));
    fprintf(stderr, "renmai: " STR_FMT "\n", STR_ARG(text));
}

err_t command_migrate(struct invocation *in)
{
    struct app *app;
    if (!option_given(in, "plan")) {
        TRY(open_app_migrated(in, &app));
        app_close(app);
        return OK;
    }
    AUTO_BUF plan;
    buf_init(&plan, 16 * MIB);
    TRY(open_app_to_look(in, &app));
    err_t e = registry_plan(app, &in->problems, &plan);
    if (e == OK && plan.n)
        fwrite(plan.p, 1, plan.n, stdout);
    else if (e == OK)
        say_nothing_to_do(in);
    app_close(app);
    return e;
}

err_t command_version(struct invocation *in)
{
    (void)in;
    puts("renmai " RENMAI_VERSION);
    return OK;
}
