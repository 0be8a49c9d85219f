#include "api/api.h"

/* Matches "/customers/{id}" against a path; {…} takes one segment. */
static bool matches(str pattern, str path, str params[CALL_PARAMS])
{
    size_t taken = 0;
    str want, got;
    if (pattern.n > 1 && path.n > 1 && pattern.p[1] != '{' && pattern.p[1] != path.p[1])
        return false;
    bool more_want = str_split(&pattern, '/', &want), more_got = str_split(&path, '/', &got);
    while (more_want && more_got) {
        if (want.n && want.p[0] == '{') {
            if (!got.n || taken == CALL_PARAMS)
                return false;
            params[taken++] = got;
        } else if (!str_eq(want, got)) {
            return false;
        }
        more_want = str_split(&pattern, '/', &want);
        more_got = str_split(&path, '/', &got);
    }
    return !more_want && !more_got;
}

const struct route *route_find(str method, str path, str params[CALL_PARAMS], bool *path_known)
{
    *path_known = false;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (!matches(str_from(ROUTES[i].path), path, params))
            continue;
        *path_known = true;
        bool head = str_eqz(method, "HEAD") && str_eqz(S("GET"), ROUTES[i].method);
        if (head || str_eqz(method, ROUTES[i].method))
            return &ROUTES[i];
    }
    return NULL;
}

bool route_reserved(str plural)
{
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        str rest = str_cut(str_from(ROUTES[i].path), 1, SIZE_MAX), first;
        if (str_split(&rest, '/', &first) && str_eq(first, plural))
            return true;
    }
    return false;
}
