/* text: what the product knows about written language; nothing about customers.
 *
 * Tables are read-only data embedded in the binary (data/text/, with origins and licences in
 * data/text/ORIGIN.md); looking something up never allocates more than its result. All functions
 * are safe from many threads. */
#pragma once

#include "base/vec.h"

/* NFC; drops BOM, zero-width and control characters except tab and newline; turns no-break spaces
 * into spaces. */
str text_clean(struct arena *, str s);
/* What search and comparison see: clean, lower case, full width to half width, traditional to
 * simplified, accents off Latin letters, runs of white space to one space, trimmed. */
str text_fold(struct arena *, str s);
bool text_is_han(uint32_t c);

/* ---- pinyin (data/text/pinyin*.tsv) ---- */

/* The best reading, syllables separated by one space, without tones, ü as v; Latin kept, folded.
 * name: the text is a person's name, surname readings win (单 → shan, 曾 → zeng). */
str text_pinyin(struct arena *, str s, bool name);
/* Sort key: order of pinyin, then of tone and character; bytes compare in dictionary order. */
str text_sort_key(struct arena *, str s, bool name);

/* ---- search terms ----
 * One list of terms a record, one a query; a record matches when it has all terms of the query and
 * text_match then agrees. Terms are short strings of [a-z0-9] and Han, so that FTS5 (own tokenizer:
 * split at spaces) and a PostgreSQL text[] / tsvector with GIN index them alike:
 *   Han: each character and each bigram; Latin and digit runs: the word's trigrams and the word
 *   with ^ and $ marks; names: pinyin syllable keys for all readings (full and initials). */
enum text_kind { TEXT_NAME, TEXT_PROSE, TEXT_CODE /* phones, order numbers: digit fragments */ };
struct text_terms {
    struct arena *arena;
    VEC(str) list; /* no repeats within one call */
};
void text_index_terms(struct text_terms *, str s, enum text_kind);
/* Terms all of which a matching record must have. Empty when the query has nothing to search. */
void text_query_terms(struct text_terms *, str query);
/* How well a field's text fits the query: 0 = not at all … 1000 = equal. Exact > prefix > word
 * start > pinyin > fragment > one typo (Latin words of 4 letters or more). */
int text_match(struct arena *, str query, str field, enum text_kind);

/* ---- phones (libphonenumber behind text/phone.cc) ---- */
struct text_phone {
    char e164[20]; /* "+8613800138000", empty when it is no phone */
    bool mobile;
    char region[4]; /* "CN" */
    bool repaired;  /* was mangled ("1.38E+10", full width, 0086 …) and is certain now */
    bool lossy; /* digits were lost ("1.38E+10" with 3 significant digits): refuse with reason */
};
/* region: where a number without + is from, "CN". False when it is no valid number. */
bool text_phone_parse(str s, const char *region, struct text_phone *out);
/* "138****5678", "010****1234", "+1 415****12" for a number in E.164. */
str text_phone_mask(struct arena *, str e164);
/* As people of the region write it: "138 0013 8000". */
str text_phone_format(struct arena *, str e164, const char *region);
str text_email_mask(struct arena *, str email); /* "z***@example.com" */
/* Lower-cases the domain, trims, turns full width to half; false when it is no address
 * (RFC 5321 mailbox, UTF-8 local parts allowed, domain with a dot). */
bool text_email_parse(struct arena *, str s, str *out);

/* ---- similarity ---- */
double text_jaro_winkler(str a, str b); /* on code points, 0..1 */
/* Two people's names: equal / same pinyin in any order / title or nickname / Jaro-Winkler on
 * pinyin. 0..1 */
double text_name_similarity(struct arena *, str a, str b);
/* A company's name without legal form, place and brackets: "杭州云帆贸易有限公司" → "云帆贸易". */
str text_company_core(struct arena *, str s);

/* ---- Chinese divisions (data/text/divisions.tsv) ---- */
struct text_address {
    str province, city, district, street;
};
/* Splits "浙江省杭州市西湖区文三路 1 号" (also without 省/市, also only a city). Names come back in
 * their full official form. False when no division is found: all of it is street. */
bool text_address_split(struct arena *, str s, struct text_address *out);
