/* SPDX-License-Identifier: Apache-2.0 */
/* What the libOS and the rest of net-stack are to a stack on the host: see
 * net_host.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "hc.h"
#include "libos.h"
#include "net.h"
#include "tests/lib/net_host.h"
#include "thread.h"

struct cpu cpu;
const struct uni_boot *libos_boot;
void (*libos_at_exit)(void);
long net_host_blocks;

void *net_malloc(size_t size)
{
    void *mem = net_host_blocks < 20000 ? malloc(size) : NULL;

    net_host_blocks += mem != NULL;
    return mem;
}

void *net_calloc(size_t count, size_t size)
{
    void *mem = net_malloc(count * size);

    return mem ? memset(mem, 0, count * size) : NULL;
}

void net_free(void *mem)
{
    net_host_blocks -= mem != NULL;
    free(mem);
}

bool net_mem_is_tight(void)
{
    return net_host_blocks > 15000;
}

_Noreturn void net_assert_fail(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    abort();
}

uint64_t net_random64(void)
{
    static uint64_t x = 1;

    return x = x * 6364136223846793005ull + 1442695040888963407ull;
}

uint32_t net_random(void)
{
    return (uint32_t)(net_random64() >> 32);
}

void net_start(void)
{
}

const char *libos_conf(const char *key)
{
    return NULL;
}

void event_set_callback(uint32_t handle, void (*fn)(void *arg), void *arg)
{
}

void print_err(const char *format, ...)
{
}

/* The next frame that the driver finds, and where it puts it. */
static uint8_t room[NET_FRAME_MAX + NET_VNET_HDR_MAX];
const uint8_t *net_host_frame;
size_t net_host_len;

long hc_read(uint32_t handle, void *buf, size_t len)
{
    if (!net_host_frame)
        return -EAGAIN;
    long n = (long)(net_host_len < len ? net_host_len : len);
    memcpy(buf, net_host_frame, (size_t)n);
    net_host_frame = NULL;
    return n;
}

/* What goes out must make sense to the host: virtio 1.2 s5.1.6.2. */
long hc_write(uint32_t handle, const void *buf, size_t len)
{
    const uint8_t *hdr = buf;
    static volatile uint8_t sum;
    uint16_t start = (uint16_t)(hdr[6] | hdr[7] << 8);
    uint16_t offset = (uint16_t)(hdr[8] | hdr[9] << 8);

    for (size_t i = 0; i < len; i++)
        sum ^= hdr[i];
    if (len < HDR_LEN + 14 || len > NET_FRAME_MAX + HDR_LEN)
        abort();
    if (hdr[0] & 1 && (size_t)start + offset + 2 > len - HDR_LEN)
        abort();
    if (hdr[1] && !(hdr[4] | hdr[5] << 8))
        abort();
    return (long)len;
}

void *net_rx_room(size_t *size)
{
    *size = sizeof room;
    return room;
}

struct rx {
    struct pbuf_custom custom;
    uint8_t data[];
};

static void rx_free(struct pbuf *p)
{
    net_free(p);
}

struct pbuf *net_rx_take(size_t used, size_t skip)
{
    /* lwIP reads a header's length field before it looks at the packet's
     * length; that much behind a frame belongs to its slab (net_rx.c). */
    struct rx *rx = net_calloc(1, sizeof *rx + used - skip + 8);

    if (!rx)
        exit(1); /* 20,000 net_host_blocks: a leak that the end would find */
    memcpy(rx->data, room + skip, used - skip);
    rx->custom.custom_free_function = rx_free;
    return pbuf_alloced_custom(PBUF_RAW, (uint16_t)(used - skip), PBUF_REF,
                               &rx->custom, rx->data, (uint16_t)(used - skip));
}

struct pbuf *net_rx_compact(struct pbuf *p)
{
    return p;
}
