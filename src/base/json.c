#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

/* As with an arena: the library would call a text wrong for which there is no memory. */
static void *take(size_t n)
{
    void *p = malloc(n);
    if (p)
        return p;
    fputs("fatal: json: out of memory\n", stderr);
    abort();
}

__attribute__((constructor)) static void take_memory_or_die(void)
{
    json_set_alloc_funcs(take, free);
}

static void release(void *tree)
{
    json_decref(tree);
}

json_t *json_keep(struct arena *arena, json_t *tree)
{
    if (tree)
        arena_defer(arena, release, tree);
    return tree;
}

/* Depth and number of members, counted on the text before any tree is made. */
static const char *too_much(str text)
{
    size_t depth = 0, members = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
            continue;
        }
        if (c == '"')
            quoted = true;
        else if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && depth)
            depth--;
        else if (c == ',')
            members++;
        if (depth > LIMIT_JSON_DEPTH)
            return "json_too_deep";
        if (members > LIMIT_JSON_MEMBERS)
            return "json_too_large";
    }
    return NULL;
}

/* In words of our own (messages "json_why_…"): the library speaks English only. */
static const char *why(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_premature_end_of_input:
        return "end";
    case json_error_end_of_input_expected:
        return "rest";
    case json_error_duplicate_key:
        return "duplicate";
    case json_error_invalid_utf8:
        return "utf8";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "nul";
    case json_error_numeric_overflow:
        return "number";
    default:
        return "here";
    }
}

void json_refuse(struct problems *problems, str at, const json_error_t *error)
{
    char line[16], column[16];
    snprintf(line, sizeof line, "%d", error->line);
    snprintf(column, sizeof column, "%d", error->column);
    problem_add(problems, at, "json_syntax", line, column, why(error), NULL);
}

err_t json_read(struct arena *arena, str text, struct problems *problems, json_t **out)
{
    const char *why = text.n > LIMIT_JSON_BYTES ? "json_too_large" : too_much(text);
    if (why) {
        problem_add(problems, S(""), why, NULL);
        return ERR_INVALID;
    }
    json_error_t error;
    json_t *tree =
        json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!tree) {
        json_refuse(problems, S(""), &error);
        return ERR_INVALID;
    }
    *out = json_keep(arena, tree);
    return OK;
}

str json_str(const json_t *j)
{
    return json_is_string(j) ? (str){json_string_value(j), json_string_length(j)} : (str){0};
}

str json_get_str(const json_t *object, const char *key)
{
    return json_str(json_object_get(object, key));
}

bool json_get_bool(const json_t *object, const char *key, bool fallback)
{
    const json_t *j = json_object_get(object, key);
    return json_is_boolean(j) ? json_is_true(j) : fallback;
}

int64_t json_get_int(const json_t *object, const char *key, int64_t fallback)
{
    const json_t *j = json_object_get(object, key);
    return json_is_integer(j) ? json_integer_value(j) : fallback;
}

static str dump(struct arena *arena, const json_t *j, size_t flags)
{
    flags |= JSON_COMPACT | JSON_ENCODE_ANY;
    size_t n = json_dumpb(j, NULL, 0, flags);
    char *p = arena_alloc(arena, n + 1);
    json_dumpb(j, p, n, flags);
    return (str){p, n};
}

str json_text(struct arena *arena, const json_t *j)
{
    return dump(arena, j, 0);
}

str json_canonical(struct arena *arena, const json_t *j)
{
    return dump(arena, j, JSON_SORT_KEYS);
}
