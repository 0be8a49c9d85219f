#include "sheet/styles.h"

#include "base/vec.h"

enum { MAX_FORMATS = 5000, MAX_STYLES = 65536 };

struct format {
    int64_t id;
    enum serial_kind kind;
};

struct styles_parser {
    struct arena *arena;
    VEC(struct format) formats;
    VEC(enum serial_kind) kinds;
    bool in_cell_styles;
};

static enum serial_kind kind_of_format(const struct styles_parser *parser, int64_t id)
{
    for (size_t i = 0; i < parser->formats.n; i++) {
        if (parser->formats.at[i].id == id)
            return parser->formats.at[i].kind;
    }
    return id >= 0 && id < 164 ? serial_of_builtin((unsigned)id) : SERIAL_NONE;
}

static int64_t number_of(str digits)
{
    int64_t n;
    return str_to_int(digits, &n) == OK ? n : -1;
}

static void start(void *context, const char *name, const struct part_attributes *attributes)
{
    struct styles_parser *parser = context;
    if (strcmp(name, "numFmt") == 0 && parser->formats.n < MAX_FORMATS) {
        *VEC_PUSH(parser->arena, parser->formats) = (struct format){
            .id = number_of(part_attribute(attributes, "numFmtId")),
            .kind = serial_of_code(part_attribute(attributes, "formatCode")),
        };
    } else if (strcmp(name, "cellXfs") == 0) {
        parser->in_cell_styles = true;
    } else if (parser->in_cell_styles && strcmp(name, "xf") == 0 && parser->kinds.n < MAX_STYLES) {
        int64_t id = number_of(part_attribute(attributes, "numFmtId"));
        *VEC_PUSH(parser->arena, parser->kinds) = kind_of_format(parser, id);
    }
}

static void end(void *context, const char *name)
{
    struct styles_parser *parser = context;
    if (strcmp(name, "cellXfs") == 0)
        parser->in_cell_styles = false;
}

err_t styles_read(struct arena *arena,
                  struct package *package,
                  const char *part,
                  struct problems *problems,
                  struct styles *out)
{
    static const struct part_handler handler = {.start = start, .end = end};
    struct styles_parser parser = {.arena = arena};
    TRY(part_read(package, part, &handler, &parser, problems));
    *out = (struct styles){parser.kinds.at, parser.kinds.n};
    return OK;
}
