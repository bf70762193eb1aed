/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's network, handed over to the guest.
 *
 * Who calls what: `create` calls net_check() when the configuration has been
 * read, so that what can never work is refused before anything is made.
 * `start` calls net_plug() when the engine has configured the namespace
 * (that is the only moment at which all engines have), passes the arguments
 * and their descriptors to the parked init, then net_release(). When `start`
 * fails after net_plug(), net_undo() comes first. `delete` calls
 * net_unplug(); so does whoever cleans up after a guest that died.
 *
 * What lies in the namespace: each Ethernet interface keeps its name and
 * addresses, but all that arrives goes to a tap, whose other end is the
 * guest's handle; what the guest sends leaves by the interface. Where there is
 * a relay, its name server's own questions are answered in the namespace
 * (net_pass.c). The tap ends with its last descriptor, that is, with the guest.
 */
#ifndef RUNNC_NET_H
#define RUNNC_NET_H

#include <jansson.h>
#include <sys/types.h>

#include "common/err.h"
#include "uni_note.h"

#define NET_ARG_MAX 128u
#define NET_DNS_STREAM "dns"   /* the name that images declare */
#define NET_RELAY "septum-dns" /* the program beside ours */

/* One argument of the tender. With fd >= 0 text ends in "fd:" and whoever
 * knows the descriptor's number in the tender appends it. */
struct net_arg {
    char *text;
    int fd; /* or -1 */
};

struct net {
    struct net_arg arg[NET_ARG_MAX]; /* owned, descriptors too */
    unsigned arg_count;
    pid_t relay; /* a child: the name server's relay; or 0 */
    int netns;   /* owned; or -1. For net_undo(), as are: */
    struct {
        int index, tap_index; /* of an interface taken over */
    } joined[8];
    unsigned joined_count;
    char warning[256]; /* what the guest will have to do without, or "" */
};

struct net_request {
    int netns;            /* the container's, open */
    int userns;           /* the container's, where it is not ours; or -1 */
    bool is_last;         /* the caller ends: nobody comes back out */
    const json_t *config; /* config.json */
    const char *bundle;   /* absolute: what its paths are relative to */
    const struct uni_manifest *manifest; /* of the image: what it can take */
};

/*
 * Refuses, before anything is made, a configuration whose network the guest
 * cannot have: the host's own, or one that a path names which is none.
 */
int net_check(const json_t *config, struct err *err);

/*
 * Takes the interfaces over; gives the tender's arguments for them, for name
 * servers (from the file that the container sees as /etc/resolv.conf) and for
 * the host name. Starts the relay where a name server has a loopback address;
 * the caller may move net->relay to a cgroup. Single-threaded callers only: it
 * enters the namespace for a moment. On an error all is as it was.
 */
int net_plug(struct net *net, const struct net_request *req, struct err *err);

/* Takes back what net_plug() did: redirections, taps, relay. */
void net_undo(struct net *net);

/* Frees memory and closes descriptors; the plug stays as long as somebody
 * else has the descriptors. */
void net_release(struct net *net);

/*
 * After the guest's end: takes away redirections to taps that are gone, so
 * that the namespace (an engine's or a pod's) is as the engine left it. The
 * guests of others are not touched. A namespace that is gone is no error.
 * is_last: as in struct net_request.
 */
int net_unplug(const json_t *config, bool is_last, struct err *err);

#endif
