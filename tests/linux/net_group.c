/* SPDX-License-Identifier: Apache-2.0 */
/* Who is heard by a member of a multicast group: RFC 3678's sources, and what
 * a socket hears that is no member. All of it on the loopback. */
#include <net/if.h>
#include <stdint.h>

#include "net.h"

#define GROUP 0xef010203u /* 239.1.2.3 */
#define ME INADDR_LOOPBACK
#define OTHER (INADDR_LOOPBACK + 1)

static struct sockaddr_in here;
static int out;

static int member(int all)
{
    struct sockaddr_in any = {.sin_family = AF_INET};
    socklen_t len = sizeof here;
    int fd = socket(AF_INET, SOCK_DGRAM, 0), value = -1;
    socklen_t value_len = sizeof value;

    bind(fd, (void *)&any, sizeof any);
    getsockname(fd, (void *)&here, &len);
    here.sin_addr.s_addr = htonl(GROUP);
    say("all",
        getsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &value, &value_len));
    printf("%d\n", value);
    say("set all",
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &all, sizeof all));
    return fd;
}

/* What a member hears of a packet to the group. */
static void hear(int fd)
{
    char buf[8];

    say("sent", sendto(out, "abc", 3, 0, (void *)&here, sizeof here));
    usleep(20000);
    say("heard", recv(fd, buf, sizeof buf, MSG_DONTWAIT));
}

static void source(int fd, const char *what, int name, uint32_t from)
{
    struct ip_mreq_source req = {.imr_multiaddr.s_addr = htonl(GROUP),
                                 .imr_interface.s_addr = htonl(ME),
                                 .imr_sourceaddr.s_addr = htonl(from)};

    say(what, setsockopt(fd, IPPROTO_IP, name, &req, sizeof req));
}

static void whole(int fd, const char *what, int name)
{
    struct ip_mreq req = {.imr_multiaddr.s_addr = htonl(GROUP),
                          .imr_interface.s_addr = htonl(ME)};

    say(what, setsockopt(fd, IPPROTO_IP, name, &req, sizeof req));
}

/* By index and with any family's addresses. */
static void any(int fd, const char *what, int name, uint32_t from)
{
    struct group_source_req req = {.gsr_interface = if_nametoindex("lo")};
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(GROUP)};
    size_t len = sizeof req;

    memcpy(&req.gsr_group, &addr, sizeof addr);
    addr.sin_addr.s_addr = htonl(from);
    memcpy(&req.gsr_source, &addr, sizeof addr);
    if (name == MCAST_JOIN_GROUP || name == MCAST_LEAVE_GROUP)
        len = sizeof(struct group_req);
    say(what, setsockopt(fd, IPPROTO_IP, name, &req, (socklen_t)len));
}

static void sources(void)
{
    int fd = member(0);

    printf("-- sources\n");
    source(fd, "leave before", IP_DROP_SOURCE_MEMBERSHIP, ME);
    source(fd, "block before", IP_BLOCK_SOURCE, ME);
    source(fd, "join other", IP_ADD_SOURCE_MEMBERSHIP, OTHER);
    hear(fd);
    source(fd, "join me", IP_ADD_SOURCE_MEMBERSHIP, ME);
    source(fd, "join me again", IP_ADD_SOURCE_MEMBERSHIP, ME);
    hear(fd);
    source(fd, "block now", IP_BLOCK_SOURCE, ME);
    whole(fd, "join all", IP_ADD_MEMBERSHIP);
    source(fd, "leave me", IP_DROP_SOURCE_MEMBERSHIP, ME);
    hear(fd);
    source(fd, "leave other", IP_DROP_SOURCE_MEMBERSHIP, OTHER);
    hear(fd);
    whole(fd, "leave all", IP_DROP_MEMBERSHIP);
    for (uint32_t i = 0; i < 11; i++)
        source(fd, "many", IP_ADD_SOURCE_MEMBERSHIP, OTHER + i);
    close(fd);
}

static void blocked(void)
{
    int fd = member(0);

    printf("-- blocked\n");
    hear(fd);
    whole(fd, "join", IP_ADD_MEMBERSHIP);
    whole(fd, "join again", IP_ADD_MEMBERSHIP);
    hear(fd);
    source(fd, "block me", IP_BLOCK_SOURCE, ME);
    source(fd, "block me again", IP_BLOCK_SOURCE, ME);
    hear(fd);
    source(fd, "join me", IP_ADD_SOURCE_MEMBERSHIP, ME);
    source(fd, "unblock other", IP_UNBLOCK_SOURCE, OTHER);
    source(fd, "unblock me", IP_UNBLOCK_SOURCE, ME);
    hear(fd);
    whole(fd, "leave", IP_DROP_MEMBERSHIP);
    whole(fd, "leave again", IP_DROP_MEMBERSHIP);
    hear(fd);
    close(fd);
}

static void strangers(void)
{
    int fd = member(1), other = socket(AF_INET, SOCK_DGRAM, 0);

    printf("-- no member, but another is\n");
    whole(other, "join", IP_ADD_MEMBERSHIP);
    hear(fd);
    close(other);
    close(fd);
}

static void by_any(void)
{
    int fd = member(0);

    printf("-- any family\n");
    any(fd, "join", MCAST_JOIN_GROUP, ME);
    hear(fd);
    any(fd, "block", MCAST_BLOCK_SOURCE, ME);
    hear(fd);
    any(fd, "unblock", MCAST_UNBLOCK_SOURCE, ME);
    hear(fd);
    any(fd, "leave", MCAST_LEAVE_GROUP, ME);
    any(fd, "join other", MCAST_JOIN_SOURCE_GROUP, OTHER);
    hear(fd);
    any(fd, "join me", MCAST_JOIN_SOURCE_GROUP, ME);
    hear(fd);
    any(fd, "leave me", MCAST_LEAVE_SOURCE_GROUP, ME);
    any(fd, "leave other", MCAST_LEAVE_SOURCE_GROUP, OTHER);
    any(fd, "leave nobody", MCAST_LEAVE_SOURCE_GROUP, OTHER);
    say("no group", setsockopt(fd, IPPROTO_IP, MCAST_JOIN_GROUP, "", 1));
    close(fd);
}

int main(void)
{
    struct sockaddr_in me = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(ME)};
    struct in_addr lo = me.sin_addr;

    out = socket(AF_INET, SOCK_DGRAM, 0);
    say("bind", bind(out, (void *)&me, sizeof me));
    say("interface",
        setsockopt(out, IPPROTO_IP, IP_MULTICAST_IF, &lo, sizeof lo));
    sources();
    blocked();
    strangers();
    by_any();
    return 0;
}
