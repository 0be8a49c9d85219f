/* world: what the makers of the demo share; private to main/demo/.
 *
 *   setup ── departments, staff, stages, tags, products
 *   plan ── one customer: who, when, from where, related to whom (story: the two fixed ones)
 *   customer ── emits it and all of it:
 *     person, company   names, numbers, addresses
 *     order             when and what they buy (calendar: when people buy at all)
 *     talk              follow-ups, tasks, comments
 *     social            accounts and interactions
 *   lead ── people who are no customers yet */
#pragma once

#include "main/demo/demo.h"
#include "main/demo/material.h"

struct staff {
    str key, name;
    int64_t id, department;
    unsigned weight; /* share of the customers of the department */
    bool left;
};

enum { MOST_STAFF = 32, MOST_ORDERS = 40, MOST_LINES = 6, MOST_TALKS = 60, KNOWN = 2048 };
enum stage {
    STAGE_NEW,
    STAGE_CONTACTED,
    STAGE_INTERESTED,
    STAGE_QUOTE,
    STAGE_WON,
    STAGE_REPEAT,
    STAGE_DORMANT,
    STAGE_LOST,
    STAGES
};
enum team { TEAM_SALES, TEAM_SERVICE, TEAM_EXPORT, TEAMS };

/* What later customers may have to do with: kept in a ring. */
struct known {
    int64_t id;
    char name[96], surname[16], phone[24], wechat[48];
    const struct city *city; /* NULL abroad */
    char street[128];
    bool is_company;
};

struct demo {
    const struct demo_options *options;
    demo_emit *emit;
    void *context;
    struct arena *arena, *scratch; /* for all; for the current customer */
    struct material m;
    int64_t start;                          /* instant: local midnight of the first day */
    int64_t first_day, days;                /* local days of the window, today included */
    double *person_season, *company_season; /* by day of the window, around 1 */
    double *arrivals; /* share of customers created up to and including the day */
    struct staff staff[MOST_STAFF];
    size_t staff_count;
    const struct staff *boss;
    int64_t stages[STAGES];
    uint64_t ids, phones, foreign_phones, landlines, orders; /* counters */
    uint64_t phone_offset;
    struct known known[KNOWN];
    size_t known_count; /* ever put into the ring */
};

/* A person, or a company's voice. */
struct person {
    str name, latin, surname, given; /* latin: for mail and WeChat names */
    int gender, decade, birth_year;
};

struct order_line {
    const struct product *product;
    int quantity;
    int64_t price; /* minor units */
    double discount;
};
struct order {
    int64_t at;
    struct order_line lines[MOST_LINES];
    size_t line_count;
    int64_t goods, off, shipping, amount; /* minor units of the customer's currency */
    bool won;
};

struct talk {
    int64_t at;
    enum phase phase;
    str pattern, text;
};

struct customer {
    struct luck dice;
    int64_t index, id, created;
    const struct country *country;   /* NULL = China */
    const struct city *city;         /* NULL abroad */
    const struct company_kind *kind; /* of a domestic company */
    bool is_company;
    enum audience audience;
    struct person who; /* the person, or the company's main contact */
    str name, company, street, district, region, city_name, postcode;
    str phone, wechat, email, nickname, source, channel, notes;
    const struct staff *owner;
    enum stage stage;
    bool migrated; /* from the old Excel files, on the first days */
    struct order orders[MOST_ORDERS];
    size_t order_count, won_count;
    int64_t won_total, last_won; /* base currency; instant */
    struct talk talks[MOST_TALKS];
    size_t talk_count;
    int64_t next_at;                      /* next follow-up, 0 = none */
    int64_t contact;                      /* id of the main contact, 0 = none */
    const struct product *topic, *second; /* what is talked about; NULL = anything */
    int64_t moment, pieces, sum;          /* when, how many, for how much; 0 = anything */
    const struct known *referrer, *relative, *employer, *twin; /* NULL = none */
    bool story;                                                /* 小王 or 小李 */
};

/* ---- record.c: making and emitting records ---- */
void put(json_t *, const char *key, str text); /* nothing when the text is empty */
void putz(json_t *, const char *key, const char *text);
void put_int(json_t *, const char *key, int64_t);
void put_bool(json_t *, const char *key, bool);
void put_id(json_t *, const char *key, int64_t);      /* nothing for 0 */
void put_instant(json_t *, const char *key, int64_t); /* nothing for 0 */
void put_day(json_t *, const char *key, int64_t day);
void put_money(json_t *, const char *key, int64_t minor, const char *currency);
/* Takes the record; the id follows from `created`. Nothing is emitted for what lies after now. */
err_t emit_new(
    struct demo *, const char *object, int64_t created, int64_t by, json_t *, int64_t *id) MUST_USE;
int64_t next_id(struct demo *, int64_t created);
/* The same with an id chosen before. */
err_t emit_as(struct demo *,
              const char *object,
              int64_t id,
              int64_t created,
              int64_t updated,
              int64_t by,
              json_t *) MUST_USE;
void put_owner(json_t *, const struct staff *);

/* Replaces {n}, {p} … by what belongs to the letter; unknown ones go. In the arena. */
struct slot {
    char letter;
    str text;
};
str fill(struct arena *, str pattern, const struct slot *, size_t count);

/* ---- calendar.c ---- */
enum { LOCAL_OFFSET_HOURS = 8 }; /* China has no summer time */
int64_t local_instant(int64_t day, int minute);
int64_t local_day(int64_t at);
int64_t office_time(struct luck *, int64_t day);   /* 9:00 … 18:30 */
int64_t shopping_time(struct luck *, int64_t day); /* mostly evenings */
err_t calendar_make(struct demo *) MUST_USE;
/* Days until the next Spring Festival and Mid-Autumn Festival. */
int days_to_spring(int64_t day);
int days_to_autumn(int64_t day);

/* ---- person.c ---- */
void make_person(struct demo *, struct luck *, struct person *);
void make_foreign_person(struct demo *, struct luck *, const struct country *, struct person *);
str make_mobile(struct demo *);
str make_landline(struct demo *, const struct city *);
str make_foreign_phone(struct demo *, struct luck *, const struct country *);
str make_wechat(struct demo *, struct luck *, const struct person *);
str make_email(struct demo *, struct luck *, const struct person *, bool foreign);
str make_nickname(struct demo *, struct luck *, const struct person *, const struct city *);
/* How staff call somebody: 王女士, 李总, Ms Schmidt. */
str address_of(struct demo *, const struct customer *);

/* ---- company.c ---- */
/* "人民路12号阳光花园3幢…", or an office. */
str foreign_street(struct demo *, struct customer *);
str make_street(struct demo *, struct luck *, bool office);
str city_short(const struct city *); /* 杭州 */
void make_company(struct demo *, struct customer *);
err_t emit_contacts(struct demo *, struct customer *) MUST_USE;

/* ---- setup.c, order.c, talk.c, social.c, plan.c, story.c, customer.c, lead.c ---- */
err_t emit_setup(struct demo *) MUST_USE;
const struct staff *staff_pick(struct demo *, struct luck *, enum team);
const struct staff *staff_find(const struct demo *, const char *key);
void plan_orders(struct demo *, struct customer *);
err_t emit_orders(struct demo *, struct customer *) MUST_USE;
const struct product *product_pick(struct demo *, struct luck *, bool gift);
void plan_talks(struct demo *, struct customer *);
err_t emit_talks(struct demo *, struct customer *) MUST_USE;
/* The pattern with its slots filled. A pattern may start with "@source " (only for customers from
 * there), and {w}, {t}, {x}, {u} want a topic that is pottery, tea, a scent, or used up. */
str talk_text(struct demo *, struct customer *, str pattern);
/* Any of the list that fits the customer and the topic; empty when none was found. */
str talk_pick(struct customer *, const struct list *);
/* The same about any product, filled. */
str talk_about(struct demo *, struct customer *, const struct list *);
err_t emit_social(struct demo *, struct customer *) MUST_USE;
void plan_customer(struct demo *, struct customer *, int64_t index);
void plan_story(struct demo *, struct customer *); /* the first two */
err_t emit_customer(struct demo *, struct customer *) MUST_USE;
err_t emit_leads(struct demo *) MUST_USE;
