#include "net/http_test_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/test.h"

int client_connect(unsigned port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    struct timeval patience = {.tv_sec = 5};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

bool client_send(int fd, str bytes)
{
    while (bytes.n) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes = str_cut(bytes, (size_t)n, bytes.n);
    }
    return true;
}

/* The whole length of the reply in b, or SIZE_MAX when that is not known yet. */
static size_t reply_length(str b)
{
    size_t head = str_find(b, S("\r\n\r\n"));
    size_t at = str_find(b, S("Content-Length: "));
    if (head == SIZE_MAX || at > head)
        return SIZE_MAX;
    str line = str_cut(b, at + 16, b.n);
    int64_t n;
    assert_int_equal(str_to_int(str_cut(line, 0, str_find_byte(line, '\r')), &n), OK);
    return head + 4 + (size_t)n;
}

static str receive(int fd, struct arena *arena, bool one)
{
    AUTO_BUF b;
    buf_init(&b, 64 * MIB);
    static _Thread_local char some[64 * KIB];
    while (!one || b.n < reply_length(buf_str(&b))) {
        size_t want = sizeof some;
        if (one && reply_length(buf_str(&b)) == SIZE_MAX)
            want = 1; /* nothing of the next reply may be taken */
        else if (one && reply_length(buf_str(&b)) - b.n < want)
            want = reply_length(buf_str(&b)) - b.n;
        ssize_t n = recv(fd, some, want, 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            fail_msg("the server neither replied nor closed");
        if (n <= 0)
            break;
        buf_add(&b, (str){some, (size_t)n});
    }
    return arena_str(arena, buf_str(&b));
}

str client_reply(int fd, struct arena *arena)
{
    return receive(fd, arena, true);
}

str client_rest(int fd, struct arena *arena)
{
    return receive(fd, arena, false);
}

str client_exchange(unsigned port, str bytes, struct arena *arena)
{
    int fd = client_connect(port);
    client_send(fd, bytes);
    str reply = client_rest(fd, arena);
    close(fd);
    return reply;
}

str reply_body(str reply)
{
    size_t head = str_find(reply, S("\r\n\r\n"));
    return head == SIZE_MAX ? (str){0} : str_cut(reply, head + 4, reply.n);
}

int reply_status(str reply)
{
    int64_t status;
    return str_to_int(str_cut(reply, 9, 12), &status) == OK ? (int)status : 0;
}

bool reply_has(str reply, const char *text)
{
    return str_find(reply, str_from(text)) != SIZE_MAX;
}
