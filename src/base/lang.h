/* lang: the languages that the product speaks. */
#pragma once

#include "base/str.h"

enum lang { LANG_ZH_CN, LANG_ZH_TW, LANG_EN, LANG_COUNT };

const char *lang_tag(enum lang); /* "zh-CN", "zh-TW", "en" */
/* The language of a tag such as "zh-TW", "zh-Hant", "en-GB", "zh_CN.UTF-8"; false if none fits. */
bool lang_parse(str tag, enum lang *out);
/* The best of an Accept-Language header, quality values respected; fallback when none fits. */
enum lang lang_negotiate(str header, enum lang fallback);

/* A text in all languages. */
struct label {
    str text[LANG_COUNT];
};
