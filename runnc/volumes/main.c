/* SPDX-License-Identifier: Apache-2.0 */
/*
 * septum-9p: serves folders to one guest. Either it is given the stream and
 * what to serve (a runtime does that), or it makes the stream itself and
 * becomes the tender, with a child that serves (a person does that).
 */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/vfs.h>

#include "common/err.h"
#include "runnc/volumes/confine.h"
#include "runnc/volumes/host.h"
#include "runnc/volumes/options.h"

#define PROC_MAGIC 0x9fa0

static struct server server = {.stream = -1, .proc_fds = -1, .tty = -1};
static struct options options;

static int open_export(const struct share *share, struct err *err)
{
    struct export *export = &server.export[server.export_count];
    int fd = host_openat2(AT_FDCWD, share->path, O_PATH | O_CLOEXEC, 0,
                          RESOLVE_NO_MAGICLINKS);
    if (fd < 0)
        return err_set(err, -fd, "open %s", share->path);
    *export = (struct export){.aname = share->path,
                              .fd = fd,
                              .is_readonly = share->is_readonly,
                              .is_one_fs = share->is_one_fs};
    server.export_count++;
    return 0;
}

/* Ours, and really of procfs: a root file system may have any /proc. */
static int open_proc(struct err *err)
{
    struct statfs st;
    int fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno, "open /proc/self/fd");
    if (fstatfs(fd, &st) < 0 || st.f_type != PROC_MAGIC)
        return err_refuse(err, "/proc is no proc file system");
    server.proc_fds = fd;
    return 0;
}

/* Serves until the guest hangs up. Errors before that go to stderr; nobody
 * hears of later ones, as there is no descriptor left to say so. */
static int run_server(struct err *err)
{
    int report = STDERR_FILENO;
    for (unsigned i = 0; i < options.share_count; i++)
        if (open_export(&options.share[i], err) < 0)
            return -err->code;
    if (open_proc(err) < 0)
        return -err->code;
    if (server.tty >= 0 && !isatty(server.tty))
        return err_refuse(err, "--tty=%d: no terminal", server.tty);
    if (fcntl(server.stream, F_SETFL, O_NONBLOCK) < 0)
        return err_set(err, errno, "set stream non-blocking");
    (void)setsid(); /* the terminal's signals are the guest's */
    if (server.tty >= 0)
        tty_save(server.tty);
    if (confine_fds(&server, &report, err) < 0 ||
        confine(&server, &options.identity, err) < 0) {
        (void)dprintf(report, "septum-9p: %s\n", err->text);
        _exit(1);
    }
    (void)close(report); /* who waits for us sees: ready */
    int rc = serve(&server);
    if (server.tty >= 0)
        tty_restore(server.tty);
    _exit(rc < 0 ? 1 : 0);
}

/* The tender's arguments, with ours after its name. */
static char **tender_args(char **args, int fd)
{
    static char stream[32];
    static char *list[2 * SHARE_MAX + 1024];
    unsigned count = 0;
    list[count++] = args[0];
    (void)snprintf(stream, sizeof stream, "--stream:files=fd:%d", fd);
    list[count++] = stream;
    for (unsigned i = 0; i < options.share_count; i++) {
        char *conf = options_conf(&options.share[i]);
        if (!conf)
            return NULL;
        list[count++] = conf;
    }
    if (options.wants_tty)
        list[count++] = "--conf=tty=files";
    for (unsigned i = 1; args[i]; i++) {
        if (count + 1 == sizeof list / sizeof list[0])
            return NULL;
        list[count++] = args[i];
    }
    return list;
}

static int tty_of_console(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (isatty(fd))
            return fd;
    return -1;
}

/* Becomes the tender, so that signals and the exit status are its own. */
static int run_tender(char **args, struct err *err)
{
    int pair[2], ready[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ||
        pipe2(ready, O_CLOEXEC) < 0)
        return err_set(err, errno, "socketpair");
    pid_t pid = fork();
    if (pid < 0)
        return err_set(err, errno, "fork");
    if (pid == 0) {
        (void)close(pair[0]);
        (void)close(ready[0]);
        server.stream = pair[1];
        if (options.wants_tty)
            server.tty = fcntl(tty_of_console(), F_DUPFD_CLOEXEC, 3);
        (void)dup2(ready[1], STDERR_FILENO);
        if (run_server(err) < 0)
            (void)dprintf(STDERR_FILENO, "septum-9p: %s\n", err->text);
        _exit(1);
    }
    (void)close(pair[1]);
    (void)close(ready[1]);
    char text[ERR_TEXT_MAX];
    ssize_t len = read(ready[0], text, sizeof text);
    if (len > 0) {
        (void)write(STDERR_FILENO, text, (size_t)len);
        exit(1);
    }
    (void)close(ready[0]);
    char **list = tender_args(args, pair[0]);
    if (!list)
        return err_refuse(err, "too many arguments");
    (void)fcntl(pair[0], F_SETFD, 0);
    (void)execvp(list[0], list);
    return err_set(err, errno, "run %s", list[0]);
}

int main(int argc, char **argv)
{
    struct err err;
    int rc = options_parse(&options, argc, argv, &err);
    if (rc == 0 && options.is_help)
        return options_help(), 0;
    if (rc == 0 && options.is_version)
        return printf("septum-9p %s\n", SEPTUM_VERSION) < 0;
    if (rc == 0 && options.wants_tty && tty_of_console() < 0)
        rc = err_refuse(&err, "--terminal: none of 0, 1, 2 is a terminal");
    if (rc == 0 && options.command) {
        rc = run_tender(options.command, &err);
    } else if (rc == 0) {
        server.stream = options.stream;
        server.tty = options.tty;
        /* Who may trace its user could do so until it is confined. */
        (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
        (void)prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
        rc = run_server(&err);
    }
    (void)dprintf(STDERR_FILENO, "septum-9p: %s\n", err.text);
    return rc < 0 ? 1 : 0;
}
