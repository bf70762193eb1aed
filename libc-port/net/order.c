/* SPDX-License-Identifier: Apache-2.0 */
/* In which order a name's addresses are tried: RFC 6724 s6. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"

/* RFC 6724 s2.1, the longest prefix first. */
static const struct policy {
    uint8_t prefix[16];
    uint8_t bits, precedence, label;
} policies[] = {
    {{[15] = 1}, 128, 50, 0},                /* ::1 */
    {{[10] = 0xff, [11] = 0xff}, 96, 35, 4}, /* ::ffff:0:0, IPv4 */
    {{0}, 96, 1, 3},
    {{0x20, 0x01}, 32, 5, 5},  /* Teredo */
    {{0x20, 0x02}, 16, 30, 2}, /* 6to4 */
    {{0x3f, 0xfe}, 16, 1, 12},
    {{0xfe, 0xc0}, 10, 1, 11},
    {{0xfc}, 7, 3, 13}, /* unique local */
    {{0}, 0, 40, 1},
};

/* What the rules look at. */
struct rank {
    struct net_addr addr;
    bool is_usable, is_scope_same, is_label_same;
    unsigned precedence, scope, common; /* common: bits, IPv6 only */
};

static void map(uint8_t out[16], int family, const void *addr)
{
    memset(out, 0, 16);
    if (family == AF_INET6) {
        memcpy(out, addr, 16);
        return;
    }
    out[10] = out[11] = 0xff;
    memcpy(out + 12, addr, 4);
}

static unsigned common_bits(const uint8_t a[16], const uint8_t b[16])
{
    unsigned n = 0;

    while (n < 128 && !((a[n / 8] ^ b[n / 8]) & 0x80 >> n % 8))
        n++;
    return n;
}

static const struct policy *policy_of(const uint8_t addr[16])
{
    const struct policy *policy = policies;

    while (common_bits(policy->prefix, addr) < policy->bits)
        policy++;
    return policy;
}

/* RFC 6724 s3.1, s3.2 */
static unsigned scope_of(const uint8_t addr[16])
{
    bool is_v4 = policy_of(addr)->label == 4;

    if (is_v4)
        return addr[12] == 127 || (addr[12] == 169 && addr[13] == 254) ? 2 : 14;
    if (addr[0] == 0xff)
        return addr[1] & 15;
    if (addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80)
        return 2;
    if (policy_of(addr)->label == 0)
        return 2;
    return addr[0] == 0xfe && (addr[1] & 0xc0) == 0xc0 ? 5 : 14;
}

/* The source that a packet there would have: what connect(2) chooses. */
static bool find_source(const struct net_addr *addr, uint8_t source[16])
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                               .sin6_port = htons(9),
                               .sin6_scope_id = addr->scope_id};
    bool is_v6 = addr->family == AF_INET6;
    struct sockaddr *to =
        is_v6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in;
    socklen_t len = is_v6 ? sizeof in6 : sizeof in;
    int fd = socket(addr->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool is_ok;

    if (fd < 0)
        return false;
    memcpy(&in.sin_addr, addr->addr, 4);
    memcpy(&in6.sin6_addr, addr->addr, 16);
    is_ok = connect(fd, to, len) == 0 && getsockname(fd, to, &len) == 0;
    close(fd);
    map(source, addr->family,
        is_v6 ? (void *)&in6.sin6_addr : (void *)&in.sin_addr);
    return is_ok;
}

static void rank_of(const struct net_addr *addr, struct rank *rank)
{
    uint8_t dest[16], source[16];

    memset(rank, 0, sizeof *rank);
    map(dest, addr->family, addr->addr);
    rank->addr = *addr;
    rank->precedence = policy_of(dest)->precedence;
    rank->scope = scope_of(dest);
    rank->is_usable = find_source(addr, source);
    if (!rank->is_usable)
        return;
    rank->is_scope_same = rank->scope == scope_of(source);
    rank->is_label_same = policy_of(dest)->label == policy_of(source)->label;
    if (addr->family == AF_INET6)
        rank->common = common_bits(dest, source);
}

/* Rules 1, 2, 5, 6, 8, 9: above 0 if a comes first. */
static int compare(const struct rank *a, const struct rank *b)
{
    if (a->is_usable != b->is_usable)
        return a->is_usable - b->is_usable;
    if (a->is_scope_same != b->is_scope_same)
        return a->is_scope_same - b->is_scope_same;
    if (a->is_label_same != b->is_label_same)
        return a->is_label_same - b->is_label_same;
    if (a->precedence != b->precedence)
        return (int)a->precedence - (int)b->precedence;
    if (a->scope != b->scope)
        return (int)b->scope - (int)a->scope;
    return a->addr.family == b->addr.family ? (int)a->common - (int)b->common
                                            : 0;
}

void net_order(struct net_answer *answer)
{
    struct rank ranks[ADDR_MAX];

    if (answer->count < 2)
        return;
    for (size_t i = 0; i < answer->count; i++) { /* equals stay as they are */
        struct rank rank;
        size_t at = i;

        rank_of(&answer->addr[i], &rank);
        for (; at > 0 && compare(&rank, &ranks[at - 1]) > 0; at--)
            ranks[at] = ranks[at - 1];
        ranks[at] = rank;
    }
    for (size_t i = 0; i < answer->count; i++)
        answer->addr[i] = ranks[i].addr;
}
