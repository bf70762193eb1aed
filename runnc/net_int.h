/* SPDX-License-Identifier: Apache-2.0 */
/* What the files runnc/net*.c share. */
#ifndef RUNNC_NET_INT_H
#define RUNNC_NET_INT_H

#include <net/if.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "runnc/net.h"

#define NET_TAP "septum" /* how names of our taps begin */
#define NET_IF_MAX 8u    /* interfaces a guest takes */

/* An Ethernet interface of the container that is up. */
struct net_if {
    char name[IFNAMSIZ];
    int index;
    uint8_t mac[6];
    uint32_t mtu;
    bool has_default;   /* an IPv4 or IPv6 default route leads out of it */
    const char *device; /* what the image calls it; NULL: nothing wants it */
};

struct net_ifs {
    struct net_if at[NET_IF_MAX];
    unsigned count;
};

/*
 * net_args.c: the list of arguments.
 */
__attribute__((format(printf, 3, 4))) int
net_arg_add(struct net *net, struct err *err, const char *fmt, ...);
/* The same with a descriptor, which the list owns from here; "fd:" is the
 * text's end. On an error it is closed. */
__attribute__((format(printf, 4, 5))) int
net_arg_add_fd(struct net *net, int fd, struct err *err, const char *fmt, ...);
/* Adds to net->warning. */
__attribute__((format(printf, 2, 3))) void net_warn(struct net *net,
                                                    const char *fmt, ...);

/*
 * net_read.c: what the engine has configured. In the container's namespace.
 */
int net_read_ifs(struct net_ifs *ifs, struct nl_sock *sock, struct net *net,
                 struct err *err);
/* Addresses, routes, gateways of those that have a device, as arguments. */
int net_read_conf(struct net *net, const struct net_ifs *ifs,
                  struct nl_sock *sock, struct err *err);

/*
 * net_plug.c: one interface and its tap. In the container's namespace.
 */
/* A tap that ends with the descriptor returned; no cable in it. */
int net_tap_new(int *index, struct err *err);
/* Joins the two, both ways. On an error nothing is left. */
int net_join(struct nl_sock *sock, const struct net_if *nif, int tap_index,
             struct err *err);
/* Has another guest taken it? Then -EBUSY; what a dead one has left is taken
 * away; an ingress qdisc of somebody else's: -EEXIST. */
int net_if_free(struct nl_sock *sock, int index, const char *name,
                struct err *err);
/* Takes net_join()'s part on the interface away if its tap is gone. */
void net_if_clean(struct nl_sock *sock, int index);
/* The same whether or not it is gone. */
void net_if_unjoin(struct nl_sock *sock, int index);

/*
 * net_pass.c: lets through what docker's name server needs. In the container's
 * namespace, after net_join(); goes with its part. -errno.
 */
#define NET_PASS_PRIO 1 /* before the redirection */
#define NET_PASS_NAME "septum_pass"
#define NET_INGRESS 0xffff0000u /* linux/pkt_sched.h: tc's "ffff:" */
int net_pass(struct nl_sock *sock, int index, int tap_index);

/*
 * net_dns.c: name servers, search domains, the relay.
 */
int net_dns(struct net *net, const struct net_request *req, struct err *err);

/* Text for libnl's errors (positive or negative); *_set as err_set. */
__attribute__((format(printf, 3, 4))) int net_err_nl(struct err *err, int code,
                                                     const char *fmt, ...);

#endif
