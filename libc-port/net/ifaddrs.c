/* SPDX-License-Identifier: Apache-2.0 */
/* getifaddrs(3), if_nametoindex(3). */
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdlib.h>
#include <string.h>

#include "libc.h"
#include "net-stack/sys_net.h"

struct item {
    struct ifaddrs entry; /* first: freeifaddrs frees this */
    char name[IF_NAMESIZE];
    struct sockaddr_storage addr, mask, broadcast;
};

static void fill_packet(struct item *item, const struct net_if_entry *from)
{
    struct sockaddr_ll *ll = (struct sockaddr_ll *)&item->addr;

    ll->sll_family = AF_PACKET;
    ll->sll_ifindex = (int)from->idx;
    ll->sll_hatype = from->flags & IFF_LOOPBACK ? 772 : 1;
    ll->sll_halen = 6;
    memcpy(ll->sll_addr, from->addr, 6);
}

static void fill4(struct item *item, const struct net_if_entry *from)
{
    struct sockaddr_in *addr = (struct sockaddr_in *)&item->addr;
    struct sockaddr_in *mask = (struct sockaddr_in *)&item->mask;
    struct sockaddr_in *broadcast = (struct sockaddr_in *)&item->broadcast;

    addr->sin_family = mask->sin_family = broadcast->sin_family = AF_INET;
    memcpy(&addr->sin_addr, from->addr, 4);
    mask->sin_addr.s_addr =
        htonl(from->prefix ? ~0u << (32 - from->prefix) : 0);
    broadcast->sin_addr.s_addr = addr->sin_addr.s_addr | ~mask->sin_addr.s_addr;
    item->entry.ifa_netmask = (struct sockaddr *)mask;
    if (from->flags & IFF_BROADCAST)
        item->entry.ifa_broadaddr = (struct sockaddr *)broadcast;
}

static void fill6(struct item *item, const struct net_if_entry *from)
{
    struct sockaddr_in6 *addr = (struct sockaddr_in6 *)&item->addr;
    struct sockaddr_in6 *mask = (struct sockaddr_in6 *)&item->mask;

    addr->sin6_family = mask->sin6_family = AF_INET6;
    memcpy(&addr->sin6_addr, from->addr, 16);
    if (IN6_IS_ADDR_LINKLOCAL(&addr->sin6_addr))
        addr->sin6_scope_id = from->idx;
    for (unsigned i = 0; i < from->prefix; i++)
        mask->sin6_addr.s6_addr[i / 8] |= (uint8_t)(0x80 >> i % 8);
    item->entry.ifa_netmask = (struct sockaddr *)mask;
}

int getifaddrs(struct ifaddrs **list)
{
    struct ifaddrs **last = list;
    struct net_if_entry from;

    *list = NULL;
    for (uint32_t i = 0; sys_net_if_entry(i, &from) == 0; i++) {
        struct item *item = calloc(1, sizeof *item);

        if (!item) {
            freeifaddrs(*list);
            errno = ENOMEM;
            return -1;
        }
        memcpy(item->name, from.name, sizeof item->name);
        item->entry.ifa_name = item->name;
        item->entry.ifa_flags = from.flags;
        item->entry.ifa_addr = (struct sockaddr *)&item->addr;
        if (from.family == AF_INET)
            fill4(item, &from);
        else if (from.family == AF_INET6)
            fill6(item, &from);
        else
            fill_packet(item, &from);
        *last = &item->entry;
        last = &item->entry.ifa_next;
    }
    return 0;
}

void freeifaddrs(struct ifaddrs *list)
{
    while (list) {
        struct ifaddrs *next = list->ifa_next;

        free(list);
        list = next;
    }
}

unsigned int if_nametoindex(const char *name)
{
    struct net_if_entry entry;

    for (uint32_t i = 0; sys_net_if_entry(i, &entry) == 0; i++)
        if (strncmp(entry.name, name, sizeof entry.name) == 0)
            return entry.idx;
    errno = ENODEV;
    return 0;
}

char *if_indextoname(unsigned int idx, char *name)
{
    struct net_if_entry entry;

    for (uint32_t i = 0; sys_net_if_entry(i, &entry) == 0; i++)
        if (entry.idx == idx)
            return strcpy(name, entry.name);
    errno = ENXIO;
    return NULL;
}

struct if_nameindex *if_nameindex(void)
{
    struct net_if_entry entry;
    struct if_nameindex *list = calloc(16, sizeof *list);
    size_t count = 0;

    if (!list)
        return NULL;
    for (uint32_t i = 0; count < 15 && sys_net_if_entry(i, &entry) == 0; i++) {
        if (entry.family != AF_PACKET)
            continue;
        list[count].if_index = entry.idx;
        list[count].if_name = strdup(entry.name);
        if (!list[count].if_name) {
            if_freenameindex(list);
            return NULL;
        }
        count++;
    }
    return list;
}

void if_freenameindex(struct if_nameindex *list)
{
    for (struct if_nameindex *entry = list; entry->if_name; entry++)
        free(entry->if_name);
    free(list);
}
