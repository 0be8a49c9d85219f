/* change: the log of every write, the spine of the system. Appended in the writer's transaction;
 * everything else (history, undo, search, live screens, audiences, automation) reads it.
 *
 * Order: (tx, id). On SQLite tx is 0 and ids ascend with commits. On PostgreSQL tx is the
 * transaction's number, and readers stop at the horizon (@horizon: the oldest transaction still
 * running), so a late commit is never skipped. */
#pragma once

#include "core/ctx.h"

enum change_op {
    CHANGE_CREATE,
    CHANGE_UPDATE,
    CHANGE_DELETE,
    CHANGE_RESTORE,
    CHANGE_DERIVE,
    CHANGE_ERASE,
    CHANGE_REVEAL
};

/* Kept as JSON objects by field id: of an update or a derived change the cells that differ, of a
 * creation or restoring all that is there after, of a deletion all that was there before, of a
 * reveal what `after` holds, of an erasure nothing. Does nothing when nothing differs. Within a
 * transaction. */
err_t change_append(struct ctx *,
                    enum change_op,
                    const struct object *,
                    const struct record *before,
                    const struct record *after) MUST_USE;
/* The creation of a record of former days, as it would have been logged then: at its created_at, by
 * its created_by, under its own id. Only while no reader has begun. */
err_t change_append_former(struct ctx *, const struct record *) MUST_USE;
/* Somebody looked behind the mask of a field; the log does not say what he saw. */
err_t change_append_reveal(struct ctx *, const struct record *, const struct field *) MUST_USE;

/* What somebody did that is no write of a record, so that the seals hold it, too: "model",
 * "api_token", "second_factor", "password", "export". Its members are names, not ids of fields, and
 * hold no secret. It has no history page and is not undone. */
struct change_act {
    const char *object;
    enum change_op op;
    int64_t record, actor; /* record 0: none */
    const char *through;
    const json_t *before, *after; /* objects or NULL */
};
/* Within a transaction. */
err_t change_append_act(struct db_conn *, struct arena *, const struct change_act *) MUST_USE;
/* The caller's own. */
err_t change_act(
    struct ctx *, const char *object, enum change_op, int64_t record, const json_t *what) MUST_USE;

/* At app_open: no id made from now on is smaller than one in the log, though the clock may have
 * been set back; readers of SQLite's log rely on it. */
err_t change_open(struct app *) MUST_USE;

struct change {
    int64_t tx, id, at, actor, batch, record, customer, version;
    str through, object;
    enum change_op op;
    str before, after; /* JSON objects by field id; may be empty */
};

/* A reader: called with batches of changes in order, in a thread of its own; its position moves in
 * the same transaction when `transactional`, else after it returned OK. On a fault it is called
 * again with the same changes after a back-off. */
struct log_reader {
    const char *name;
    bool transactional; /* read() runs inside a transaction that also stores the position */
    size_t batch;       /* most changes at once */
    err_t (*read)(struct ctx *, const struct change *, size_t n, void *context);
    /* Of a transactional one, before read() with the same changes and the same arena: what can be
     * worked out of them without holding up writers, outside of the transaction. Inside only when
     * another process has moved the position meanwhile. NULL = nothing. */
    err_t (*prepare)(struct ctx *, const struct change *, size_t n, void *context);
    /* When nothing is left to read, outside of any transaction: a short piece of tidying; *more: it
     * is called again. NULL = none. */
    err_t (*idle)(struct ctx *, void *context, bool *more);
    void *context;
    bool from_now; /* a new reader starts at the end of the log instead of its beginning */
    /* After a batch that was not full, so that the commits of busy moments are read together: each
     * batch of a kept reader is a commit of its own. */
    unsigned rest_milliseconds;
    bool ephemeral; /* position is not kept (live screens); each process has its own */
};
/* Of several processes on one database one runs a kept reader at a time. A transactional one has
 * each change exactly once; the others may have the last batch again after a crash. */
void log_reader_add(struct app *, const struct log_reader *); /* before log_readers_start */
err_t log_readers_start(struct app *) MUST_USE;
void log_readers_stop(struct app *); /* and forgets them; app_close does it too */
void log_readers_wake(struct app *); /* after a commit here; elsewhere they look every 200 ms */
/* Waits until every reader has passed what is committed now (tests, commands). ERR_UNAVAILABLE:
 * not in this time. */
err_t log_readers_settle(struct app *, unsigned milliseconds) MUST_USE;

/* The place of the newest change that no running transaction can still precede; 0, 0 when there is
 * none. */
err_t change_settled(struct ctx *, int64_t *tx, int64_t *id) MUST_USE;
/* The changes after a place, in order, up to the newest settled one, without `before` and `after`.
 */
err_t change_heads_after(
    struct ctx *, int64_t tx, int64_t id, size_t limit, struct change **out, size_t *n) MUST_USE;
/* Changes of one record, newest first: at most as many as were asked for, fewer when they are large
 * (LIMIT_PAGE_BYTES), one at least if there is one. */
struct change_page {
    struct change *at;
    size_t n, bytes;
    bool more; /* there are older ones */
};
/* From `before_id` (0 = newest). */
err_t change_history(struct ctx *,
                     int64_t record,
                     int64_t before_id,
                     size_t limit,
                     struct change_page *out) MUST_USE;
/* The same without what the server worked out and without looks behind masks. */
err_t change_edits(struct ctx *,
                   int64_t record,
                   int64_t before_id,
                   size_t limit,
                   struct change_page *out) MUST_USE;

/* Does it name the field among what was before and after? */
bool change_touches(const struct change *, const struct field *);

/* ---- batches: changes that belong together and can be undone ---- */
enum { UNDO_DAYS = 30, BATCH_TITLE_CHARS = 200 };
/* What the caller calls his batch: `title` of the request, which may be left out. ERR_INVALID: not
 * a text, or longer than BATCH_TITLE_CHARS. */
err_t batch_title(struct ctx *, const json_t *request, str *out) MUST_USE;
err_t batch_begin(struct ctx *, const char *kind, str title, int64_t *id) MUST_USE;
/* Whether the caller may take it back now. ERR_NOT_FOUND; ERR_CONFLICT as batch_undo; ERR_DENIED
 * "proof_required": it wrote to guarded objects (auth_fresh); "scope_missing": the API token may
 * not write what it wrote. */
err_t batch_may_undo(struct ctx *, int64_t batch) MUST_USE;
/* What the batch is called, when the caller may take it back now; p == NULL: he may not, or it is
 * an import, which is taken back with its own record. */
err_t batch_undo_title(struct ctx *, int64_t batch, str *out) MUST_USE;
struct undo_kept {
    str object;
    int64_t record;
    str field;       /* empty: the whole record */
    const char *why; /* message key: "undo_edited_later", "undo_gone", "undo_taken" … */
};
struct undo_result {
    size_t restored;            /* records, also those of attempts that were broken off */
    VEC(struct undo_kept) kept; /* the first thousand */
    size_t kept_total;
    size_t kept_changed; /* of these: somebody has changed it since */
    size_t kept_used;    /* something that stays uses it */
    size_t kept_open;    /* for a reason that can pass: the batch can be taken back once more */
    bool part;           /* of a preview that was broken off: there may be more of both */
};
/* Takes the batch's changes back, newest first, field by field where the field still has the value
 * that the batch gave it; what it created is deleted unless somebody edited it since. Own batches,
 * or all with RIGHT_UNDO. Outside a transaction: some hundred records each. The undoing is a batch
 * of kind "undo" and can be undone; one that was broken off goes on where it was. preview: only the
 * result, as far as it can be known without writing. progress may be NULL; false breaks off with
 * ERR_LIMIT, or a preview with what is known so far. ERR_NOT_FOUND; ERR_CONFLICT "batch_undone",
 * "batch_too_old". After ERR_LIMIT *out tells what was done by then. */
err_t batch_undo(struct ctx *,
                 int64_t batch,
                 bool preview,
                 struct undo_result *out,
                 bool (*progress)(void *, size_t done, size_t total),
                 void *context) MUST_USE;
/* How many records the undoing of the batch has put back so far, in all its attempts. */
err_t batch_restored(struct ctx *, int64_t batch, size_t *out) MUST_USE;
void undo_write_json(struct ctx *, const struct undo_result *, struct jw *);
/* As GET /batches/{id} says. Own batches, or all with RIGHT_UNDO; else ERR_NOT_FOUND. */
err_t batch_write_json(struct ctx *, int64_t id, struct jw *) MUST_USE;

/* ---- seals ---- */
/* Seals the next changes that are older than the full hour, in a transaction; *sealed is how many,
 * 0 when there is none left: SHA-256 over the changes in order, chained to the seal
 * before, with an HMAC by the installation's key. The last seal is also noted in the file seal.head
 * of the data folder and in the server's log, so that cutting off the end of both tables shows. */
err_t seal_next(struct ctx *, int64_t *sealed) MUST_USE;
struct seal_fault {
    int64_t seal;
    int64_t change;  /* the first that is wrong, 0 if unknown */
    const char *why; /* "edited", "removed", "added", "truncated", "seal" */
};
/* Holds the log against its seals, in bounded memory; *out is the first fault unless *clean,
 * *looked how many were looked at. */
err_t seal_check(struct ctx *, struct seal_fault *out, int64_t *looked, bool *clean) MUST_USE;
