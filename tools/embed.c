/* embed OUT.c OUT.S ROOT=PREFIX… — makes the table behind base/asset.h.
 * Each argument names a folder and the path prefix under which its files appear. The bytes go in by
 * .incbin, because a C array of some megabytes takes a compiler half a minute. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

struct file {
    char *path;   /* as the program sees it */
    char *source; /* absolute, on disk */
    char *gzip;   /* absolute path of the compressed twin, or NULL */
    uint64_t hash;
};

static struct file *files;
static size_t file_count;

static void die(const char *what, const char *which)
{
    fprintf(stderr, "embed: %s: %s\n", what, which);
    exit(1);
}

static char *join(const char *a, const char *sep, const char *b)
{
    char *out;
    if (asprintf(&out, "%s%s%s", a, sep, b) < 0)
        die("out of memory", a);
    return out;
}

static unsigned char *read_all(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END))
        die(strerror(errno), path);
    long size = ftell(f);
    rewind(f);
    unsigned char *bytes = malloc((size_t)size + 1);
    if (!bytes || fread(bytes, 1, (size_t)size, f) != (size_t)size)
        die("cannot read", path);
    fclose(f);
    *n = (size_t)size;
    return bytes;
}

static uint64_t hash_bytes(const unsigned char *p, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x100000001b3u;
    return h;
}

/* Writes path.gz beside the output when it saves a tenth; NULL otherwise. */
static char *compress_file(const char *out_base, size_t index, const unsigned char *p, size_t n)
{
    if (n < 256)
        return NULL;
    size_t cap = n + n / 10 + 1024;
    unsigned char *to = malloc(cap);
    z_stream z = {0};
    if (!to || deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        die("zlib", out_base);
    z.next_in = (unsigned char *)p;
    z.avail_in = (unsigned)n;
    z.next_out = to;
    z.avail_out = (unsigned)cap;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        die("zlib", out_base);
    size_t size = z.total_out;
    deflateEnd(&z);
    char *path = NULL;
    if (size < n - n / 10) {
        if (asprintf(&path, "%s.%zu.gz", out_base, index) < 0)
            die("out of memory", out_base);
        FILE *f = fopen(path, "wb");
        if (!f || fwrite(to, 1, size, f) != size || fclose(f))
            die("cannot write", path);
    }
    free(to);
    return path;
}

static void walk(const char *folder, const char *prefix)
{
    DIR *dir = opendir(folder);
    if (!dir)
        die(strerror(errno), folder);
    for (struct dirent *e; (e = readdir(dir));) {
        if (e->d_name[0] == '.')
            continue;
        char *source = join(folder, "/", e->d_name);
        char *path = prefix[0] ? join(prefix, "/", e->d_name) : strdup(e->d_name);
        struct stat st;
        if (stat(source, &st))
            die(strerror(errno), source);
        if (S_ISDIR(st.st_mode)) {
            walk(source, path);
            continue;
        }
        files = realloc(files, (file_count + 1) * sizeof *files);
        if (!files || !path)
            die("out of memory", source);
        files[file_count++] = (struct file){.path = path, .source = source};
    }
    closedir(dir);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static const char *media_type(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
    };
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t m = strlen(types[i][0]);
        if (n > m && strcmp(path + n - m, types[i][0]) == 0)
            return types[i][1];
    }
    return "application/octet-stream";
}

static void write_blob(FILE *s, const char *label, size_t i, const char *path)
{
    fprintf(s, ".balign 16\n%s%zu:\n.incbin \"%s\"\n%s%zu_end:\n", label, i, path, label, i);
}

/* Leaves the file alone when it already holds exactly this, so that nothing is rebuilt. */
static void write_if_changed(const char *path, const char *bytes, size_t n)
{
    FILE *old = fopen(path, "rb");
    if (old) {
        fclose(old);
        size_t had;
        unsigned char *before = read_all(path, &had);
        int same = had == n && memcmp(before, bytes, n) == 0;
        free(before);
        if (same)
            return;
    }
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f))
        die("cannot write", path);
}

static void write_assembly(const char *path)
{
    char *text;
    size_t n;
    FILE *s = open_memstream(&text, &n);
    if (!s)
        die("out of memory", path);
    fputs(".section .rodata\n", s);
    for (size_t i = 0; i < file_count; i++) {
        fprintf(s, "/* %016llx */\n", (unsigned long long)files[i].hash);
        write_blob(s, "asset_b", i, files[i].source);
        if (files[i].gzip)
            write_blob(s, "asset_g", i, files[i].gzip);
    }
    fputs(".balign 16\n.globl asset_spans\nasset_spans:\n", s);
    for (size_t i = 0; i < file_count; i++) {
        fprintf(s, ".long asset_b%zu - asset_spans, asset_b%zu_end - asset_b%zu\n", i, i, i);
        if (files[i].gzip)
            fprintf(s, ".long asset_g%zu - asset_spans, asset_g%zu_end - asset_g%zu\n", i, i, i);
        else
            fputs(".long 0, 0\n", s);
    }
    fputs(".section .note.GNU-stack,\"\",%progbits\n", s);
    fclose(s);
    write_if_changed(path, text, n);
    free(text);
}

static void write_table(const char *path)
{
    char *text;
    size_t n;
    FILE *c = open_memstream(&text, &n);
    if (!c)
        die("out of memory", path);
    fputs("#include \"base/asset_table.h\"\nconst struct asset_entry asset_entries[] = {\n", c);
    for (size_t i = 0; i < file_count; i++)
        fprintf(c, "    {\"%s\", \"%s\", \"\\\"%016llx\\\"\"},\n", files[i].path,
                media_type(files[i].path), (unsigned long long)files[i].hash);
    fprintf(c, "};\nconst unsigned asset_entry_count = %zu;\n", file_count);
    fclose(c);
    write_if_changed(path, text, n);
    free(text);
}

/* The absolute path of the output, which need not exist yet. */
static char *absolute(const char *path)
{
    FILE *touch = fopen(path, "a");
    if (!touch || fclose(touch))
        die("cannot write", path);
    char *full = realpath(path, NULL);
    if (!full)
        die(strerror(errno), path);
    return full;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        die("usage", "embed OUT.c OUT.S FOLDER=PREFIX...");
    for (int i = 3; i < argc; i++) {
        char *eq = strchr(argv[i], '=');
        if (!eq)
            die("no prefix", argv[i]);
        *eq = '\0';
        char *folder = realpath(argv[i], NULL);
        if (folder)
            walk(folder, eq + 1);
        free(folder);
    }
    qsort(files, file_count, sizeof *files, by_path);
    char *base = absolute(argv[2]);
    for (size_t i = 0; i < file_count; i++) {
        size_t n;
        unsigned char *bytes = read_all(files[i].source, &n);
        files[i].hash = hash_bytes(bytes, n);
        files[i].gzip = compress_file(base, i, bytes, n);
        free(bytes);
    }
    write_table(argv[1]);
    write_assembly(argv[2]);
    return 0;
}
