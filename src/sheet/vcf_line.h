/* vcf_line: the content lines of a vCard file (2.1, 3.0, 4.0): unfolded, decoded, taken apart. */
#pragma once

#include "base/buf.h"
#include "sheet/decode.h"

enum { VCF_LINE_BYTES = 1024 * 1024 }; /* pictures may be longer: they are passed over */

struct vcf_lines {
    struct decoder *decoder;
    str chunk;
    size_t line;    /* physical line that next_raw will read, from 1 */
    size_t started; /* where the current content line began */
    struct buf text, ahead;
    bool has_ahead; /* ahead holds a physical line */
    bool at_end;    /* no physical line is left */
};

struct vcf_property {
    str name;  /* upper case, without group: "TEL" */
    str value; /* decoded, escapes still in it */
};

void vcf_lines_init(struct vcf_lines *, struct decoder *);
void vcf_lines_done(struct vcf_lines *);
/* The next content line, taken apart; its texts are in the arena or borrowed until the next call.
 * ERR_INVALID with "sheet_row_too_large", "sheet_encoding". */
err_t vcf_next(struct vcf_lines *,
               struct arena *,
               struct vcf_property *,
               bool *end,
               struct problems *) MUST_USE;
/* Takes the next part of a structured or listed value, up to an unescaped separator, with escapes
 * undone. False when there is none left. */
bool vcf_split(struct arena *, str *rest, char separator, str *part);
