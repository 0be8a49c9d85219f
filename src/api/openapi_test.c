#include <string.h>

#include "api/openapi.h"
#include "base/asset.h"
#include "base/limits.h"
#include "base/test.h"

static const json_t *asset_tree(struct arena *arena, const char *path)
{
    const struct asset *a = asset_find(str_from(path));
    assert_non_null(a);
    json_t *tree = json_loadb(a->bytes.p, a->bytes.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(tree);
    return json_keep(arena, tree);
}

TEST(openapi_describes_every_route_once)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    const json_t *operations = asset_tree(arena, "openapi/operations.json");
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (!json_object_get(operations, ROUTES[i].id))
            fail_msg("openapi/operations.json says nothing of %s", ROUTES[i].id);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(ROUTES[i].id, ROUTES[k].id);
    }
    assert_int_equal(json_object_size(operations), ROUTE_COUNT);
}

static void need_sentence(const json_t *const catalogues[LANG_COUNT], const char *key)
{
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        if (!json_is_string(json_object_get(catalogues[lang], key)))
            fail_msg("%s: no sentence %s", lang_tag(lang), key);
}

static void need_sentences(const json_t *const catalogues[LANG_COUNT], const json_t *j)
{
    const char *key;
    json_t *inner;
    size_t i;
    json_object_foreach((json_t *)j, key, inner)
    {
        bool words = strcmp(key, "summary") == 0 || strcmp(key, "description") == 0;
        if (words && json_is_string(inner))
            need_sentence(catalogues, json_string_value(inner));
        else
            need_sentences(catalogues, inner);
    }
    json_array_foreach((json_t *)j, i, inner) need_sentences(catalogues, inner);
}

TEST(openapi_speaks_three_languages)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    const json_t *catalogues[LANG_COUNT];
    const json_t *operations = asset_tree(arena, "openapi/operations.json");
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        catalogues[lang] =
            asset_tree(arena, arena_printf(arena, "messages/%s.json", lang_tag(lang)).p);
    need_sentences(catalogues, operations);
    need_sentences(catalogues, asset_tree(arena, "openapi/components.json"));
    const char *id;
    json_t *operation;
    json_object_foreach((json_t *)operations, id, operation)
    {
        const json_t *tag = json_object_get(operation, "tag");
        if (tag)
            need_sentence(catalogues, arena_printf(arena, "tag_%s", json_string_value(tag)).p);
        assert_true(tag || json_object_get(operation, "needs"));
    }
}

TEST(routes_of_our_own_are_no_names_for_objects)
{
    assert_true(route_reserved(S("session")));
    assert_true(route_reserved(S("openapi.json")));
    assert_false(route_reserved(S("customers")));
    assert_false(route_reserved(S("")));
}
