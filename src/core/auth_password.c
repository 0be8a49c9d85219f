#include "core/auth_password.h"

#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

#include "base/asset.h"
#include "base/limits.h"
#include "text/text.h"

/* security A1 */
enum {
    AT_ONCE = 4,
    PASSES = 3,
    MEMORY = 64 * MIB,
    WAIT_MS = 500,
    CHARS_LEAST = 12,
    CHARS_MOST = 128
};

/* ---- hashing ---- */

static sem_t slots;

static void make_slots(void)
{
    sem_init(&slots, 0, AT_ONCE);
}

err_t password_slot_take(struct problems *problems)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_slots);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += WAIT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    if (sem_clockwait(&slots, CLOCK_MONOTONIC, &until) == 0)
        return OK;
    problem_add(problems, (str){0}, "busy", NULL);
    return ERR_UNAVAILABLE;
}

void password_slot_release(const bool *taken)
{
    if (*taken)
        sem_post(&slots);
}

err_t password_hash(str password, char out[static crypto_pwhash_STRBYTES])
{
    if (crypto_pwhash_str(out, password.p, password.n, PASSES, MEMORY))
        return ERR_UNAVAILABLE;
    return OK;
}

bool password_verify(str hash, str password)
{
    /* Of 32 random bytes that nobody kept. */
    static const char nobody[] = "$argon2id$v=19$m=65536,t=3,p=1$uWd7fCzmVzQI3L1oIAhhyQ"
                                 "$ykDI2MboBd3m/v0s5MTrxa5sRlBFCU99iRJZ0RrzrOs";
    char stored[crypto_pwhash_STRBYTES] = {0};
    bool known = hash.n > 0 && hash.n < sizeof stored;
    memcpy(stored, known ? hash.p : nobody, known ? hash.n : sizeof nobody);
    bool right = crypto_pwhash_str_verify(stored, password.p, password.n) == 0;
    sodium_memzero(stored, sizeof stored);
    return right && known;
}

bool password_is_outdated(str hash)
{
    char stored[crypto_pwhash_STRBYTES] = {0};
    if (hash.n >= sizeof stored)
        return true;
    memcpy(stored, hash.p, hash.n);
    return crypto_pwhash_str_needs_rehash(stored, PASSES, MEMORY) != 0;
}

/* ---- the rules ---- */

static str line_at(str list, size_t middle, size_t low, size_t high, size_t *start)
{
    size_t from = middle, to = middle;
    while (from > low && list.p[from - 1] != '\n')
        from--;
    while (to < high && list.p[to] != '\n')
        to++;
    *start = from;
    return str_cut(list, from, to);
}

/* Bisects the bytes of the sorted list. */
static bool in_list(str s)
{
    const struct asset *asset = asset_find(S("data/passwords/common.txt"));
    size_t low = 0, high = asset ? asset->bytes.n : 0;
    while (low < high) {
        size_t start;
        str line = line_at(asset->bytes, low + (high - low) / 2, low, high, &start);
        int order = str_cmp(s, line);
        if (order == 0)
            return true;
        if (order < 0)
            high = start;
        else
            low = start + line.n + 1;
    }
    return false;
}

/* abcdef, 987654, aaaaaa */
static bool is_run(str s)
{
    if (s.n < 3)
        return false;
    int step = s.p[1] - s.p[0];
    if (step < -1 || step > 1)
        return false;
    for (size_t i = 2; i < s.n; i++)
        if (s.p[i] - s.p[i - 1] != step)
            return false;
    return true;
}

/* A few characters or a common word over and over. */
static bool is_repetition(str s)
{
    for (size_t unit = 1; unit <= s.n / 2; unit++) {
        size_t i = unit;
        while (i < s.n && s.p[i] == s.p[i - unit])
            i++;
        if (i == s.n)
            return unit <= 4 || in_list(str_cut(s, 0, unit));
    }
    return false;
}

static bool is_easy(str s)
{
    return in_list(s) || is_run(s) || is_repetition(s);
}

/* Easy as a whole, as two easy halves, or but for a few characters at an end. */
static bool is_common(str s)
{
    enum { FEW = 4 };
    if (is_easy(s))
        return true;
    for (size_t i = 1; i < s.n; i++) {
        str left = str_cut(s, 0, i), right = str_cut(s, i, s.n);
        bool left_easy = is_easy(left), right_easy = is_easy(right);
        if ((left_easy || left.n <= FEW) && (right_easy || right.n <= FEW) &&
            (left_easy || right_easy))
            return true;
    }
    return false;
}

static str without_spaces(struct arena *arena, str s)
{
    char *out = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ')
            out[n++] = s.p[i];
    return (str){out, n};
}

/* Words too short to matter are let pass. */
static bool mentions(struct arena *arena, str password, str word)
{
    str folded = without_spaces(arena, text_fold(arena, word));
    bool han = folded.n && (unsigned char)folded.p[0] >= 0x80;
    return utf8_count(folded) >= (han ? 2 : 4) && str_find(password, folded) != SIZE_MAX;
}

static const char *fault_of(struct arena *arena, str password, const struct password_owner *owner)
{
    str folded = without_spaces(arena, text_fold(arena, password));
    if (is_common(folded))
        return "password_common";
    if (mentions(arena, folded, S("renmai")) || mentions(arena, folded, S("人脉")) ||
        mentions(arena, folded, owner->enterprise))
        return "password_of_product";
    str mailbox = str_cut(owner->email, 0, str_find_byte(owner->email, '@'));
    if (mentions(arena, folded, owner->name) || mentions(arena, folded, mailbox) ||
        mentions(arena, folded, text_pinyin(arena, owner->name, true)))
        return "password_personal";
    return NULL;
}

err_t password_check(struct arena *arena,
                     str password,
                     const struct password_owner *owner,
                     struct problems *problems)
{
    size_t chars = utf8_count(password);
    if (!utf8_valid(password)) {
        problem_add(problems, S("/password"), "invalid_text", NULL);
        return ERR_INVALID;
    }
    if (chars < CHARS_LEAST || chars > CHARS_MOST) {
        problem_add(problems, S("/password"),
                    chars < CHARS_LEAST ? "password_too_short" : "password_too_long",
                    chars < CHARS_LEAST ? "12" : "128", NULL);
        return ERR_INVALID;
    }
    const char *fault = fault_of(arena, password, owner);
    if (!fault)
        return OK;
    problem_add(problems, S("/password"), fault, NULL);
    return ERR_INVALID;
}
