/* Every operation there is: what it needs is here, and the dispatcher sees to it. */
#include "api/model_routes.h"
#include "api/openapi.h"
#include "api/records.h"
#include "api/session.h"
#include "api/stream.h"
#include "api/work.h"

#define ANY .right = RIGHT_COUNT

const struct route ROUTES[] = {
    {"GET", "/session", session_get, NEED_SESSION, ANY, .id = "getSession"},
    {"POST", "/session", session_create, NEED_NOTHING, ANY, .id = "signIn"},
    {"DELETE", "/session", session_delete, NEED_BROWSER, ANY, .id = "signOut"},
    {"GET", "/sessions", sessions_list, NEED_BROWSER, ANY, .id = "listSessions"},
    {"DELETE", "/sessions/{id}", sessions_end, NEED_BROWSER, ANY, .id = "endSession"},
    {"PATCH", "/me", me_update, NEED_BROWSER, ANY, .id = "updateMe"},
    {"POST", "/me/password", me_password, NEED_BROWSER, ANY, .id = "changePassword"},
    {"POST", "/me/totp", totp_begin, NEED_BROWSER, ANY, .id = "beginSecondFactor"},
    {"POST", "/me/totp/confirm", totp_confirm, NEED_BROWSER, ANY, .id = "confirmSecondFactor"},
    {"DELETE", "/me/totp", totp_remove, NEED_BROWSER, ANY, .id = "removeSecondFactor"},
    {"GET", "/tokens", tokens_list, NEED_BROWSER, ANY, .id = "listTokens"},
    {"POST", "/tokens", tokens_create, NEED_BROWSER, ANY, .id = "createToken"},
    {"DELETE", "/tokens/{id}", tokens_delete, NEED_BROWSER, ANY, .id = "deleteToken"},

    {"GET", "/model", model_get, NEED_SESSION, ANY, .id = "getModel"},
    {"POST", "/model/objects", model_create_object, NEED_SESSION, RIGHT_MANAGE_MODEL,
     .id = "createObject"},
    {"PATCH", "/model/objects/{object}", model_patch_object, NEED_SESSION, RIGHT_MANAGE_MODEL,
     .id = "patchObject"},
    {"DELETE", "/model/objects/{object}", model_delete_object, NEED_SESSION, RIGHT_MANAGE_MODEL,
     .id = "deleteObject"},
    {"POST", "/model/check", model_check, NEED_SESSION, RIGHT_MANAGE_MODEL, .id = "checkModel"},

    {"GET", "/openapi.json", openapi_get, NEED_SESSION, ANY, .id = "getDocument"},

    {"GET", "/stream", stream_get, NEED_SESSION, ANY, .id = "stream"},
    {"GET", "/search", search_all, NEED_SESSION, ANY, .id = "search"},

    {"GET", "/{plural}", records_list, NEED_SESSION, ANY, .id = "list"},
    {"POST", "/{plural}", records_create, NEED_SESSION, ANY, .id = "create"},
    {"POST", "/{plural}/batch", records_batch, NEED_SESSION, ANY, .id = "batch"},
    {"POST", "/{plural}/count", records_count, NEED_SESSION, ANY, .id = "count"},
    {"GET", "/{plural}/{id}", records_get, NEED_SESSION, ANY, .id = "get"},
    {"PATCH", "/{plural}/{id}", records_update, NEED_SESSION, ANY, .id = "update"},
    {"DELETE", "/{plural}/{id}", records_delete, NEED_SESSION, ANY, .id = "delete"},
    {"POST", "/{plural}/{id}/restore", records_restore, NEED_SESSION, ANY, .id = "restore"},
    {"GET", "/{plural}/{id}/history", records_history, NEED_SESSION, ANY, .id = "history"},
    {"GET", "/{plural}/{id}/timeline", records_timeline, NEED_SESSION, ANY, .id = "timeline"},
    {"POST", "/{plural}/{id}/reveal", records_reveal, NEED_SESSION, RIGHT_REVEAL, .id = "reveal"},
};
const size_t ROUTE_COUNT = sizeof ROUTES / sizeof *ROUTES;
