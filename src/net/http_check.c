/* What libmicrohttpd lets through is found here, before any handler (security I1).
 *
 * The library cuts the head in place: it writes NULs over the colons and line ends of its read
 * buffer and hands out pointers into it. The lengths of the pieces therefore tell what stood
 * between them: after "Name: value" exactly two bytes were a CR LF, one was a bare LF, more hid a
 * NUL; a folded line leaves a hole. The pieces must tile the head without a gap. */
#include <string.h>

#include "base/limits.h"
#include "net/http_internal.h"

enum { VERSION_CHARS = 8, CRLF = 2 };

static const struct http_refusal malformed = {400, "http_malformed"};

static bool is_token(str s)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') &&
            (c == '\0' || !strchr(others, c)))
            return false;
    }
    return s.n > 0;
}

static bool is_field_text(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static bool is_host(str s)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-._~:[]";
    return s.n > 0 && s.n < 300 && strspn(s.p, allowed) >= s.n;
}

static bool is_digits(str s)
{
    return s.n > 0 && s.n <= 19 && strspn(s.p, "0123456789") >= s.n;
}

struct head {
    const char *at; /* where the next line must begin */
    bool broken;
    unsigned lines, hosts, lengths, codings;
    bool chunked;
};

static enum MHD_Result check_line(void *cls,
                                  enum MHD_ValueKind kind,
                                  const char *key,
                                  size_t key_size,
                                  const char *value,
                                  size_t value_size)
{
    (void)kind;
    struct head *h = cls;
    str name = {key, key_size}, text = {value, value_size};
    h->lines++;
    if (key != h->at || !is_token(name) || !value || value <= key + key_size ||
        !is_field_text(text) || value[value_size] || value[value_size + 1]) {
        h->broken = true;
        return MHD_NO;
    }
    for (const char *p = key + key_size + 1; p < value; p++)
        h->broken |= *p != ' ' && *p != '\t';
    if (str_ieq_ascii(name, S("Host"))) {
        h->hosts++;
        h->broken |= !is_host(text);
    } else if (str_ieq_ascii(name, S("Content-Length"))) {
        h->lengths++;
        h->broken |= !is_digits(text);
    } else if (str_ieq_ascii(name, S("Transfer-Encoding"))) {
        h->codings++;
        h->chunked = str_ieq_ascii(text, S("chunked"));
        h->broken |= !h->chunked;
    }
    h->at = value + value_size + CRLF;
    return MHD_YES;
}

static bool check_headers(struct http_conn *c, const char *version, struct head *h)
{
    h->at = version + VERSION_CHARS + CRLF;
    MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, check_line, h);
    size_t size =
        MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    if (h->broken || h->at + CRLF != c->method + size)
        return false;
    bool newer = version[VERSION_CHARS - 1] != '0'; /* than HTTP/1.0 */
    if (h->hosts > 1 || (newer && h->hosts == 0))
        return false;
    return h->lengths + h->codings <= 1 && (newer || h->codings == 0);
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t http_decode(str s, bool plus, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int high = i + 2 < s.n ? hex(s.p[i + 1]) : -1;
            int low = i + 2 < s.n ? hex(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return SIZE_MAX;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (c == '\0')
            return SIZE_MAX;
        out[n++] = c;
    }
    return utf8_valid((str){out, n}) ? n : SIZE_MAX;
}

/* Decodes segment by segment: an encoded slash and dot segments are refused, because what is one
 * resource to a proxy must not be another one here. */
static bool decode_path(str raw, char *out, size_t *length)
{
    size_t n = 0;
    str rest = str_cut(raw, 1, raw.n), segment;
    while (str_split(&rest, '/', &segment)) {
        out[n++] = '/';
        size_t used = http_decode(segment, false, out + n);
        if (used == SIZE_MAX)
            return false;
        str plain = {out + n, used};
        if (str_eqz(plain, ".") || str_eqz(plain, "..") || str_find_byte(plain, '/') != SIZE_MAX ||
            !is_field_text(plain))
            return false;
        n += used;
    }
    *length = n;
    return true;
}

static bool split_target(struct http_conn *c)
{
    str raw = buf_str(&c->target);
    for (size_t i = 0; i < raw.n; i++)
        if ((unsigned char)raw.p[i] <= ' ' || raw.p[i] == 0x7f || raw.p[i] == '#')
            return false;
    size_t mark = str_find_byte(raw, '?');
    c->query = mark == SIZE_MAX ? (str){0} : str_cut(raw, mark + 1, raw.n);
    c->path = str_cut(raw, 0, mark);
    if (str_eqz(c->path, "*") && strcmp(c->method, "OPTIONS") == 0)
        return true;
    return c->path.n && c->path.p[0] == '/' && decode_path(c->path, c->target.p, &c->path.n);
}

struct http_refusal http_check_head(struct http_conn *c, const char *version)
{
    size_t method_chars = strlen(c->method);
    if (!is_token((str){c->method, method_chars}) ||
        c->method + method_chars + 1 != c->line_target || c->line_target_end + 1 != version ||
        strlen(version) != VERSION_CHARS)
        return malformed;
    if ((size_t)(version + VERSION_CHARS - c->method) > LIMIT_HTTP_LINE)
        return (struct http_refusal){414, "http_target_too_long"};
    struct head h = {0};
    bool sound = check_headers(c, version, &h);
    size_t head_size =
        MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    size_t line_size = (size_t)(version + VERSION_CHARS + CRLF - c->method);
    if (h.lines > LIMIT_HTTP_HEADER_COUNT || head_size - line_size > LIMIT_HTTP_HEADERS)
        return (struct http_refusal){431, "http_headers_too_large"};
    if (!sound || !split_target(c))
        return malformed;
    /* The library takes a bare LF between chunks; without a next request on this connection there
     * is nothing to smuggle behind it. */
    c->close = h.chunked;
    return (struct http_refusal){0};
}
