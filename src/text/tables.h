/* tables: the layout of the read-only language tables (src/text/tables/, packed by
 * tools/texttables.c into the binary). Private to this room and to that tool. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    HAN_FIRST = 0x3400,
    HAN_END = 0xA000,      /* characters of the basic plane with a reading of their own slot */
    FOLD_PAGE = 256,       /* code points of one page of the folding table */
    FOLD_PAGES = 256,      /* the basic plane */
    FOLD_EXPAND = 0xD800,  /* fold values 0xD800..0xDFFF: index of an expansion */
    FOLD_EXPAND_UNITS = 4, /* most UTF-16 units of one expansion */
    READING_MANY = 0x8000, /* reading slots with this bit: offset into the pool of lists */
    READING_TONES = 8,     /* a reading is syllable * READING_TONES + tone (1..4, 5 neutral) */
    SYLLABLE_BYTES = 8,    /* room of a syllable's letters, NUL-padded */
    PHRASE_MAX = 16,       /* characters of the longest phrase kept */
};

/* A code point beyond the basic plane and what belongs to it (folded form or reading). */
struct table_pair {
    uint32_t from, to;
};

/* Two characters, the second 0 for a surname of one. Sorted by both. */
struct table_surname {
    uint16_t chars[2];
    uint16_t readings[2];
};

struct table_division {
    uint32_t code; /* 11, 1101 or 110101 */
    uint32_t name; /* offset into names of a NUL-terminated name */
};

struct table_span {
    uint32_t offset; /* bytes from the start of the blob, a multiple of 8 */
    uint32_t count;  /* elements */
};

struct text_tables {
    struct table_span fold_index;        /* uint8_t[FOLD_PAGES]: page number, 0 = unchanged */
    struct table_span fold_pages;        /* uint16_t[][FOLD_PAGE], page 0 unused */
    struct table_span fold_expansions;   /* uint16_t[][FOLD_EXPAND_UNITS], 0-padded */
    struct table_span fold_far;          /* struct table_pair[], sorted */
    struct table_span syllables;         /* char[][SYLLABLE_BYTES], sorted, ü as v */
    struct table_span readings;          /* uint16_t[HAN_END - HAN_FIRST]: 0 none, one, or many */
    struct table_span common;            /* struct table_pair[]: usual reading in running text */
    struct table_span reading_pool;      /* uint16_t: count, readings … */
    struct table_span readings_far;      /* struct table_pair[], sorted */
    struct table_span phrases;           /* uint32_t: offsets into phrase_pool, sorted by text */
    struct table_span phrase_pool;       /* uint16_t: length, characters, readings … */
    struct table_span surnames;          /* struct table_surname[] */
    struct table_span divisions;         /* struct table_division[], sorted by code (six digits) */
    struct table_span divisions_by_name; /* the same, sorted by bytes of the name */
    struct table_span division_names;    /* char: NUL-terminated */
};

extern const char text_table_bytes[] __attribute__((aligned(16)));

#define TABLES ((const struct text_tables *)text_table_bytes)
#define TABLE(field, type) ((const type *)(text_table_bytes + TABLES->field.offset))

/* By binary search; NULL when there is none. */
const struct table_pair *table_find_pair(const struct table_pair *, size_t n, uint32_t from);
/* The folded form where it is one code point, otherwise c. */
uint32_t fold_one(uint32_t c);
