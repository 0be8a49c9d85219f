#include "core/import_reading.h"

static bool is_separator(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == ',' || c == ';' || c == '/' || c == '|' ||
           c == '-' || c == ':' || c == 0x3000 || c == 0x3001 || c == 0xff0c || c == 0xff1b ||
           c == 0xff1a || c == '(' || c == ')' || c == 0xff08 || c == 0xff09;
}

str import_cut_phone(struct import_reading *r, str text, str *phone)
{
    size_t best = 0, best_n = 0, from = 0;
    bool in = false;
    str plain = import_half_width(r->ctx->arena, text);
    for (size_t i = 0; i <= plain.n; i++) {
        char c = i < plain.n ? plain.p[i] : 'x';
        bool digit = c >= '0' && c <= '9';
        bool part = digit || c == '+' || c == '-' || c == ' ' || c == '(' || c == ')';
        if (!in && (digit || c == '+')) {
            from = i;
            in = true;
        } else if (in && !part) {
            if (i - from > best_n) {
                best = from;
                best_n = i - from;
            }
            in = false;
        }
    }
    *phone = str_trim(str_cut(plain, best, best + best_n));
    return arena_printf(r->ctx->arena, STR_FMT " " STR_FMT, STR_ARG(str_cut(plain, 0, best)),
                        STR_ARG(str_cut(plain, best + best_n, plain.n)));
}

static str next_piece(str *rest)
{
    str s = *rest, before = s;
    while (s.n && (before = s, is_separator(utf8_next(&s))))
        *rest = s;
    s = before = *rest;
    while (s.n && (before = s, !is_separator(utf8_next(&s))))
        before = s;
    str piece = {rest->p, rest->n - before.n};
    *rest = before;
    return piece;
}

err_t import_take_split(struct import_reading *r, str text)
{
    const struct import_column *col = r->column;
    str rest = text;
    r->cell = NULL;
    for (size_t i = 0; i < col->split.n; i++) {
        str phone = {0};
        if (!str_eqz(S("phone"), col->split.at[i].field->type->name))
            continue;
        rest = import_cut_phone(r, rest, &phone);
        if (phone.n)
            TRY(import_take(r, &col->split.at[i], phone));
    }
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < col->split.n; i++)
        if (!str_eqz(S("phone"), col->split.at[i].field->type->name))
            last = i;
    for (size_t i = 0; i < col->split.n; i++) {
        if (str_eqz(S("phone"), col->split.at[i].field->type->name))
            continue;
        str piece = next_piece(&rest);
        if (i == last) { /* what is left belongs to the last */
            size_t end = rest.n;
            while (end && is_separator((unsigned char)rest.p[end - 1]))
                end--;
            piece = str_trim((str){piece.p, piece.n + end});
        }
        if (!import_blank(piece))
            TRY(import_take(r, &col->split.at[i], piece));
    }
    import_repaired(r);
    return OK;
}
