#include "main/demo/material.h"

#include "base/asset.h"
#include "base/limits.h"
#include "base/log.h"

str list_pick(const struct list *l, struct luck *dice)
{
    return l->n ? l->at[luck_below(dice, l->n)] : (str){0};
}

static str text_at(const json_t *row, size_t i)
{
    return json_str(json_array_get(row, i));
}

static unsigned number_at(const json_t *row, size_t i)
{
    return (unsigned)json_integer_value(json_array_get(row, i));
}

struct list material_list(struct arena *arena, const json_t *array)
{
    size_t n = json_array_size(array);
    str *at = ARENA_ARRAY(arena, str, n);
    for (size_t i = 0; i < n; i++)
        at[i] = text_at(array, i);
    return (struct list){at, n};
}

static struct list list_of(struct arena *arena, const json_t *object, const char *key)
{
    return material_list(arena, json_object_get(object, key));
}

static struct names names_of(struct arena *arena, const json_t *rows)
{
    size_t n = json_array_size(rows);
    struct name *at = ARENA_ARRAY(arena, struct name, n);
    for (size_t i = 0; i < n; i++)
        at[i] =
            (struct name){text_at(json_array_get(rows, i), 0), text_at(json_array_get(rows, i), 1)};
    return (struct names){at, n};
}

/* The running sums of the weights in the given column of the rows. */
static const unsigned *sums(struct arena *arena, const json_t *rows, size_t column)
{
    size_t n = json_array_size(rows);
    unsigned *upto = ARENA_ARRAY(arena, unsigned, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        upto[i] = sum += number_at(json_array_get(rows, i), column);
    return upto;
}

static err_t open_file(struct arena *arena, const char *path, json_t **out)
{
    const struct asset *asset = asset_find(str_from(path));
    if (!asset || json_read(arena, asset->bytes, NULL, out) != OK)
        return FAULT_DETAIL("demo material", str_from(path));
    return OK;
}

static err_t load_names(struct arena *arena, struct material *m)
{
    static const char *const genders[] = {"male", "female"};
    static const char *const decades[] = {"1960", "1970", "1980", "1990", "2000"};
    json_t *file;
    TRY(open_file(arena, "demo/names.json", &file));
    const json_t *surnames = json_object_get(file, "surnames");
    m->surnames = names_of(arena, surnames);
    m->surname_upto = sums(arena, surnames, 2);
    for (int g = 0; g < GENDERS; g++) {
        const json_t *given = json_object_get(json_object_get(file, "given"), genders[g]);
        for (int d = 0; d < DECADES; d++)
            m->given[g][d] = names_of(arena, json_object_get(given, decades[d]));
        m->first[g] = names_of(arena, json_object_get(json_object_get(file, "first"), genders[g]));
        m->second[g] =
            names_of(arena, json_object_get(json_object_get(file, "second"), genders[g]));
    }
    return OK;
}

static err_t load_places(struct arena *arena, struct material *m)
{
    json_t *file;
    TRY(open_file(arena, "demo/places.json", &file));
    const json_t *rows = json_object_get(file, "cities");
    m->city_count = json_array_size(rows);
    m->city_upto = sums(arena, rows, 5);
    struct city *cities = ARENA_ARRAY(arena, struct city, m->city_count);
    for (size_t i = 0; i < m->city_count; i++) {
        const json_t *r = json_array_get(rows, i);
        cities[i] =
            (struct city){text_at(r, 0), text_at(r, 1), text_at(r, 2),
                          text_at(r, 3), text_at(r, 4), material_list(arena, json_array_get(r, 6))};
    }
    m->cities = cities;
    m->roads = list_of(arena, file, "roads");
    m->estates = list_of(arena, file, "estates");
    m->offices = list_of(arena, file, "offices");
    return OK;
}

static err_t load_companies(struct arena *arena, struct material *m)
{
    json_t *file;
    TRY(open_file(arena, "demo/companies.json", &file));
    m->brands = names_of(arena, json_object_get(file, "brands"));
    m->titles = names_of(arena, json_object_get(file, "titles"));
    m->jobs = list_of(arena, file, "jobs");
    const json_t *rows = json_object_get(file, "kinds");
    m->kind_count = json_array_size(rows);
    m->kind_upto = sums(arena, rows, 1);
    struct company_kind *kinds = ARENA_ARRAY(arena, struct company_kind, m->kind_count);
    for (size_t i = 0; i < m->kind_count; i++) {
        const json_t *r = json_array_get(rows, i);
        kinds[i] = (struct company_kind){text_at(r, 0), material_list(arena, json_array_get(r, 2)),
                                         material_list(arena, json_array_get(r, 3))};
    }
    m->kinds = kinds;
    const json_t *suffixes = json_object_get(file, "suffixes");
    m->suffix_upto = sums(arena, suffixes, 1);
    str *at = ARENA_ARRAY(arena, str, json_array_size(suffixes));
    for (size_t i = 0; i < json_array_size(suffixes); i++)
        at[i] = text_at(json_array_get(suffixes, i), 0);
    m->suffixes = (struct list){at, json_array_size(suffixes)};
    return OK;
}

/* Pottery: what people say about glaze fits it. */
static bool is_glazed(const struct product *p)
{
    static const char *const signs[] = {"壶", "杯", "碗", "餐具", "茶具"};
    if (str_find(p->spec, S("玻璃")) != SIZE_MAX)
        return false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (str_find(p->name, str_from(signs[i])) != SIZE_MAX)
            return true;
    return false;
}

static err_t load_products(struct arena *arena, struct material *m)
{
    json_t *file;
    TRY(open_file(arena, "demo/products.json", &file));
    const json_t *rows = json_object_get(file, "products");
    const json_t *english = json_object_get(file, "english");
    m->product_count = json_array_size(rows);
    m->product_upto = sums(arena, rows, 8);
    m->products = ARENA_ARRAY(arena, struct product, m->product_count);
    for (size_t i = 0; i < m->product_count; i++) {
        const json_t *r = json_array_get(rows, i);
        m->products[i] = (struct product){
            .code = text_at(r, 0),
            .name = text_at(r, 1),
            .english = json_get_str(english, text_at(r, 0).p),
            .category = text_at(r, 2),
            .unit = text_at(r, 3),
            .spec = text_at(r, 4),
            .price = (int)number_at(r, 5),
            .cost = (int)number_at(r, 6),
            .cycle = (int)number_at(r, 7),
            .gift = text_at(r, 9).n > 0,
        };
        m->products[i].glazed = is_glazed(&m->products[i]);
    }
    return OK;
}

static void read_country(struct arena *arena, const json_t *j, struct country *c)
{
    const json_t *cities = json_object_get(j, "cities");
    struct foreign_city *at = ARENA_ARRAY(arena, struct foreign_city, json_array_size(cities));
    for (size_t i = 0; i < json_array_size(cities); i++) {
        const json_t *r = json_array_get(cities, i);
        at[i] = (struct foreign_city){text_at(r, 0), text_at(r, 1), text_at(r, 2)};
    }
    *c = (struct country){
        .code = json_get_str(j, "code"),
        .language = json_get_str(j, "language"),
        .currency = json_get_str(j, "currency"),
        .phones = list_of(arena, j, "phone"),
        .streets = list_of(arena, j, "streets"),
        .given = {list_of(arena, j, "male"), list_of(arena, j, "female")},
        .surnames = list_of(arena, j, "surnames"),
        .brands = list_of(arena, j, "brands"),
        .forms = list_of(arena, j, "forms"),
        .digits = (unsigned)json_get_int(j, "digits", 7),
        .low = (uint64_t)json_get_int(j, "low", 0),
        .cities = at,
        .city_count = json_array_size(cities),
    };
}

static err_t load_countries(struct arena *arena, struct material *m)
{
    json_t *file;
    TRY(open_file(arena, "demo/foreign.json", &file));
    m->foreign_titles = names_of(arena, json_object_get(file, "titles"));
    const json_t *rows = json_object_get(file, "countries");
    m->country_count = json_array_size(rows);
    struct country *countries = ARENA_ARRAY(arena, struct country, m->country_count);
    unsigned *upto = ARENA_ARRAY(arena, unsigned, m->country_count), sum = 0;
    for (size_t i = 0; i < m->country_count; i++) {
        const json_t *j = json_array_get(rows, i);
        read_country(arena, j, &countries[i]);
        upto[i] = sum += (unsigned)json_get_int(j, "weight", 0);
    }
    m->countries = countries;
    m->country_upto = upto;
    return OK;
}

static err_t load_talk(struct arena *arena, struct material *m)
{
    static const char *const audiences[] = {"person", "company", "foreign"};
    static const char *const phases[] = {"first",  "interest", "quote", "won",      "care",
                                         "repeat", "wake",     "lost",  "no_answer"};
    json_t *file;
    TRY(open_file(arena, "demo/talk.json", &file));
    for (int a = 0; a < AUDIENCES; a++) {
        for (int p = 0; p < PHASES; p++)
            m->talk[a][p] = list_of(arena, json_object_get(file, audiences[a]), phases[p]);
        const json_t *plans = json_object_get(json_object_get(file, "plans"), audiences[a]);
        for (int p = 0; p < PHASES; p++)
            m->plans[a][p] = list_of(arena, plans, phases[p]);
        m->notes[a] = list_of(arena, json_object_get(file, "notes"), audiences[a]);
        m->needs[a] = list_of(arena, json_object_get(file, "needs"), audiences[a]);
    }
    m->occasions = list_of(arena, file, "occasions");
    m->person_occasions = list_of(arena, file, "person_occasions");
    m->days = list_of(arena, file, "days");
    m->tasks = list_of(arena, file, "tasks");
    m->comments = list_of(arena, file, "comments");
    return OK;
}

static err_t load_social(struct arena *arena, struct material *m)
{
    static const char *const moods[] = {"positive", "neutral", "negative"};
    json_t *file;
    TRY(open_file(arena, "demo/social.json", &file));
    m->nicknames = list_of(arena, file, "nicknames");
    m->nick_patterns = list_of(arena, file, "nick_patterns");
    m->years = list_of(arena, file, "years");
    m->bios = list_of(arena, file, "bios");
    m->interests = list_of(arena, file, "interests");
    m->verified = list_of(arena, file, "verified");
    for (int i = 0; i < MOODS; i++) {
        m->social_comments[i] = list_of(arena, json_object_get(file, "comments"), moods[i]);
        m->reviews[i] = list_of(arena, json_object_get(file, "reviews"), moods[i]);
    }
    m->messages = list_of(arena, file, "messages");
    m->first_messages = list_of(arena, file, "first_messages");
    m->foreign_messages = list_of(arena, file, "foreign_messages");
    m->replies = list_of(arena, file, "replies");
    m->ideas = list_of(arena, file, "ideas");
    m->targets = json_object_get(file, "targets");
    return OK;
}

err_t material_load(struct arena *arena, struct material *m)
{
    TRY(load_names(arena, m));
    TRY(load_places(arena, m));
    TRY(load_companies(arena, m));
    TRY(load_products(arena, m));
    TRY(load_countries(arena, m));
    TRY(load_talk(arena, m));
    TRY(load_social(arena, m));
    return open_file(arena, "demo/firm.json", &m->firm);
}
