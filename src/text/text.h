/* text: what the product knows about written language; nothing about customers.
 *
 * Tables are read-only data embedded in the binary (src/text/tables/, with origins and licences in
 * ORIGIN.md there); looking something up never allocates more than its result. All functions
 * are safe from many threads. Results live in the arena, or are the argument itself where nothing
 * had to be changed. */
#pragma once

#include "base/map.h"
#include "base/vec.h"

/* NFC; drops BOM, zero-width and control characters except tab and newline; turns no-break spaces
 * into spaces. */
str text_clean(struct arena *, str s);
/* Without the white space of any script, and what is not seen, at both ends. */
str text_trim(str s);
/* What search and comparison see: clean, lower case, full width to half width, traditional to
 * simplified, accents off Latin letters, runs of white space to one space, trimmed. */
str text_fold(struct arena *, str s);
bool text_is_han(uint32_t c);

/* ---- pinyin (tables/pinyin*.tsv) ---- */

/* The best reading, syllables separated by one space, without tones, ü as v; Latin kept, folded.
 * name: the text is a person's name, surname readings win (单 → shan, 曾 → zeng). */
str text_pinyin(struct arena *, str s, bool name);
/* The same without spaces and signs, to compare names by their sound: "阿尔-诺尔 2" → "aernuoer2".
 */
str text_sound(struct arena *, str s, bool name);
/* Sort key: character by character by pinyin, then tone, then the character itself; Latin words and
 * digits stand among them by their letters. Valid UTF-8 whose bytes compare in that order. */
str text_sort_key(struct arena *, str s, bool name);

/* ---- search ----
 *
 * A record has one document: the terms of all its searched fields, separated by single spaces.
 * Terms hold [a-z0-9^$_=~], Han and other letters beyond ASCII, so that FTS5 and a tsvector index
 * them alike (tables and statements: docs/internals/text.md):
 *
 *     张  张伟        each character beyond ASCII and each two neighbours
 *     ^zh zha ng$ ^z  a Latin or digit word's first letter and its trigrams, ^ and $ at its ends
 *     _zh _zhang_w    names: beginnings of a syllable; a syllable and the first letter of the next;
 *     _z_w _z_w_l     first letters of two or three neighbours; for all readings, ü as u
 *     =zhangwei =zw   the whole value without spaces and signs, its pinyin, its initials
 *     $zhan           names: a Latin word of 4 to 20 letters, also less any one letter
 *     =^张 =^张伟 =^zhang =^zhangwei =^smith
 *                     what a record is called: the first one and two characters and their
 *                     syllables, each Latin word
 *     =_customer      a tag
 *
 * Of a long text the beginning is indexed (2000 characters of prose, 200 of others).
 *
 * A query becomes one expression over terms for each tier. The caller asks TEXT_EXACT, then
 * TEXT_START (what is called so, or begins so: one word only), then TEXT_PARTS where there is not
 * enough, each for its newest records up to a limit, reads their fields, drops those to which
 * text_match_fields gives 0, and sorts by what it gives; when nothing is left it asks TEXT_TYPOS.
 * TEXT_PARTS finds every match without an error of typing (a word that can be cut into syllables
 * in very many ways is looked for by the sixteen shortest). */
enum text_kind {
    TEXT_NAME,  /* people, companies, products, tags: pinyin and typing errors count */
    TEXT_PROSE, /* notes, addresses */
    TEXT_CODE,  /* phones, order numbers, e-mail, WeChat ids: fragments without regard to signs */
};
enum text_tier { TEXT_EXACT, TEXT_START, TEXT_PARTS, TEXT_TYPOS };

struct text_terms {
    struct arena *arena;
    struct map seen;
    VEC(str) list; /* no repeats */
};
/* Adds the terms of one field; several calls make the terms of one record. */
void text_index_terms(struct text_terms *, str s, enum text_kind);
/* Adds those of what the record is called, beside text_index_terms. */
void text_index_start(struct text_terms *, str name);
/* Marks the record, as being of an object for example; tag: [a-z0-9_]+. */
void text_terms_tag(struct text_terms *, str tag);
/* Two spaces of terms that never meet, so that what there is most of does not have to be walked
 * through for the rest: the terms of TEXT_OTHERS begin with ~. */
enum text_space { TEXT_MAIN, TEXT_OTHERS };
str text_terms_document(const struct text_terms *, enum text_space);
/* Of which records: of each list of tags (separated by spaces) those that have one; an empty list
 * asks for nothing. */
enum { TEXT_TAG_LISTS = 3 };
struct text_among {
    enum text_space space;
    str tags[TEXT_TAG_LISTS];
};
/* The expression in the syntax of FTS5 MATCH. Empty when there is nothing to search in this tier.
 */
str text_query_fts5(struct arena *, str query, struct text_among, enum text_tier);
/* The same for PostgreSQL, in pieces that are cast to tsquery: its index goes quickly through a
 * conjunction, but not through what alternatives hold. */
struct text_tsquery {
    str within[TEXT_TAG_LISTS]; /* of which records; empty: of all */
    str any; /* a JSON array: the words fit where one of these does; empty: nothing to search */
};
struct text_tsquery
text_query_tsquery(struct arena *, str query, struct text_among, enum text_tier);

struct text_field {
    str text;
    enum text_kind kind;
};
/* How well the fields fit the query: 0 = not at all … 1000 = one equals it. Each word of the query
 * must be found in some field. Exact > prefix > word start > whole pinyin > first syllables >
 * pinyin > fragment > one typo (names only, words of 4 letters or more: Latin ones, and pinyin that
 * is none as it stands).
 */
int text_match_fields(struct arena *, str query, const struct text_field *fields, size_t n);
int text_match(struct arena *, str query, str field, enum text_kind);

/* ---- phones (libphonenumber behind text/phone.cc) ---- */
struct text_phone {
    char e164[20]; /* "+8613800138000", empty when it is no phone */
    bool mobile;
    char region[4]; /* "CN" */
    bool repaired;  /* was mangled ("1.38E+10", full width, 0086 …) and is certain now */
    bool lossy; /* digits were lost ("1.38E+10" with 3 significant digits): refuse with reason */
};
/* A country whose numbers are known: "CN", "TW", in capitals. */
bool text_phone_region(str region);
/* The one number in s, which may carry a label, a name or an extension ("手机:138…(李)"). region:
 * where a number without + is from, "CN". False when there is none, more than one, or other digits
 * beside it; out then says only whether it was lossy. */
bool text_phone_parse(str s, const char *region, struct text_phone *out);
/* All numbers in s in their order ("13800138000/010-12345678 转 2"); returns how many, at most max.
 */
size_t text_phone_find(str s, const char *region, struct text_phone *out, size_t max);
/* "138****5678", "010****1234", "+1 415****12" for a number in E.164. */
str text_phone_mask(struct arena *, str e164);
/* A text with four digits of each phone in it masked: mobile numbers of China, area code and
 * number,
 * + and a country's; tags are passed over. As long as before; the text itself where there is none.
 */
str text_mask_phones(struct arena *, str s);
/* As people of the region write it: "138 0013 8000". */
str text_phone_format(struct arena *, str e164, const char *region);
str text_email_mask(struct arena *, str email); /* "z***@example.com" */
/* Lower-cases (a quoted local part stays as it is), trims, turns full width to half; false when it
 * is no address (RFC 5321 mailbox, UTF-8 local parts allowed, domain with a dot). */
bool text_email_parse(struct arena *, str s, str *out);

/* ---- similarity ---- */
double text_jaro_winkler(str a, str b); /* on code points, 0..1 */
enum text_names {
    TEXT_NAMES_DIFFER,
    TEXT_NAMES_SIMILAR,    /* a typing error: Jaro-Winkler on the pinyin */
    TEXT_NAMES_CONSISTENT, /* 王总, 小王, 阿明 beside 王小明: may be the same */
    TEXT_NAMES_SOUND,      /* the same pinyin in any order: 张伟, Wei Zhang, 张玮 */
    TEXT_NAMES_EQUAL,      /* but for case, script, signs, emoji and what stands in brackets */
};
/* Two people's names; *similarity 0..1, NULL is fine. */
enum text_names text_names_compare(struct arena *, str a, str b, double *similarity);
double text_name_similarity(struct arena *, str a, str b);
/* A company's name without legal form, place and brackets: "杭州云帆贸易有限公司" → "云帆贸易". */
str text_company_core(struct arena *, str s);
/* Does it end as the names of firms do? */
bool text_company_like(str);
/* The ISO code of a country that is named in Chinese or English; empty when it is not known. */
str text_country(struct arena *, str s);

/* ---- Chinese divisions (tables/divisions.tsv) ---- */
struct text_address {
    str province, city, district, street;
};
/* Splits "浙江省杭州市西湖区文三路 1 号" (also without 省/市, also only a city). Names come back in
 * their full official form. False when no division is found: all of it is street. */
bool text_address_split(struct arena *, str s, struct text_address *out);
