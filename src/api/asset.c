#include "api/api.h"

#include "base/asset.h"

void security_headers(struct http_reply *reply, bool personal)
{
    static const char *const headers[][2] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
         "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
         "base-uri 'none'; frame-ancestors 'none'"},
        {"Strict-Transport-Security", "max-age=31536000"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (http_reply_header(reply, headers[i][0], str_from(headers[i][1])) != OK)
            reply->close = true;
    if (personal && http_reply_header(reply, "Cache-Control", S("no-store")) != OK)
        reply->close = true;
}

static bool accepts_gzip(const struct http_request *r)
{
    return str_find(http_header(r, "Accept-Encoding"), S("gzip")) != SIZE_MAX;
}

static void add(struct http_reply *reply, const char *name, str text)
{
    if (http_reply_header(reply, name, text) != OK)
        reply->close = true;
}

/* Files have a hash in their names and live for ever; the page itself is asked for every time. */
void asset_reply(struct api *api, struct http_request *r, struct http_reply *reply)
{
    (void)api;
    if (str_starts(r->path, S("/api/"))) {
        problem_simple(reply, LANG_EN, 404, "not_found", r->request_id);
        return;
    }
    if (!str_eqz(r->method, "GET") && !str_eqz(r->method, "HEAD")) {
        problem_simple(reply, LANG_EN, 405, "method_not_allowed", r->request_id);
        return;
    }
    const struct asset *found = asset_find(arena_concat(r->arena, S("ui"), r->path));
    bool file = found != NULL;
    if (!found)
        found = asset_find(S("ui/index.html")); /* a page of the screen: it finds its own way */
    bool missing_file = !file && str_starts(r->path, S("/assets/"));
    if (!found || missing_file) {
        problem_simple(reply, LANG_EN, 404, "not_found", r->request_id);
        return;
    }
    security_headers(reply, false);
    bool forever = file && str_starts(r->path, S("/assets/"));
    add(reply, "Cache-Control", forever ? S("public, max-age=31536000, immutable") : S("no-cache"));
    add(reply, "ETag", str_from(found->etag));
    add(reply, "Vary", S("Accept-Encoding"));
    reply->type = arena_strz(r->arena, found->type);
    if (str_eqz(http_header(r, "If-None-Match"), found->etag)) {
        reply->status = 304;
        return;
    }
    bool gzip = found->gzip.n && accepts_gzip(r);
    if (gzip)
        add(reply, "Content-Encoding", S("gzip"));
    reply->shared_body = gzip ? found->gzip : found->bytes;
}
