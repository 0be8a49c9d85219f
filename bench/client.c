#include "client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { SAMPLES = 1 << 16, ANSWER_BYTES = 1 << 20 };

struct client_line {
    int fd, status; /* status: what every answer must be */
    size_t head;    /* bytes before the body */
    struct buf request;
    char *answer;
};

struct connection {
    const struct client_load *load;
    pthread_t thread;
    int64_t until;
    _Atomic uint64_t *next;
    uint64_t done;
    uint32_t *micros; /* of the last SAMPLES answers */
};

static void die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static int open_socket(unsigned port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at))
        die("cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* The whole length once the headers are there, else SIZE_MAX. */
static size_t length_of(str b)
{
    size_t head = str_find(b, S("\r\n\r\n")), at = str_find(b, S("Content-Length: "));
    int64_t n = 0;
    if (head == SIZE_MAX)
        return SIZE_MAX;
    if (at < head) {
        str line = str_cut(b, at + 16, head);
        size_t end = str_find_byte(line, '\r');
        if (str_to_int(str_cut(line, 0, end == SIZE_MAX ? line.n : end), &n) != OK)
            die("bad Content-Length");
    }
    return head + 4 + (size_t)n;
}

static struct client_line *open_line(unsigned port, int status)
{
    struct client_line *line = calloc(1, sizeof *line);
    if (!line || !(line->answer = malloc(ANSWER_BYTES + 1)))
        die("no memory");
    line->status = status;
    line->fd = open_socket(port);
    buf_init(&line->request, ANSWER_BYTES);
    return line;
}

struct client_line *client_open(unsigned port)
{
    return open_line(port, 200);
}

void client_close(struct client_line *line)
{
    close(line->fd);
    buf_done(&line->request);
    free(line->answer);
    free(line);
}

const char *client_body(const struct client_line *line)
{
    return line->answer + line->head;
}

static void exchange(struct client_line *c)
{
    size_t n = 0, want = SIZE_MAX;
    char status[16];
    if (send(c->fd, c->request.p, c->request.n, MSG_NOSIGNAL) != (ssize_t)c->request.n)
        die("cannot send");
    while (n < want) {
        ssize_t got = recv(c->fd, c->answer + n, ANSWER_BYTES - n, 0);
        if (got <= 0) {
            fprintf(stderr, "%.*s\n%.*s\n", (int)c->request.n, c->request.p, (int)n, c->answer);
            die("the server closed the connection");
        }
        n += (size_t)got;
        if (want == SIZE_MAX)
            want = length_of((str){c->answer, n});
    }
    c->answer[n] = '\0';
    c->head = str_find((str){c->answer, n}, S("\r\n\r\n")) + 4;
    snprintf(status, sizeof status, "HTTP/1.1 %d", c->status);
    if (!str_starts((str){c->answer, n}, str_from(status))) {
        fprintf(stderr, "%.*s\n%s\n", (int)c->request.n, c->request.p, c->answer);
        die("an answer is not what it must be");
    }
}

double client_ask(struct client_line *line,
                  void (*request)(struct buf *, uint64_t n, void *context),
                  uint64_t n,
                  void *context)
{
    buf_clear(&line->request);
    request(&line->request, n, context);
    int64_t start = clock_monotonic();
    exchange(line);
    return (double)(clock_monotonic() - start) / 1e3;
}

static void *run(void *arg)
{
    struct connection *c = arg;
    const struct client_load *load = c->load;
    struct client_line *line = open_line(load->port, load->status);
    while (clock_monotonic() < c->until) {
        double ms = client_ask(line, load->request, (*c->next)++, load->context);
        c->micros[c->done++ % SAMPLES] = (uint32_t)(ms * 1e3);
    }
    client_close(line);
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

struct client_result client_run(const struct client_load *load)
{
    static _Atomic uint64_t next = 1;
    struct connection *all = calloc(load->connections, sizeof *all);
    uint32_t *micros = calloc((size_t)load->connections * SAMPLES, sizeof *micros);
    if (!all || !micros)
        die("no memory");
    int64_t start = clock_monotonic();
    size_t n = 0;
    uint64_t done = 0;
    for (unsigned i = 0; i < load->connections; i++) {
        all[i] = (struct connection){.load = load,
                                     .next = &next,
                                     .until = start + (int64_t)(load->seconds * 1e6),
                                     .micros = calloc(SAMPLES, sizeof(uint32_t))};
        if (!all[i].micros || pthread_create(&all[i].thread, NULL, run, &all[i]))
            die("no memory");
    }
    for (unsigned i = 0; i < load->connections; i++) {
        pthread_join(all[i].thread, NULL);
        done += all[i].done;
        for (size_t k = 0; k < all[i].done && k < SAMPLES; k++)
            micros[n++] = all[i].micros[k];
        free(all[i].micros);
    }
    double seconds = (double)(clock_monotonic() - start) / 1e6;
    qsort(micros, n, sizeof *micros, by_size);
    struct client_result r = {.per_second = (double)done / seconds};
    if (n) {
        r.p50_ms = micros[n / 2] / 1e3;
        r.p95_ms = micros[n * 95 / 100] / 1e3;
    }
    free(micros);
    free(all);
    return r;
}
