/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network's configuration: "key=value" or "key:INTERFACE=value" strings of
 * boot info, as the tender's options put them there (docs/abi.md):
 *     ip=10.0.0.2/24  ip:eth1=fd00::2/64  gw=10.0.0.1  dns=10.0.0.1
 *     route=192.168.0.0/16,10.0.0.9  mtu=9000  dhcp=1  search=example.org
 *     ipv6=off
 * What cannot be understood is told on the console and left out.
 */
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/ip4.h"
#include "lwip/ip6.h"
#include "lwip/nd6.h"

#include "base.h"
#include "net.h"
#include "net_hooks.h"

static ip_addr_t dns[NET_DNS_MAX];
static uint32_t dns_count;
static char search[256];

static void complain(const char *entry, const char *want)
{
    print_err("septum: net: %s: expected %s\n", entry, want);
}

/* The key's length if the entry has it, with or without an interface. */
static const char *match(const char *entry, const char *key,
                         char name[UNI_NAME_MAX])
{
    size_t len = strlen(key), n = 0;

    name[0] = '\0';
    if (strncmp(entry, key, len) != 0)
        return NULL;
    entry += len;
    if (*entry == ':') {
        for (entry++; *entry && *entry != '=' && n < UNI_NAME_MAX - 1; entry++)
            name[n++] = *entry;
        name[n] = '\0';
    }
    return *entry == '=' ? entry + 1 : NULL;
}

static struct net_port *find_port(const char *name)
{
    for (uint32_t i = 0; i < net_port_count; i++)
        if (!name[0] || strcmp(net_ports[i].name, name) == 0)
            return &net_ports[i];
    return NULL;
}

/* ADDR or ADDR/LEN up to `end`; *prefix is the whole address without LEN. */
static bool parse_net(const char *text, char end, ip_addr_t *addr,
                      unsigned *prefix, const char **rest)
{
    char buf[64];
    size_t n = 0;

    while (text[n] && text[n] != end && text[n] != '/' && n < sizeof buf - 1) {
        buf[n] = text[n];
        n++;
    }
    buf[n] = '\0';
    if (!ipaddr_aton(buf, addr))
        return false;
    unsigned max = IP_IS_V6(addr) ? 128 : 32;
    *prefix = max;
    if (text[n] == '/') {
        unsigned value = 0, digits = 0;

        for (n++; text[n] >= '0' && text[n] <= '9' && digits < 4; n++, digits++)
            value = value * 10 + (unsigned)(text[n] - '0');
        if (!digits || value > max)
            return false;
        *prefix = value;
    }
    if (text[n] != '\0' && text[n] != end)
        return false;
    *rest = text[n] ? text + n + 1 : text + n;
    return true;
}

static void add_ip6(struct net_port *port, const ip_addr_t *addr,
                    unsigned prefix, const char *entry)
{
    s8_t idx;

    if (port->has_no_ip6) {
        complain(entry, "an interface with IPv6");
        return;
    }
    if (netif_add_ip6_address(port->netif, ip_2_ip6(addr), &idx) != ERR_OK) {
        complain(entry, "at most seven IPv6 addresses");
        return;
    }
    netif_ip6_addr_set_state(port->netif, idx, IP6_ADDR_PREFERRED);
    /* Not "static", for that would make a /64 of it: the table has it. */
    netif_ip6_addr_set_valid_life(port->netif, idx, IP6_ADDR_LIFE_INFINITE);
    netif_ip6_addr_set_pref_life(port->netif, idx, IP6_ADDR_LIFE_INFINITE);
    (void)net_route_add(addr, prefix, NULL, port->netif);
}

static void add_ip(struct net_port *port, const char *value, const char *entry)
{
    ip_addr_t addr;
    ip4_addr_t mask;
    unsigned prefix;
    const char *rest;

    if (!parse_net(value, '\0', &addr, &prefix, &rest)) {
        complain(entry, "ADDRESS/LENGTH");
        return;
    }
    if (IP_IS_V6(&addr)) {
        add_ip6(port, &addr, prefix, entry);
        return;
    }
    mask.addr = lwip_htonl(prefix ? ~0u << (32 - prefix) : 0);
    if (ip4_addr_isany(netif_ip4_addr(port->netif)))
        netif_set_addr(port->netif, ip_2_ip4(&addr), &mask, IP4_ADDR_ANY4);
    else if (!net_if_add(port, ip_2_ip4(&addr), &mask))
        complain(entry, "memory for one more address");
}

static void add_gw(struct net_port *port, const char *value, const char *entry)
{
    ip_addr_t gw, any;
    unsigned prefix;
    const char *rest;

    if (!parse_net(value, '\0', &gw, &prefix, &rest)) {
        complain(entry, "ADDRESS");
        return;
    }
    if (IP_IS_V6(&gw)) {
        ip_addr_set_any(true, &any);
    } else {
        ip_addr_set_any(false, &any);
        netif_set_gw(port->netif, ip_2_ip4(&gw));
    }
    (void)net_route_add(&any, 0, &gw, port->netif);
    netif_set_default(port->netif);
}

static void add_route(struct net_port *port, const char *value,
                      const char *entry)
{
    ip_addr_t dest, gw;
    unsigned prefix, gw_prefix;
    const char *rest;
    bool has_gw = false;

    if (parse_net(value, ',', &dest, &prefix, &rest)) {
        has_gw = *rest;
        if (!has_gw || parse_net(rest, '\0', &gw, &gw_prefix, &rest)) {
            if (net_route_add(&dest, prefix, has_gw ? &gw : NULL, port->netif) <
                0)
                complain(entry, "fewer routes");
            return;
        }
    }
    complain(entry, "NETWORK/LENGTH,GATEWAY");
}

static void add_dns(const char *value, const char *entry)
{
    if (dns_count < NET_DNS_MAX && ipaddr_aton(value, &dns[dns_count]))
        dns_count++;
    else
        complain(entry, "the address of a name server, at most three");
}

static void apply_one(const char *entry)
{
    static const char *const keys[] = {"ip", "gw", "route", "dhcp"};
    char name[UNI_NAME_MAX];
    const char *value = match(entry, "dns", name);

    if (value) {
        add_dns(value, entry);
        return;
    }
    value = match(entry, "search", name);
    if (value) {
        print_to(search, sizeof search, "%s", value);
        return;
    }
    for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        value = match(entry, keys[i], name);
        if (!value)
            continue;
        struct net_port *port = find_port(name);
        if (!port)
            complain(entry, "an interface given with --net");
        else if (i == 0)
            add_ip(port, value, entry);
        else if (i == 1)
            add_gw(port, value, entry);
        else if (i == 2)
            add_route(port, value, entry);
        else
            (void)dhcp_start(port->netif);
        return;
    }
}

static void apply_ipv6(const char *entry)
{
    char name[UNI_NAME_MAX];
    const char *value = match(entry, "ipv6", name);
    struct net_port *port = value ? find_port(name) : NULL;

    if (!value)
        return;
    if (!port || strcmp(value, "off") != 0)
        complain(entry, "off, of an interface given with --net");
    else
        port->has_no_ip6 = true;
}

static void apply_mtu(const char *entry)
{
    char name[UNI_NAME_MAX];
    const char *value = match(entry, "mtu", name);
    struct net_port *port = value ? find_port(name) : NULL;
    uint32_t mtu = 0;

    if (!value)
        return;
    while (*value >= '0' && *value <= '9' && mtu < 100000)
        mtu = mtu * 10 + (uint32_t)(*value++ - '0');
    if (*value || mtu < 576 || mtu > 65535 || !port)
        complain(entry, "576 to 65535, of an interface given with --net");
    else
        port->mtu = mtu;
    if (port)
        port->has_mtu = true;
}

static void init_port(const struct uni_device *device)
{
    struct net_port *port = &net_ports[net_port_count];
    const struct uni_net_info *info = &device->u.net;

    if (net_port_count == NET_IF_MAX || info->vnet_hdr_len > NET_VNET_HDR_MAX)
        return;
    net_port_count++;
    port->handle = device->handle;
    port->hdr_len = info->vnet_hdr_len;
    port->offloads = info->vnet_hdr_len ? info->offloads : 0;
    port->mtu = info->mtu;
    memcpy(port->mac, info->mac, sizeof port->mac);
    memcpy(port->name, device->name, sizeof port->name);
}

void net_conf_apply(const struct uni_boot *boot)
{
    const struct uni_device *device =
        (const void *)((const char *)boot + boot->device_off);
    const char *conf = (const char *)boot + boot->conf_off, *entry = conf;

    for (uint32_t i = 0; i < boot->device_count; i++)
        if (device[i].cls == UNI_CLASS_NET)
            init_port(&device[i]);
    /* Before the netifs are made. */
    for (uint32_t i = 0; i < boot->confc; i++, entry += strlen(entry) + 1) {
        apply_mtu(entry);
        apply_ipv6(entry);
    }
    for (uint32_t i = 0; i < net_port_count; i++)
        if (!net_if_add(&net_ports[i], IP4_ADDR_ANY4, IP4_ADDR_ANY4))
            print_err("septum: net: %s: no memory\n", net_ports[i].name);
    if (net_port_count)
        netif_set_default(net_ports[0].netif);
    entry = conf;
    for (uint32_t i = 0; i < boot->confc; i++, entry += strlen(entry) + 1)
        apply_one(entry);
}

/* From a DHCP server's answer: dhcp.c, LWIP_DHCP_PROVIDE_DNS_SERVERS; lwIP's
 * dns.h declares it only with lwIP's resolver. */
void dns_setserver(u8_t idx, const ip_addr_t *addr);
void dns_setserver(u8_t idx, const ip_addr_t *addr)
{
    if (idx >= NET_DNS_MAX || idx > dns_count || !addr)
        return;
    dns[idx] = *addr;
    if (idx == dns_count)
        dns_count++;
}

void net_conf_domain(const struct pbuf *p, uint16_t offset, uint16_t len)
{
    char name[sizeof search] = "";

    if (search[0])
        return;
    len = pbuf_copy_partial(p, name, LWIP_MIN(len, sizeof name - 1), offset);
    for (uint16_t i = 0; i < len && name[i]; i++)
        if (name[i] < '-' || name[i] > 'z')
            return; /* no name of a domain */
    memcpy(search, name, len);
}

unsigned net_dns_servers(ip_addr_t servers[NET_DNS_MAX])
{
    for (uint32_t i = 0; i < dns_count; i++)
        servers[i] = dns[i];
    return dns_count;
}

const char *net_dns_search(void)
{
    return search;
}
