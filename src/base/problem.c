#include "base/problem.h"

#include "base/limits.h"

void problem_add_str(struct problems *p, str pointer, const char *code, str a, str b, str c)
{
    if (!p)
        return;
    if (p->list.n >= LIMIT_PROBLEMS) {
        p->dropped++;
        return;
    }
    *VEC_PUSH(p->arena, p->list) = (struct problem){
        .code = code,
        .pointer = arena_str(p->arena, pointer),
        .args = {arena_str(p->arena, a), arena_str(p->arena, b), arena_str(p->arena, c)},
    };
}

void problem_add(struct problems *p, str pointer, const char *code, ...)
{
    str args[PROBLEM_ARGS] = {0};
    va_list list;
    va_start(list, code);
    for (size_t i = 0; i < PROBLEM_ARGS; i++) {
        const char *arg = va_arg(list, const char *);
        if (!arg)
            break;
        args[i] = str_from(arg);
    }
    va_end(list);
    problem_add_str(p, pointer, code, args[0], args[1], args[2]);
}

bool problems_any(const struct problems *p)
{
    return p && p->list.n > 0;
}

str pointer_join(struct arena *arena, str prefix, str key)
{
    size_t extra = 0;
    for (size_t i = 0; i < key.n; i++)
        extra += key.p[i] == '~' || key.p[i] == '/';
    char *out = arena_alloc(arena, prefix.n + 1 + key.n + extra + 1), *w = out;
    if (prefix.n)
        memcpy(w, prefix.p, prefix.n);
    w += prefix.n;
    *w++ = '/';
    for (size_t i = 0; i < key.n; i++) {
        if (key.p[i] == '~' || key.p[i] == '/') {
            *w++ = '~';
            *w++ = key.p[i] == '~' ? '0' : '1';
        } else {
            *w++ = key.p[i];
        }
    }
    return (str){out, (size_t)(w - out)};
}

str pointer_index(struct arena *arena, str prefix, size_t index)
{
    return arena_printf(arena, STR_FMT "/%zu", STR_ARG(prefix), index);
}
