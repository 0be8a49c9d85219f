#include "sheet/merges.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "sheet/xlsx_rows.h"

enum {
    MERGES_MOST = 100000,
    MERGE_CELLS = 100000, /* of one: larger ones are there for looks */
    MERGE_TEXT = 4 * KIB,
    ARENA_MOST = MIB,
};

struct merge_held {
    size_t last; /* line */
    struct sheet_cell cell;
    char *text;
};

static bool read_place(str name, uint32_t *column, size_t *line)
{
    size_t letters = 0;
    int64_t number;
    while (letters < name.n && (name.p[letters] < '0' || name.p[letters] > '9'))
        letters++;
    *column = xlsx_column_of(name);
    if (str_to_int(str_cut(name, letters, name.n), &number) != OK || number < 1 ||
        number > INT32_MAX)
        return false;
    *line = (size_t)number;
    return *column < LIMIT_SHEET_COLUMNS;
}

static void start(void *context, const char *name, const struct part_attributes *attributes)
{
    struct merges *m = context;
    str rest = part_attribute(attributes, "ref"), from;
    struct merge one;
    uint32_t last_column;
    if (strcmp(name, "mergeCell") != 0 || m->n == MERGES_MOST || !str_split(&rest, ':', &from) ||
        !read_place(from, &one.column, &one.first) || !read_place(rest, &last_column, &one.last) ||
        one.last <= one.first || last_column < one.column ||
        (one.last - one.first + 1) * (last_column - one.column + 1) > MERGE_CELLS)
        return;
    if (m->n == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 64;
        m->list = realloc(m->list, m->cap * sizeof *m->list);
        if (!m->list)
            abort();
    }
    m->list[m->n++] = one;
    m->columns = one.column >= m->columns ? one.column + 1 : m->columns;
}

static void end(void *context __attribute__((unused)), const char *name __attribute__((unused)))
{
}

static int by_first(const void *a, const void *b)
{
    const struct merge *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

void merges_read(struct merges *m, struct package *package, const char *part)
{
    static const struct part_handler handler = {start, end, NULL};
    *m = (struct merges){0};
    if (!part_mentions(package, part, "mergeCells"))
        return;
    AUTO_ARENA arena = arena_new(ARENA_MOST);
    struct problems unheard = {.arena = arena};
    if (part_read(package, part, &handler, m, &unheard) != OK || !m->n)
        return;
    qsort(m->list, m->n, sizeof *m->list, by_first);
    m->held = calloc(m->columns, sizeof *m->held);
    if (!m->held)
        abort();
}

void merges_done(struct merges *m)
{
    for (size_t i = 0; m->held && i < m->columns; i++)
        free(m->held[i].text);
    free(m->held);
    free(m->list);
    *m = (struct merges){0};
}

static void hold(struct merges *m, const struct merge *one, const struct row *row)
{
    struct merge_held *held = &m->held[one->column];
    held->last = 0;
    if (one->column >= row->n || row->cells[one->column].kind == CELL_EMPTY ||
        row->cells[one->column].text.n > MERGE_TEXT)
        return;
    held->last = one->last;
    held->cell = row->cells[one->column];
    held->text = realloc(held->text, held->cell.text.n + 1);
    if (!held->text)
        abort();
    memcpy(held->text, row->text.p + row->starts[one->column], held->cell.text.n);
}

size_t merges_fill(struct merges *m, struct row *row, size_t line)
{
    size_t made = 0;
    for (size_t i = 0; m->held && i < m->columns; i++) {
        const struct merge_held *held = &m->held[i];
        if (held->last < line || (i < row->n && row->cells[i].kind != CELL_EMPTY))
            continue;
        struct sheet_cell *cell = row_cell(row, i);
        *cell = held->cell;
        buf_add(&row->text, (str){held->text, held->cell.text.n});
        row_end_cell(row, i);
        made += held->cell.text.n;
    }
    for (; m->held && m->next < m->n && m->list[m->next].first <= line; m->next++)
        if (m->list[m->next].first == line)
            hold(m, &m->list[m->next], row);
    return made;
}
