/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a DHCP server tells beyond lwIP's own: the domain (RFC 2132 s3.17), the
 * MTU (s5.1), static routes (RFC 3442). Its words are not trusted: what does
 * not make sense is as if it were not there.
 */
#include "lwip/ip4_addr.h"

#include "base.h"
#include "net.h"
#include "net_hooks.h"

#define OPTION_DOMAIN 15
#define OPTION_MTU 26
#define OPTION_ROUTES 121
#define MTU_MIN 576u

/* The tap's own MTU or that of --mtu is the most. */
static void take_mtu(struct netif *netif, const uint8_t *data, size_t len)
{
    struct net_port *port = netif->state;
    uint32_t mtu = len == 2 ? (uint32_t)(data[0] << 8 | data[1]) : 0;

    if (port->has_mtu || mtu < MTU_MIN || mtu > port->mtu)
        return;
    port->mtu = mtu;
    netif->mtu = (uint16_t)mtu;
    netif->mtu6 = LWIP_MIN(netif->mtu6, netif->mtu);
}

/* Each: length of the prefix, its significant bytes, the router. */
static void take_routes(struct netif *netif, const uint8_t *data, size_t len)
{
    struct net_port *port = netif->state;
    size_t pos = 0;

    net_route_drop_dhcp(netif);
    while (pos < len) {
        unsigned prefix = data[pos++], bytes = (prefix + 7) / 8;
        ip_addr_t dest = IPADDR4_INIT(0), gw = IPADDR4_INIT(0);

        if (prefix > 32 || len - pos < bytes + 4)
            return;
        memcpy(&ip_2_ip4(&dest)->addr, data + pos, bytes);
        memcpy(&ip_2_ip4(&gw)->addr, data + pos + bytes, 4);
        pos += bytes + 4;
        if (prefix < 32)
            ip_2_ip4(&dest)->addr &= lwip_htonl(~(~0u >> prefix));
        port->has_no_router = true; /* RFC 3442: routes and router: routes */
        if (net_route_add_dhcp(&dest, prefix,
                               ip_addr_isany_val(gw) ? NULL : &gw, netif) < 0)
            return;
    }
}

void net_hook_dhcp_option(struct netif *netif, uint8_t option, uint8_t len,
                          const struct pbuf *p, uint16_t offset)
{
    uint8_t data[UINT8_MAX];

    if (option == OPTION_DOMAIN)
        net_conf_domain(p, offset, len);
    if (option != OPTION_MTU && option != OPTION_ROUTES)
        return;
    if (pbuf_copy_partial(p, data, len, offset) != len)
        return;
    if (option == OPTION_MTU)
        take_mtu(netif, data, len);
    else
        take_routes(netif, data, len);
}
