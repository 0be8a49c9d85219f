#include <arpa/inet.h>
#include <string.h>

#include "base/limits.h"
#include "net/http_internal.h"

str http_header(const struct http_request *r, const char *name)
{
    const struct http_conn *c = r->internal;
    return str_trim(str_from(MHD_lookup_connection_value(c->mhd, MHD_HEADER_KIND, name)));
}

str http_cookie(const struct http_request *r, const char *name)
{
    str rest = http_header(r, MHD_HTTP_HEADER_COOKIE), pair;
    while (str_split(&rest, ';', &pair)) {
        pair = str_trim(pair);
        size_t eq = str_find_byte(pair, '=');
        if (eq == SIZE_MAX || !str_eqz(str_cut(pair, 0, eq), name))
            continue;
        str value = str_cut(pair, eq + 1, pair.n);
        if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
            value = str_cut(value, 1, value.n - 1);
        return value;
    }
    return (str){0};
}

static bool decode(struct arena *arena, str raw, str *out)
{
    char *p = arena_alloc(arena, raw.n + 1);
    size_t n = http_decode(raw, true, p);
    *out = (str){p, n};
    return n != SIZE_MAX;
}

err_t http_params(const struct http_request *r,
                  err_t (*each)(void *, str name, str value),
                  void *context)
{
    str rest = r->query, pair;
    while (str_split(&rest, '&', &pair)) {
        if (pair.n == 0)
            continue;
        size_t eq = str_find_byte(pair, '=');
        str name, value;
        str raw = str_cut(pair, 0, eq);
        if (!decode(r->arena, raw, &name))
            name = utf8_valid(raw) ? raw : S("");
        if (!decode(r->arena, eq == SIZE_MAX ? S("") : str_cut(pair, eq + 1, pair.n), &value))
            value = (str){0};
        TRY(each(context, name, value));
    }
    return OK;
}

struct wanted {
    const char *name;
    str value;
};

static err_t match(void *context, str name, str value)
{
    struct wanted *w = context;
    if (!str_eqz(name, w->name))
        return OK;
    if (w->value.p)
        return ERR_CONFLICT;
    if (!value.p)
        return ERR_INVALID;
    w->value = value;
    return OK;
}

err_t http_param(const struct http_request *r, const char *name, str *out)
{
    struct wanted w = {.name = name};
    TRY(http_params(r, match, &w));
    *out = w.value;
    return OK;
}

bool http_address_parse(str s, struct in6_addr *out)
{
    char z[INET6_ADDRSTRLEN];
    s = str_trim(s);
    if (s.n == 0 || s.n >= sizeof z || memchr(s.p, '\0', s.n))
        return false;
    memcpy(z, s.p, s.n);
    z[s.n] = '\0';
    struct in_addr v4;
    if (inet_pton(AF_INET, z, &v4) == 1) {
        *out = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
        memcpy(&out->s6_addr[12], &v4, sizeof v4);
        return true;
    }
    return inet_pton(AF_INET6, z, out) == 1;
}

static str format_address(struct arena *arena, const struct in6_addr *a)
{
    char z[INET6_ADDRSTRLEN];
    if (IN6_IS_ADDR_V4MAPPED(a))
        inet_ntop(AF_INET, &a->s6_addr[12], z, sizeof z);
    else
        inet_ntop(AF_INET6, a, z, sizeof z);
    return arena_str(arena, str_from(z));
}

static struct in6_addr peer_address(struct http_conn *c)
{
    const struct sockaddr *sa =
        MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    if (sa->sa_family == AF_INET6)
        return ((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
    struct in6_addr mapped = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
    memcpy(&mapped.s6_addr[12], &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
    return mapped;
}

static bool is_proxy(const struct http_server *server, const struct in6_addr *a)
{
    for (size_t i = 0; i < server->proxy_count; i++)
        if (memcmp(&server->proxies[i], a, sizeof *a) == 0)
            return true;
    return false;
}

struct gather {
    struct arena *arena;
    str list;
};

static enum MHD_Result gather_forwarded(void *cls,
                                        enum MHD_ValueKind kind,
                                        const char *key,
                                        size_t key_size,
                                        const char *value,
                                        size_t value_size)
{
    (void)kind;
    struct gather *g = cls;
    if (str_ieq_ascii((str){key, key_size}, S("X-Forwarded-For")))
        g->list = g->list.n ? arena_printf(g->arena, STR_FMT ",%s", STR_ARG(g->list), value)
                            : (str){value, value_size};
    return MHD_YES;
}

/* Each proxy appends whom it heard from, so the list is read from its end, and believed as long as
 * the speaker is a proxy of ours. */
void http_request_origin(struct http_conn *c, struct http_request *r)
{
    struct http_server *server = c->server;
    struct in6_addr a = peer_address(c);
    r->secure = server->tls_cert != NULL;
    if (is_proxy(server, &a)) {
        struct gather g = {.arena = r->arena};
        MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, gather_forwarded, &g);
        while (g.list.n && is_proxy(server, &a)) {
            size_t from = g.list.n;
            while (from && g.list.p[from - 1] != ',')
                from--;
            struct in6_addr before;
            if (!http_address_parse(str_cut(g.list, from, g.list.n), &before))
                break;
            a = before;
            g.list = str_cut(g.list, 0, from ? from - 1 : 0);
        }
        r->secure = str_ieq_ascii(http_header(r, "X-Forwarded-Proto"), S("https"));
    }
    r->remote = format_address(r->arena, &a);
}
