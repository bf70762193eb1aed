/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small HTTP/1.1 server: static files from the packed root file system,
 * keep-alive and pipelining, one thread, epoll. Arguments: port, folder.
 */
#define _GNU_SOURCE /* strcasestr */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define REQUEST_MAX 8192

struct client {
    int fd;
    uint32_t events; /* what epoll waits for */
    char in[REQUEST_MAX];
    size_t in_len;
    char head[256]; /* of the answer that is being sent */
    size_t head_len, sent;
    const char *body; /* the file, or a constant text */
    size_t body_len;
    int close_after;
};

static int epoll;

/* Files are looked up once and stay: the root file system never changes. */
static struct file {
    struct file *next;
    char path[256];
    const char *data;
    size_t size;
} * files;

static const struct file *find_file(const char *path)
{
    struct stat st;
    struct file *file;

    for (file = files; file; file = file->next)
        if (strcmp(file->path, path) == 0)
            return file;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
        (file = calloc(1, sizeof *file))) {
        snprintf(file->path, sizeof file->path, "%s", path);
        file->size = (size_t)st.st_size;
        file->data = file->size
                         ? mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0)
                         : "";
        file->next = files;
        if (file->data != MAP_FAILED)
            files = file;
        else
            file = NULL;
    }
    close(fd);
    return file;
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

static void answer(struct client *c, const char *status, const char *type,
                   const char *body, size_t len, int has_body)
{
    c->head_len = (size_t)snprintf(
        c->head, sizeof c->head,
        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n",
        status, type, len, c->close_after ? "Connection: close\r\n" : "");
    c->body = body;
    c->body_len = has_body ? len : 0;
    c->sent = 0;
}

/* The request at the start of `in`, `len` bytes with its empty line. */
static void handle(struct client *c, size_t len)
{
    char path[240];
    int is_head = strncmp(c->in, "HEAD ", 5) == 0;
    char saved = c->in[len - 1];

    c->in[len - 1] = '\0';
    c->close_after = strcasestr(c->in, "\r\nConnection: close") != NULL ||
                     strstr(c->in, " HTTP/1.0\r\n") != NULL;
    if ((!is_head && strncmp(c->in, "GET ", 4) != 0) ||
        sscanf(c->in + (is_head ? 5 : 4), "%200[^ ?\r\n]", path) != 1 ||
        path[0] != '/') {
        c->close_after = 1;
        answer(c, "400 Bad Request", "text/plain", "bad request\n", 12, 1);
    } else {
        if (path[strlen(path) - 1] == '/')
            strcat(path, "index.html");
        const struct file *file =
            strstr(path, "/..") ? NULL : find_file(path + 1);
        if (file)
            answer(c, "200 OK", type_of(path), file->data, file->size,
                   !is_head);
        else
            answer(c, "404 Not Found", "text/plain", "not found\n", 10,
                   !is_head);
    }
    c->in[len - 1] = saved;
    memmove(c->in, c->in + len, c->in_len - len);
    c->in_len -= len;
}

/* Sends on: 1 all of it, 0 later, -1 broken. */
static int send_on(int fd, struct client *c)
{
    while (c->sent < c->head_len + c->body_len) {
        struct iovec iov[2];
        size_t in_body = c->sent > c->head_len ? c->sent - c->head_len : 0;
        size_t in_head = c->sent < c->head_len ? c->sent : c->head_len;

        iov[0] = (struct iovec){c->head + in_head, c->head_len - in_head};
        iov[1] =
            (struct iovec){(char *)c->body + in_body, c->body_len - in_body};
        struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
        ssize_t n = sendmsg(fd, &msg, MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN ? 0 : -1;
        c->sent += (size_t)n;
    }
    c->head_len = c->body_len = c->sent = 0;
    return 1;
}

/* Answers what is complete. -1: the connection is over. */
static int serve(int fd, struct client *c)
{
    for (;;) {
        if (c->head_len) {
            int rc = send_on(fd, c);
            if (rc <= 0)
                return rc;
            if (c->close_after)
                return -1;
        }
        c->in[c->in_len] = '\0';
        char *end = strstr(c->in, "\r\n\r\n");
        if (!end)
            return c->in_len >= sizeof c->in - 1 ? -1 : 0;
        handle(c, (size_t)(end - c->in) + 4);
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

    if (!c->head_len) {
        ssize_t n =
            read(c->fd, c->in + c->in_len, sizeof c->in - 1 - c->in_len);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            rc = -1;
        else if (n > 0)
            c->in_len += (size_t)n;
    }
    if (rc == 0)
        rc = serve(c->fd, c);
    if (rc < 0) {
        close(c->fd);
        free(c);
    } else {
        watch(c, c->head_len ? EPOLLOUT : EPOLLIN);
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
        c->in_len = c->head_len = c->body_len = 0;
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
