/* import_reading: a row being read, cell by cell; for the files of that part only. */
#pragma once

#include "core/import_internal.h"
#include "text/text.h"

struct import_reading {
    struct import_work *work;
    struct ctx *ctx;
    struct import_line *line;
    struct import_column *column;  /* NULL: after all columns */
    const struct sheet_cell *cell; /* NULL: a default, or a part of a cell */
};

/* The cells of a field, which counts as set from now on. */
value *import_cells_of(struct import_reading *, const struct field *);
bool import_line_has(const struct import_line *, const struct field *);
/* "吴刚 13705740001" is a name and a phone. */
void import_part_name(struct import_reading *, struct import_beside *);
/* A mobile number is somebody's: it is also that of the person beside who has none. */
void import_lend_mobile(struct import_reading *, struct import_beside *);
/* The cell was not what it should have been, and has been understood. */
void import_repaired(struct import_reading *);

/* import_take.c: a text into a field or a part of one; a problem of the row when it cannot be. */
err_t import_take(struct import_reading *, const struct import_target *, str text) MUST_USE;
err_t import_parse(struct import_reading *, const struct field *, str text) MUST_USE;
void import_put_phone(struct import_reading *, const struct field *, const struct text_phone *);

/* May it be set, and does nothing else in the row say what it is? */
bool import_free(struct import_reading *, const struct field *);

/* import_account.c: e-mail addresses in a phone's cell go to their own field or to the notes.
 * Returns what else the cell has; nothing where that is a label only. */
str import_take_mails(struct import_reading *, const struct field *phone, str text);
/* What the rest of such a cell says beside its numbers: an account goes to its own field, all else
 * with the cell's text to the notes. false: nothing was there, or had a place. */
bool import_take_words(struct import_reading *,
                       const struct field *phone,
                       str text,
                       str rest,
                       const struct text_phone *,
                       size_t phone_count);

/* "weixin: chu_8888", "微信号 abc_123": an account that says whose it is. */
bool import_wechat_in(struct arena *, str words, str *account);
/* A number as an account is written: that of China without its country. */
str import_account_of(struct arena *, str e164);
/* "微信同号": the number is the account. */
bool import_says_same_number(struct arena *, str words);

/* import_date.c: 12/8/2026 as 2026-12-08 or 2026-08-12, with a word where the order is doubtful;
 * anything else as it is. */
str import_date_take(struct import_reading *, str text);

/* import_wechat.c: a cell of a column of WeChat ids. */
err_t import_take_wechat(struct import_reading *, const struct field *, str text) MUST_USE;
/* Those that are the same as the phone, once all cells are read. */
void import_wechat_finish(struct import_reading *);

/* import_choice.c: a word for a choice where its type knows key and label only. NULL. */
const struct choice *
import_choice(struct import_work *, struct ctx *, const struct field *, str text);

/* The word is the choice's key, its label or a part of that: nothing had to be understood. */
bool import_choice_says(struct ctx *, const struct choice *, str word);

/* One more line of a long text. */
void import_append(struct import_reading *, const struct field *, str text);
/* One more line of the notes, of a cell that is not theirs. */
void import_keep_text(struct import_reading *, str text);

/* import_beside.c: what a row says of a record that cannot stand alone is the row's own record's.
 */
void import_beside_finish(struct import_reading *);

/* import_split.c: several fields in one cell. */
err_t import_take_split(struct import_reading *, str text) MUST_USE;
/* The longest run of a phone's characters is cut out of the text: "王小明 138-0013-8000". */
str import_cut_phone(struct import_reading *, str text, str *phone);

/* import_finish.c: what follows from the whole row. */
err_t import_finish(struct import_reading *) MUST_USE;
