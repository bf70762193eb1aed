/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small HTTP/1.1 server: static files from the packed root file system,
 * keep-alive and pipelining, one thread, epoll. Arguments: port, folder.
 */
#define _GNU_SOURCE /* accept4 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define REQUEST_MAX 8192
#define PATH_MAX_LEN 255

/* Everything that can be said is put into words once. A small body stands
 * behind the head, so that both go with one send. */
struct answer {
    char head[2][1400]; /* [1]: the connection ends with it */
    size_t head_len[2];
    const char *body; /* NULL: behind the head */
    size_t body_len;
};

struct client {
    int fd;
    uint32_t events; /* what epoll waits for */
    char in[REQUEST_MAX];
    size_t in_len;
    const struct answer *answer; /* that is being sent, or NULL */
    int is_close;                /* after the answer */
    size_t body_len, sent;       /* body_len: 0 for HEAD */
};

struct request {
    int is_bad, is_head, is_close;
    char path[PATH_MAX_LEN + sizeof "index.html"];
};

/* Files are looked up once and stay: the root file system never changes. */
static struct file {
    struct file *next;
    char path[sizeof((struct request *)0)->path];
    struct answer answer;
} * files[256];

static struct answer bad_request, not_found;
static int epoll;

static void make_answer(struct answer *answer, const char *status,
                        const char *type, const char *body, size_t len)
{
    answer->body = len <= sizeof answer->head[0] - 200 ? NULL : body;
    answer->body_len = len;
    for (int is_close = 0; is_close < 2; is_close++) {
        char *head = answer->head[is_close];
        int n = snprintf(
            head, 200,
            "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n",
            status, type, len, is_close ? "Connection: close\r\n" : "");

        answer->head_len[is_close] = (size_t)n;
        if (!answer->body)
            memcpy(head + n, body, len);
    }
}

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html"},     {".css", "text/css"},
        {".js", "text/javascript"}, {".png", "image/png"},
        {".svg", "image/svg+xml"},  {".txt", "text/plain"}};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof types / sizeof types[0]; i++)
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

/* A regular file's content, which stays mapped; NULL if there is none. */
static const char *map_file(const char *path, size_t *size)
{
    struct stat st;
    const char *data = NULL;
    int fd = open(path, O_RDONLY);

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        *size = (size_t)st.st_size;
        data = *size ? mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0) : "";
    }
    close(fd);
    return data == MAP_FAILED ? NULL : data;
}

/* ".." does not leave the folder, and a file has one name only. */
static int is_hidden(const char *path)
{
    return strstr(path, "/.") || strstr(path, "//");
}

static const struct answer *find_file(const char *path)
{
    struct file *file, **bucket;
    unsigned char hash = 0;
    size_t size;

    for (const char *c = path; *c; c++)
        hash = (unsigned char)(hash * 31 + *c);
    bucket = &files[hash];
    for (file = *bucket; file; file = file->next)
        if (strcmp(file->path, path) == 0)
            return &file->answer;
    const char *data = is_hidden(path) ? NULL : map_file(path + 1, &size);
    if (!data || !(file = malloc(sizeof *file)))
        return &not_found;
    strcpy(file->path, path);
    make_answer(&file->answer, "200 OK", type_of(path), data, size);
    file->next = *bucket;
    *bucket = file;
    return &file->answer;
}

/* "GET /path?query HTTP/1.1", n bytes */
static void read_request_line(struct request *request, const char *line,
                              size_t n)
{
    const char *end = line + n;
    size_t len = 0;

    request->is_head = n > 5 && memcmp(line, "HEAD ", 5) == 0;
    request->is_bad = !request->is_head && (n < 5 || memcmp(line, "GET ", 4));
    request->is_close = n > 9 && memcmp(end - 9, " HTTP/1.0", 9) == 0;
    line += request->is_head ? 5 : 4;
    if (request->is_bad || line[0] != '/')
        goto bad;
    while (line + len < end && line[len] != ' ' && line[len] != '?')
        if (++len > PATH_MAX_LEN)
            goto bad;
    memcpy(request->path, line, len);
    request->path[len] = '\0';
    if (line[len - 1] == '/')
        strcpy(request->path + len, "index.html");
    return;
bad:
    request->is_bad = 1;
}

static void read_header(struct request *request, const char *line, size_t n)
{
    static const char name[] = "connection:";

    if (n < sizeof name || strncasecmp(line, name, sizeof name - 1) != 0)
        return;
    for (line += sizeof name - 1, n -= sizeof name - 1; n && *line == ' '; n--)
        line++;
    if (n == 5 && strncasecmp(line, "close", n) == 0)
        request->is_close = 1;
    else if (n == 10 && strncasecmp(line, "keep-alive", n) == 0)
        request->is_close = 0;
}

/* The request at the start of `in`: its length, or 0 while there is more of it
 * to come. */
static size_t read_request(struct request *request, const char *in, size_t len)
{
    const char *line = in, *end = in + len, *newline;

    while ((newline = memchr(line, '\n', (size_t)(end - line)))) {
        size_t n = (size_t)(newline - line);

        if (n && line[n - 1] == '\r')
            n--;
        if (line == in)
            read_request_line(request, line, n);
        else if (n == 0)
            return (size_t)(newline + 1 - in);
        else if (*line == 'C' || *line == 'c')
            read_header(request, line, n);
        line = newline + 1;
    }
    return 0;
}

static ssize_t send_part(const struct client *c)
{
    const struct answer *answer = c->answer;
    const char *head = answer->head[c->is_close];
    size_t head_len = answer->head_len[c->is_close];

    if (!answer->body)
        return send(c->fd, head + c->sent, head_len + c->body_len - c->sent,
                    MSG_NOSIGNAL);
    size_t in_head = c->sent < head_len ? c->sent : head_len;
    size_t in_body = c->sent - in_head;
    struct iovec iov[2] = {
        {(char *)head + in_head, head_len - in_head},
        {(char *)answer->body + in_body, c->body_len - in_body}};
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
    return sendmsg(c->fd, &msg, MSG_NOSIGNAL);
}

/* Sends on: 1 all of it, 0 later, -1 broken. */
static int send_on(struct client *c)
{
    size_t len = c->answer->head_len[c->is_close] + c->body_len;

    while (c->sent < len) {
        ssize_t n = send_part(c);
        if (n < 0)
            return errno == EAGAIN ? 0 : -1;
        c->sent += (size_t)n;
    }
    c->answer = NULL;
    return c->is_close ? -1 : 1;
}

/* Answers what is complete. -1: the connection is over. */
static int serve(struct client *c)
{
    struct request request;

    for (;;) {
        if (c->answer) {
            int rc = send_on(c);
            if (rc <= 0)
                return rc;
        }
        size_t len = read_request(&request, c->in, c->in_len);
        if (!len)
            return c->in_len == sizeof c->in ? -1 : 0;
        c->answer = request.is_bad ? &bad_request : find_file(request.path);
        c->is_close = request.is_close || request.is_bad;
        c->body_len = request.is_head ? 0 : c->answer->body_len;
        c->sent = 0;
        c->in_len -= len;
        if (c->in_len) /* the next one has come already */
            memmove(c->in, c->in + len, c->in_len);
    }
}

static void watch(struct client *c, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = c};

    if (c->events == events)
        return;
    epoll_ctl(epoll, c->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &event);
    c->events = events;
}

static void on_client(struct client *c)
{
    int rc = 0;

    if (!c->answer) {
        ssize_t n = read(c->fd, c->in + c->in_len, sizeof c->in - c->in_len);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            rc = -1;
        else if (n > 0)
            c->in_len += (size_t)n;
    }
    if (rc == 0)
        rc = serve(c);
    if (rc < 0) {
        close(c->fd);
        free(c);
    } else {
        watch(c, c->answer ? EPOLLOUT : EPOLLIN);
    }
}

static void on_listener(int listener)
{
    int one = 1, fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct client *c = malloc(sizeof *c);

        if (!c) {
            close(fd);
            continue;
        }
        c->fd = fd;
        c->events = 0;
        c->in_len = 0;
        c->answer = NULL;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(c, EPOLLIN);
    }
}

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 80;
    struct sockaddr_in6 addr = {.sin6_family = AF_INET6,
                                .sin6_port = htons((unsigned short)port)};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int one = 1;
    struct rlimit limit = {65536, 65536}; /* a descriptor a connection */

    setrlimit(RLIMIT_NOFILE, &limit);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (chdir(argc > 2 ? argv[2] : "/") < 0 ||
        bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0 ||
        listen(fd, 1024) < 0) {
        perror("http");
        return 1;
    }
    make_answer(&bad_request, "400 Bad Request", "text/plain", "bad request\n",
                12);
    make_answer(&not_found, "404 Not Found", "text/plain", "not found\n", 10);
    struct epoll_event event = {.events = EPOLLIN};

    epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    for (;;) {
        struct epoll_event events[128];
        int n = epoll_wait(epoll, events, 128, -1);

        for (int i = 0; i < n; i++)
            if (events[i].data.ptr)
                on_client(events[i].data.ptr);
            else
                on_listener(fd);
    }
}
