/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One interface and its tap. What arrives at either is taken from it at
 * ingress and sent out of the other, so the namespace's own stack, which
 * still has the interface's addresses, hears nothing. Packets keep what the
 * kernel knows of them (segments that are not cut yet, checksums that are not
 * made yet), and the tap's virtio header tells it to the guest; what a tap
 * cannot tell the kernel makes good before.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <netlink/route/act/mirred.h>
#include <netlink/route/classifier.h>
#include <netlink/route/cls/matchall.h>
#include <netlink/route/cls/u32.h>
#include <netlink/route/link.h>
#include <netlink/route/link/inet6.h>
#include <netlink/route/qdisc.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/net_int.h"

#define TAP_NAME NET_TAP "%d" /* the kernel finds the number */
#define FILTER_PRIO (NET_PASS_PRIO + 1)
/* Packets that wait for the guest: at 1,000, the default, a sender with a
 * large window loses some each time the guest is not running. */
#define TAP_QUEUE 4096

int net_tap_new(int *index, struct err *err)
{
    struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    auto_fd int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return err_set(err, errno, "open /dev/net/tun");
    strcpy(ifr.ifr_name, TAP_NAME);
    if (ioctl(fd, TUNSETIFF, &ifr) < 0)
        return err_set(err, errno, "make a tap");
    *index = (int)if_nametoindex(ifr.ifr_name);
    if (*index <= 0)
        return err_set(err, errno, "index of tap %s", ifr.ifr_name);
    return take_fd(&fd);
}

/* No IPv6 of the namespace's own on a tap: the guest would hear it. */
static int set_quiet(struct nl_sock *sock, struct rtnl_link *tap)
{
    struct rtnl_link *change = rtnl_link_alloc();
    int rc = -NLE_NOMEM;

    if (change)
        rc = rtnl_link_inet6_set_addr_gen_mode(change, IN6_ADDR_GEN_MODE_NONE);
    if (rc == 0)
        rc = rtnl_link_change(sock, tap, change, 0);
    rtnl_link_put(change);
    return rc;
}

static int set_up(struct nl_sock *sock, int tap_index, uint32_t mtu,
                  struct err *err)
{
    struct rtnl_link *tap = rtnl_link_alloc(), *change = rtnl_link_alloc();
    int rc = -NLE_NOMEM;

    if (tap && change) {
        rtnl_link_set_ifindex(tap, tap_index);
        (void)set_quiet(sock,
                        tap); /* a kernel without IPv6 has no such thing */
        rtnl_link_set_mtu(change, mtu);
        rtnl_link_set_txqlen(change, TAP_QUEUE);
        rtnl_link_set_flags(change, IFF_UP);
        rc = rtnl_link_change(sock, tap, change, 0);
    }
    rtnl_link_put(tap);
    rtnl_link_put(change);
    return rc < 0 ? net_err_nl(err, rc, "set up a tap, MTU %u", mtu) : 0;
}

static int ingress_change(struct nl_sock *sock, int index, bool is_add)
{
    struct rtnl_qdisc *qdisc = rtnl_qdisc_alloc();

    if (!qdisc)
        return -NLE_NOMEM;
    rtnl_tc_set_ifindex(TC_CAST(qdisc), index);
    rtnl_tc_set_parent(TC_CAST(qdisc), TC_H_INGRESS);
    rtnl_tc_set_handle(TC_CAST(qdisc), NET_INGRESS);
    int rc = rtnl_tc_set_kind(TC_CAST(qdisc), "ingress");
    if (rc == 0)
        rc = is_add ? rtnl_qdisc_add(sock, qdisc, NLM_F_CREATE | NLM_F_EXCL)
                    : rtnl_qdisc_delete(sock, qdisc);
    rtnl_qdisc_put(qdisc);
    return rc;
}

static struct rtnl_act *redirect_to(int index)
{
    struct rtnl_act *act = rtnl_act_alloc();

    if (!act)
        return NULL;
    if (rtnl_tc_set_kind(TC_CAST(act), "mirred") == 0 &&
        rtnl_mirred_set_action(act, TCA_EGRESS_REDIR) == 0 &&
        rtnl_mirred_set_policy(act, TC_ACT_STOLEN) == 0 &&
        rtnl_mirred_set_ifindex(act, (uint32_t)index) == 0)
        return act;
    rtnl_act_put(act);
    return NULL;
}

/* kind: "u32", which every kernel with tc has, with one key that is always
 * true; or "matchall", where there is no u32. */
static int filter_add(struct nl_sock *sock, const char *kind, int from, int to)
{
    bool is_u32 = strcmp(kind, "u32") == 0;
    struct rtnl_cls *cls = rtnl_cls_alloc();
    struct rtnl_act *act = redirect_to(to);
    int rc = -NLE_NOMEM;

    if (!cls || !act)
        goto out;
    rtnl_tc_set_ifindex(TC_CAST(cls), from);
    rtnl_tc_set_parent(TC_CAST(cls), NET_INGRESS);
    rtnl_cls_set_prio(cls, FILTER_PRIO);
    rtnl_cls_set_protocol(cls, ETH_P_ALL);
    rc = rtnl_tc_set_kind(TC_CAST(cls), kind);
    if (rc == 0 && is_u32)
        rc = rtnl_u32_add_key_uint32(cls, 0, 0, 0, 0);
    if (rc == 0 && is_u32)
        rc = rtnl_u32_set_cls_terminal(cls);
    if (rc == 0)
        rc = is_u32 ? rtnl_u32_add_action(cls, act)
                    : rtnl_mall_append_action(cls, act);
    if (rc == 0)
        rc = rtnl_cls_add(sock, cls, NLM_F_CREATE | NLM_F_EXCL);
out:
    rtnl_act_put(act);
    rtnl_cls_put(cls);
    return rc;
}

static int redirect(struct nl_sock *sock, int from, int to)
{
    int rc = ingress_change(sock, from, true);

    if (rc < 0)
        return rc;
    rc = filter_add(sock, "u32", from, to);
    if (rc == -NLE_OBJ_NOTFOUND)
        rc = filter_add(sock, "matchall", from, to);
    if (rc < 0)
        (void)ingress_change(sock, from, false);
    return rc;
}

int net_join(struct nl_sock *sock, const struct net_if *nif, int tap_index,
             struct err *err)
{
    if (set_up(sock, tap_index, nif->mtu, err) < 0)
        return err_wrap(err, "%s", nif->name);
    /* The guest's way out first: until the other stands it hears nothing. */
    int rc = redirect(sock, tap_index, nif->index);
    if (rc == 0)
        rc = redirect(sock, nif->index, tap_index);
    return rc < 0 ? net_err_nl(err, rc,
                               "%s: redirect to a tap (cls_u32 and "
                               "act_mirred)",
                               nif->name)
                  : 0;
}

/*
 * What is at an interface's ingress already.
 */
enum ingress {
    INGRESS_FREE,
    INGRESS_EMPTY, /* a qdisc without filters */
    INGRESS_STALE, /* ours, of a guest that is gone */
    INGRESS_TAKEN, /* ours, of a guest that runs */
    INGRESS_FOREIGN,
};

/* A redirection like ours: to the index of its target, 0 when that is gone;
 * -1: something else; -2: no filter but a part of one (u32's tables); -3: what
 * may stand before ours (net_pass.c). */
static int redirect_target(struct rtnl_cls *cls)
{
    const char *kind = rtnl_tc_get_kind(TC_CAST(cls));
    struct rtnl_act *act = NULL;

    if (kind && !strcmp(kind, "bpf") && rtnl_cls_get_prio(cls) == NET_PASS_PRIO)
        return -3;
    if (kind && !strcmp(kind, "u32"))
        act = rtnl_u32_get_action(cls);
    else if (kind && !strcmp(kind, "matchall"))
        act = rtnl_mall_get_first_action(cls);
    if (!act)
        return kind && !strcmp(kind, "u32") ? -2 : -1;
    kind = rtnl_tc_get_kind(TC_CAST(act));
    int target = -1;
    if (kind && !strcmp(kind, "mirred") &&
        rtnl_mirred_get_action(act) == TCA_EGRESS_REDIR &&
        rtnl_cls_get_prio(cls) == FILTER_PRIO)
        target = (int)rtnl_mirred_get_ifindex(act);
    if (!strcmp(rtnl_tc_get_kind(TC_CAST(cls)), "matchall"))
        rtnl_act_put(act); /* that one is lent with a count */
    return target;
}

static bool is_tap(struct nl_sock *sock, int index)
{
    struct rtnl_link *link;
    if (rtnl_link_get_kernel(sock, index, NULL, &link) < 0)
        return false;
    const char *kind = rtnl_link_get_type(link);
    bool is = kind && !strcmp(kind, "tun");
    rtnl_link_put(link);
    return is;
}

static bool has_ingress(struct nl_sock *sock, int index, bool *is_plain)
{
    struct nl_cache *qdiscs;
    if (rtnl_qdisc_alloc_cache(sock, &qdiscs) < 0)
        return false;
    struct rtnl_qdisc *qdisc =
        rtnl_qdisc_get_by_parent(qdiscs, index, TC_H_INGRESS);
    if (qdisc) {
        const char *kind = rtnl_tc_get_kind(TC_CAST(qdisc));
        *is_plain = kind && !strcmp(kind, "ingress");
        rtnl_qdisc_put(qdisc);
    }
    nl_cache_free(qdiscs);
    return qdisc != NULL;
}

static enum ingress look(struct nl_sock *sock, int index)
{
    struct nl_cache *filters;
    enum ingress found = INGRESS_EMPTY;
    bool is_plain, has_pass = false;

    if (!has_ingress(sock, index, &is_plain))
        return INGRESS_FREE;
    if (!is_plain ||
        rtnl_cls_alloc_cache(sock, index, NET_INGRESS, &filters) < 0)
        return INGRESS_FOREIGN;
    for (struct nl_object *o = nl_cache_get_first(filters); o;
         o = nl_cache_get_next(o)) {
        int target = redirect_target((struct rtnl_cls *)o);
        has_pass |= target == -3;
        if (target <= -2)
            continue;
        if (target == 0) {
            found = INGRESS_STALE;
            continue;
        }
        found = target > 0 && is_tap(sock, target) ? INGRESS_TAKEN
                                                   : INGRESS_FOREIGN;
        break;
    }
    nl_cache_free(filters);
    /* Ours never stands alone. */
    return found == INGRESS_EMPTY && has_pass ? INGRESS_FOREIGN : found;
}

int net_if_free(struct nl_sock *sock, int index, const char *name,
                struct err *err)
{
    switch (look(sock, index)) {
    case INGRESS_FREE:
        return 0;
    case INGRESS_EMPTY:
    case INGRESS_STALE:
        break;
    case INGRESS_TAKEN:
        return err_say(err, EBUSY,
                       "%s: the unikernel of another container has taken this "
                       "interface; two cannot share a network namespace",
                       name);
    case INGRESS_FOREIGN:
        return err_say(err, EEXIST,
                       "%s: has an ingress or clsact qdisc of its own, which "
                       "a unikernel's network cannot share",
                       name);
    }
    int rc = ingress_change(sock, index, false);
    return rc < 0
               ? net_err_nl(err, rc, "%s: take a stale redirection away", name)
               : 0;
}

void net_if_clean(struct nl_sock *sock, int index)
{
    if (look(sock, index) == INGRESS_STALE)
        (void)ingress_change(sock, index, false);
}

void net_if_unjoin(struct nl_sock *sock, int index)
{
    (void)ingress_change(sock, index, false);
}
