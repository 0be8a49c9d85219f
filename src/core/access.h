/* access: what a user may do. Deny by default; roles add up. Everything that reads or writes
 * records asks here, beneath every query: list, get, count, search, export, history, stream
 * (Z1-Z5).
 *
 * A role's definition (JSON in role.definition), more in docs/internals/access.md:
 *   {"objects": {"customer": {"read": SCOPE, "create": true, "update": SCOPE, "delete": SCOPE,
 *                             "export": true, "fields": {"phone": "mask", …}}, "*": {…}},
 *    "rights": ["reveal", "import", "manage_model", "manage_users", "see_jobs", "manage_jobs",
 *               "undo"]}
 *   SCOPE = "own" | "department" | "below" | "all" | condition | false
 * Fields without a word are "write" where the object may be written, sensitive ones "own": masked,
 * but open on the records that the user may update. */
#pragma once

#include "core/ctx.h"

enum op { OP_READ, OP_CREATE, OP_UPDATE, OP_DELETE, OP_EXPORT, OP_COUNT };
enum field_access { FIELD_HIDDEN, FIELD_MASK, FIELD_READ, FIELD_WRITE };
enum right {
    RIGHT_REVEAL,
    RIGHT_IMPORT,
    RIGHT_MANAGE_MODEL,
    RIGHT_MANAGE_USERS,
    RIGHT_SEE_JOBS,
    RIGHT_MANAGE_JOBS,
    RIGHT_UNDO,
    RIGHT_COUNT
};

struct access;
struct access_cache;

struct access_cache *access_cache_new(void);   /* app_open; without one every hold compiles anew */
void access_cache_free(struct access_cache *); /* NULL is fine */

/* The rights of a user, from roles, departments and the model; immutable, counted, cached until
 * any user, role, department or the model changes (Z5: the next request sees it on every node).
 * Not to be used longer than the model.
 * ERR_NOT_FOUND: no such active user. */
err_t access_hold(struct app *,
                  struct db_conn *,
                  const struct model *,
                  int64_t user,
                  const struct access **out) MUST_USE;
/* The same, where the epoch has just been read with something else: 0 = there is none yet. */
err_t access_hold_at(struct app *,
                     struct db_conn *,
                     const struct model *,
                     int64_t epoch,
                     int64_t user,
                     const struct access **out) MUST_USE;
void access_release(const struct access *);
/* May the caller make a link that lets its holder in as this user, whom he may update? ERR_DENIED
 * "invitation_self", "user_administrator", "invitation_roles": roles are given by administrators.
 */
err_t access_may_invite(struct ctx *, const struct record *user) MUST_USE;
/* Within the transaction that writes a user, role or department: what was compiled before its
 * commit is not used after it. Harmless when the transaction is undone. */
err_t access_forget(struct ctx *) MUST_USE;

/* What roles, the API and its clients call them. */
extern const char *const ACCESS_OP_WORDS[OP_COUNT];
extern const char *const ACCESS_FIELD_WORDS[FIELD_WRITE + 1];
extern const char *const ACCESS_RIGHT_WORDS[RIGHT_COUNT];

/* Another one after every change of rights; 0 without an access. */
int64_t access_epoch(const struct access *);
/* Another one when the user's own roles or departments have changed, whatever became of others. */
uint64_t access_source(const struct access *);

/* The caller's own department (0 = none), known without asking the database. False: there is no
 * user, or who is who has been changed in this transaction. */
bool access_own_department(const struct ctx *, int64_t *out);

/* NULL access = the server itself: everything. */
bool access_may(const struct access *, const struct object *, enum op);
bool access_right(const struct access *, enum right);
bool access_administrator(const struct access *);
/* May it do anything but look? ERR_DENIED "scope_missing" for an API token that may not. */
err_t access_check_active(struct ctx *) MUST_USE;
/* On every record that the caller reads: what lists, filters, sorting and exports go by. */
enum field_access access_field(const struct access *, const struct field *);
/* On a new record and on those that the caller may update; never less. Sensitive fields differ. */
enum field_access access_field_own(const struct access *, const struct field *);

/* Whose a record is to who looks at it (record_mine). */
enum mine {
    MINE_NOT,
    MINE_LINKED, /* it belongs to one that he may update: phones in its texts are open */
    MINE         /* he may update it: what is masked elsewhere is open */
};
/* access_field or access_field_own. */
enum field_access access_view(const struct access *, const struct field *, enum mine);
/* A value as the caller may read it; whatever shows values asks here. NULL: hidden from him.
 * *masked: it is one text, its mask. Where phones are masked for him, those in a long text are,
 * too. What is empty stays so. */
const value *access_cells(const struct access *,
                          const struct field *,
                          enum mine,
                          const value *cells,
                          struct arena *,
                          bool *masked);
/* Does a text of this field have its phones masked where the record is not his? */
bool access_masks_phones(const struct access *, const struct field *);
/* Which rows: a condition to be and-ed (NULL = all), as long-lived as the access; ERR_DENIED: none
 * at all. An object with access_via takes its scope from the record that the ref names. CREATE:
 * what the new record must be like. */
err_t access_scope(const struct access *,
                   const struct object *,
                   enum op,
                   const struct condition **out) MUST_USE;
/* Which rows are MINE_LINKED without being MINE; ERR_DENIED: none. */
err_t access_scope_linked(const struct access *,
                          const struct object *,
                          const struct condition **out) MUST_USE;
/* Whose records of an object that has owners the caller reads at the most: the user's own and those
 * of the departments. False: that does not say it. */
struct access_whose {
    int64_t user;
    const int64_t *departments;
    size_t department_count;
};
bool access_whose(const struct access *, const struct object *, struct access_whose *out);
/* Does the caller read exactly those records of an object with access_via whose linked one he
 * reads? */
bool access_follows(const struct access *, const struct object *);
/* Own and all below. */
const int64_t *access_departments(const struct access *, size_t *n);
/* Refuses conditions on fields that the caller may not read in clear, and over links to records
 * that may be out of their sight: ERR_INVALID with "not_filterable". (A sort key needs FIELD_READ.)
 */
err_t access_check_condition(const struct access *,
                             const struct condition *,
                             str at,
                             struct problems *) MUST_USE;

/* Roles, users and departments are checked when they are written. Once at start; again does no
 * harm. */
void access_attach(void);
/* A role's definition before it is stored: ERR_INVALID, problems "role_…" say where. */
err_t access_check_role(const struct model *,
                        const json_t *definition,
                        str at,
                        struct problems *,
                        struct arena *) MUST_USE;

/* Scopes of an API token: a JSON array of "orders:read", "orders:*", "*:read", "right:undo", "*".
 * ERR_INVALID "unknown_scope". */
err_t access_check_scopes(
    const struct model *, const json_t *scopes, str at, struct problems *, struct arena *) MUST_USE;
/* What both the rights and the scopes allow, in the arena. It takes over the hold: releasing it
 * releases the whole access, which is never NULL (a token has a user). */
const struct access *access_narrow(struct arena *, const struct access *, const json_t *scopes);
