/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile frames: driver, lwIP and sockets as a guest has them, with sockets
 * of each kind open. An input is a list of records: an operation, two bytes
 * of arguments, and its bytes. Each frame lies in a block of its own, so that
 * ASan sees a byte read behind it. Afterwards all memory must be back.
 *
 * objs: tests/lib/libos_host.c tests/lib/net_host.c
 *
 * objs: libos/tmpfs_lower.c
 *
 * objs: libos/fd.c libos/file_io.c libos/walk.c
 *
 * objs: libos/vfs.c libos/namei.c libos/path.c libos/tmpfs.c libos/lock.c
 *
 * objs: libos/tmpfs_dir.c libos/tmpfs_data.c libos/erofs.c libos/pipe.c
 *
 * objs: libos/poll.c libos/dev.c net-stack/net_conf.c net-stack/net_dhcp.c
 * objs: net-stack/net_errors.c net-stack/net_pmtu.c
 *
 * objs: net-stack/net_relay*.c
 *
 * objs: net-stack/net_direct*.c net-stack/net_if.c net-stack/net_route.c
 *
 * objs: net-stack/net_syn.c net-stack/net_tcp_*.c
 *
 * objs: net-stack/net_timer.c net-stack/net_tx.c net-stack/sock*.c
 *
 * objs: @OUT@/src/lwip-patched/src/netif/ethernet.c
 *
 * objs: @OUT@/src/lwip-patched/src/core/[!dit]*.c
 *
 * objs: @OUT@/src/lwip-patched/src/core/ip.c
 *
 * objs: @OUT@/src/lwip-patched/src/core/inet_chksum.c
 *
 * objs: @OUT@/src/lwip-patched/src/core/def.c
 *
 * objs: @OUT@/src/lwip-patched/src/core/tcp*.c
 *
 * objs: @OUT@/src/lwip-patched/src/core/ipv4/[dei]*.c
 *
 * objs: @OUT@/src/lwip-patched/src/core/ipv6/[eimn]*.c
 *
 * cflags: -w -fno-sanitize=alignment -Inet-stack/port -Inet-stack
 *
 * cflags: -I@OUT@/src/lwip-patched/src/include
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "hc.h"
#include "libos.h"
#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/igmp.h"
#include "lwip/inet_chksum.h"
#include "lwip/ip4_frag.h"
#include "lwip/ip6_frag.h"
#include "lwip/mld6.h"
#include "lwip/nd6.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/raw.h"
#include "lwip/udp.h"
#include "net.h"
#include "net_sock.h"
#include "sys.h"
#include "sys_net.h"
#include "tests/lib/libos_host.h"
#include "tests/lib/net_host.h"
#include "thread.h"

#define FRAME_MAX 2048u

/*
 * A guest with two interfaces and sockets of all kinds.
 */
static struct {
    struct uni_boot boot;
    struct uni_device device[2];
    char conf[256];
} machine;
enum { LISTENER, UDP, UDP6, PING, RAW6, MDNS, FIXED_COUNT };
static int fixed[FIXED_COUNT], dialled, accepted[8];

static int open_bound(int type, int protocol, int family, uint16_t port)
{
    struct net_sockaddr_in6 addr = {.family = (uint16_t)family,
                                    .port = lwip_htons(port)};
    int fd = (int)sys_socket(family, type | NET_SOCK_NONBLOCK, protocol);

    if (fd < 0 ||
        (port &&
         sys_bind(fd, &addr, family == NET_AF_INET ? 16 : sizeof addr) < 0))
        abort();
    return fd;
}

static void set_up(void)
{
    static const char conf[] = "ip=10.0.0.2/24\0ip=fd00::2/64\0gw=10.0.0.1\0"
                               "dhcp:eth1=1\0route=10.9.0.0/16,10.0.0.7";
    uint32_t group[2] = {lwip_htonl(0xe00000fb), 0};
    int on = 1;

    machine.boot.device_count = 2;
    machine.boot.device_off = offsetof(typeof(machine), device);
    machine.boot.conf_off = offsetof(typeof(machine), conf);
    machine.boot.confc = 5;
    memcpy(machine.conf, conf, sizeof conf);
    for (int i = 0; i < 2; i++) {
        struct uni_device *device = &machine.device[i];

        device->cls = UNI_CLASS_NET;
        device->handle = (uint32_t)(3 + i);
        snprintf(device->name, sizeof device->name, "eth%d", i);
        device->u.net = (struct uni_net_info){
            .mac = {2, 0, 0, 0, 0, (uint8_t)(2 + i)},
            .vnet_hdr_len = HDR_LEN,
            .mtu = 1500,
            .offloads = i ? 0 : UNI_NET_CSUM | UNI_NET_TSO4 | UNI_NET_TSO6};
    }
    libos_boot = &machine.boot;
    host_mount(NULL, 0);
    mem_init();
    memp_init();
    netif_init();
    udp_init();
    tcp_init();
    igmp_init();
    net_errors_init();
    net_conf_apply(&machine.boot);
    fixed[LISTENER] = open_bound(NET_STREAM, 0, NET_AF_INET6, 80);
    sys_listen(fixed[LISTENER], 8);
    fixed[UDP] = open_bound(NET_DGRAM, 0, NET_AF_INET, 53);
    fixed[UDP6] = open_bound(NET_DGRAM, 0, NET_AF_INET6, 54);
    fixed[PING] = open_bound(NET_DGRAM, 1, NET_AF_INET, 0);
    fixed[RAW6] = open_bound(NET_RAW, 58, NET_AF_INET6, 0);
    fixed[MDNS] = open_bound(NET_DGRAM, 0, NET_AF_INET, 5353);
    sys_setsockopt(fixed[MDNS], 0, 35, group, sizeof group);
    for (int i = 0; i < FIXED_COUNT; i++) { /* as much told as there is */
        sys_setsockopt(fixed[i], 0, 8, &on, sizeof on);
        sys_setsockopt(fixed[i], 0, 11, &on, sizeof on);
        sys_setsockopt(fixed[i], 0, 12, &on, sizeof on);
        sys_setsockopt(fixed[i], 41, 49, &on, sizeof on);
        sys_setsockopt(fixed[i], 41, 25, &on, sizeof on);
    }
}

static void tick(unsigned count)
{
    while (count--) {
        tcp_tmr();
        etharp_tmr();
        nd6_tmr();
        ip_reass_tmr();
        ip6_reass_tmr();
        igmp_tmr();
        mld6_tmr();
        dhcp_fine_tmr();
        net_errors_tick();
        net_loop_run();
    }
}

/*
 * Operations.
 */
static void feed(unsigned port, const uint8_t *data, size_t len)
{
    net_host_frame = data;
    net_host_len = len;
    (void)net_port_run(&net_ports[port & 1], 1);
    net_loop_run();
}

static const uint8_t us[6] = {2, 0, 0, 0, 0, 2}, they[6] = {2, 0, 0, 0, 0, 1};

/* Header of a frame of `type` to us: 12 bytes of virtio, sums trusted. */
static uint8_t *begin(uint8_t *frame, unsigned port, uint16_t type)
{
    memset(frame, 0, HDR_LEN);
    frame[0] = 2; /* DATA_VALID */
    memcpy(frame + HDR_LEN, us, 6);
    frame[HDR_LEN + 5] = (uint8_t)(2 + (port & 1));
    memcpy(frame + HDR_LEN + 6, they, 6);
    frame[HDR_LEN + 12] = (uint8_t)(type >> 8);
    frame[HDR_LEN + 13] = (uint8_t)type;
    return frame + HDR_LEN + 14;
}

/* An IPv4 packet: the header is made, what is in it is given. */
static void feed_ip4(unsigned port, uint8_t proto, uint16_t frag,
                     const uint8_t *data, size_t len)
{
    uint8_t frame[FRAME_MAX + 64], *ip = begin(frame, port, 0x0800);
    const uint8_t head[20] = {0x45,
                              0,
                              (uint8_t)((len + 20) >> 8),
                              (uint8_t)(len + 20),
                              0,
                              9,
                              (uint8_t)(frag >> 8),
                              (uint8_t)frag,
                              64,
                              proto,
                              0,
                              0,
                              10,
                              0,
                              0,
                              1,
                              10,
                              0,
                              0,
                              2};

    memcpy(ip, head, 20);
    memcpy(ip + 20, data, len);
    uint16_t sum = inet_chksum(ip, 20);
    memcpy(ip + 10, &sum, 2);
    if (proto == 1 && len >= 4) {
        ip[22] = ip[23] = 0;
        sum = inet_chksum(ip + 20, (uint16_t)len);
        memcpy(ip + 22, &sum, 2);
    }
    feed(port, frame, (size_t)(ip + 20 + len - frame));
}

static void feed_ip6(unsigned port, uint8_t next, const uint8_t *data,
                     size_t len)
{
    uint8_t frame[FRAME_MAX + 64], *ip = begin(frame, port, 0x86dd);

    memset(ip, 0, 40);
    ip[0] = 0x60;
    ip[4] = (uint8_t)(len >> 8);
    ip[5] = (uint8_t)len;
    ip[6] = next;
    ip[7] = 255;
    ip[8] = ip[24] = 0xfd;
    ip[23] = 1;
    ip[39] = 2;
    memcpy(ip + 40, data, len);
    if (next == 58 && len >= 4) { /* RFC 8200 s8.1 */
        uint8_t pseudo[FRAME_MAX + 64] = {0};

        memcpy(pseudo, ip + 8, 32);
        pseudo[34] = ip[4];
        pseudo[35] = ip[5];
        pseudo[39] = 58;
        ip[42] = ip[43] = 0;
        memcpy(pseudo + 40, ip + 40, len);
        uint16_t sum = inet_chksum(pseudo, (uint16_t)(40 + len));
        memcpy(ip + 42, &sum, 2);
    }
    feed(port, frame, (size_t)(ip + 40 + len - frame));
}

/* A segment that fits the nth connection, or one for the listener: `data` is
 * flags, two small offsets, the data offset, then options and payload. */
static void feed_tcp(unsigned nth, const uint8_t *data, size_t len)
{
    uint8_t tcp[FRAME_MAX] = {0};
    struct tcp_pcb *pcb = tcp_active_pcbs;
    uint16_t from = (uint16_t)(4000 + nth), to = 80;
    uint32_t seq = 1000, ack = 0;

    if (len < 4)
        return;
    while (pcb && nth--)
        pcb = pcb->next;
    if (pcb) {
        from = pcb->remote_port;
        to = pcb->local_port;
        seq = pcb->rcv_nxt;
        ack = pcb->snd_nxt;
    }
    seq += (uint32_t)((int8_t)data[1] * (data[0] & 0x80 ? 500 : 1));
    ack += (uint32_t)(int8_t)data[2];
    const uint8_t head[20] = {(uint8_t)(from >> 8),
                              (uint8_t)from,
                              (uint8_t)(to >> 8),
                              (uint8_t)to,
                              (uint8_t)(seq >> 24),
                              (uint8_t)(seq >> 16),
                              (uint8_t)(seq >> 8),
                              (uint8_t)seq,
                              (uint8_t)(ack >> 24),
                              (uint8_t)(ack >> 16),
                              (uint8_t)(ack >> 8),
                              (uint8_t)ack,
                              (uint8_t)(0x50 + (data[3] & 0xf0)),
                              (uint8_t)(data[0] & 0x7f),
                              data[3],
                              data[2]};
    memcpy(tcp, head, 20);
    memcpy(tcp + 20, data + 4, len - 4);
    feed_ip4(0, 6, 0, tcp, len + 16);
}

static void dial(void)
{
    struct net_sockaddr_in peer = {NET_AF_INET, lwip_htons(8080),
                                   lwip_htonl(0x0a000001)};

    if (dialled >= 0)
        return;
    dialled = (int)sys_socket(NET_AF_INET, NET_STREAM | NET_SOCK_NONBLOCK, 0);
    if (dialled >= 0)
        (void)sys_connect(dialled, &peer, sizeof peer);
}

static void use_socket(int fd, unsigned what, const uint8_t *data, size_t len)
{
    static uint8_t buf[70000], control[512];
    union net_sockaddr from;
    struct linux_iovec iov = {buf, what & 8 ? 7 : sizeof buf};
    struct linux_msghdr msg = {.name = &from,
                               .name_len = sizeof from,
                               .iov = &iov,
                               .iov_count = 1,
                               .control = control,
                               .control_len = what & 16 ? 3 : sizeof control};

    switch (what & 7) {
    case 0:
    case 1:
        (void)sys_recvmsg(fd, &msg, what & 32 ? NET_MSG_PEEK : 0);
        break;
    case 2:
        (void)sys_recvmsg(fd, &msg, NET_MSG_ERRQUEUE);
        break;
    case 3:
        (void)sys_sendto(fd, data, len, what & 8 ? NET_MSG_MORE : 0, NULL, 0);
        break;
    case 4:
        (void)sys_sendto(fd, buf, what * 256, 0, NULL, 0);
        break;
    case 5:
        (void)sys_shutdown(fd, (int)(what >> 3) % 3);
        break;
    case 6:
        (void)sys_getsockopt(fd, 6, 11, buf, &(uint32_t){200});
        (void)sys_getsockopt(fd, 1, 4, buf, &(uint32_t){4});
        break;
    case 7:
        (void)sys_setsockopt(fd, what & 8 ? 6 : 0, (int)(what >> 4), data,
                             (uint32_t)len);
        break;
    }
}

static void socket_step(unsigned which, unsigned what, const uint8_t *data,
                        size_t len)
{
    int *slot = &accepted[which & 7];

    if (which & 8) {
        if ((what & 7) != 5) /* these stay open for the next input */
            use_socket(fixed[which % FIXED_COUNT], what, data, len);
    } else if (which & 16) {
        dial();
        if (dialled >= 0)
            use_socket(dialled, what, data, len);
    } else if (*slot < 0) {
        *slot =
            (int)sys_accept4(fixed[LISTENER], NULL, NULL, NET_SOCK_NONBLOCK);
    } else if (what == 0xff) {
        sys_close(*slot);
        *slot = -1;
    } else {
        use_socket(*slot, what, data, len);
    }
}

static void step(uint8_t op, uint8_t arg, const uint8_t *data, size_t len)
{
    switch (op & 7) {
    case 0: /* a frame as it is */
        feed(arg, data, len);
        break;
    case 1: { /* of this Ethernet type */
        static const uint16_t types[4] = {0x0800, 0x0806, 0x86dd, 0x8100};
        uint8_t frame[FRAME_MAX + 64];
        uint8_t *at = begin(frame, arg, types[arg >> 1 & 3]);
        memcpy(at, data, len);
        feed(arg, frame, (size_t)(at - frame) + len);
        break;
    }
    case 2:
        feed_ip4(op >> 3 & 1, arg, 0, data, len);
        break;
    case 3: /* fragments */
        feed_ip4(0, 17, (uint16_t)((arg & 0x80 ? 0x2000 : 0) | (arg & 0x7f)),
                 data, len);
        break;
    case 4:
        feed_ip6(op >> 3 & 1, arg, data, len);
        break;
    case 5:
        feed_tcp(arg & 7, data, len);
        break;
    case 6:
        socket_step(op >> 3, arg, data, len);
        break;
    case 7:
        tick(arg & 63);
        break;
    }
}

static void drain(int fd)
{
    uint8_t buf[16];

    /* Empty datagrams are none that end it. */
    for (int i = 0; i < 5000; i++)
        if (sys_recvfrom(fd, buf, sizeof buf, 0, NULL, NULL) < 0)
            break;
    use_socket(fd, 2, NULL, 0);
}

/* All that an input has left behind goes. */
static void clean_up(void)
{
    int fd;

    while ((fd = (int)sys_accept4(fixed[LISTENER], NULL, NULL, 0x800)) >= 0)
        sys_close(fd);
    for (int i = 0; i < 8; i++)
        if (accepted[i] >= 0)
            sys_close(accepted[i]);
    if (dialled >= 0)
        sys_close(dialled);
    for (int i = UDP; i < FIXED_COUNT; i++)
        for (int k = 0; k < 9; k++)
            drain(fixed[i]);
    while (tcp_active_pcbs)
        tcp_abandon(tcp_active_pcbs, 0);
    while (tcp_tw_pcbs)
        tcp_abandon(tcp_tw_pcbs, 0);
    tick(62); /* fragments wait for a minute */
    for (uint32_t i = 0; i < net_port_count; i++) {
        etharp_cleanup_netif(net_ports[i].netif);
        nd6_cleanup_netif(net_ports[i].netif);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_up;
    static long before;
    /* Who has 10.0.0.2, tell 10.0.0.1: RFC 826. */
    static const uint8_t ask[28] = {0,  1, 8, 0, 6, 4, 0, 1, 2, 0, 0,  0, 0, 1,
                                    10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2};

    if (!is_up) {
        set_up();
        memset(accepted, -1, sizeof accepted);
        dialled = -1;
        clean_up();
        before = net_host_blocks;
        is_up = true;
    }
    memset(accepted, -1, sizeof accepted);
    dialled = -1;
    step(1, 2, ask, sizeof ask);
    while (size >= 4) {
        size_t len = data[2] | (size_t)(data[3] & 7) << 8;

        if (len > size - 4)
            len = size - 4;
        if (len > 1600)
            len = 1600;
        step(data[0], data[1], data + 4, len);
        data += 4 + len;
        size -= 4 + len;
    }
    clean_up();
    if (net_host_blocks > before) {
        fprintf(stderr, "%ld blocks of memory, %ld before\n", net_host_blocks,
                before);
        abort();
    }
    return 0;
}
