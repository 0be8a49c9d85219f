#include "sheet/workbook.h"

#include <string.h>

#include "base/limits.h"

enum { MAX_RELATIONS = 5000 };

struct relation {
    str id, type, target;
};

struct listed_sheet {
    str name, relation;
    bool hidden;
};

struct workbook_parser {
    struct arena *arena;
    VEC(struct relation) relations;
    VEC(struct listed_sheet) sheets;
    bool since_1904, is_workbook;
};

static str
keep(struct workbook_parser *parser, const struct part_attributes *list, const char *name)
{
    return arena_str(parser->arena, part_attribute(list, name));
}

static void start_relation(void *context, const char *name, const struct part_attributes *list)
{
    struct workbook_parser *parser = context;
    if (strcmp(name, "Relationship") != 0 || parser->relations.n >= MAX_RELATIONS ||
        str_eqz(part_attribute(list, "TargetMode"), "External"))
        return;
    *VEC_PUSH(parser->arena, parser->relations) = (struct relation){
        keep(parser, list, "Id"),
        keep(parser, list, "Type"),
        keep(parser, list, "Target"),
    };
}

static void start_workbook(void *context, const char *name, const struct part_attributes *list)
{
    struct workbook_parser *parser = context;
    if (strcmp(name, "workbook") == 0) {
        parser->is_workbook = true;
    } else if (strcmp(name, "workbookPr") == 0) {
        str flag = part_attribute(list, "date1904");
        parser->since_1904 = str_eqz(flag, "1") || str_eqz(flag, "true") || str_eqz(flag, "on");
    } else if (strcmp(name, "sheet") == 0 && parser->sheets.n < LIMIT_SHEET_SHEETS) {
        str state = part_attribute(list, "state");
        *VEC_PUSH(parser->arena, parser->sheets) = (struct listed_sheet){
            .name = keep(parser, list, "name"),
            .relation = keep(parser, list, "id"),
            .hidden = str_eqz(state, "hidden") || str_eqz(state, "veryHidden"),
        };
    }
}

static void end_nothing(void *context __attribute__((unused)),
                        const char *name __attribute__((unused)))
{
}

/* The folder of a part with its slash: "xl/" of "xl/workbook.xml". */
static str folder_of(str part)
{
    while (part.n && part.p[part.n - 1] != '/')
        part.n--;
    return part;
}

/* The part that a relation of the source part points to: "/xl/a.xml" from the root, "a.xml" and
 * "../a.xml" from the source's folder. */
static const char *resolve(struct arena *arena, const char *source, str target)
{
    str base = str_starts(target, S("/")) ? S("") : folder_of(str_from(source));
    str path = arena_concat(arena, base, target), step;
    char *out = arena_alloc(arena, path.n + 2), *w = out;
    while (str_split(&path, '/', &step)) {
        if (str_eqz(step, "..")) {
            w = out + folder_of((str){out, (size_t)(w - out) - (w > out)}).n;
        } else if (step.n && !str_eqz(step, ".")) {
            memcpy(w, step.p, step.n);
            w += step.n;
            *w++ = '/';
        }
    }
    if (w > out)
        w[-1] = 0;
    return out;
}

static const char *relations_of(struct arena *arena, const char *part)
{
    str path = str_from(part), folder = folder_of(path);
    str file = str_cut(path, folder.n, path.n);
    return arena_printf(arena, STR_FMT "_rels/" STR_FMT ".rels", STR_ARG(folder), STR_ARG(file)).p;
}

/* The kind is the type's last step, which is the same in the transitional and the strict form. */
static const struct relation *by_kind(const struct workbook_parser *parser, str kind)
{
    for (size_t i = 0; i < parser->relations.n; i++) {
        if (str_ends(parser->relations.at[i].type, kind))
            return &parser->relations.at[i];
    }
    return NULL;
}

static const struct relation *by_id(const struct workbook_parser *parser, str id)
{
    for (size_t i = 0; i < parser->relations.n; i++) {
        if (str_eq(parser->relations.at[i].id, id))
            return &parser->relations.at[i];
    }
    return NULL;
}

static const struct part_handler relation_handler = {.start = start_relation, .end = end_nothing};

static err_t find_workbook(struct workbook_parser *parser,
                           struct package *package,
                           struct problems *problems,
                           const char **out)
{
    const char *found = "xl/workbook.xml";
    if (package_has(package, "_rels/.rels")) {
        TRY(part_read(package, "_rels/.rels", &relation_handler, parser, problems));
        const struct relation *main = by_kind(parser, S("/officeDocument"));
        if (main)
            found = resolve(parser->arena, "", main->target);
        parser->relations.n = 0;
    }
    /* Other zips, Word's .docx and the binary .xlsb among them. */
    if (!package_has(package, found) || !str_ends(str_from(found), S(".xml"))) {
        problem_add(problems, S(""), "sheet_unknown", NULL);
        return ERR_INVALID;
    }
    *out = found;
    return OK;
}

static const char *part_of_kind(const struct workbook_parser *parser,
                                struct package *package,
                                const char *from,
                                str kind)
{
    const struct relation *relation = by_kind(parser, kind);
    const char *part = relation ? resolve(parser->arena, from, relation->target) : NULL;
    return part && package_has(package, part) ? part : NULL;
}

err_t workbook_read(struct arena *arena,
                    struct package *package,
                    struct problems *problems,
                    struct workbook *out)
{
    static const struct part_handler workbook_handler = {.start = start_workbook,
                                                         .end = end_nothing};
    struct workbook_parser parser = {.arena = arena};
    const char *part;
    TRY(find_workbook(&parser, package, problems, &part));
    TRY(part_read(package, relations_of(arena, part), &relation_handler, &parser, problems));
    TRY(part_read(package, part, &workbook_handler, &parser, problems));
    struct workbook book = {
        .strings = part_of_kind(&parser, package, part, S("/sharedStrings")),
        .styles = part_of_kind(&parser, package, part, S("/styles")),
        .since_1904 = parser.since_1904,
    };
    for (size_t i = 0; i < parser.sheets.n; i++) {
        const struct listed_sheet *sheet = &parser.sheets.at[i];
        const struct relation *relation = by_id(&parser, sheet->relation);
        if (!relation)
            return part_broken(part, 0, "relation", problems);
        if (!str_ends(relation->type, S("/worksheet")))
            continue; /* a chart sheet or a sheet of macros */
        *VEC_PUSH(arena, book.sheets) = (struct workbook_sheet){
            .name = sheet->name,
            .hidden = sheet->hidden,
            .part = resolve(arena, part, relation->target),
        };
    }
    if (book.sheets.n == 0) {
        problem_add(problems, S(""), parser.is_workbook ? "sheet_empty" : "sheet_unknown", NULL);
        return ERR_INVALID;
    }
    *out = book;
    return OK;
}
