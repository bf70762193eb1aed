/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe COMMAND [ARGS...]: what runs in the containers of the tests. It is
 * built twice, as a static Linux program and as an image, so that the same
 * tests run with either and show the same.
 * A command ends with status 0; with 1 and "probe: ..." when a call fails.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

extern char **environ;

int failed(const char *what)
{
    printf("probe: %s: %s\n", what, strerror(errno));
    return 1;
}

static int do_hello(char **argv)
{
    printf("hello");
    for (; *argv; argv++)
        printf(" %s", *argv);
    printf("\n");
    return 0;
}

static int do_exit(char **argv)
{
    return atoi(argv[0]);
}

static int do_crash(char **argv)
{
    (void)argv;
    volatile char *volatile nowhere = (char *)8;
    *nowhere = 1;
    return 0;
}

static int do_streams(char **argv)
{
    (void)argv;
    printf("to stdout\n");
    fflush(stdout);
    fprintf(stderr, "to stderr\n");
    return 0;
}

static int do_env(char **argv)
{
    (void)argv;
    for (char **entry = environ; *entry; entry++)
        printf("%s\n", *entry);
    return 0;
}

static int do_id(char **argv)
{
    (void)argv;
    gid_t groups[64];
    int count = getgroups(64, groups);
    printf("uid=%d gid=%d groups=", (int)getuid(), (int)getgid());
    for (int i = 0; i < count; i++)
        printf(i ? ",%d" : "%d", (int)groups[i]);
    printf("\n");
    return 0;
}

static int do_pwd(char **argv)
{
    (void)argv;
    char path[1024];
    if (!getcwd(path, sizeof path))
        return failed("getcwd");
    printf("%s\n", path);
    return 0;
}

static int do_hostname(char **argv)
{
    (void)argv;
    char name[256];
    if (gethostname(name, sizeof name) < 0)
        return failed("gethostname");
    printf("%s\n", name);
    return 0;
}

static int do_limits(char **argv)
{
    (void)argv;
    struct rlimit files;
    char domain[65];
    if (getrlimit(RLIMIT_NOFILE, &files) < 0 ||
        getdomainname(domain, sizeof domain) < 0)
        return failed("limits");
    printf("files %lu %lu domain %s umask %o\n", (unsigned long)files.rlim_cur,
           (unsigned long)files.rlim_max, domain, umask(0));
    return 0;
}

/* Several commands in one container: words between ";". */
static int run_one(char **argv);
static int do_all(char **argv)
{
    int status = 0;
    for (char **start = argv; *start;) {
        char **end = start;
        while (*end && strcmp(*end, ";") != 0)
            end++;
        char **next = *end ? end + 1 : end;
        *end = NULL;
        status |= run_one(start);
        fflush(stdout);
        start = next;
    }
    return status;
}

static int do_cat(char **argv)
{
    for (; *argv; argv++) {
        int fd = open(*argv, O_RDONLY);
        if (fd < 0)
            return failed(*argv);
        char buf[4096];
        ssize_t got;
        while ((got = read(fd, buf, sizeof buf)) > 0)
            fwrite(buf, 1, (size_t)got, stdout);
        close(fd);
        if (got < 0)
            return failed(*argv);
    }
    return 0;
}

/* write FILE TEXT: creates it or cuts it. */
static int do_write(char **argv)
{
    int fd = open(argv[0], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0)
        return failed(argv[0]);
    size_t len = strlen(argv[1]);
    if (write(fd, argv[1], len) != (ssize_t)len || write(fd, "\n", 1) != 1)
        return failed(argv[0]);
    if (fsync(fd) < 0 || close(fd) < 0)
        return failed(argv[0]);
    printf("written\n");
    return 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int do_ls(char **argv)
{
    struct dirent **entries;
    int count = scandir(argv[0], &entries, NULL, compare_names);
    if (count < 0)
        return failed(argv[0]);
    for (int i = 0; i < count; i++)
        if (entries[i]->d_name[0] != '.')
            printf("%s\n", entries[i]->d_name);
    return 0;
}

static int do_stat(char **argv)
{
    struct stat st;
    if (lstat(argv[0], &st) < 0)
        return failed(argv[0]);
    printf("mode=%o uid=%d gid=%d size=%ld\n", (unsigned)st.st_mode,
           (int)st.st_uid, (int)st.st_gid, (long)st.st_size);
    return 0;
}

static int do_rename(char **argv)
{
    return rename(argv[0], argv[1]) < 0 ? failed(argv[0]) : 0;
}

static int do_rm(char **argv)
{
    return unlink(argv[0]) < 0 ? failed(argv[0]) : 0;
}

static int do_symlink(char **argv)
{
    return symlink(argv[0], argv[1]) < 0 ? failed(argv[1]) : 0;
}

static int do_statfs(char **argv)
{
    struct statvfs fs;
    if (statvfs(argv[0], &fs) < 0)
        return failed(argv[0]);
    printf("size=%lu used=%lu\n", fs.f_blocks * fs.f_frsize >> 10,
           (fs.f_blocks - fs.f_bfree) * fs.f_frsize >> 10);
    return 0;
}

/* Until there is no room: what went in, in KiB. */
static int do_fill(char **argv)
{
    static char page[4096] = "x";
    unsigned long count = 0;
    int fd = open(argv[0], O_CREAT | O_WRONLY, 0644);
    if (fd < 0)
        return failed(argv[0]);
    while (write(fd, page, sizeof page) == (ssize_t)sizeof page)
        count++;
    int code = errno;
    (void)close(fd); /* it is full */
    printf("filled=%lu: %s\n", count * 4, strerror(code));
    return 0;
}

/* Names in a directory, of which there are many. */
static int do_entries(char **argv)
{
    DIR *dir = opendir(argv[0]);
    struct dirent *entry;
    unsigned count = 0, found = 0;
    struct stat st;
    if (!dir)
        return failed(argv[0]);
    while ((entry = readdir(dir))) {
        count++;
        found +=
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    }
    closedir(dir);
    printf("entries=%u found=%u\n", count, found);
    return 0;
}

static int do_mkdir(char **argv)
{
    return mkdir(argv[0], 0755) < 0 ? failed(argv[0]) : 0;
}

static volatile sig_atomic_t last_signal;
static void note_signal(int sig)
{
    last_signal = sig;
}

static void catch_signal(int sig, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    sigaction(sig, &action, NULL);
}

/* It comes only in a call that waits with the answer as its mask, and so not
 * just before. */
static sigset_t hold_signals(const int *signals, size_t count)
{
    sigset_t held, before;
    sigemptyset(&held);
    for (size_t i = 0; i < count; i++)
        sigaddset(&held, signals[i]);
    sigprocmask(SIG_BLOCK, &held, &before);
    return before;
}

/* idle: until SIGTERM; says each signal it gets. */
static int do_idle(char **argv)
{
    (void)argv;
    static const int signals[] = {SIGTERM, SIGHUP, SIGUSR1, SIGINT};
    enum { COUNT = sizeof signals / sizeof signals[0] };
    sigset_t all = hold_signals(signals, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        catch_signal(signals[i], note_signal);
    printf("idle\n");
    for (;;) {
        fflush(stdout);
        sigsuspend(&all);
        int sig = last_signal;
        last_signal = 0;
        if (sig)
            printf("got signal %d\n", sig);
        fflush(stdout);
        if (sig == SIGTERM)
            return 7;
    }
}

static int do_stubborn(char **argv)
{
    (void)argv;
    catch_signal(SIGTERM, SIG_IGN);
    printf("stubborn\n");
    fflush(stdout);
    for (int n = 0; n < 1000; n++)
        sleep(1000);
    return 0;
}

static int do_sleep(char **argv)
{
    sleep((unsigned)atoi(argv[0]));
    return 0;
}

static int do_spin(char **argv)
{
    (void)argv;
    printf("spin\n");
    fflush(stdout);
    volatile unsigned long n = 1;
    while (n)
        n++;
    return 0;
}

/* count: a number each 20 ms, to see whether it is paused. */
static int do_count(char **argv)
{
    (void)argv;
    printf("count\n");
    for (int n = 0; n < 1000000; n++) {
        printf("%d\n", n);
        fflush(stdout);
        struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
        nanosleep(&pause, NULL);
    }
    return 0;
}

static int do_alloc(char **argv)
{
    size_t size = (size_t)atol(argv[0]) << 20;
    char *mem = malloc(size);
    if (!mem)
        return failed("malloc");
    for (size_t i = 0; i < size; i += 4096)
        mem[i] = 1;
    printf("allocated\n");
    fflush(stdout);
    return 0;
}

/* tty: what a terminal is; then answers each line, until end of file. */
static void print_size(void)
{
    struct winsize size = {0};
    if (ioctl(0, TIOCGWINSZ, &size) == 0)
        printf("size %dx%d\n", size.ws_row, size.ws_col);
}
static void on_int(int sig)
{
    (void)sig;
    static const char text[] = "interrupted\n";
    (void)!write(1, text, sizeof text - 1);
    _exit(9);
}
static int do_tty(char **argv)
{
    (void)argv;
    static const int resized = SIGWINCH;
    sigset_t all = hold_signals(&resized, 1);
    catch_signal(SIGINT, on_int);
    catch_signal(SIGWINCH, note_signal);
    printf("isatty %d %d %d\n", isatty(0), isatty(1), isatty(2));
    print_size();
    fflush(stdout);
    char line[256];
    for (;;) {
        fd_set input;
        FD_ZERO(&input);
        FD_SET(0, &input);
        if (pselect(1, &input, NULL, NULL, NULL, &all) < 0 && errno == EINTR) {
            print_size();
            fflush(stdout);
            continue;
        }
        ssize_t got = read(0, line, sizeof line - 1);
        if (got <= 0)
            return got < 0 ? failed("read") : 0;
        line[got] = 0;
        /* A pipe has gathered several while the program started. */
        char *rest;
        for (char *one = strtok_r(line, "\r\n", &rest); one;
             one = strtok_r(NULL, "\r\n", &rest))
            printf("got: %s\n", one);
        fflush(stdout);
    }
}

static int connect_to(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    int rc = getaddrinfo(host, port, &hints, &list);
    if (rc != 0) {
        printf("probe: %s: %s\n", host, gai_strerror(rc));
        return -1;
    }
    int fd = socket(list->ai_family, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, list->ai_addr, list->ai_addrlen) < 0) {
        failed(host);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

/* get HOST PORT PATH: the body. */
static int do_get(char **argv)
{
    int fd = connect_to(argv[0], argv[1]);
    if (fd < 0)
        return 1;
    char text[8192];
    int len = snprintf(text, sizeof text, "GET %s HTTP/1.0\r\n\r\n", argv[2]);
    if (write(fd, text, (size_t)len) != len)
        return failed("write");
    size_t have = 0;
    ssize_t got;
    while (have < sizeof text - 1 &&
           (got = read(fd, text + have, sizeof text - 1 - have)) > 0)
        have += (size_t)got;
    text[have] = 0;
    char *body = strstr(text, "\r\n\r\n");
    printf("%s", body ? body + 4 : text);
    close(fd);
    return 0;
}

/* One request a connection: the named file, or who we are. */
static void answer(int fd)
{
    char request[2048], body[65536], path[256] = "";
    ssize_t got = read(fd, request, sizeof request - 1);
    if (got <= 0)
        return;
    request[got] = 0;
    size_t len = 0;
    int file = -1;
    if (sscanf(request, "GET %255s", path) == 1 && strcmp(path, "/") != 0)
        file = open(path, O_RDONLY);
    if (file >= 0) {
        ssize_t size = read(file, body, sizeof body);
        len = size > 0 ? (size_t)size : 0;
        close(file);
    } else {
        char host[256] = "";
        gethostname(host, sizeof host);
        len = (size_t)snprintf(body, sizeof body, "I am %s\n", host);
    }
    char head[128];
    int head_len =
        snprintf(head, sizeof head,
                 "HTTP/1.0 200 OK\r\nContent-Length: %zu\r\n\r\n", len);
    if (write(fd, head, (size_t)head_len) == head_len)
        (void)!write(fd, body, len);
}

static void on_term(int sig)
{
    (void)sig;
    static const char text[] = "goodbye\n";
    (void)!write(1, text, sizeof text - 1);
    _exit(0);
}

static int do_serve(char **argv)
{
    catch_signal(SIGTERM, on_term);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int one = 1;
    struct sockaddr_in sin = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(argv[0])),
    };
    if (fd < 0)
        return failed("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&sin, sizeof sin) < 0)
        return failed("bind");
    if (listen(fd, 64) < 0)
        return failed("listen");
    printf("serve\n");
    fflush(stdout);
    for (;;) {
        int conn = accept(fd, NULL, NULL);
        if (conn < 0)
            continue;
        answer(conn);
        close(conn);
    }
}

static const struct {
    const char *name;
    int (*run)(char **argv);
    int args; /* at least */
} commands[] = {
    {"addrs", do_addrs, 0},
    {"alloc", do_alloc, 1},
    {"all", do_all, 0},
    {"ask", do_ask, 1},
    {"cat", do_cat, 1},
    {"count", do_count, 0},
    {"crash", do_crash, 0},
    {"edit", do_edit, 0},
    {"entries", do_entries, 1},
    {"env", do_env, 0},
    {"exit", do_exit, 1},
    {"fill", do_fill, 1},
    {"get", do_get, 3},
    {"hello", do_hello, 0},
    {"hostname", do_hostname, 0},
    {"id", do_id, 0},
    {"idle", do_idle, 0},
    {"limits", do_limits, 0},
    {"ls", do_ls, 1},
    {"mkdir", do_mkdir, 1},
    {"pwd", do_pwd, 0},
    {"rename", do_rename, 2},
    {"resolve", do_resolve, 1},
    {"rm", do_rm, 1},
    {"serve", do_serve, 1},
    {"sleep", do_sleep, 1},
    {"spin", do_spin, 0},
    {"stat", do_stat, 1},
    {"statfs", do_statfs, 1},
    {"streams", do_streams, 0},
    {"stubborn", do_stubborn, 0},
    {"symlink", do_symlink, 2},
    {"tty", do_tty, 0},
    {"write", do_write, 2},
};

static int run_one(char **argv)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    for (size_t i = 0; argc && i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[0], commands[i].name) == 0 &&
            argc - 1 >= commands[i].args)
            return commands[i].run(argv + 1);
    printf("probe: no command %s\n", argc ? argv[0] : "given");
    return 2;
}

int main(int argc, char **argv)
{
    (void)argc;
    return run_one(argv + 1);
}
