#include "db/dialect.h"

static const struct word {
    str name;
    bool takes_param;
    struct {
        str before, after; /* around the parameter */
    } text[2];             /* by enum db_kind */
} words[] = {
    {S("ints"),
     true,
     {{S("(SELECT CAST(value AS INTEGER) AS value FROM json_each("), S("))")},
      {S("(SELECT CAST(value AS bigint) AS value FROM jsonb_array_elements_text(CAST(CAST("),
       S(" AS text) AS jsonb)) AS t(value))")}}},
    {S("in_ints"),
     true,
     {{S("IN (SELECT CAST(value AS INTEGER) FROM json_each("), S("))")},
      {S("= ANY (ARRAY (SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(CAST("),
       S(" AS text) AS jsonb)) AS t(value)))")}}},
    {S("texts"),
     true,
     {{S("(SELECT CAST(value AS TEXT) AS value FROM json_each("), S("))")},
      {S("(SELECT value FROM jsonb_array_elements_text(CAST(CAST("),
       S(" AS text) AS jsonb)) AS t(value))")}}},
    {S("horizon"),
     false,
     {{S("9223372036854775807"), S("")},
      {S("CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"), S("")}}},
    {S("next_tx"),
     false,
     {{S("1"), S("")},
      {S("CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)"), S("")}}},
    {S("tx"),
     false,
     {{S("0"), S("")}, {S("CAST(CAST(pg_current_xact_id() AS text) AS bigint)"), S("")}}},
    {S("id"), false, {{S("INTEGER"), S("")}, {S("bigint"), S("")}}},
    {S("text"), false, {{S("TEXT"), S("")}, {S("text COLLATE \"C\""), S("")}}},
    {S("fresh"), false, {{S(""), S("")}, {S(""), S("")}}},
    {S("for_update"), false, {{S(""), S("")}, {S("FOR UPDATE"), S("")}}},
    {S("skip_locked"), false, {{S(""), S("")}, {S("FOR UPDATE SKIP LOCKED"), S("")}}},
};

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const struct word *find(str name)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(words[i].name, name))
            return &words[i];
    return NULL;
}

/* Length of "($12)" at the front, or 0. */
static size_t param_length(str s)
{
    size_t i = 2;
    if (s.n < 4 || s.p[0] != '(' || s.p[1] != '$')
        return 0;
    while (i < s.n && is_digit(s.p[i]))
        i++;
    return i > 2 && i < s.n && s.p[i] == ')' ? i + 1 : 0;
}

/* Expands the word after the @ at the front of *sql and moves past it. */
static err_t expand_word(enum db_kind kind, str *sql, struct buf *out)
{
    size_t n = 1;
    while (n < sql->n && is_word_char(sql->p[n]))
        n++;
    const struct word *word = find(str_cut(*sql, 1, n));
    if (!word)
        return ERR_INVALID;
    *sql = str_cut(*sql, n, sql->n);
    buf_add(out, word->text[kind].before);
    if (word->takes_param) {
        size_t length = param_length(*sql);
        if (!length)
            return ERR_INVALID;
        buf_add(out, str_cut(*sql, 1, length - 1));
        *sql = str_cut(*sql, length, sql->n);
    }
    buf_add(out, word->text[kind].after);
    return OK;
}

/* Length of the comment, quoted text or single byte at the front. */
static size_t passage_length(str s)
{
    size_t end = 1;
    if (str_starts(s, S("--")))
        end = str_find_byte(s, '\n');
    else if (str_starts(s, S("/*")))
        end = str_find(str_cut(s, 2, s.n), S("*/"));
    else if (s.p[0] == '\'' || s.p[0] == '"')
        end = str_find_byte(str_cut(s, 1, s.n), s.p[0]);
    else
        return 1;
    return end == SIZE_MAX ? s.n : s.p[0] == '/' ? end + 4 : s.p[0] == '-' ? end : end + 2;
}

err_t dialect_expand(enum db_kind kind, str sql, struct buf *out)
{
    while (sql.n) {
        if (sql.p[0] == '@' && sql.n > 1 && is_word_char(sql.p[1])) {
            TRY(expand_word(kind, &sql, out));
            continue;
        }
        size_t n = passage_length(sql);
        buf_add(out, str_cut(sql, 0, n));
        sql = str_cut(sql, n, sql.n);
    }
    return OK;
}
