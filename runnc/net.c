/* SPDX-License-Identifier: Apache-2.0 */
/* The plug of a container's network; see net.h. */
#include <errno.h>
#include <fcntl.h>
#include <netlink/route/link.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/log.h"
#include "runnc/net_int.h"
#include "runnc/util.h"

#define ANSWER_LIMIT_S 1

int net_err_nl(struct err *err, int code, const char *fmt, ...)
{
    char text[ERR_TEXT_MAX / 2];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (abs(code) == NLE_PERM || abs(code) == NLE_NOACCESS)
        return err_set(err, EPERM, "%s", text);
    return err_say(err, EIO, "%s: %s", text, nl_geterror(code));
}

/*
 * The arguments.
 */
static int arg_append(struct net *net, int fd, struct err *err, const char *fmt,
                      va_list ap)
{
    struct net_arg *arg = &net->arg[net->arg_count];

    if (net->arg_count == NET_ARG_MAX)
        return err_say(err, E2BIG, "more than %u settings", NET_ARG_MAX);
    if (vasprintf(&arg->text, fmt, ap) < 0)
        return err_set(err, ENOMEM, "network");
    arg->fd = fd;
    net->arg_count++;
    return 0;
}

int net_arg_add(struct net *net, struct err *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int rc = arg_append(net, -1, err, fmt, ap);
    va_end(ap);
    return rc;
}

int net_arg_add_fd(struct net *net, int fd, struct err *err, const char *fmt,
                   ...)
{
    va_list ap;

    va_start(ap, fmt);
    int rc = arg_append(net, fd, err, fmt, ap);
    va_end(ap);
    if (rc < 0)
        (void)close(fd); /* whatever it is ends with it */
    return rc;
}

void net_warn(struct net *net, const char *fmt, ...)
{
    size_t len = strlen(net->warning);
    va_list ap;

    if (len > 0 && len + 3 < sizeof net->warning) {
        strcpy(net->warning + len, "; ");
        len += 2;
    }
    va_start(ap, fmt);
    (void)vsnprintf(net->warning + len, sizeof net->warning - len, fmt, ap);
    va_end(ap);
}

/*
 * Namespaces.
 */
static bool is_same(const struct stat *st, const char *path)
{
    struct stat other;
    return stat(path, &other) == 0 && st->st_dev == other.st_dev &&
           st->st_ino == other.st_ino;
}

/* The host's is the one that we run in, or the first process. */
static bool is_hosts(const struct stat *st)
{
    return is_same(st, "/proc/self/ns/net") || is_same(st, "/proc/1/ns/net");
}

static int refuse_host(struct err *err)
{
    return err_refuse(err, "network: the host's network cannot be given to a "
                           "unikernel, which has a network stack of its own; "
                           "use a bridge, another network, or none");
}

/* A namespace of the config: false if there is none; *path NULL: new. */
static bool find_namespace(const json_t *config, const char *kind,
                           const char **path)
{
    const json_t *list =
        json_object_get(json_object_get(config, "linux"), "namespaces");
    size_t i;
    json_t *entry;

    json_array_foreach(list, i, entry)
    {
        const char *type = json_string_value(json_object_get(entry, "type"));
        if (!type || strcmp(type, kind) != 0)
            continue;
        *path = json_string_value(json_object_get(entry, "path"));
        if (*path && !**path)
            *path = NULL;
        return true;
    }
    return false;
}

int net_check(const json_t *config, struct err *err)
{
    const char *path;
    struct stat st;

    if (!find_namespace(config, "network", &path))
        return refuse_host(err);
    if (!path)
        return 0;
    if (stat(path, &st) < 0)
        return err_set(err, errno, "network namespace %s", path);
    if (is_hosts(&st))
        return refuse_host(err);
    return 0;
}

/* Returns a descriptor of the namespace that was left, for leave(). */
static int enter(int netns, struct err *err)
{
    auto_fd int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

    if (own < 0)
        return err_set(err, errno, "open /proc/self/ns/net");
    if (setns(netns, CLONE_NEWNET) < 0)
        return err_set(err, errno, "enter the container's network namespace");
    return take_fd(&own);
}

/* Who is not root could not come back out, and ends anyway. */
static bool stays_inside;

static int leave(int own, struct err *err)
{
    int rc = stays_inside ? 0 : setns(own, CLONE_NEWNET);
    if (rc < 0)
        rc = err_set(err, errno, "leave the container's network namespace");
    (void)close(own);
    return rc;
}

/* Where more is to follow: nothing may happen in a foreign namespace. */
static void leave_or_die(int own)
{
    struct err err;
    if (leave(own, &err) == 0)
        return;
    log_error("network: %s", err.text);
    abort();
}

static void free_sock(struct nl_sock **sock)
{
    nl_socket_free(*sock);
}
#define auto_sock __attribute__((cleanup(free_sock)))

static int open_sock(struct nl_sock **sock, struct err *err)
{
    *sock = nl_socket_alloc();
    if (!*sock)
        return err_set(err, ENOMEM, "netlink socket");
    int rc = nl_connect(*sock, NETLINK_ROUTE);
    if (rc < 0)
        return net_err_nl(err, rc, "netlink socket");
    /* The kernel answers within send, but libnl awaits answers to requests
     * that failed to be sent, too. */
    struct timeval limit = {.tv_sec = ANSWER_LIMIT_S};
    if (setsockopt(nl_socket_get_fd(*sock), SOL_SOCKET, SO_RCVTIMEO, &limit,
                   sizeof limit) < 0)
        return err_set(err, errno, "netlink socket");
    return 0;
}

/*
 * Which interface is which device of the image.
 */
static bool is_net(const struct uni_decl *decl)
{
    return decl->cls == UNI_CLASS_NET;
}

/* The same names first; then in order, the way out of the container first. */
static void assign(struct net_ifs *ifs, const struct uni_manifest *manifest,
                   bool is_used[UNI_DECL_MAX])
{
    for (unsigned i = 0; i < ifs->count; i++)
        for (uint32_t d = 0; d < manifest->count; d++)
            if (is_net(&manifest->decl[d]) && !is_used[d] &&
                !strcmp(manifest->decl[d].name, ifs->at[i].name)) {
                ifs->at[i].device = manifest->decl[d].name;
                is_used[d] = true;
            }
    uint32_t d = 0;
    for (unsigned i = 0; i < ifs->count; i++) {
        if (ifs->at[i].device)
            continue;
        while (d < manifest->count &&
               (!is_net(&manifest->decl[d]) || is_used[d]))
            d++;
        if (d == manifest->count)
            break;
        ifs->at[i].device = manifest->decl[d].name;
        is_used[d] = true;
    }
}

/* Docker turns it off where the network has none: then there shall be no
 * link-local address either. */
static bool has_no_ipv6(const char *name)
{
    char path[64 + IFNAMSIZ];
    struct err ignored = {0};
    auto_free char *text = NULL;

    sprintf(path, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
    return file_read(AT_FDCWD, path, 16, &text, &ignored) > 0 && text[0] == '1';
}

static int plug_one(struct net *net, struct nl_sock *sock,
                    const struct net_if *nif, struct err *err)
{
    int tap_index;

    if (net_if_free(sock, nif->index, nif->name, err) < 0)
        return -err->code;
    int fd = net_tap_new(&tap_index, err);
    if (fd < 0)
        return fd;
    if (net_arg_add_fd(net, fd, err, "--net:%s=fd:", nif->device) < 0)
        return -err->code;
    if (net_join(sock, nif, tap_index, err) < 0)
        return -err->code;
    net->joined[net->joined_count].index = nif->index;
    net->joined[net->joined_count++].tap_index = tap_index;
    const uint8_t *mac = nif->mac;
    if (net_arg_add(net, err, "--mac:%s=%02x:%02x:%02x:%02x:%02x:%02x",
                    nif->device, mac[0], mac[1], mac[2], mac[3], mac[4],
                    mac[5]) < 0)
        return -err->code;
    if (has_no_ipv6(nif->name) &&
        net_arg_add(net, err, "--conf=ipv6:%s=off", nif->device) < 0)
        return -err->code;
    return net_arg_add(net, err, "--mtu:%s=%u", nif->device, nif->mtu);
}

/* The image cannot do without, and the container has none: a tap without a
 * cable, so that the guest has its interface and nobody answers. */
static int plug_nothing(struct net *net, const char *device, struct err *err)
{
    int tap_index;
    int fd = net_tap_new(&tap_index, err);

    return fd < 0 ? fd : net_arg_add_fd(net, fd, err, "--net:%s=fd:", device);
}

static int plug_all(struct net *net, const struct uni_manifest *manifest,
                    struct err *err)
{
    auto_sock struct nl_sock *sock = NULL;
    bool is_used[UNI_DECL_MAX] = {false};
    struct net_ifs ifs;

    if (open_sock(&sock, err) < 0 || net_read_ifs(&ifs, sock, net, err) < 0)
        return -err->code;
    assign(&ifs, manifest, is_used);
    for (unsigned i = 0; i < ifs.count; i++) {
        if (!ifs.at[i].device)
            net_warn(net, "%s: the image has no device for it", ifs.at[i].name);
        else if (plug_one(net, sock, &ifs.at[i], err) < 0)
            return -err->code;
    }
    for (uint32_t d = 0; d < manifest->count; d++)
        if (is_net(&manifest->decl[d]) && !is_used[d] &&
            !(manifest->decl[d].flags & UNI_DECL_OPTIONAL) &&
            plug_nothing(net, manifest->decl[d].name, err) < 0)
            return -err->code;
    return net_read_conf(net, &ifs, sock, err);
}

static void read_hostname(char *name, size_t size, const char *path)
{
    auto_fd int own = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
    auto_fd int other = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    bool is_inside = own >= 0 && other >= 0 && setns(other, CLONE_NEWUTS) == 0;

    if (gethostname(name, size) < 0)
        name[0] = '\0';
    name[size - 1] = '\0';
    if (is_inside && !stays_inside && setns(own, CLONE_NEWUTS) < 0)
        abort(); /* nothing may happen in a foreign namespace */
}

/* The host name: the config's, else that of the namespace (of a pod, say). */
static int add_hostname(struct net *net, const json_t *config, struct err *err)
{
    const char *given = json_string_value(json_object_get(config, "hostname"));
    const char *path = NULL;
    char name[256];

    if (!given || !*given) {
        (void)find_namespace(config, "uts", &path); /* none: our own */
        read_hostname(name, sizeof name, path);
        given = name;
    }
    return *given ? net_arg_add(net, err, "--hostname=%s", given) : 0;
}

/*
 * From outside.
 */
static bool has_net(const struct uni_manifest *manifest)
{
    for (uint32_t d = 0; d < manifest->count; d++)
        if (is_net(&manifest->decl[d]))
            return true;
    return false;
}

/* A name server in the namespace has to hear those it asks. A network without
 * other networks' names is better than none: what fails is said, and no more.
 */
static void pass_all(struct net *net)
{
    auto_sock struct nl_sock *sock = NULL;
    struct err ignored;
    int rc = open_sock(&sock, &ignored) < 0 ? -EIO : 0;
    for (unsigned i = 0; rc == 0 && i < net->joined_count; i++)
        rc = net_pass(sock, net->joined[i].index, net->joined[i].tap_index);
    if (rc < 0)
        net_warn(net,
                 "the network's name server finds names of its containers "
                 "alone (cls_bpf: %s)",
                 strerror(-rc));
}

static int plug(struct net *net, const struct net_request *req, struct err *err)
{
    struct err ignored;
    struct stat st;

    if (add_hostname(net, req->config, err) < 0)
        return -err->code;
    if (!has_net(req->manifest))
        return 0;
    if (fstat(req->netns, &st) < 0)
        return err_set(err, errno, "the container's network namespace");
    if (is_hosts(&st))
        return refuse_host(err);
    net->netns = fcntl(req->netns, F_DUPFD_CLOEXEC, 3);
    if (net->netns < 0)
        return err_set(err, errno, "the container's network namespace");
    int own = enter(net->netns, err);
    if (own < 0)
        return own;
    int rc = plug_all(net, req->manifest, err);
    if (rc == 0)
        rc = net_dns(net, req, err);
    if (rc == 0 && net->relay)
        pass_all(net);
    if (rc == 0)
        return leave(own, err);
    (void)leave(own, &ignored); /* the first counts */
    return rc;
}

int net_plug(struct net *net, const struct net_request *req, struct err *err)
{
    *net = (struct net){.netns = -1};
    stays_inside = req->is_last;
    int rc = plug(net, req, err);
    if (rc < 0)
        net_undo(net);
    return rc < 0 ? err_wrap(err, "network") : 0;
}

void net_undo(struct net *net)
{
    auto_sock struct nl_sock *sock = NULL;
    struct err err;
    int own = net->joined_count ? enter(net->netns, &err) : -1;

    if (own >= 0) {
        if (open_sock(&sock, &err) == 0)
            for (unsigned i = 0; i < net->joined_count; i++)
                net_if_unjoin(sock, net->joined[i].index);
        leave_or_die(own);
    }
    if (net->relay > 0) {
        (void)kill(net->relay, SIGKILL);
        (void)waitpid(net->relay, NULL, 0);
    }
    net_release(net);
}

void net_release(struct net *net)
{
    for (unsigned i = 0; i < net->arg_count; i++) {
        free(net->arg[i].text);
        if (net->arg[i].fd >= 0)
            (void)close(net->arg[i].fd); /* no data of ours */
    }
    if (net->netns >= 0)
        (void)close(net->netns); /* no data */
    *net = (struct net){.netns = -1};
}

static int clean_all(struct err *err)
{
    auto_sock struct nl_sock *sock = NULL;
    struct nl_cache *links;

    if (open_sock(&sock, err) < 0)
        return -err->code;
    int rc = rtnl_link_alloc_cache(sock, AF_UNSPEC, &links);
    if (rc < 0)
        return net_err_nl(err, rc, "read interfaces");
    for (struct nl_object *o = nl_cache_get_first(links); o;
         o = nl_cache_get_next(o))
        net_if_clean(sock, rtnl_link_get_ifindex((struct rtnl_link *)o));
    nl_cache_free(links);
    return 0;
}

int net_unplug(const json_t *config, bool is_last, struct err *err)
{
    const char *path;
    struct stat st;

    /* A namespace of the container's own is gone with it. */
    if (!find_namespace(config, "network", &path) || !path)
        return 0;
    auto_fd int netns = open(path, O_RDONLY | O_CLOEXEC);
    if (netns < 0 || fstat(netns, &st) < 0 || is_hosts(&st))
        return 0;
    stays_inside = is_last;
    int own = enter(netns, err);
    if (own < 0)
        return err_wrap(err, "network");
    int rc = clean_all(err);
    leave_or_die(own);
    return rc < 0 ? err_wrap(err, "network") : 0;
}
