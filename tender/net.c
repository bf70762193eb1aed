/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network devices: a tap with virtio-net headers and offloads where the host
 * has them, a packet socket on an interface, or a message socket.
 */
#include "tender/host.h"
#include "common/io.h"
#include "tender/device.h"

#define MTU_DEFAULT 1500u
#define MTU_MIN 68u /* RFC 791 */
#define MTU_MAX 65535u
#define VNET_HDR_V1 12     /* with num_buffers, virtio 1.2 s5.1.6 */
#define VNET_HDR_LEGACY 10 /* without */
#ifndef PACKET_VNET_HDR
#define PACKET_VNET_HDR 15 /* linux/if_packet.h */
#endif
#define SOL_PACKET_ 263 /* linux/socket.h SOL_PACKET */

/* MTU of an interface; the default where the host does not tell. */
static void read_mtu(struct uni_net_info *net, const char *name)
{
    struct ifreq ifr = {0};
    auto_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    memcpy(ifr.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
    net->mtu = MTU_DEFAULT;
    if (fd >= 0 && ioctl(fd, SIOCGIFMTU, &ifr) == 0 &&
        ifr.ifr_mtu >= (int)MTU_MIN && ifr.ifr_mtu <= (int)MTU_MAX)
        net->mtu = (uint32_t)ifr.ifr_mtu;
}

/* Headers and offloads of an open tap, as many as it grants. */
static void set_offloads(struct uni_net_info *net, int fd, int tap_flags)
{
    int size = VNET_HDR_V1;
    net->vnet_hdr_len = 0;
    net->offloads = 0;
    if (!(tap_flags & IFF_VNET_HDR))
        return;
    if (ioctl(fd, TUNSETVNETHDRSZ, &size) < 0)
        size = VNET_HDR_LEGACY;
    net->vnet_hdr_len = (uint16_t)size;
    if (ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) == 0)
        net->offloads = UNI_NET_CSUM | UNI_NET_TSO4 | UNI_NET_TSO6;
    else if (ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM) == 0)
        net->offloads = UNI_NET_CSUM;
}

static int tap_open(struct device *device, const char *name, struct err *err)
{
    struct ifreq ifr = {0};
    auto_fd int fd = -1;

    if (!name[0] || strlen(name) >= IFNAMSIZ)
        return err_refuse(err, "%s is no interface name", name);
    fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_set(err, errno, "open /dev/net/tun");
    strcpy(ifr.ifr_name, name);
    ifr.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    int rc = ioctl(fd, TUNSETIFF, &ifr);
    if (rc < 0 && errno == EINVAL) { /* made without the header */
        ifr.ifr_flags = IFF_TAP | IFF_NO_PI;
        rc = ioctl(fd, TUNSETIFF, &ifr);
    }
    if (rc < 0)
        return err_set(err, errno, "attach to tap %s", name);
    set_offloads(&device->info.u.net, fd, ifr.ifr_flags);
    read_mtu(&device->info.u.net, name);
    device->fd = take_fd(&fd);
    return 0;
}

/* A packet socket that is bound to an interface: the guest takes that over,
 * its address included. */
static int adopt_packet(struct device *device, int fd, struct err *err)
{
    struct uni_net_info *net = &device->info.u.net;
    struct sockaddr_ll addr;
    socklen_t len = sizeof addr;
    struct ifreq ifr = {0};
    int one = 1;

    if (getsockname(fd, (struct sockaddr *)&addr, &len) < 0 ||
        addr.sll_ifindex == 0)
        return err_refuse(err, "fd:%d is bound to no interface", fd);
    ifr.ifr_ifindex = addr.sll_ifindex;
    if (ioctl(fd, SIOCGIFNAME, &ifr) < 0)
        return err_set(err, errno, "fd:%d: interface name", fd);
    read_mtu(net, ifr.ifr_name);
    if (addr.sll_halen == sizeof net->mac)
        memcpy(net->mac, addr.sll_addr, sizeof net->mac);
    if (setsockopt(fd, SOL_PACKET_, PACKET_VNET_HDR, &one, sizeof one) == 0) {
        net->vnet_hdr_len = VNET_HDR_LEGACY;
        net->offloads = UNI_NET_CSUM | UNI_NET_TSO4 | UNI_NET_TSO6;
    }
    return 0;
}

static int adopt(struct device *device, int fd, struct err *err)
{
    struct uni_net_info *net = &device->info.u.net;
    struct ifreq ifr = {0};
    int domain = 0, type = 0;
    socklen_t len = sizeof domain;

    net->mtu = MTU_DEFAULT;
    if (ioctl(fd, TUNGETIFF, &ifr) == 0) {
        if (!(ifr.ifr_flags & IFF_TAP) || !(ifr.ifr_flags & IFF_NO_PI))
            return err_refuse(err, "fd:%d is no tap without packet info", fd);
        set_offloads(net, fd, ifr.ifr_flags);
        read_mtu(net, ifr.ifr_name);
    } else if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
               getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
               (type == SOCK_RAW || type == SOCK_DGRAM ||
                type == SOCK_SEQPACKET)) {
        if (domain == AF_PACKET && type == SOCK_RAW) {
            if (adopt_packet(device, fd, err) < 0)
                return -err->code;
        } else if (domain != AF_UNIX) {
            return err_refuse(err, "fd:%d carries no Ethernet frames", fd);
        }
    } else {
        return err_refuse(err, "fd:%d is no tap and no message socket", fd);
    }
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
        return err_set(err, errno, "fd:%d: set non-blocking", fd);
    device->fd = fd;
    return 0;
}

int net_open(struct device *device, const char *value, struct err *err)
{
    int fd = device_fd_arg(value, err);
    if (fd == -ENOENT)
        return tap_open(device, value, err);
    if (fd < 0)
        return fd;
    return adopt(device, fd, err);
}
