/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Name servers of the container: what its /etc/resolv.conf says when it
 * starts. A server at a loopback address (docker's user networks have one at
 * 127.0.0.11) listens inside the namespace, where the guest is not: a relay,
 * the program septum-dns, asks it for the guest.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/net_int.h"
#include "runnc/util.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLV_MAX 65536u /* bytes that are read of it */
#define SERVER_MAX 3u     /* man 5 resolv.conf, MAXNS; the guest's, too */
#define SEARCH_MAX 256u   /* bytes, as the guest keeps them */
#define RELAY_FD 3        /* what the relay finds its stream at */

struct resolv {
    char server[SERVER_MAX][INET6_ADDRSTRLEN];
    unsigned server_count;
    char search[SEARCH_MAX];
};

/* The file that is mounted at PATH; the last mount hides the others. */
static const char *mount_source(const json_t *config, const char *path)
{
    const json_t *mounts = json_object_get(config, "mounts");
    const char *source = NULL;
    size_t i;
    json_t *entry;

    json_array_foreach(mounts, i, entry)
    {
        const char *to =
            json_string_value(json_object_get(entry, "destination"));
        if (to && !strcmp(to, path))
            source = json_string_value(json_object_get(entry, "source"));
    }
    return source;
}

/* In the root file system; its links stay inside. */
static int open_in_root(const struct net_request *req, int bundle)
{
    const char *root = json_string_value(
        json_object_get(json_object_get(req->config, "root"), "path"));
    struct open_how how = {.flags = O_PATH | O_CLOEXEC,
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};

    auto_fd int dir = openat(bundle, root ? root : "rootfs",
                             O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return -1;
    return (int)syscall(SYS_openat2, dir, &RESOLV_CONF[1], &how, sizeof how);
}

/* -1: there is none, which is nothing bad. */
static int open_resolv(const struct net_request *req)
{
    const char *source = mount_source(req->config, RESOLV_CONF);
    auto_fd int bundle = open(req->bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
    auto_fd int fd = -1;
    struct stat st;

    if (source)
        fd = openat(bundle, source, O_PATH | O_CLOEXEC);
    else
        fd = open_in_root(req, bundle);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return -1;
    return open(fd_path(fd), O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

static void add_server(struct resolv *resolv, const char *word)
{
    unsigned char bin[16];

    if (resolv->server_count == SERVER_MAX ||
        strlen(word) >= sizeof resolv->server[0] ||
        (inet_pton(AF_INET, word, bin) != 1 &&
         inet_pton(AF_INET6, word, bin) != 1))
        return;
    strcpy(resolv->server[resolv->server_count++], word);
}

/* Whole names only, as many as fit. */
static void set_search(struct resolv *resolv, char *words)
{
    char *save = NULL;
    size_t len = 0;

    resolv->search[0] = '\0';
    for (char *word = strtok_r(words, " \t", &save); word;
         word = strtok_r(NULL, " \t", &save)) {
        int n = snprintf(resolv->search + len, sizeof resolv->search - len,
                         "%s%s", len ? " " : "", word);
        if (n < 0 || len + (size_t)n >= sizeof resolv->search) {
            resolv->search[len] = '\0';
            return;
        }
        len += (size_t)n;
    }
}

/* man 5 resolv.conf: the last "search" or "domain" counts. */
static void parse(struct resolv *resolv, char *text)
{
    char *save = NULL;

    for (char *line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        size_t key_len = strcspn(line, " \t");
        char *value = line + key_len;

        value += strspn(value, " \t");
        value[strcspn(value, "#;\r")] = '\0';
        if (key_len == 10 && !memcmp(line, "nameserver", 10)) {
            value[strcspn(value, " \t")] = '\0';
            add_server(resolv, value);
        } else if (key_len == 6 &&
                   (!memcmp(line, "search", 6) || !memcmp(line, "domain", 6))) {
            set_search(resolv, value);
        }
    }
}

static bool is_loopback(const char *server)
{
    struct in6_addr addr;

    if (inet_pton(AF_INET6, server, &addr) == 1)
        return IN6_IS_ADDR_LOOPBACK(&addr);
    return strncmp(server, "127.", 4) == 0;
}

static bool can_relay(const struct net_request *req)
{
    for (uint32_t d = 0; d < req->manifest->count; d++)
        if (req->manifest->decl[d].cls == UNI_CLASS_STREAM &&
            !strcmp(req->manifest->decl[d].name, NET_DNS_STREAM))
            return true;
    return false;
}

/* In the child: nothing of ours but the stream and the program. */
static _Noreturn void become_relay(const struct net_request *req, int program,
                                   int stream, const char *server)
{
    static char name[] = NET_RELAY;
    char *argv[] = {name, (char *)server, NULL};
    static char *const envp[] = {NULL};
    int null = open("/dev/null", O_RDWR);

    if (stream <= RELAY_FD)
        stream = fcntl(stream, F_DUPFD, RELAY_FD + 1);
    if (program <= RELAY_FD)
        program = fcntl(program, F_DUPFD, RELAY_FD + 1);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
        dup2(null, 2) < 0 || dup2(stream, RELAY_FD) < 0)
        _exit(126);
    /* Whatever the engine or a user left open ends here; CLOEXEC, so that
     * the program itself can still be run from its descriptor. */
    if (syscall(SYS_close_range, RELAY_FD + 1, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
        _exit(126);
    (void)setsid(); /* cannot fail in a new process */
    /* Root outside is nobody for it to be. */
    if (prctl(PR_SET_DUMPABLE, 0) < 0 ||
        (req->userns >= 0 &&
         (setns(req->userns, CLONE_NEWUSER) < 0 || setgroups(0, NULL) < 0 ||
          setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)))
        _exit(126);
    (void)syscall(SYS_execveat, program, "", argv, envp, AT_EMPTY_PATH);
    _exit(127);
}

static int start_relay(struct net *net, const struct net_request *req,
                       const char *server, struct err *err)
{
    int pair[2];
    auto_fd int program = program_open(-1, NET_RELAY, err);

    if (program < 0)
        return program;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set(err, errno, "socket for the name server's relay");
    net->relay = fork();
    if (net->relay == 0)
        become_relay(req, program, pair[1], server);
    (void)close(pair[1]); /* the child's */
    if (net->relay < 0) {
        net->relay = 0;
        (void)close(pair[0]); /* nothing was sent */
        return err_set(err, errno, "start the name server's relay");
    }
    if (net_arg_add_fd(net, pair[0], err, "--stream:%s=fd:", NET_DNS_STREAM) <
        0)
        return -err->code;
    return net_arg_add(net, err, "--conf=dns-relay=%s", server);
}

int net_dns(struct net *net, const struct net_request *req, struct err *err)
{
    auto_free char *text = malloc(RESOLV_MAX);
    struct resolv resolv = {.server_count = 0};
    auto_fd int fd = open_resolv(req);

    if (fd < 0)
        return 0;
    if (!text)
        return err_set(err, ENOMEM, RESOLV_CONF);
    ssize_t len = pread(fd, text, RESOLV_MAX - 1, 0);
    if (len < 0)
        return err_set(err, errno, "read the container's %s", RESOLV_CONF);
    text[len] = '\0';
    parse(&resolv, text);

    for (unsigned i = 0; i < resolv.server_count; i++) {
        const char *server = resolv.server[i];
        if (is_loopback(server)) {
            if (net->relay || !can_relay(req)) {
                net_warn(net, "name server %s: the image has no stream \"%s\"",
                         server, NET_DNS_STREAM);
                continue;
            }
            if (start_relay(net, req, server, err) < 0)
                return -err->code;
        }
        if (net_arg_add(net, err, "--dns=%s", server) < 0)
            return -err->code;
    }
    return resolv.search[0]
               ? net_arg_add(net, err, "--conf=search=%s", resolv.search)
               : 0;
}
