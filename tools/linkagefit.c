/* linkagefit DUPLICATES.tsv > src/text/linkage_weights.h — estimates the weights of text/linkage.h.
 *
 * Expectation maximisation without looking at the truth, on the pairs that share a key, over the
 * records of every second entity; the truth of the other half only measures the result (standard
 * error). DUPLICATES.tsv: entity, name, phone, e-mail, WeChat, company, address. */
#include <math.h>

#include "base/vec.h"
#include "text/linkage.h"

enum { ARENA_BYTES = 1 << 30, LINE_BYTES = 4096, ROUNDS = 200, COLUMNS = 7, BLOCK_MAX = 300 };

struct record {
    str entity;
    const struct link_person *person;
};
struct entry {
    str key;
    unsigned record;
};
struct pair {
    unsigned a, b;
};
struct set {
    struct arena *arena;
    VEC(struct record) records;
    VEC(struct entry) entries;
    VEC(struct pair) pairs;
    VEC(struct link_result) results;
};
struct model {
    double prior;
    double m[LINK_FIELDS][LINK_LEVELS], u[LINK_FIELDS][LINK_LEVELS];
};

static void die(const char *what, const char *which)
{
    fprintf(stderr, "linkagefit: %s: %s\n", what, which);
    exit(1);
}

static void read_records(const char *path, struct set *even, struct set *odd)
{
    char line[LINE_BYTES];
    FILE *f = fopen(path, "r");
    if (!f)
        die("cannot open", path);
    while (fgets(line, sizeof line, f)) {
        str rest = str_trim(str_from(line)), columns[COLUMNS] = {0};
        if (line[0] == '#')
            continue;
        line[strcspn(line, "\n")] = '\0';
        rest = arena_str(even->arena, str_from(line));
        for (size_t i = 0; i < COLUMNS && str_split(&rest, '\t', &columns[i]); i++)
            ;
        struct link_record r = {columns[1], columns[2], columns[3],
                                columns[4], columns[5], columns[6]};
        struct set *set = str_hash(columns[0]) % 2 ? odd : even;
        *VEC_PUSH(set->arena, set->records) =
            (struct record){columns[0], link_prepare(set->arena, &r)};
    }
    fclose(f);
}

static int by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int c = str_cmp(x->key, y->key);
    return c ? c : (x->record > y->record) - (x->record < y->record);
}

static int by_pair(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct pair));
}

static void find_pairs(struct set *s)
{
    for (unsigned i = 0; i < s->records.n; i++) {
        str keys[LINK_KEYS];
        size_t n = link_keys(s->arena, s->records.at[i].person, keys);
        for (size_t k = 0; k < n; k++)
            *VEC_PUSH(s->arena, s->entries) = (struct entry){keys[k], i};
    }
    qsort(s->entries.at, s->entries.n, sizeof *s->entries.at, by_key);
    for (size_t i = 0, end; i < s->entries.n; i = end) {
        for (end = i; end < s->entries.n && str_eq(s->entries.at[end].key, s->entries.at[i].key);)
            end++;
        for (size_t a = i; a < end && end - i <= BLOCK_MAX; a++)
            for (size_t b = a + 1; b < end; b++)
                if (s->entries.at[a].record != s->entries.at[b].record)
                    *VEC_PUSH(s->arena, s->pairs) =
                        (struct pair){s->entries.at[a].record, s->entries.at[b].record};
    }
    qsort(s->pairs.at, s->pairs.n, sizeof *s->pairs.at, by_pair);
    size_t kept = 0;
    for (size_t i = 0; i < s->pairs.n; i++)
        if (i == 0 || by_pair(&s->pairs.at[i], &s->pairs.at[i - 1]) != 0)
            s->pairs.at[kept++] = s->pairs.at[i];
    s->pairs.n = kept;
    for (size_t i = 0; i < s->pairs.n; i++)
        link_compare(s->arena, s->records.at[s->pairs.at[i].a].person,
                     s->records.at[s->pairs.at[i].b].person, VEC_PUSH(s->arena, s->results));
}

static double posterior(const struct model *model, const struct link_result *r)
{
    double odds = model->prior / (1 - model->prior);
    for (size_t f = 0; f < LINK_FIELDS; f++)
        if (r->levels[f] != LINK_MISSING)
            odds *= model->m[f][r->levels[f]] / model->u[f][r->levels[f]];
    return odds / (1 + odds);
}

/* Agreement is likelier for one person than for two: that is all EM is told at the start. */
static void start(struct model *model)
{
    model->prior = 0.3;
    for (size_t f = 0; f < LINK_FIELDS; f++)
        for (size_t l = LINK_DIFFERS; l < LINK_LEVELS; l++) {
            model->m[f][l] = l == LINK_DIFFERS ? 0.1 : l == LINK_EQUAL ? 0.6 : 0.1;
            model->u[f][l] = l == LINK_DIFFERS ? 0.8 : 0.05;
        }
}

static void improve(struct model *model, const struct set *s)
{
    const double least = 0.5; /* of a pair, so that nothing is impossible */
    struct model next = {0};
    double total = 0;
    double m_sum[LINK_FIELDS] = {0}, u_sum[LINK_FIELDS] = {0};
    for (size_t i = 0; i < s->results.n; i++) {
        double p = posterior(model, &s->results.at[i]);
        total += p;
        for (size_t f = 0; f < LINK_FIELDS; f++) {
            enum link_level l = s->results.at[i].levels[f];
            next.m[f][l] += p;
            next.u[f][l] += 1 - p;
        }
    }
    for (size_t f = 0; f < LINK_FIELDS; f++)
        for (size_t l = LINK_DIFFERS; l < LINK_LEVELS; l++) {
            m_sum[f] += next.m[f][l] + least;
            u_sum[f] += next.u[f][l] + least;
        }
    model->prior = total / (double)s->results.n;
    for (size_t f = 0; f < LINK_FIELDS; f++)
        for (size_t l = LINK_DIFFERS; l < LINK_LEVELS; l++) {
            model->m[f][l] = (next.m[f][l] + least) / m_sum[f];
            model->u[f][l] = (next.u[f][l] + least) / u_sum[f];
        }
}

static void measure(const char *name, const struct model *model, const struct set *s)
{
    size_t truth = 0, said = 0, right = 0, reachable = 0;
    for (size_t a = 0; a < s->records.n; a++)
        for (size_t b = a + 1; b < s->records.n; b++)
            truth += str_eq(s->records.at[a].entity, s->records.at[b].entity);
    for (size_t i = 0; i < s->results.n; i++) {
        bool same =
            str_eq(s->records.at[s->pairs.at[i].a].entity, s->records.at[s->pairs.at[i].b].entity);
        bool says = posterior(model, &s->results.at[i]) > 0.5;
        reachable += same;
        said += says;
        right += says && same;
    }
    double precision = (double)right / (double)said, recall = (double)right / (double)truth;
    fprintf(stderr, "%s: %zu records, %zu pairs share a key, of %zu true ones %.4f\n", name,
            s->records.n, s->pairs.n, truth, (double)reachable / (double)truth);
    fprintf(stderr, "%s: precision %.4f recall %.4f F1 %.4f\n", name, precision, recall,
            2 * precision * recall / (precision + recall));
}

static void print_header(const struct model *model)
{
    static const char *const fields[] = {"name", "phone", "e-mail", "WeChat", "company", "address"};
    printf("/* Written by tools/linkagefit.c from src/text/testdata/duplicates.tsv; not by hand.\n"
           " * For each field and level: how likely for two records of one person, and of two. */\n"
           "#pragma once\n\n#include \"text/linkage.h\"\n\n"
           "static const double link_prior = %.6f;\n"
           "static const double link_weights[LINK_FIELDS][LINK_LEVELS][2] = {\n",
           model->prior);
    for (size_t f = 0; f < LINK_FIELDS; f++) {
        printf("    {\n        /* %s */\n        {1, 1},\n", fields[f]);
        for (size_t l = LINK_DIFFERS; l < LINK_LEVELS; l++)
            printf("        {%.6f, %.6f},\n", model->m[f][l], model->u[f][l]);
        printf("    },\n");
    }
    printf("};\n");
}

int main(int argc, char **argv)
{
    struct set even = {.arena = arena_new(ARENA_BYTES)}, odd = {.arena = arena_new(ARENA_BYTES)};
    struct model model = {0};
    if (argc != 2)
        die("usage", "linkagefit DUPLICATES.tsv");
    read_records(argv[1], &even, &odd);
    find_pairs(&even);
    find_pairs(&odd);
    start(&model);
    for (int i = 0; i < ROUNDS; i++)
        improve(&model, &even);
    measure("fitted", &model, &even);
    measure("unseen", &model, &odd);
    print_header(&model);
    arena_free(even.arena);
    arena_free(odd.arena);
    return 0;
}
