/* api: HTTP to core and back (docs/internals/api.md).
 *
 * One table (route_table.c) names every operation: method, path, function, what it needs. The
 * dispatcher (api.c) does what they share: who is calling, CSRF, body, idempotency, problems; so no
 * function can forget it. */
#pragma once

#include "core/auth.h"
#include "core/record.h"
#include "net/http_server.h"

enum { CALL_PARAMS = 3 };

struct api;

/* One request being answered. */
struct call {
    struct api *api;
    struct http_request *request;
    struct http_reply *reply;
    struct ctx ctx;
    struct session session;
    bool by_token;
    const struct route *route;
    str params[CALL_PARAMS]; /* of the path: {…} in order */
    str id;                  /* the one of them that names what is asked for; or empty */
    const json_t *body;      /* parsed, when the route takes JSON */
    struct jw out;           /* the reply's body */
    str etag, location;      /* its headers, as call_header got them */
    void *prepared;          /* what the route's prepare found out for its run */
    bool answered;           /* by prepare: there is nothing to be written */
    /* A further member of the problem: the current record of a stale write, a challenge. */
    const char *extra_name;
    str extra; /* JSON */
};

enum route_need {
    NEED_NOTHING, /* signed in or not */
    NEED_SESSION, /* somebody */
    NEED_BROWSER, /* a browser session, no token: own password, tokens … */
};

struct route {
    const char *method, *path; /* "/customers/{id}": a pattern, relative to /api/v1 */
    err_t (*run)(struct call *);
    enum route_need need;
    enum right right; /* RIGHT_COUNT = none beyond the object's own */
    bool upload;      /* the body is a file, not JSON */
    bool bare;        /* open to administrators who have not set up their second factor yet */
    bool once;        /* with an Idempotency-Key it has one effect, and its reply is kept */
    bool asks;        /* writes nothing, whatever its method: a key is nothing to it */
    bool repeatable;  /* only reads the database: may be run anew before it answers */
    /* What takes long to find out, before run and never in a transaction: with a key, run is in
     * one, and on SQLite nobody else writes meanwhile. NULL = nothing does. */
    err_t (*prepare)(struct call *);
    const char *id; /* operationId in OpenAPI */
};
extern const struct route ROUTES[];
extern const size_t ROUTE_COUNT;
/* Is it the first word of a path of our own, so that no object can be reached by it? */
bool route_reserved(str plural);
const struct route *route_find(str method, str path, str params[CALL_PARAMS], bool *path_known);

struct api_options {
    struct app *app;
    const char *host;
    unsigned port;
    unsigned workers;
    str proxies;
    const char *tls_cert_file, *tls_key_file;
    struct stream_hub *streams; /* api/stream.h; NULL = no live screens */
    const char *assets_folder;  /* the screen from disk instead of the binary; NULL */
};
err_t api_start(const struct api_options *, struct problems *, struct api **out) MUST_USE;
unsigned api_port(const struct api *);
void api_stop(struct api *);
struct app *api_app(struct api *);
struct http_server *api_server(struct api *);
struct stream_hub *api_streams(struct api *);

/* ---- helpers of the functions behind the routes ---- */

/* The object named by the first path parameter (plural); ERR_NOT_FOUND when there is none or the
 * caller may not read it. */
err_t call_object(struct call *, const struct object **out) MUST_USE;
/* A path parameter as an id. ERR_NOT_FOUND otherwise. */
err_t call_id(struct call *, size_t param, int64_t *out) MUST_USE;
/* A query parameter; empty when absent. ERR_INVALID with a problem. */
err_t call_query(struct call *, const char *name, str *out) MUST_USE;
/* ERR_INVALID with a problem that tells what the parameter may be: "none, fast, exact". */
err_t call_not_among(struct call *, const char *name, const char *allowed) MUST_USE;
err_t call_query_int(struct call *,
                     const char *name,
                     int64_t least,
                     int64_t most,
                     int64_t fallback,
                     int64_t *out) MUST_USE;
/* The version in If-Match. ERR_INVALID "precondition_required" (428) when absent,
 * "if_match_malformed" when it is none. */
err_t call_version(struct call *, int64_t *out) MUST_USE;
void call_header(struct call *, const char *name, str value);
/* {"data": … : the caller writes the value, then call_end. */
void call_begin(struct call *, int status);
void call_end(struct call *);
/* A string or other member of the JSON body; problems when missing or of another type. */
err_t call_text(struct call *, const char *member, bool required, str *out) MUST_USE;
/* ERR_INVALID "unknown_field" for a member of the body that is not among these; they end with NULL.
 */
err_t call_members(struct call *, const char *const *known) MUST_USE;
err_t call_prepare(struct call *) MUST_USE;
/* {"data":record,"titles":{…}} with ETag. */
err_t call_record(struct call *, int status, struct record *) MUST_USE;

/* problem.c: RFC 9457 in the caller's language, from ctx.problems. */
void problem_reply(struct call *, err_t);
/* The headline over the problems from this one on, and the HTTP status that goes with it. */
const char *problem_code(const struct ctx *, err_t, size_t from);
int problem_status(err_t, const char *code);
void problem_simple(struct http_reply *, enum lang, int status, const char *code, str request_id);

/* asset.c: the screen. */
void asset_reply(struct api *, struct http_request *, struct http_reply *);
/* Headers of every reply (security S4). */
void security_headers(struct http_reply *, bool personal);
