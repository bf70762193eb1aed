/* SPDX-License-Identifier: Apache-2.0 */
/* What the resolver's files share. */
#ifndef LIBC_PORT_NET_H
#define LIBC_PORT_NET_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_MAX_LEN 254 /* RFC 1035: 253 characters, and the NUL */
#define ADDR_MAX 32      /* addresses of one name that are kept */
#define SEARCH_MAX 6

struct net_addr {
    uint16_t family; /* AF_INET, AF_INET6 */
    uint8_t addr[16];
    uint32_t scope_id;
};

struct net_answer {
    struct net_addr addr[ADDR_MAX];
    size_t count;
    char canon[NAME_MAX_LEN + 1]; /* "": not known */
};

/* conf.c: resolv.conf(5); what the tender's options say comes first. */
struct net_resolv {
    struct net_addr server[3];
    unsigned server_count;
    char search[SEARCH_MAX][NAME_MAX_LEN + 1];
    unsigned search_count;
    unsigned ndots, timeout_s, attempts;
    bool rotate, use_tcp;
};
void net_resolv_read(struct net_resolv *conf);

/* conf.c: hosts(5); adds to the answer. 0, or EAI_NONAME. */
int net_hosts_find(const char *name, int family, struct net_answer *answer);
/* The first name of an address: true and *name. */
bool net_hosts_name(const struct net_addr *addr, char *name, size_t size);

/* dns.c: A and AAAA (family AF_UNSPEC: both) of exactly this name.
 * 0, EAI_NONAME, EAI_NODATA, EAI_AGAIN or EAI_FAIL. */
int net_dns_find(const struct net_resolv *conf, const char *name, int family,
                 struct net_answer *answer);
/* The name of an address; the same results. */
int net_dns_name(const struct net_resolv *conf, const struct net_addr *addr,
                 char *name, size_t size);

/* order.c: RFC 6724. */
void net_order(struct net_answer *answer);

/* resolve.c: hosts file, then DNS with the search list. */
int net_resolve(const char *name, int family, struct net_answer *answer);

#endif
