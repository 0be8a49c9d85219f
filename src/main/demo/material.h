/* material: the words of the demo, read once from the assets under "demo/". Everything lives in the
 * arena it was read into. */
#pragma once

#include "base/json.h"
#include "main/demo/luck.h"

struct list {
    const str *at;
    size_t n;
};
str list_pick(const struct list *, struct luck *); /* empty when the list is */

struct name {
    str text, latin;
};
struct names {
    const struct name *at;
    size_t n;
};

enum { MALE, FEMALE, GENDERS };
enum { DECADES = 5 }; /* 1960s … 2000s */

struct city {
    str province, name, latin, area_code, postcode;
    struct list districts;
};
struct company_kind {
    str industry;
    struct list words, tags;
};
struct product {
    str code, name, english, category, unit, spec;
    int price, cost; /* yuan */
    int cycle;       /* days, 0 = is not used up */
    bool gift, glazed;
    int64_t id;
};
struct foreign_city {
    str region, name, postcode;
};
struct country {
    str code, language, currency;
    struct list phones, streets, given[GENDERS], surnames, brands, forms;
    unsigned digits;
    uint64_t low;
    const struct foreign_city *cities;
    size_t city_count;
};

enum audience { PERSONS, COMPANIES, FOREIGN, AUDIENCES };
enum phase {
    PHASE_FIRST,
    PHASE_INTEREST,
    PHASE_QUOTE,
    PHASE_WON,
    PHASE_CARE,
    PHASE_REPEAT,
    PHASE_WAKE,
    PHASE_LOST,
    PHASE_NO_ANSWER,
    PHASES
};
enum mood { POSITIVE, NEUTRAL, NEGATIVE, MOODS };

struct material {
    struct names surnames, given[GENDERS][DECADES], first[GENDERS], second[GENDERS], brands;
    const unsigned *surname_upto, *city_upto, *kind_upto, *suffix_upto, *product_upto,
        *country_upto;
    const struct city *cities;
    const struct company_kind *kinds;
    struct product *products;
    const struct country *countries;
    size_t city_count, kind_count, product_count, country_count;
    struct list roads, estates, offices, suffixes, jobs;
    struct names titles, foreign_titles; /* of contacts: text and role in the decision */
    struct list talk[AUDIENCES][PHASES], plans[AUDIENCES][PHASES], notes[AUDIENCES],
        needs[AUDIENCES];
    struct list occasions, person_occasions, days, tasks, comments;
    struct list nicknames, nick_patterns, years, bios, interests, verified;
    struct list social_comments[MOODS], reviews[MOODS], messages, first_messages, foreign_messages,
        replies, ideas;
    json_t *targets; /* by platform */
    json_t *firm;    /* departments, roles, staff, stages, tag groups, views */
};

/* ERR_INTERNAL when an asset is missing or broken. */
err_t material_load(struct arena *, struct material *) MUST_USE;
struct list material_list(struct arena *, const json_t *array);
