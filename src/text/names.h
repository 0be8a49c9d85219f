/* names: a person's name taken apart. Private to this room. */
#pragma once

#include "text/text.h"

/* A name as it is compared: Han and letters only, what stands in brackets left out. */
struct name {
    str plain;   /* Han characters, or Latin words joined */
    str keys[2]; /* pinyin joined; with the first part (surname) last */
    bool han;
    str surname;     /* of a Han name */
    str surname_key; /* its pinyin */
    str title;       /* 王总: "总" */
    str nickname;    /* 小王, 阿峰: the character behind the endearment */
};
struct name name_read(struct arena *, str s);
