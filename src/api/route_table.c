/* Every operation there is: what it needs is here, and the dispatcher sees to it. */
#include "api/files.h"
#include "api/imports.h"
#include "api/model_routes.h"
#include "api/openapi.h"
#include "api/records.h"
#include "api/session.h"
#include "api/stream.h"
#include "api/work.h"

#define ANY .right = RIGHT_COUNT

const struct route ROUTES[] = {
    {"GET", "/session", session_get, NEED_SESSION, ANY, .bare = true, .id = "getSession"},
    {"POST", "/session", session_create, NEED_NOTHING, ANY, .id = "signIn"},
    {"DELETE", "/session", session_delete, NEED_BROWSER, ANY, .bare = true, .id = "signOut"},
    {"POST", "/session/proof", session_prove, NEED_BROWSER, ANY, .bare = true,
     .id = "proveSession"},
    {"GET", "/sessions", sessions_list, NEED_BROWSER, ANY, .bare = true, .id = "listSessions"},
    {"DELETE", "/sessions/{id}", sessions_end, NEED_BROWSER, ANY, .bare = true, .id = "endSession"},
    {"POST", "/users/{id}/invitation", invitation_create, NEED_BROWSER, RIGHT_MANAGE_USERS,
     .id = "invite"},
    {"POST", "/invitation", invitation_read, NEED_NOTHING, ANY, .bare = true, .asks = true,
     .id = "readInvitation"},
    {"POST", "/invitation/password", invitation_accept, NEED_NOTHING, ANY, .bare = true,
     .id = "acceptInvitation"},
    {"PATCH", "/me", me_update, NEED_BROWSER, ANY, .bare = true, .id = "updateMe"},
    {"POST", "/me/password", me_password, NEED_BROWSER, ANY, .bare = true, .id = "changePassword"},
    {"POST", "/me/totp", totp_begin, NEED_BROWSER, ANY, .bare = true, .id = "beginSecondFactor"},
    {"POST", "/me/totp/confirm", totp_confirm, NEED_BROWSER, ANY, .bare = true,
     .id = "confirmSecondFactor"},
    {"DELETE", "/me/totp", totp_remove, NEED_BROWSER, ANY, .bare = true,
     .id = "removeSecondFactor"},
    {"GET", "/tokens", tokens_list, NEED_BROWSER, ANY, .id = "listTokens"},
    {"POST", "/tokens", tokens_create, NEED_BROWSER, ANY, .id = "createToken"},
    {"DELETE", "/tokens/{id}", tokens_delete, NEED_BROWSER, ANY, .once = true, .id = "deleteToken"},

    {"GET", "/model", model_get, NEED_SESSION, ANY, .id = "getModel"},
    {"POST", "/model/objects", model_create_object, NEED_SESSION, RIGHT_MANAGE_MODEL,
     .id = "createObject"},
    {"PATCH", "/model/objects/{object}", model_patch_object, NEED_SESSION, RIGHT_MANAGE_MODEL,
     .id = "patchObject"},
    {"DELETE", "/model/objects/{object}", model_delete_object, NEED_SESSION, RIGHT_MANAGE_MODEL,
     .id = "deleteObject"},
    {"POST", "/model/check", model_check, NEED_SESSION, RIGHT_MANAGE_MODEL, .asks = true,
     .id = "checkModel"},

    {"GET", "/openapi.json", openapi_get, NEED_SESSION, ANY, .bare = true, .id = "getDocument"},

    {"GET", "/stream", stream_get, NEED_SESSION, ANY, .id = "stream"},
    {"GET", "/search", search_all, NEED_SESSION, ANY, .repeatable = true, .id = "search"},

    {"POST", "/files", files_create, NEED_SESSION, ANY, .upload = true, .once = true,
     .prepare = files_create_prepare, .id = "uploadFile"},
    {"GET", "/files/{id}", files_get, NEED_SESSION, ANY, .id = "getFile"},
    {"GET", "/files/{id}/content", files_content, NEED_SESSION, ANY, .id = "downloadFile"},

    {"GET", "/imports", imports_list, NEED_SESSION, RIGHT_IMPORT, .id = "listImports"},
    {"POST", "/imports", imports_create, NEED_SESSION, RIGHT_IMPORT, .once = true,
     .prepare = imports_create_prepare, .id = "createImport"},
    {"GET", "/imports/{id}", imports_get, NEED_SESSION, RIGHT_IMPORT, .id = "getImport"},
    {"PATCH", "/imports/{id}", imports_update, NEED_SESSION, RIGHT_IMPORT, .id = "updateImport"},
    {"DELETE", "/imports/{id}", imports_delete, NEED_SESSION, RIGHT_IMPORT, .once = true,
     .id = "deleteImport"},
    {"POST", "/imports/{id}/check", imports_check, NEED_SESSION, RIGHT_IMPORT, .once = true,
     .id = "checkImport"},
    {"POST", "/imports/{id}/run", imports_run, NEED_SESSION, RIGHT_IMPORT, .once = true,
     .id = "runImport"},
    {"POST", "/imports/{id}/undo", imports_undo, NEED_SESSION, RIGHT_IMPORT, .once = true,
     .id = "undoImport"},
    {"GET", "/imports/{id}/rows", imports_rows, NEED_SESSION, RIGHT_IMPORT, .id = "listImportRows"},
    {"POST", "/imports/{id}/answers", imports_answers, NEED_SESSION, RIGHT_IMPORT,
     .id = "answerImport"},
    {"GET", "/imports/{id}/refused.xlsx", imports_refused_xlsx, NEED_SESSION, RIGHT_IMPORT,
     .id = "refusedRowsXlsx"},
    {"GET", "/imports/{id}/refused.csv", imports_refused_csv, NEED_SESSION, RIGHT_IMPORT,
     .id = "refusedRowsCsv"},

    {"GET", "/jobs", jobs_list, NEED_SESSION, ANY, .id = "listJobs"},
    {"GET", "/jobs/{id}", jobs_get, NEED_SESSION, ANY, .id = "getJob"},
    {"POST", "/jobs/{id}/cancel", jobs_cancel, NEED_SESSION, ANY, .once = true, .id = "cancelJob"},
    {"POST", "/jobs/{id}/retry", jobs_retry, NEED_SESSION, ANY, .once = true, .id = "retryJob"},

    {"GET", "/batches/{id}", batches_get, NEED_SESSION, ANY, .id = "getBatch"},
    {"POST", "/batches/{id}/undo", batches_undo, NEED_SESSION, ANY, .once = true,
     .prepare = batches_undo_prepare, .id = "undoBatch"},

    {"GET", "/quality", quality_get, NEED_SESSION, ANY, .id = "getQuality"},
    {"GET", "/quality/queue", quality_queue, NEED_SESSION, ANY, .id = "listRepairs"},

    {"GET", "/{plural}", records_list, NEED_SESSION, ANY, .repeatable = true, .id = "list"},
    {"POST", "/{plural}", records_create, NEED_SESSION, ANY, .once = true, .id = "create"},
    {"POST", "/{plural}/batch", records_batch, NEED_SESSION, ANY, .once = true, .id = "batch"},
    {"POST", "/{plural}/bulk", records_bulk, NEED_SESSION, ANY, .once = true,
     .prepare = records_bulk_prepare, .id = "bulk"},
    {"POST", "/{plural}/export", records_export, NEED_SESSION, ANY, .once = true,
     .prepare = records_export_prepare, .id = "export"},
    {"POST", "/{plural}/count", records_count, NEED_SESSION, ANY, .asks = true, .id = "count"},
    {"GET", "/{plural}/{id}", records_get, NEED_SESSION, ANY, .repeatable = true, .id = "get"},
    {"PATCH", "/{plural}/{id}", records_update, NEED_SESSION, ANY, .once = true, .id = "update"},
    {"DELETE", "/{plural}/{id}", records_delete, NEED_SESSION, ANY, .once = true, .id = "delete"},
    {"POST", "/{plural}/{id}/restore", records_restore, NEED_SESSION, ANY, .once = true,
     .id = "restore"},
    {"POST", "/{plural}/{id}/merge", records_merge, NEED_SESSION, ANY, .once = true,
     .prepare = records_merge_prepare, .id = "merge"},
    {"GET", "/{plural}/{id}/duplicates", records_duplicates, NEED_SESSION, ANY, .repeatable = true,
     .id = "duplicates"},
    {"GET", "/{plural}/{id}/history", records_history, NEED_SESSION, ANY, .repeatable = true,
     .id = "history"},
    {"GET", "/{plural}/{id}/timeline", records_timeline, NEED_SESSION, ANY, .repeatable = true,
     .id = "timeline"},
    {"POST", "/{plural}/{id}/reveal", records_reveal, NEED_SESSION, RIGHT_REVEAL, .id = "reveal"},
};
const size_t ROUTE_COUNT = sizeof ROUTES / sizeof *ROUTES;
