/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name server on the host's side of a loopback address, as container
 * engines have it: dns-relay=ADDRESS in boot info and the stream "dns". A
 * datagram to that address and port 53 goes to a process of the host, as one
 * message: the sender's port, two bytes in the machine's order, and the data.
 * Answers come back in the same form.
 */
#include <lwip/ip.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/udp.h>

#include "event.h"
#include "hc.h"
#include "libos.h"
#include "net.h"
#include "net_relay.h"
#include "sys.h"

#define DNS_PORT 53
#define MESSAGE_MAX 4098u /* the port, and what resolvers take by UDP */

static ip_addr_t server;
static uint32_t stream; /* handle; 0: there is none */
static bool is_known;

static void find(void)
{
    const struct uni_boot *boot = sys_boot();
    const struct uni_device *device =
        (const void *)((const char *)boot + boot->device_off);
    const char *value = libos_conf("dns-relay");
    is_known = true;
    if (!value || !ipaddr_aton(value, &server))
        return;
    for (uint32_t i = 0; i < boot->device_count; i++)
        if (device[i].cls == UNI_CLASS_STREAM && !strcmp(device[i].name, "dns"))
            stream = device[i].handle;
}

bool net_relay_has(const ip_addr_t *ip, uint16_t port)
{
    if (!is_known)
        find();
    return stream && port == DNS_PORT && ip_addr_cmp(ip, &server);
}

/* One answer: to the socket that still has the port. */
static void deliver(const uint8_t *message, size_t len)
{
    uint16_t port;
    memcpy(&port, message, sizeof port);
    struct udp_pcb *pcb = udp_pcbs;
    while (pcb && pcb->local_port != port)
        pcb = pcb->next;
    struct pbuf *p =
        pcb && pcb->recv
            ? pbuf_alloc(PBUF_RAW, (uint16_t)(len - sizeof port), PBUF_RAM)
            : NULL;
    if (!p)
        return; /* as datagrams may be lost */
    (void)pbuf_take(p, message + sizeof port, (uint16_t)(len - sizeof port));
    /* Who takes it looks at the packet that it came with. */
    static const struct ip_hdr header;
    ip_data.current_ip4_header = &header;
    ip_data.current_iphdr_dest = server;
    ip_data.current_input_netif = netif_list;
    pcb->recv(pcb->recv_arg, pcb, p, &server, DNS_PORT);
    ip_data.current_ip4_header = NULL;
    ip_data.current_input_netif = NULL;
}

static void receive(void *arg)
{
    static uint8_t message[MESSAGE_MAX];
    (void)arg;
    for (;;) {
        long got = hc_read(stream, message, sizeof message);
        if (got == -LINUX_EAGAIN || got == -LINUX_EINTR)
            return;
        if (got <= 0) { /* nobody is there any more */
            event_set_callback(stream, NULL, NULL);
            return;
        }
        if (got > 2)
            deliver(message, (size_t)got);
    }
}

long net_relay_send(struct udp_pcb *pcb, const struct pbuf *p)
{
    uint8_t message[MESSAGE_MAX];
    if (!pcb->local_port && udp_bind(pcb, IP_ANY_TYPE, 0) != ERR_OK)
        return -LINUX_EAGAIN;
    if (p->tot_len > sizeof message - 2)
        return -LINUX_EMSGSIZE;
    memcpy(message, &pcb->local_port, 2);
    (void)pbuf_copy_partial(p, message + 2, p->tot_len, 0);
    event_set_callback(stream, receive, NULL);
    long done = hc_write(stream, message, p->tot_len + 2u);
    /* A full socket loses it, as a network would. */
    return done < 0 && done != -LINUX_EAGAIN ? -LINUX_ECONNREFUSED : 0;
}
