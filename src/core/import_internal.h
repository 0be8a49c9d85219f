/* import_internal: what the files of the import share. */
#pragma once

#include "base/limits.h"
#include "core/import.h"
#include "core/match.h"
#include "core/record_internal.h"
#include "sheet/sheet.h"

enum {
    IMPORT_CHUNK = 200,           /* rows of one transaction */
    IMPORT_CHUNK_BYTES = 2 * MIB, /* of their cells: no more rows then */
    IMPORT_ROWS = 1000000,
    IMPORT_SAMPLES = 20,         /* values kept of each column */
    IMPORT_SCAN = 1000,          /* rows that are looked at for the guess */
    IMPORT_SCAN_BYTES = 4 * MIB, /* of their cells */
    IMPORT_SCAN_CHARS = 1000,    /* of one cell */
    IMPORT_HEADER_ROWS = 30,     /* in which the header is looked for */
    IMPORT_REPORT_ROWS = 200,
};

/* ---- import_map.c: which column goes where ---- */

enum { WHOLE_FIELD = 99 };
struct import_target {
    const struct field *field; /* of the row's object, or of one that comes along with it */
    unsigned part;             /* of an address and the like; WHOLE_FIELD */
};
/* How 12/8/2026 is read; none: no such dates were seen. */
enum import_date_order { DATES_PLAIN, DATES_MONTH_FIRST, DATES_DAY_FIRST };
struct import_column {
    size_t index;
    str header;
    VEC(str) samples;
    struct import_target target; /* field NULL: left out */
    double confidence;
    struct import_target named;      /* by the header alone, where that is a known word */
    VEC(struct import_target) split; /* several fields in one cell */
    enum import_date_order date_order;
    bool unordered;          /* a day was read that another order would have read otherwise */
    bool day_first;          /* a day was read that begins with no month */
    const json_t *unknown;   /* samples that are no choice of the field */
    const json_t *translate; /* word in the file: word to read instead */
    str fallback;            /* where the cell is empty */
    bool foreign;            /* the header is no word for the field: a long text keeps it */
};
struct import_map {
    const struct object *object;
    struct import_column *columns;
    size_t count;
};
/* ERR_INVALID: unknown or unwritable fields, wrong types; problems point into /columns. */
err_t import_map_read(struct ctx *,
                      const struct object *,
                      const json_t *,
                      struct import_map *out) MUST_USE;
json_t *import_map_json(struct ctx *, const struct import_map *);
/* "address.city". ERR_NOT_FOUND. */
err_t import_target_own(const struct object *, str path, struct import_target *out) MUST_USE;
/* That, or "contact.name" of an object that comes along. ERR_NOT_FOUND. */
err_t import_target_find(struct ctx *,
                         const struct object *,
                         str path,
                         struct import_target *out) MUST_USE;
/* May a file set it? */
bool import_settable(struct ctx *, const struct field *);
/* May a row about the object bring a record of the other along? */
bool import_comes_along(struct ctx *, const struct object *, const struct object *other);
/* "name", or "contact.name" where the field is not the row's own object's. */
str import_field_path(struct arena *, const struct object *, const struct field *);

/* ---- import_guess.c ---- */

struct import_guess {
    int64_t header_row; /* 0 = none */
    struct import_map map;
    size_t rows_seen;
};
/* Reads the first rows of the selected sheet. header_row < 0: to be found. */
err_t import_guess(struct ctx *,
                   struct sheet_reader *,
                   const struct object *,
                   int64_t header_row,
                   struct import_guess *out) MUST_USE;

/* ---- import_date.c ---- */

/* Adds a cell: the order that fits all of a column so far; of two that fit, the month first. */
void import_date_see(enum import_date_order *, str text);
enum import_date_order import_date_order_named(str name);   /* "mdy", "dmy" */
const char *import_date_order_name(enum import_date_order); /* NULL: none */
/* Columns whose order was not known get the one that their cells have shown. set: there are such;
 * other: one of them was read in another order than it has now. */
void import_date_settle(const struct import_map *, json_t *columns, bool *set, bool *other);

/* ---- import_again.c: refused rows that have been corrected ---- */

/* The heading of a column in the file of refused rows: its own, or where it goes. */
str import_heading(struct ctx *, const struct object *, const json_t *column);
/* When the columns are those of a file of refused rows of one of the user's own imports, what that
 * import was set to goes into body: columns, policy, source, strict. */
err_t import_go_on(struct ctx *, const struct object *, json_t *body) MUST_USE;

/* ---- one row ---- */

enum import_outcome {
    IMPORT_CREATED,
    IMPORT_UPDATED,
    IMPORT_MERGED, /* with an earlier row of the same file */
    IMPORT_SKIPPED,
    IMPORT_REFUSED,
    IMPORT_ASK,
    IMPORT_OUTCOMES
};
/* import_answer.c: what a waiting row is to become; NULL: it still waits. */
enum import_outcome import_answer_outcome(const json_t *answer);
const char *import_outcome_stored(enum import_outcome); /* "create" … in import_row */
const char *import_outcome_name(enum import_outcome);   /* "created" … outside */

struct import_problem {
    size_t column; /* SIZE_MAX: the row */
    struct problem problem;
    str value;
    bool mild;   /* the cell went to the notes; the row is good */
    bool remark; /* nothing is wrong: why the row became what it became */
};
/* A part of a column's cell that went to a further field. */
struct import_spread {
    size_t column;
    const struct field *field;
};
/* A cell that says "the same as the phone", which may stand behind it. */
struct import_as_phone {
    size_t column;
    const struct field *field;
    str words;
};
/* What a row says of a record that comes along with its own: a company's contact. */
struct import_beside {
    const struct object *object;
    struct record *given;
    bool *set; /* by field index */
    enum import_outcome outcome;
};
struct import_line {
    size_t line;
    str *cells;
    size_t cell_count;
    struct record *given;
    bool *set; /* by field index */
    VEC(struct import_beside) beside;
    const struct object *writing; /* whose record a write that fails was about */
    VEC(struct import_problem) problems;
    size_t read_problems; /* those that came with the cells */
    size_t repaired;
    VEC(size_t) repairs; /* their columns; SIZE_MAX: of the row */
    VEC(struct import_spread) spread;
    VEC(struct import_as_phone) as_phone;
    enum import_outcome outcome;
    int64_t record;
    struct record *after;
    str changes;         /* of a record that was there (import_changes_json) */
    str kept;            /* what went to the notes out of cells that are not theirs */
    size_t same_as_line; /* an earlier row with one of its keys, 0 = none */
    VEC(struct match) candidates;
    bool asked; /* it has waited for an answer before: answer, NULL while there is none */
    const json_t *answer;
    bool total;  /* of the rows above: "合计" and figures */
    bool filled; /* a column that goes somewhere has something in it */
};

/* What a check or run carries from row to row. */
struct import_seen;
struct import_refs;
struct import_work {
    struct ctx *ctx;
    struct import_map map;
    int64_t id, batch, header_row;
    enum import_outcome on_duplicate; /* SKIPPED, UPDATED (see overwrite), CREATED, ASK */
    bool overwrite, dry;
    bool cards;  /* a contacts file: its rows are cards */
    bool strict; /* what cannot be read refuses its row, whatever field it is for */
    str source;
    struct import_seen *seen;
    struct import_refs *refs;
    struct map words;          /* of choices, "source:展会" */
    const struct field *notes; /* where cells go that their field cannot hold */
};

/* import_cell.c: the row's cells into line->given; problems where they cannot be read. */
err_t import_cells(struct import_work *,
                   struct ctx *,
                   const struct sheet_cell *,
                   size_t count,
                   struct import_line *) MUST_USE;
/* Cells that have been kept as texts. */
err_t import_cells_again(struct import_work *,
                         struct ctx *,
                         const json_t *kept,
                         struct import_line *) MUST_USE;
/* What the row says of a field, of its own record or one beside; NULL: nothing. */
value import_given(const struct import_line *, const struct field *, unsigned part);
/* A word on the row: code with the argument. */
void import_remark(struct ctx *, struct import_line *, const char *code, str arg);
/* The same where something of a good row found no place. */
void import_lost(struct ctx *, struct import_line *, const char *code, str arg);
/* The cell as people see it; days and instants in ISO form. */
str import_cell_text(struct arena *, const struct sheet_cell *);
/* "Phone: 138…", with the colon of the reader's language. */
str import_pair(struct ctx *, str head, str text);
/* Full width to half width; nothing else. */
str import_half_width(struct arena *, str);
/* Nothing, or a word for nothing: "无", "n/a", "-". */
bool import_blank(str);

/* import_beside.c: the records that come along with the row's own, once that is written. `wrote`:
 * one of them has been made or changed. */
err_t import_beside_write(
    struct import_work *, struct ctx *, struct import_line *, bool fresh, bool *wrote) MUST_USE;
/* Both are called the same in some language. */
bool import_same_label(const struct field *, const struct field *);
/* A check cannot look for them where the row's own record was undone with an earlier chunk. */
void import_beside_foresee(struct import_work *, struct ctx *, struct import_line *);

/* import_ref.c: names to ids. ERR_NOT_FOUND, ERR_CONFLICT (several have the name). */
struct import_refs *import_refs_new(struct arena *);
err_t import_ref(
    struct import_refs *, struct ctx *, const struct field *, str name, int64_t *id) MUST_USE;
/* The department of a user, 0 = none. */
err_t import_department(struct import_refs *, struct ctx *, int64_t user, int64_t *id) MUST_USE;

/* import_seen.c: keys of the rows so far, 8 bytes a key. */
struct import_seen *import_seen_new(void);
void import_seen_free(struct import_seen *);
/* The line that had the key first, or 0 and from now on `line`. */
size_t import_seen_put(struct import_seen *, str kind, str key, size_t line);
size_t import_seen_get(const struct import_seen *, str kind, str key);

/* import_match.c: records that a row may be; inside the transaction that writes. */
err_t import_match(struct import_work *, struct ctx *, struct import_line *, size_t n) MUST_USE;
/* One row again, after others of the chunk have been written. */
err_t import_match_again(struct import_work *, struct ctx *, struct import_line *) MUST_USE;
void import_match_remember(struct import_work *, struct ctx *, const struct import_line *);
size_t import_match_earlier(struct import_work *, struct ctx *, const struct import_line *);

/* ---- import_tally.c: counting ---- */

struct import_group {
    str key, title;
    int64_t records, valid, filled;
};
/* Records that came along with those of the rows. */
struct import_along {
    str object;
    int64_t created, updated;
};
/* How often something was wrong in a column. */
struct import_column_count {
    size_t column; /* SIZE_MAX: the row */
    str code;      /* of the problem, or "repaired" */
    bool mild;     /* the row is good */
    int64_t n;
    str args[PROBLEM_ARGS]; /* of the first */
};
struct import_tally {
    int64_t rows, outcome[IMPORT_OUTCOMES], repaired;
    int64_t warned;                 /* good rows of which a cell went to the notes */
    int64_t records, valid, filled; /* of the records written; filled: expected fields */
    VEC(struct import_group) sources, owners;
    VEC(struct import_column_count) columns;
    VEC(struct import_along) beside;
};
/* Adds a row that is done; new groups go to the arena. */
void import_tally_add(struct arena *,
                      struct import_tally *,
                      const struct import_work *,
                      const struct import_line *);
void import_tally_copy(struct arena *, const struct import_tally *, struct import_tally *out);
str import_tally_json(struct arena *, const struct import_tally *);
void import_tally_of(struct arena *, const json_t *, struct import_tally *out);
err_t import_tally_read(struct arena *, str json, struct import_tally *out) MUST_USE;

/* ---- import_report.c ---- */

/* As they are kept in import_row; empty when there are none. */
str import_problems_json(struct ctx *, const struct import_line *);
str import_candidates_json(struct ctx *, const struct import_line *);

err_t import_report_json(struct ctx *, const struct record *, bool whole, struct jw *) MUST_USE;

/* ---- import_made.c ---- */

/* {"column": "what is made of its cell"}, where that is more than the cell itself. */
err_t import_made_json(struct import_work *,
                       struct ctx *,
                       const struct import_line *,
                       struct jw *) MUST_USE;

/* A field's cells as people read them, a link by its name. */
str import_cells_text(struct ctx *, const struct field *, const value *cells);

/* ---- import_known.c: the records that rows are found to be ---- */

struct import_stored {
    int64_t line, record;
    enum import_outcome outcome;
    json_t *cells, *problems, *candidates, *answer;
};
/* import_office.c: a number that is no mobile one; several people may have it. */
bool import_is_office(const struct ctx *, const struct field *, value number);
bool import_has_office(const struct ctx *, const struct import_line *);
/* Is the row of another name than the record? */
bool import_is_colleague(struct ctx *, const struct import_line *, const struct record *);
/* By what rows of the file with this number are told apart. */
str import_office_key(struct ctx *, const struct import_line *, str number);

/* What a row changes of the record, as it is kept with the candidate. */
str import_changes_json(struct ctx *,
                        const struct record *before,
                        const struct record *given,
                        const bool *set);
/* Who the row was found to be, why, and what that changes; null for others. visible: whoever asks
 * may see the row's record. */
err_t import_known_json(struct ctx *,
                        const struct object *,
                        const struct import_stored *,
                        bool *visible,
                        struct jw *) MUST_USE;
/* A row that waits for a person, beside those that it may be. */
err_t import_waiting_json(struct import_work *,
                          struct ctx *,
                          const struct import_stored *,
                          struct jw *) MUST_USE;

/* ---- import_shown.c: what the caller sees of an import's rows ---- */

struct import_sight {
    bool whole;            /* he may change the import: everything */
    struct import_map map; /* not whole: where the columns go */
    bool clear;            /* he reads every field that a column goes to */
    bool phones;           /* phones are masked for him, in any text */
};
err_t import_may_change(struct ctx *, const struct record *, bool *out) MUST_USE;
err_t import_sight_of(struct ctx *, const struct record *, struct import_sight *out) MUST_USE;
/* A text out of a field that he reads. */
str import_shown_text(struct ctx *, const struct import_sight *, str);
/* [cell, …] of a row, which has been read into the line. */
void import_shown_cells(struct ctx *,
                        const struct import_sight *,
                        const struct import_line *,
                        const json_t *cells,
                        struct jw *);
/* What a problem in the column says: its value, and the words in its sentence. column < 0: the row.
 */
str import_shown_value(struct ctx *, const struct import_sight *, int64_t column, str);
void import_shown_args(struct ctx *, const struct import_sight *, int64_t column, str *args);
json_t *import_shown_columns(struct ctx *, const struct import_sight *, json_t *columns);

/* ---- import_row.c ---- */

struct import_rows {
    const struct object *object;
    const json_t *columns; /* of the import */
    struct import_sight sight;
};
/* All that was wrong with a row in the reader's language, from import_row.problems: which column,
 * which value, why. */
str import_reasons(struct ctx *, const struct import_rows *, str problems);
err_t import_sample_json(struct ctx *, const struct record *, struct jw *) MUST_USE;
err_t import_duplicates_json(struct ctx *, const struct record *, struct jw *) MUST_USE;

/* ---- import_line.c, import_chunk.c ---- */

struct import_chunk {
    struct import_work *work;
    struct import_line *lines;
    size_t n, first_line;
    bool careful;               /* a savepoint around each row */
    bool answered;              /* rows that waited for a person's answer */
    struct import_tally *tally; /* of all chunks before it */
    int64_t done_line;          /* the last line of those */
    str tally_stored;           /* answered: the tally as it was read */
    bool complete;              /* a check got to the end of its work, which is then undone */
};
/* Its cells cannot be read. */
bool import_line_refused(const struct import_line *);
/* Something is wrong with one at least. */
bool import_line_noted(const struct import_line *);
/* Writes the row, or refuses it. Not careful: ERR_CONFLICT and the like when the database says no.
 */
err_t import_do_line(struct import_chunk *, struct ctx *, struct import_line *) MUST_USE;
/* Does the rows in one transaction, with what they come to and how far the import is.
 * ERR_UNAVAILABLE: somebody else has gone on with the import meanwhile. */
err_t import_do_chunk(struct import_chunk *, struct ctx *) MUST_USE;
/* Leaves of the fields that are set and given those that change the record; given's labels get
 * those of the record. False when nothing is left. */
bool import_choose_changes(
    struct ctx *, const struct record *before, bool overwrite, struct record *given, bool *set);
/* Adds to the notes of the record what it has no line of yet: the notes of a further row of the
 * same file, and what other cells of the row left there. Whether there was any. */
bool import_add_notes(struct import_work *,
                      struct ctx *,
                      const struct import_line *,
                      const struct record *before,
                      struct record *given,
                      bool *set);
/* Phones and the like of the row that the record had no room for, in `set` by now or nowhere: finds
 * them one, with a remark. Whether there were any. */
bool import_rescue(struct import_work *,
                   struct ctx *,
                   struct import_line *,
                   const struct record *before,
                   struct record *given,
                   bool *set);

/* Of a colleague; empty when he is gone. */
str import_user_name(struct ctx *, int64_t id);

/* ---- import_run.c ---- */

err_t import_work_init(struct ctx *,
                       const struct record *,
                       bool dry,
                       struct import_work *out) MUST_USE;
err_t import_run(struct ctx *, struct job *, struct record *, bool dry) MUST_USE;
/* Rows that waited and have been answered now, after the run. */
err_t import_run_answered(struct ctx *, struct record *, const int64_t *lines, size_t n) MUST_USE;

/* ---- import_delete.c ---- */

err_t import_may_delete(struct ctx *, const struct record *, bool *out) MUST_USE;

/* The job: the rows and the file of an import that has been deleted. */
err_t import_clear(struct ctx *, struct job *, json_t **result) MUST_USE;

/* ---- import.c ---- */

/* Changes of the import's own record: the server's work, in no batch. */
err_t import_set(struct ctx *, int64_t id, json_t *body, struct record **out) MUST_USE;
const struct object *import_object(const struct ctx *);
/* The caller's own, or he is an administrator. */
bool import_own(const struct ctx *, const struct record *);
/* words: "done cancelled". */
bool import_in_state(const struct record *, const char *words);
/* ERR_CONFLICT, with its problem. */
err_t import_wrong_state(struct ctx *) MUST_USE;
str import_text(const struct record *, const char *field);
int64_t import_int(const struct record *, const char *field);
bool import_flag(const struct record *, const char *field);
json_t *import_json(struct ctx *, const struct record *, const char *field);
err_t import_open_sheet(struct ctx *, const struct record *, struct sheet_reader **) MUST_USE;
