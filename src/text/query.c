#include "base/buf.h"
#include "base/jw.h"
#include "base/limits.h"
#include "text/pinyin.h"
#include "text/spelling.h"
#include "text/words.h"

enum {
    PARSES_MAX = 16, /* ways to cut one word into syllables */
    PARSE_SLACK = 1, /* pieces more than the shortest way; one more for short words */
    SHORT_WORD = 6,
    TOKEN_MAX = 64, /* bytes of a word read as pinyin */
    WINDOW = 3,     /* syllables whose first letters make one term */
    TERM_MAX = 64,  /* bytes of a whole value that has a term, see terms.c */
};

/* ---- expressions ---- */

enum expr_op { EXPR_TERM, EXPR_ALL, EXPR_ANY };
struct expr {
    enum expr_op op;
    str term;
    VEC(struct expr *) kids;
};

static struct expr *expr_new(struct arena *arena, enum expr_op op)
{
    struct expr *e = ARENA_NEW(arena, struct expr);
    e->op = op;
    return e;
}

static void add_expr(struct arena *arena, struct expr *e, struct expr *kid)
{
    if (kid->op != EXPR_TERM && kid->kids.n == 0)
        return;
    if (kid->op != EXPR_TERM && kid->kids.n == 1)
        kid = kid->kids.at[0];
    *VEC_PUSH(arena, e->kids) = kid;
}

static void add_term(struct arena *arena, struct expr *e, char mark, str s)
{
    for (size_t i = 0; i < e->kids.n; i++) {
        str had = e->kids.at[i]->term;
        if (mark ? had.n == s.n + 1 && had.p[0] == mark && str_eq(str_cut(had, 1, had.n), s)
                 : str_eq(had, s))
            return;
    }
    struct expr *kid = expr_new(arena, EXPR_TERM);
    kid->term = mark ? arena_printf(arena, "%c" STR_FMT, mark, STR_ARG(s)) : arena_str(arena, s);
    *VEC_PUSH(arena, e->kids) = kid;
}

/* ---- a word as it is written ---- */

/* What the index has of a piece of a word whose ends are known (left, right) or not. */
static void add_piece(struct arena *arena, struct expr *all, str piece, bool left, bool right)
{
    if (piece.n < 3 && !left && !(right && piece.n == 2))
        left = true; /* one or two letters: at the beginning of a word only */
    if (piece.n == 1) {
        add_term(arena, all, '^', piece);
        return;
    }
    str marked =
        arena_printf(arena, "%s" STR_FMT "%s", left ? "^" : "", STR_ARG(piece), right ? "$" : "");
    for (size_t i = 0; i + 3 <= marked.n; i++)
        add_term(arena, all, 0, str_cut(marked, i, i + 3));
}

static void add_wide_run(struct arena *arena, struct expr *all, str run)
{
    str before = {0}, whole = run;
    while (run.n) {
        const char *from = run.p;
        utf8_next(&run);
        str one = {from, (size_t)(run.p - from)};
        if (before.n || one.n == whole.n)
            add_term(arena, all, 0, (str){before.n ? before.p : one.p, before.n + one.n});
        before = one;
    }
}

static struct expr *literal(struct arena *arena, str word)
{
    struct expr *all = expr_new(arena, EXPR_ALL);
    struct run run;
    bool left = false;
    while (run_next(&word, &run)) {
        if (run.kind == RUN_WIDE)
            add_wide_run(arena, all, run.text);
        if (run.kind == RUN_WORD)
            add_piece(arena, all, run.text, left, word.n > 0);
        left = true;
    }
    return all;
}

/* The letters and digits of a code without its signs, and other ways to write a number. */
static void add_codes(struct arena *arena, struct expr *any, str word)
{
    str variants[NUMBER_VARIANTS], joined = words_joined(arena, word, false);
    size_t n = number_variants(joined, variants);
    struct expr *all = expr_new(arena, EXPR_ALL);
    if (joined.n < word.n && joined.n >= 3)
        add_piece(arena, all, joined, false, false);
    add_expr(arena, any, all);
    for (size_t i = 0; i < n; i++) {
        all = expr_new(arena, EXPR_ALL);
        add_piece(arena, all, variants[i], false, false);
        add_expr(arena, any, all);
    }
}

/* ---- a word as pinyin ---- */

struct parser {
    struct arena *arena;
    struct expr *any;
    str token;
    uint8_t fewest[TOKEN_MAX + 1]; /* pieces from here to the end; UINT8_MAX: no way */
    str pieces[TOKEN_MAX];
    size_t found;
};

/* The length of the longest piece that may start here. */
static size_t longest_piece(str rest)
{
    if ((unsigned char)rest.p[0] >= 0x80) {
        str after = rest;
        return text_is_han(utf8_next(&after)) ? rest.n - after.n : 0;
    }
    size_t n = 0;
    while (n < rest.n && n + 1 < SYLLABLE_BYTES && pinyin_is_prefix((str){rest.p, n + 1}))
        n++;
    return n;
}

static bool is_wide(str piece)
{
    return (unsigned char)piece.p[0] >= 0x80;
}

/* What may stand in a term for one piece: first letters, or whole syllables where they are known.
 */
struct choices {
    str at[PINYIN_READINGS];
    size_t n;
};

static void add_choice(struct choices *c, str s)
{
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(c->at[i], s))
            return;
    c->at[c->n++] = s;
}

static struct choices choices_of(struct parser *p, str piece, bool whole)
{
    struct choices c = {.n = 0};
    struct pinyin_letters all[PINYIN_READINGS];
    if (!is_wide(piece)) {
        add_choice(&c, whole ? piece : str_cut(piece, 0, 1));
        return c;
    }
    size_t n = pinyin_letters_of(utf8_next(&piece), all);
    for (size_t i = 0; i < n; i++)
        add_choice(&c, arena_str(p->arena, (str){all[i].z, whole ? all[i].n : 1u}));
    return c;
}

/* Any of the terms "_a_b…" that the neighbours can stand for; whole: the first is a syllable. */
static struct expr *neighbours(struct parser *p, const str *pieces, size_t n, bool whole)
{
    struct choices choices[WINDOW];
    size_t pick[WINDOW] = {0}, at;
    struct expr *any = expr_new(p->arena, EXPR_ANY);
    for (size_t i = 0; i < n; i++) {
        choices[i] = choices_of(p, pieces[i], whole && i == 0);
        if (choices[i].n == 0)
            return any;
    }
    do {
        str term = {0};
        for (size_t i = 0; i < n; i++)
            term = arena_printf(p->arena, STR_FMT "_" STR_FMT, STR_ARG(term),
                                STR_ARG(choices[i].at[pick[i]]));
        add_term(p->arena, any, 0, term);
        for (at = 0; at < n && ++pick[at] == choices[at].n; at++)
            pick[at] = 0;
    } while (at < n);
    return any;
}

static bool is_abbreviated(str piece)
{
    return !is_wide(piece) && (piece.n == 1 || (piece.n == 2 && piece.p[1] == 'h'));
}

static void add_parse(struct parser *p, size_t n)
{
    struct expr *all = expr_new(p->arena, EXPR_ALL);
    for (size_t i = 0; i + WINDOW <= n; i++)
        add_expr(p->arena, all, neighbours(p, p->pieces + i, WINDOW, false));
    for (size_t i = 0; i < n; i++) {
        str piece = p->pieces[i];
        bool last = i + 1 == n, whole = !is_abbreviated(piece);
        if (!last && (whole || n == 2))
            add_expr(p->arena, all, neighbours(p, p->pieces + i, 2, whole));
        if (is_wide(piece))
            add_term(p->arena, all, 0, piece);
        else if (n == 1 || (piece.n > 1 && (last || !whole)))
            add_term(p->arena, all, '_', piece);
    }
    add_expr(p->arena, p->any, all);
    p->found++;
}

/* May this piece, which ends at `end`, stand where it stands? */
static bool is_allowed(const struct parser *p, str piece, size_t end)
{
    return is_wide(piece) || end == p->token.n || pinyin_is_piece(piece);
}

/* All ways to cut the token from `at` on into `left` more pieces, longest pieces first. */
static void cut(struct parser *p, size_t at, size_t used, size_t left)
{
    if (at == p->token.n && left == 0)
        add_parse(p, used);
    if (at == p->token.n || left == 0 || p->fewest[at] > left || p->found >= PARSES_MAX)
        return;
    str rest = str_cut(p->token, at, p->token.n);
    size_t longest = longest_piece(rest);
    for (size_t n = longest; n > 0; n--) {
        p->pieces[used] = (str){rest.p, n};
        if (is_allowed(p, p->pieces[used], at + n))
            cut(p, at + n, used + 1, left - 1);
        if (is_wide(rest))
            return;
    }
}

static void add_pinyin(struct arena *arena, struct expr *any, str word)
{
    struct parser p = {.arena = arena, .any = any};
    p.token = pinyin_search_letters(arena, words_joined(arena, word, true));
    bool letters = false;
    for (size_t i = 0; i < p.token.n; i++)
        letters = letters || (p.token.p[i] >= 'a' && p.token.p[i] <= 'z');
    if (!letters || p.token.n > TOKEN_MAX)
        return;
    for (size_t at = p.token.n; at-- > 0;) {
        str rest = str_cut(p.token, at, p.token.n);
        bool inside = ((unsigned char)rest.p[0] & 0xC0) == 0x80;
        size_t longest = inside ? 0 : longest_piece(rest);
        p.fewest[at] = UINT8_MAX;
        for (size_t n = is_wide(rest) ? longest : 1; n && n <= longest; n++)
            if (is_allowed(&p, str_cut(rest, 0, n), at + n) && p.fewest[at + n] < UINT8_MAX &&
                p.fewest[at + n] + 1 < p.fewest[at])
                p.fewest[at] = (uint8_t)(p.fewest[at + n] + 1);
    }
    size_t slack = p.token.n > SHORT_WORD ? PARSE_SLACK : PARSE_SLACK + 1;
    for (size_t n = p.fewest[0]; n < UINT8_MAX && n <= p.fewest[0] + slack; n++)
        cut(&p, 0, 0, n);
}

/* ---- tiers ---- */

static void add_typos(struct arena *arena, struct expr *any, str word)
{
    char less[TYPO_MAX];
    add_term(arena, any, '$', word);
    for (size_t i = 0; i < word.n; i++) {
        memcpy(less, word.p, i);
        memcpy(less + i, word.p + i + 1, word.n - i - 1);
        add_term(arena, any, '$', (str){less, word.n - 1});
    }
    str letters = pinyin_search_letters(arena, word);
    if (spelling_is_sound(letters))
        return;
    struct spellings mended = spelling_mended(arena, letters);
    for (size_t i = 0; i < mended.n; i++)
        add_term(arena, any, '=', mended.at[i]);
}

static void add_start_term(struct arena *arena, struct expr *any, str s)
{
    add_term(arena, any, '=', arena_concat(arena, S("^"), s));
}

static struct expr *exact(struct arena *arena, str folded)
{
    str variants[NUMBER_VARIANTS], joined = words_joined(arena, folded, true);
    struct expr *any = expr_new(arena, EXPR_ANY);
    if (joined.n == 0 || joined.n > TERM_MAX)
        return any;
    add_term(arena, any, '=', joined);
    add_term(arena, any, '=', pinyin_search_letters(arena, joined));
    size_t n = number_variants(joined, variants);
    for (size_t i = 0; i < n; i++)
        add_term(arena, any, '=', variants[i]);
    return any;
}

/* One word of letters or of Han characters, at the beginning of what a record is called. */
static struct expr *start(struct arena *arena, str folded)
{
    struct expr *all = expr_new(arena, EXPR_ALL), *any = expr_new(arena, EXPR_ANY);
    struct run run;
    str rest = folded;
    if (!run_next(&rest, &run) || rest.n || run.text.n < 2 || run.text.n > TERM_MAX - 2)
        return all;
    if (is_letters(run.text)) {
        add_start_term(arena, any, run.text);
        add_start_term(arena, any, pinyin_search_letters(arena, run.text));
    } else if (run.kind == RUN_WIDE) {
        add_start_term(arena, any, utf8_prefix(run.text, 2));
        if (utf8_count(run.text) > 2)
            add_wide_run(arena, all, run.text);
    }
    add_expr(arena, all, any);
    return all;
}

/* A word as it is written, as a code and as pinyin. */
static void add_ways(struct arena *arena, struct expr *any, str word)
{
    add_expr(arena, any, literal(arena, word));
    add_codes(arena, any, word);
    add_pinyin(arena, any, word);
}

static struct expr *parts(struct arena *arena, str folded)
{
    struct expr *all = expr_new(arena, EXPR_ALL);
    str word;
    for (size_t i = 0; i < QUERY_WORDS && query_word_next(&folded, &word); i++) {
        struct expr *any = expr_new(arena, EXPR_ANY);
        add_ways(arena, any, word);
        add_expr(arena, all, any);
    }
    return all;
}

/* Of several words each may be the right one. Where there is one only, it is wrong: its parts have
 * been looked for. */
static struct expr *typos(struct arena *arena, str folded)
{
    struct expr *all = expr_new(arena, EXPR_ALL);
    bool useful = false;
    str word, rest = folded;
    bool one = query_word_next(&rest, &word) && !query_word_next(&rest, &word);
    for (size_t i = 0; i < QUERY_WORDS && query_word_next(&folded, &word); i++) {
        struct expr *any = expr_new(arena, EXPR_ANY);
        bool may_be_wrong = word.n >= TYPO_MIN && word.n <= TYPO_MAX && is_letters(word);
        if (!one)
            add_ways(arena, any, word);
        if (may_be_wrong)
            add_typos(arena, any, word);
        add_expr(arena, all, any);
        useful = useful || may_be_wrong;
    }
    return useful ? all : expr_new(arena, EXPR_ALL);
}

static struct expr *tagged(struct arena *arena, str tags)
{
    struct expr *any = expr_new(arena, EXPR_ANY);
    str tag;
    while (str_split(&tags, ' ', &tag))
        add_term(arena, any, 0, arena_concat(arena, S("=_"), tag));
    return any;
}

static struct expr *words_expr(struct arena *arena, str query, enum text_tier tier)
{
    str folded = text_fold(arena, utf8_prefix(query, QUERY_CHARS));
    return tier == TEXT_EXACT   ? exact(arena, folded)
           : tier == TEXT_START ? start(arena, folded)
           : tier == TEXT_PARTS ? parts(arena, folded)
                                : typos(arena, folded);
}

/* ---- alternatives ---- */

enum { ALTERNATIVES_MAX = 16 };

struct alternatives {
    struct expr *at[ALTERNATIVES_MAX];
    size_t n;
};

static void alternatives_of(struct arena *, struct expr *, struct alternatives *out);

/* All terms as one, every other on its own. */
static void alternatives_of_any(struct arena *arena, struct expr *any, struct alternatives *out)
{
    struct expr *terms = expr_new(arena, EXPR_ANY);
    for (size_t i = 0; i < any->kids.n; i++) {
        struct alternatives inner;
        struct expr *kid = any->kids.at[i];
        if (kid->op == EXPR_TERM) {
            add_expr(arena, terms, kid);
            continue;
        }
        alternatives_of(arena, kid, &inner);
        if (out->n + inner.n >= ALTERNATIVES_MAX) {
            *out = (struct alternatives){{any}, 1};
            return;
        }
        for (size_t k = 0; k < inner.n; k++)
            out->at[out->n++] = inner.at[k];
    }
    if (terms->kids.n)
        out->at[out->n++] = terms;
}

/* Each of one with each of the others, as far as there is room. */
static void alternatives_of_all(struct arena *arena, struct expr *all, struct alternatives *out)
{
    out->at[out->n++] = expr_new(arena, EXPR_ALL);
    for (size_t i = 0; i < all->kids.n; i++) {
        struct alternatives inner, product = {.n = 0};
        alternatives_of(arena, all->kids.at[i], &inner);
        if (inner.n * out->n > ALTERNATIVES_MAX)
            inner = (struct alternatives){{all->kids.at[i]}, 1};
        for (size_t k = 0; k < out->n; k++)
            for (size_t j = 0; j < inner.n; j++) {
                struct expr *both = expr_new(arena, EXPR_ALL);
                for (size_t had = 0; had < out->at[k]->kids.n; had++)
                    add_expr(arena, both, out->at[k]->kids.at[had]);
                add_expr(arena, both, inner.at[j]);
                product.at[product.n++] = both;
            }
        *out = product;
    }
}

/* Expressions of which one is true where e is. */
static void alternatives_of(struct arena *arena, struct expr *e, struct alternatives *out)
{
    *out = (struct alternatives){.n = 0};
    if (e->op == EXPR_ANY)
        alternatives_of_any(arena, e, out);
    else if (e->op == EXPR_ALL)
        alternatives_of_all(arena, e, out);
    else
        out->at[out->n++] = e;
}

/* ---- syntax ---- */

struct syntax {
    char quote;
    const char *all, *any;
    enum text_space space;
};

static void print(struct buf *out, const struct expr *e, const struct syntax *syntax)
{
    if (e->op == EXPR_TERM) {
        buf_byte(out, syntax->quote);
        if (syntax->space == TEXT_OTHERS)
            buf_byte(out, OTHERS_MARK);
        buf_add(out, e->term);
        buf_byte(out, syntax->quote);
        return;
    }
    for (size_t i = 0; i < e->kids.n; i++) {
        bool inner = e->kids.at[i]->op != EXPR_TERM;
        if (i)
            buf_addz(out, e->op == EXPR_ALL ? syntax->all : syntax->any);
        if (inner)
            buf_byte(out, '(');
        print(out, e->kids.at[i], syntax);
        if (inner)
            buf_byte(out, ')');
    }
}

static str query_text(struct arena *arena, const struct expr *e, struct syntax syntax)
{
    AUTO_BUF out;
    buf_init(&out, LIMIT_SQL_BYTES);
    print(&out, e, &syntax);
    return out.full ? (str){0} : arena_str(arena, buf_str(&out));
}

str text_query_fts5(struct arena *arena, str query, struct text_among among, enum text_tier tier)
{
    struct expr *words = words_expr(arena, query, tier), *all = expr_new(arena, EXPR_ALL);
    if (words->kids.n == 0)
        return (str){0};
    for (size_t i = 0; i < TEXT_TAG_LISTS; i++)
        add_expr(arena, all, tagged(arena, among.tags[i]));
    add_expr(arena, all, words);
    return query_text(arena, all, (struct syntax){'"', " AND ", " OR ", among.space});
}

struct text_tsquery
text_query_tsquery(struct arena *arena, str query, struct text_among among, enum text_tier tier)
{
    struct syntax syntax = {'\'', " & ", " | ", among.space};
    struct expr *words = words_expr(arena, query, tier);
    struct alternatives any;
    if (words->kids.n == 0)
        return (struct text_tsquery){0};
    alternatives_of(arena, words, &any);
    AUTO_BUF out;
    buf_init(&out, LIMIT_SQL_BYTES);
    struct jw w = {.out = &out};
    jw_open(&w, '[');
    for (size_t i = 0; i < any.n; i++)
        jw_str(&w, query_text(arena, any.at[i], syntax));
    jw_close(&w, ']');
    struct text_tsquery q = {.any = out.full ? (str){0} : arena_str(arena, buf_str(&out))};
    for (size_t i = 0; i < TEXT_TAG_LISTS; i++)
        q.within[i] = query_text(arena, tagged(arena, among.tags[i]), syntax);
    return q;
}
